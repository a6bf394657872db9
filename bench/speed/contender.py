"""One way of counting, alone in a process: `python -m bench.speed.contender ours|plain|plain-512 REPEATS PHOTO`.

`ours` is the product's pipeline. `plain` is what the same two weight files give without it: ultralytics on the
checkpoints as they are and sahi's sliced prediction with its defaults over the whole picture, counted inside the
outlines; `plain-512` the same with slices of the size that the detector was trained on. Prints one JSON object: seconds
per phase of every repeat, counts, peak memory.
"""

import argparse
import json
import os
import resource
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photos.decoding.pixels import decode_picture
from processing.counting.boxes import CLASS_NAMES, PLANT
from processing.pipeline.photo_count import Stopwatch, count_picture, open_picture
from processing.runtime import inference
from processing.runtime.weights import read_weights

TRAINED_PX = 512

Count = Callable[[bytes, Stopwatch], dict[str, int]]


def make_ours() -> Count:
    """The product's pipeline with its models loaded."""
    inference.load_models()

    def count(data: bytes, watch: Stopwatch) -> dict[str, int]:
        result = count_picture(open_picture(data, watch=watch), watch=watch).count
        return {"detected": result.total_detected, "estimated": result.total_estimated}

    return count


def make_plain(slice_px: int | None = None) -> Count:
    """Both libraries as their documentation shows them, on the same files; without slice_px sahi chooses the slices."""
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sahi import AutoDetectionModel  # noqa: PLC0415 - the other contender must not pay for it
        from sahi.predict import get_sliced_prediction  # noqa: PLC0415
        from ultralytics import YOLO  # noqa: PLC0415
    segmenter = YOLO(read_weights("segmenter").path)
    detector = AutoDetectionModel.from_pretrained(
        model_type="ultralytics", model_path=str(read_weights("detector").path), device="cpu"
    )

    def count(data: bytes, watch: Stopwatch) -> dict[str, int]:
        with watch.phase("decode"):
            rgb = decode_picture(data)
        with watch.phase("segment"):
            outlines = segmenter.predict(rgb[..., ::-1], verbose=False)[0]
        with watch.phase("detect"):
            sliced = get_sliced_prediction(rgb, detector, slice_height=slice_px, slice_width=slice_px, verbose=0)
            found = sliced.object_prediction_list
        plants = [one.bbox.to_xyxy() for one in found if one.category.name == CLASS_NAMES[PLANT]]
        inside = sum(is_inside(outlines, (x1 + x2) / 2, (y1 + y2) / 2) for x1, y1, x2, y2 in plants)
        return {"detected": inside, "estimated": inside}

    return count


def is_inside(outlines: Any, x: float, y: float) -> bool:
    """Whether a point of the photo lies on one of the masks of an ultralytics result."""
    if outlines.masks is None:
        return False
    height, width = outlines.orig_shape
    rows, columns = outlines.masks.data.shape[1:]
    scale = min(rows / height, columns / width)  # masks are letterboxed
    left, top = (columns - width * scale) / 2, (rows - height * scale) / 2
    row, column = min(int(y * scale + top), rows - 1), min(int(x * scale + left), columns - 1)
    return bool(outlines.masks.data[:, row, column].any())


CONTENDERS: dict[str, Callable[[], Count]] = {
    "ours": make_ours,
    "plain": make_plain,
    "plain-512": lambda: make_plain(TRAINED_PX),
}


def measure_photo(count: Count, path: Path, repeats: int) -> dict[str, Any]:
    """Counts a photo once to warm up and then `repeats` times, from its bytes on."""
    runs, processor_seconds = [], []
    for _ in range(repeats + 1):
        watch, start = Stopwatch(), time.process_time()
        counts = count(path.read_bytes(), watch)
        runs.append(watch.seconds)
        processor_seconds.append(round(time.process_time() - start, 3))
    measured = {"photo": path.name, "seconds": runs[1:], "processor_seconds": processor_seconds[1:]}
    return measured | counts


def main() -> None:
    """Measure one contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contender", choices=sorted(CONTENDERS))
    parser.add_argument("repeats", type=int)
    parser.add_argument("photo", type=Path)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    measured = measure_photo(CONTENDERS[args.contender](), args.photo, args.repeats)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(measured | {"peak_memory_mb": round(peak_mb)}))


if __name__ == "__main__":
    main()
