"""Writes a picture with its truth as JPEG, JSON, YOLO boxes and YOLO polygons (last step of __main__.py)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Class numbers as in training/pictures.py, which cannot be imported where Blender runs (it needs no bpy, but the app's
# environment has none of Blender and the two must stay apart).
PLANT_CLASSES = {"plant": 0, "empty": 1, "dead": 2}
CONTAINER_CLASSES = {"segment": 0, "box": 1, "plug": 2}
FOLDERS = ("images", "labels_det", "labels_seg", "truth")
MIN_VISIBILITY = 0.2
MIN_BOX_PX = 5

Record = dict[str, Any]


def name_of(seed: int) -> str:
    """The stem of a seed's files."""
    return f"s{seed:05d}"


def is_written(out: Path, seed: int) -> bool:
    """Whether a seed is finished: its truth is written last, and whole."""
    return (out / "truth" / f"{name_of(seed)}.json").exists()


def box_lines(items: list[Record], resolution_wh: tuple[int, int]) -> list[str]:
    """YOLO lines of what a person would mark: not mostly hidden, not tiny."""
    lines = []
    for item in items:
        box = item["visible"]
        if box and item["visibility"] >= MIN_VISIBILITY and min(box[2] - box[0], box[3] - box[1]) >= MIN_BOX_PX:
            x0, y0, x1, y1 = np.array(box, float) / np.tile(resolution_wh, 2)
            middle = f"{(x0 + x1) / 2:.6f} {(y0 + y1) / 2:.6f}"
            lines.append(f"{PLANT_CLASSES[item['label']]} {middle} {x1 - x0:.6f} {y1 - y0:.6f}")
    return lines


def polygon_lines(containers: list[Record], resolution_wh: tuple[int, int]) -> list[str]:
    """YOLO-seg lines of the containers that can be seen."""
    lines = []
    for one in containers:
        if one["polygon"]:
            shares = np.clip(np.array(one["polygon"], float) / resolution_wh, 0, 1).ravel()
            lines.append(f"{CONTAINER_CLASSES[one['cls']]} " + " ".join(f"{value:.5f}" for value in shares))
    return lines


def write(out: Path, picture: NDArray[np.uint8], truth: Record, rng: np.random.Generator) -> None:
    """All four files of a seed; the truth last, so that a stop leaves no half-finished seed that looks whole."""
    name = name_of(truth["meta"]["seed"])
    size = truth["width"], truth["height"]
    for folder in FOLDERS:
        (out / folder).mkdir(parents=True, exist_ok=True)
    quality, subsampling = int(rng.integers(55, 96)), int(rng.choice([0, 2]))
    Image.fromarray(picture).save(out / "images" / f"{name}.jpg", quality=quality, subsampling=subsampling)
    (out / "labels_det" / f"{name}.txt").write_text("\n".join(box_lines(truth["items"], size)))
    (out / "labels_seg" / f"{name}.txt").write_text("\n".join(polygon_lines(truth["containers"], size)))
    part = out / "truth" / f"{name}.json.part"
    part.write_text(json.dumps(truth))
    part.rename(part.with_suffix(""))
