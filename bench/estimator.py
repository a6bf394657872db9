"""Does the estimate come nearer to the truth than the detected count? `python bench/estimator.py DIR [--remainder 3]`.

DIR holds renders with images/ and truth/ (exact, hidden plants included). Only those whose seed leaves the given
remainder by 8 are used: 3 and 7 were kept out of training. Detection runs inside the true outlines, so that only
detection and estimation are judged. Prints, for beds, plants detected and estimated against all plants in the frame;
for crates and trays, empty places as detected and as read from the grid.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
django.setup()

from photos.pixels import decode_picture  # noqa: E402 - Django first
from processing import inference  # noqa: E402
from processing.counting.boxes import EMPTY  # noqa: E402
from processing.counting.containers import CONTAINER_KINDS, Container, owned_detections  # noqa: E402
from processing.photo_count import estimate_counts  # noqa: E402

KINDS = {"bed": "segment", "crate": "box"} | {kind: kind for kind in CONTAINER_KINDS}
MIN_TRUE_PLANTS = 10


def read_truths(folder: Path, remainder: int) -> Iterator[tuple[dict[str, Any], Path]]:
    """The chosen pictures: truth and image file."""
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text())
        if truth["meta"]["seed"] % 8 == remainder:
            yield truth, folder / "images" / truth["image"]


def count_truly_outlined(truth: dict[str, Any], image: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """Kind and counts (truth, detected, estimated, empties by detector and by grid) of each container."""
    rgb = decode_picture(image.read_bytes())
    entries = [entry for entry in truth["containers"] if entry["polygon"] and len(entry["polygon"]) > 2]
    containers = [Container(KINDS[e["cls"]], tuple(map(tuple, e["polygon"])), 1.0) for e in entries]
    owned = owned_detections(containers, [inference.detect_plants(rgb, container) for container in containers])
    for entry, boxes, count in zip(entries, owned, estimate_counts(rgb, containers, owned), strict=True):
        yield (
            count.container.kind,
            {
                "true": entry["in_frame"]["plant"] + entry["in_frame"]["dead"],
                "visible": entry["visible"]["plant"] + entry["visible"]["dead"],
                "true_empty": entry["visible"]["empty"],
                "detected": count.detected + count.dead,
                "estimated": count.estimated + count.dead,
                "detected_empty": boxes.count(EMPTY),
                "grid_empty": count.empty,
                "has_grid": int(count.estimate.method == "grid"),
            },
        )


def print_beds(rows: list[dict[str, int]]) -> None:
    """Mean error per bed and bias over all of them."""
    beds = [row for row in rows if row["true"] >= MIN_TRUE_PLANTS]
    true = np.array([row["true"] for row in beds])
    print(f"beds: {len(beds)}, plants in the frame: {true.sum()}")
    for name in ("detected", "estimated"):
        found = np.array([row[name] for row in beds])
        error, bias = np.mean(np.abs(found - true) / true), found.sum() / true.sum() - 1
        print(f"  {name:9}  mean error {error:6.1%}  bias {bias:+6.1%}")


def print_cells(kind: str, rows: list[dict[str, int]]) -> None:
    """Mean absolute error of plants and empties per container, where a grid was read."""
    read = [row for row in rows if row["has_grid"]]
    print(f"{kind}: {len(rows)}, grid read in {len(read)}")
    for truth, names in {"visible": ("detected", "estimated"), "true_empty": ("detected_empty", "grid_empty")}.items():
        true = np.array([row[truth] for row in read])
        for name in names:
            found = np.array([row[name] for row in read])
            error = np.mean(np.abs(found - true)) if read else 0.0
            print(f"  {name:14}  mean absolute error {error:5.2f}  sum {found.sum()} of {true.sum()}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--remainder", type=int, default=3)
    args = parser.parse_args()
    rows: dict[str, list[dict[str, int]]] = {kind: [] for kind in CONTAINER_KINDS}
    for truth, image in read_truths(args.folder, args.remainder):
        for kind, row in count_truly_outlined(truth, image):
            rows[kind].append(row)
    print_beds(rows["segment"])
    for kind in ("box", "plug"):
        print_cells(kind, rows[kind])


if __name__ == "__main__":
    main()
