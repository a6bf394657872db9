"""Labelled pictures of any origin in one shape: the input of the tile maker (dataset.py) and of bench.accuracy."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

PLANT_CLASSES = ("plant", "empty", "dead")
CONTAINER_CLASSES = ("segment", "box", "plug")
KIND_OF_SYNTHETIC = {"segment": "segment", "bed": "segment", "box": "box", "crate": "box", "plug": "plug"}
MIN_VISIBILITY = 0.15

Split = Literal["train", "validation", "calibration"]


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


def load_drawn(labels: Path, photos: Path, subject: Literal["plants", "containers"]) -> list[Picture]:
    """Real photos with hand-drawn plants or containers; `bare` ones hold neither and teach the background.

    The file is a JSON list of {image, width, height, bare, region, containers: [{kind, polygon}], boxes: [{label,
    xyxy}]}; coordinates are thousandths of the picture's width and height; all plants in the region have a box.
    """
    wanted = "boxes" if subject == "plants" else "containers"
    entries = json.loads(labels.read_text())
    return [_from_drawing(photos, entry) for entry in entries if entry[wanted] or entry["bare"]]


def _from_drawing(photos: Path, entry: dict[str, Any]) -> Picture:
    scale = np.array([entry["width"], entry["height"]], np.float32) / 1000.0
    boxes = np.array([box["xyxy"] for box in entry["boxes"]], np.float32).reshape(-1, 4) * np.tile(scale, 2)
    labels = np.array([PLANT_CLASSES.index(box["label"]) for box in entry["boxes"]], np.int64)
    containers = tuple(
        (CONTAINER_CLASSES.index(one["kind"]), np.array(one["polygon"], np.float32) * scale)
        for one in entry["containers"]
    )
    path, resolution_wh = photos / entry["image"], (entry["width"], entry["height"])
    x0, y0, x1, y1 = np.array(entry["region"]) * np.tile(scale, 2)
    return Picture(path, resolution_wh, boxes, labels, containers, _totals(labels), (x0, y0, x1, y1))


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
