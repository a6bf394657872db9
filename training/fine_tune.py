"""Fine-tunes the shipped detector on a user's own validated photos and reports whether it counts better.

    python -m training.fine_tune EXPORT --out DIR --held-out 2

EXPORT holds images/ and labels/ (YOLO boxes or outlines; 0 plant, 1 empty, 2 dead), as exported from Demeter. The last
photos by name are held out: the new weights, ready to use in DIR/weights, are compared with the shipped ones on them.
Mix in renders (--synthetic) if there are few photos or only one kind, or the detector forgets the others.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.accuracy.measure import RealResult, measure_real
from bench.accuracy.models import load_models
from bench.accuracy.truth import RealPhoto, read_labelled
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.runtime.weights import TRAINED_DIR
from training.dataset import write_description, write_tiles
from training.pictures import Picture, load_synthetic, load_yolo

NAME = "fine-tuned"
VALIDATION_TILES = 8
LEARNING_RATE = 0.0004


def run_module(name: str, *words: str) -> str:
    """The output of another command of this package, in its own process because ultralytics changes Pillow's open."""
    done = subprocess.run([sys.executable, "-m", name, *words], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def make_tiles(train: list[Picture], held_out: list[Picture], args: argparse.Namespace) -> Path:
    """Tiles of the photos, and of renders where asked for; their folder."""
    tiles = args.out / "tiles"
    sources = [(train, args.tiles)]
    sources += [(load_synthetic(Path(folder), "train"), int(count)) for folder, count in args.synthetic]
    write_tiles("detector", "train", sources, tiles, args.seed)
    write_tiles("detector", "validation", [(held_out, VALIDATION_TILES)], tiles, args.seed)
    write_description("detector", tiles)
    return tiles


def train_detector(data: Path, args: argparse.Namespace) -> Path:
    """The checkpoint after training from the shipped detector, by the command that made it."""
    options = {"data": data, "base": TRAINED_DIR / "detector.pt", "runs": args.out / "runs", "name": NAME}
    options |= {"epochs": args.epochs, "lr": LEARNING_RATE, "seed": args.seed}
    words = [word for option, value in options.items() for word in (f"--{option}", str(value))]
    run_module("training.train", "detector", *words)
    return args.out / "runs" / NAME / "weights" / "last.pt"


def pack_weights(checkpoint: Path, folder: Path, tiles: Path) -> None:
    """A weights folder: the new detector beside the shipped segmenter, described with its checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    description = json.loads((TRAINED_DIR / "weights.json").read_text())
    segmenter, detector = description["segmenter"], description["detector"]
    shutil.copy(TRAINED_DIR / segmenter["file"], folder)
    shutil.copytree(TRAINED_DIR / segmenter["cpu"]["folder"], folder / segmenter["cpu"]["folder"], dirs_exist_ok=True)
    packed = folder / detector["file"]
    checksum = run_module("training.pack", str(checkpoint), str(packed)).split()[-1]
    cpu = json.loads(run_module("training.convert", str(packed), "--tiles", str(tiles)).splitlines()[-1])
    kept = {key: detector[key] for key in ("file", "classes", "imgsz", "licence", "test_photos_learned")}
    base = {"file": detector["file"], "sha256": detector["sha256"]}
    description["detector"] = kept | {"sha256": checksum, "cpu": cpu, "base": base}
    (folder / "weights.json").write_text(json.dumps(description, indent=2) + "\n")


def measure_weights(folder: Path, photos: Sequence[RealPhoto]) -> list[RealResult]:
    """The held-out photos counted with the weights of a folder."""
    models = load_models(folder)
    return [measure_real(photo, models, DEFAULT_PARAMETERS) for photo in photos]


def compare(before: Sequence[RealResult], after: Sequence[RealResult]) -> dict[str, Any]:
    """Counts and mean errors of both on the same photos."""
    rows = [
        {
            "photo": old.photo.path.name,
            "plants": old.photo.valid_plants[0],
            "before": old.estimated,
            "after": new.estimated,
            "empty": old.photo.empty,
            "empty_before": old.empty,
            "empty_after": new.empty,
        }
        for old, new in zip(before, after, strict=True)
    ]
    errors = {
        f"mae_{name}": fmean(abs(one.estimated_off) for one in results)
        for name, results in (("before", before), ("after", after))
    }
    return {"photos": rows, **errors}


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="training.fine_tune", description=__doc__)
    parser.add_argument("export", type=Path, help="folder with images/ and labels/")
    parser.add_argument("--out", type=Path, required=True, help="where tiles, run and weights go")
    parser.add_argument("--held-out", type=int, default=2, help="how many photos, the last by name, are for judging")
    parser.add_argument("--tiles", type=int, default=200, help="from the photos")
    parser.add_argument("--synthetic", nargs=2, action="append", default=[], metavar=("DIR", "TILES"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--report", type=Path, help="where the comparison goes (JSON), beside being printed")
    return parser.parse_args()


def main() -> None:
    """Tiles, training, weights, comparison."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    args = read_arguments()
    pictures = load_yolo(args.export / "images", args.export / "labels")
    if not 0 < args.held_out < len(pictures):
        raise SystemExit(f"{args.held_out} of {len(pictures)} photos cannot be held out: some must train, some judge.")
    train, held_out = pictures[: -args.held_out], pictures[-args.held_out :]
    print(f"training on {len(train)} photos, judging on {len(held_out)}: some minutes", flush=True)
    tiles = make_tiles(train, held_out, args)
    pack_weights(train_detector(tiles / "data.yaml", args), args.out / "weights", tiles / "images" / "train")
    photos = read_labelled(args.export / "images", args.export / "labels")[-args.held_out :]
    result = compare(measure_weights(TRAINED_DIR, photos), measure_weights(args.out / "weights", photos))
    result |= {"trained_on": len(train), "tiles": args.tiles, "epochs": args.epochs}
    print(json.dumps(result, indent=1))
    if args.report:
        args.report.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
