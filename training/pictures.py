"""Labelled pictures of any origin in one format: the input of the tile maker (dataset.py) and of bench.accuracy."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

PLANT_CLASSES = ("plant", "empty", "dead")
CONTAINER_CLASSES = ("segment", "box", "plug")
KIND_OF_SYNTHETIC = {"segment": "segment", "bed": "segment", "box": "box", "crate": "box", "plug": "plug"}
MIN_VISIBILITY = 0.15
TEST_PHOTOS = Path(__file__).with_name("test_photos.json")
# Annotated sets of real photos, and how the names of those start that show the same trays or scenes as a test photo.
REAL_SETS: dict[str, tuple[str, ...]] = {
    "real/snapdragon-bed": (),
    "real/plug-tray-200": ("2.2-1-", "2.8-6-", "3.0-5-"),
    "real/plug-tray-72-sown": (),
    "real/lettuce-channels": ("1_3", "1_12"),
    "photos/dense-aerial": (),
}
# What each photo shows: a tray or bed that ends a little outside its outermost plants, or one that fills the frame.
REAL_CONTAINERS: dict[str, tuple[str, Literal["around plants", "whole frame"]]] = {
    "real/snapdragon-bed": ("segment", "around plants"),
    "real/plug-tray-200": ("plug", "around plants"),
    "real/plug-tray-72-sown": ("plug", "around plants"),
    "real/lettuce-channels": ("segment", "whole frame"),
}
OUTLINE_MARGIN = 0.35  # of a plant's or cell's width

Split = Literal["train", "validation", "calibration"]
Subject = Literal["plants", "containers"]


@dataclass(frozen=True)
class Picture:
    """A picture with its truth; boxes (n, 4) xyxy, polygons and `region` are in picture pixels.

    `region` (x0, y0, x1, y1) is where the truth is complete; tiles are cut from it.
    """

    path: Path
    resolution_wh: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    containers: tuple[tuple[int, NDArray[np.float32]], ...]
    totals: dict[str, int]
    region: tuple[float, float, float, float]


def split_of(seed: int) -> Split:
    """The generator's seed decides: of eight neighbours six train, one validates, one calibrates confidence."""
    remainders: dict[int, Split] = {3: "validation", 7: "calibration"}
    return remainders.get(seed % 8, "train")


def load_synthetic(folder: Path, split: Split) -> list[Picture]:
    """Pictures of one split from a folder with images/ and truth/."""
    truths = [json.loads(path.read_text()) for path in sorted((folder / "truth").glob("*.json"))]
    return [_from_truth(folder, truth) for truth in truths if split_of(truth["meta"]["seed"]) == split]


def _from_truth(folder: Path, truth: dict[str, Any]) -> Picture:
    seen = [item for item in truth["items"] if item["visible"] and item["visibility"] >= MIN_VISIBILITY]
    return Picture(
        path=folder / "images" / truth["image"],
        resolution_wh=(truth["width"], truth["height"]),
        boxes=np.array([item["visible"] for item in seen], np.float32).reshape(-1, 4),
        labels=np.array([PLANT_CLASSES.index(item["label"]) for item in seen], np.int64),
        containers=tuple(
            (CONTAINER_CLASSES.index(KIND_OF_SYNTHETIC[one["cls"]]), np.array(one["polygon"], np.float32))
            for one in truth["containers"]
            if one["polygon"] and len(one["polygon"]) >= 3
        ),
        totals=truth["totals"]["visible"],
        region=(0, 0, truth["width"], truth["height"]),
    )


def load_drawn(labels: Path, data: Path, subject: Subject) -> list[Picture]:
    """Real photos with hand-drawn plants (one picture for each region in which all are drawn) or containers.

    The file is a JSON list of {image, width, height, regions: [{region, boxes: [{label, xyxy}]}], containers: [{kind,
    polygon}] or null where none were looked for}; coordinates are thousandths of the picture's width and height.
    ValueError for a photo that is kept for choosing and judging.
    """
    entries = json.loads(labels.read_text())
    for entry in entries:
        refuse_test_photo(data / entry["image"])
    if subject == "plants":
        return [_from_drawing(data, entry, region, ()) for entry in entries for region in entry["regions"]]
    whole = {"region": (0, 0, 1000, 1000), "boxes": []}
    drawn = [entry for entry in entries if entry["containers"] is not None]
    return [_from_drawing(data, entry, whole, entry["containers"]) for entry in drawn]


def _from_drawing(data: Path, entry: dict[str, Any], region: dict[str, Any], outlines: Sequence[Any]) -> Picture:
    scale = np.array([entry["width"], entry["height"]], np.float32) / 1000.0
    boxes = np.array([box["xyxy"] for box in region["boxes"]], np.float32).reshape(-1, 4) * np.tile(scale, 2)
    labels = np.array([PLANT_CLASSES.index(box["label"]) for box in region["boxes"]], np.int64)
    containers = tuple(
        (CONTAINER_CLASSES.index(one["kind"]), np.array(one["polygon"], np.float32) * scale) for one in outlines
    )
    path, resolution_wh = data / entry["image"], (entry["width"], entry["height"])
    x0, y0, x1, y1 = np.array(region["region"]) * np.tile(scale, 2)
    return Picture(path, resolution_wh, boxes, labels, containers, _totals(labels), (x0, y0, x1, y1))


def load_real(data: Path, name: str, subject: Subject = "plants") -> list[Picture]:
    """One of the annotated sets of real photos (REAL_SETS), without the photos that are kept for judging.

    For containers each picture has one outline (REAL_CONTAINERS); ValueError for a set that shows none.
    """
    if subject == "containers" and name not in REAL_CONTAINERS:
        raise ValueError(f"{name} has no outlines of containers; these have: {', '.join(REAL_CONTAINERS)}")
    images, labels = data / name / "images", data / name / "labels"
    if (images / "train").is_dir():
        images, labels = images / "train", labels / "train"
    pictures = [one for one in load_yolo(images, labels) if not one.path.name.startswith(REAL_SETS[name])]
    for picture in pictures:
        refuse_test_photo(picture.path)
    return pictures if subject == "plants" else [_outline(one, *REAL_CONTAINERS[name]) for one in pictures]


def _outline(picture: Picture, kind: str, extent: str) -> Picture:
    """The same with the one container that it shows; none where nothing grows around which it could be drawn."""
    width, height = picture.resolution_wh
    if extent == "whole frame":
        polygon = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    elif len(picture.boxes):
        sides = picture.boxes[:, 2:] - picture.boxes[:, :2]
        wider = picture.boxes + np.array([-1, -1, 1, 1]) * OUTLINE_MARGIN * float(np.median(sides))
        corners = wider[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2).astype(np.float32)
        polygon = np.clip(cv2.convexHull(corners).reshape(-1, 2), 0, [width, height]).astype(np.float32)
    else:
        return picture
    return replace(picture, containers=((CONTAINER_CLASSES.index(kind), polygon),))


def refuse_test_photo(path: Path) -> None:
    """ValueError when the file is one that models are chosen and judged by (training/test_photos.json)."""
    if hashlib.sha256(path.read_bytes()).hexdigest() in read_test_photos():
        raise ValueError(f"{path} is kept for judging and must not be trained on")


@cache
def read_test_photos() -> dict[str, str]:
    """The sha256 of each photo that is never trained on, and its name."""
    return dict(json.loads(TEST_PHOTOS.read_text()))


def load_labelled(folder: Path, subject: Subject | None = None) -> list[Picture]:
    """Pictures of a folder, by its labels.json: a list of {image, width, height, plants: [[class, x0, y0, x1, y1]],
    containers: [[kind, [[x, y]]]]} in pixels. Where nobody looked for a subject, it is null, and the picture is left
    out."""
    entries = json.loads((folder / "labels.json").read_text())
    return [_from_labels(folder, entry) for entry in entries if subject is None or entry[subject] is not None]


def _from_labels(folder: Path, entry: dict[str, Any]) -> Picture:
    rows = np.array(entry["plants"] or [], np.float32).reshape(-1, 5)
    labels = rows[:, 0].astype(np.int64)
    containers = tuple((kind, np.array(polygon, np.float32)) for kind, polygon in entry["containers"] or ())
    size = (entry["width"], entry["height"])
    return Picture(folder / entry["image"], size, rows[:, 1:], labels, containers, _totals(labels), (0, 0, *size))


def load_yolo(images: Path, labels: Path) -> list[Picture]:
    """Pictures with YOLO boxes or polygons (`class x y ...` in fractions), classes in the order of PLANT_CLASSES."""
    return [_from_yolo(path, labels / f"{path.stem}.txt") for path in sorted(images.glob("*.jpg"))]


def _from_yolo(image: Path, label_file: Path) -> Picture:
    height, width = cv2.imread(str(image)).shape[:2]
    boxes, labels = [], []
    for line in label_file.read_text().splitlines():
        label, *values = line.split()
        points = np.array(values, np.float32)
        if len(points) == 4:
            low, high = points[:2] - points[2:] / 2, points[:2] + points[2:] / 2
        else:
            low, high = points.reshape(-1, 2).min(axis=0), points.reshape(-1, 2).max(axis=0)
        boxes.append(np.concatenate([low, high]) * np.tile(np.array([width, height], np.float32), 2))
        labels.append(int(label))
    classes = np.array(labels, np.int64)
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Picture(image, (width, height), xyxy, classes, (), _totals(classes), (0, 0, width, height))


def _totals(labels: NDArray[np.int64]) -> dict[str, int]:
    return {name: int((labels == index).sum()) for index, name in enumerate(PLANT_CLASSES)}
