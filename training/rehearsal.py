"""Renders that are mixed into what a nursery's own photos teach, so that the models forget nothing.

    python -m training.rehearsal SYNTHETIC --count 36

writes training/rehearsal/ anew: an even choice of beds, crates and trays of the training split, as WebP, with their
labels. They are free of third-party material and are shipped.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from training.pictures import CONTAINER_CLASSES, Picture, load_labelled, load_synthetic

FOLDER = Path(__file__).with_name("rehearsal")
QUALITY = 50


def load_rehearsal() -> list[Picture]:
    """The shipped renders with their truth."""
    return load_labelled(FOLDER)


def choose(pictures: Sequence[Picture], count: int) -> list[Picture]:
    """So many of them, of each kind of container alike, evenly spread."""
    kinds: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        kinds[CONTAINER_CLASSES[picture.containers[0][0]] if picture.containers else "none"].append(picture)
    share = max(1, count // len(kinds))
    spread = [np.linspace(0, len(of) - 1, min(share, len(of))).round().astype(int) for of in kinds.values()]
    return [of[index] for of, chosen in zip(kinds.values(), spread, strict=True) for index in chosen]


def write_rehearsal(pictures: Sequence[Picture], out: Path) -> None:
    """Writes the pictures and labels.json, as `load_labelled` reads them."""
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    for picture in pictures:
        name = f"{picture.path.stem}.webp"
        cv2.imwrite(str(out / name), cv2.imread(str(picture.path)), [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
        plants = [
            [int(label), *(round(float(value), 1) for value in xyxy)]
            for label, xyxy in zip(picture.labels, picture.boxes, strict=True)
        ]
        containers = [[kind, np.round(polygon, 1).tolist()] for kind, polygon in picture.containers]
        width, height = picture.resolution_wh
        entries.append({"image": name, "width": width, "height": height, "plants": plants, "containers": containers})
    (out / "labels.json").write_text("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")


def main(words: Sequence[str] | None = None) -> None:
    """Choose and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("--count", type=int, default=36)
    args = parser.parse_args(words)
    write_rehearsal(choose(load_synthetic(args.synthetic, "train"), args.count), FOLDER)


if __name__ == "__main__":
    main()
