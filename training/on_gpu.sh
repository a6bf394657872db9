#!/bin/bash
# Makes collages on every core and trains both models on one GPU within MINUTES (9), without a network.
#
#   DATA=carried OUT=weights training/on_gpu.sh
#   DATA=carried OUT=weights DRY_RUN=1 training/on_gpu.sh    a few pictures on the CPU: shows that everything works
#
# DATA is what training.carry packed; packages that the machine lacks (ultralytics) may lie in DATA/wheels. OUT gets
# detector.pt and segmenter.pt, packed for shipping, and their tables of losses. What is made on the way goes to WORK.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DATA:?the folder that training.carry packed}" "${OUT:?where the weights go}"
python=${PYTHON:-python3}
work=${WORK:-$(mktemp -d)}
budget=$((${MINUTES:-9} * 60))
mkdir -p "$OUT" "$work"
DATA=$(realpath "$DATA") OUT=$(realpath "$OUT")
export OMP_NUM_THREADS=1 YOLO_OFFLINE=true YOLO_CONFIG_DIR=$work PYTHONUNBUFFERED=1

if [ -n "${DRY_RUN:-}" ]; then
    device=cpu cores=${CORES:-1} tiles=12 photos=8 leafy=4
else
    device=0 cores=${CORES:-$(nproc)} tiles=${TILES:-16000} photos=${PHOTOS:-6000} leafy=600
fi
if [ -d "$DATA/wheels" ]; then
    "$python" -m pip install -q --no-index --no-deps --target "$work/site" "$DATA"/wheels/*.whl
    export PYTHONPATH=$work/site
fi

left() { echo $((budget - SECONDS)); }

# Collages of one model: MODEL COUNT SECONDS. What is made when the time is over will do.
make_collages() {
    timeout "$3" "$python" -m training.collage "$2" --model "$1" --leafy "$leafy" --cutouts "$DATA/above" \
        --side-cutouts "$DATA/side" --grounds "$DATA/grounds" --out "$work/$1" --seed "${SEED:-1}" --processes "$cores" ||
        [ $? = 124 ]
    echo "$1: $(find "$work/$1/images" -name '*.jpg' | wc -l) collages, $(left) s left"
}

# One model on its collages and on the tiles that came along: MODEL CLASSES MINUTES.
train() {
    echo "{\"path\": \"/\", \"train\": [\"$work/$1/images\", \"$DATA/$1/images\"], \"val\": \"$DATA/$1/images\"," \
        "\"names\": $2}" >"$work/$1.yaml"
    local length=(--epochs 20 --minutes "$3" --lr 0.002)
    [ -z "${DRY_RUN:-}" ] || length=(--epochs 1)
    "$python" -m training.train "$1" --data "$work/$1.yaml" --base "${BASE:-processing/trained}/$1.pt" --device "$device" \
        --runs "$work/runs" --name "$1" "${length[@]}"
    "$python" -m training.pack "$work/runs/$1/weights/last.pt" "$OUT/$1.pt"
    cp "$work/runs/$1/results.csv" "$OUT/$1.csv"
    echo "$1: trained, $(left) s left"
}

# A quarter of the time for collages, half for the detector, the rest for the segmenter.
make_collages detector "$tiles" $((budget * 15 / 100))
make_collages segmenter "$photos" $((budget * 10 / 100))
train detector '["plant", "empty", "dead"]' "$(awk "BEGIN {print ($(left) - 60) * 0.65 / 60}")"
train segmenter '["segment", "box", "plug"]' "$(awk "BEGIN {print ($(left) - 40) / 60}")"
