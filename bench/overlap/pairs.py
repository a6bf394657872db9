"""Pairs of pictures that overlap by a known share, with the plants of each: cut from renders, or rendered from several
places (`bench.overlap.two_cameras`)."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import Rgb

Rng = np.random.Generator
Boxes = NDArray[np.float64]

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
LEAST_PLANTS = 40
# Longer side of a part in pixels: a part of a render is small, so it is enlarged as a photo would show it.
LEAST_SIDE_PX = 800
CORNERS_MOVED = 0.04
# What a detector does to the true boxes: some are missed, and none is exact.
MISSED, INEXACT = 0.03, 0.06
VISIBLE, IN_FRAME = 0.25, 0.5
# As `bench.overlap.two_cameras.PLACES`, which needs another environment.
PLACES = (0.0, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, eq=False)
class Part:
    """A picture, the boxes (n, 4) of the plants that a detector sees in it, and which plants they are (n,)."""

    rgb: Rgb
    boxes: Boxes
    ids: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures of one bed that overlap by about this share of their width."""

    name: str
    seed: int
    kind: str
    overlap: float
    first: Part
    second: Part

    @property
    def shared(self) -> int:
        """How many plants are seen in both."""
        return len(set(self.first.ids.tolist()) & set(self.second.ids.tolist()))

    @property
    def union(self) -> int:
        """How many plants are seen."""
        return len(set(self.first.ids.tolist()) | set(self.second.ids.tolist()))


def read_truths(folder: Path) -> list[dict[str, Any]]:
    """The renders of a folder with enough plants."""
    truths = [json.loads(path.read_text()) for path in sorted((folder / "truth").glob("*.json"))]
    return [truth for truth in truths if len(_seen(truth)) >= LEAST_PLANTS]


def cut_pairs(folder: Path, truth: dict[str, Any]) -> Iterator[Pair]:
    """Two parts of a render for each share, as two photos of different perspective and light would show them."""
    rgb = _read(folder / "images" / truth["image"])
    items = _seen(truth)
    boxes = np.array([item["visible"] for item in items], np.float64).reshape(-1, 4)
    for share in SHARES:
        rng = np.random.default_rng([truth["meta"]["seed"], round(100 * share)])
        axis = int(rng.integers(2))
        long_px = rgb.shape[1 - axis]
        side_px = round(long_px / (2 - share))
        first, second = (_cut(rgb, boxes, axis, start, side_px, rng) for start in (0, long_px - side_px))
        name = f"{Path(truth['image']).stem} {share:.0%}"
        yield Pair(name, truth["meta"]["seed"], truth["meta"]["kind"], share, first, second)


def camera_pairs(folder: Path) -> Iterator[Pair]:
    """All pairs of pictures of one scene that were rendered from several places."""
    scenes: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text())
        scenes[truth["meta"]["seed"]].append(truth)
    for seed, truths in scenes.items():
        parts = [_from_camera(folder, truth, number) for number, truth in enumerate(truths)]
        for one, other in combinations(range(len(parts)), 2):
            share = round(1 - (PLACES[other] - PLACES[one]), 1)
            kind = truths[one]["meta"]["kind"]
            yield Pair(f"s{seed} {one}-{other} {share:.0%}", seed, kind, share, parts[one], parts[other])


def _seen(truth: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in truth["items"] if item["visible"] and item["visibility"] >= VISIBLE]


def _from_camera(folder: Path, truth: dict[str, Any], number: int) -> Part:
    items = [item for item in _seen(truth) if item["in_frame"] >= IN_FRAME]
    boxes = np.array([item["visible"] for item in items], np.float64).reshape(-1, 4)
    ids = np.array([item["id"] for item in items], np.intp)
    rng = np.random.default_rng([truth["meta"]["seed"], number, 9])
    return _detect(_read(folder / "images" / truth["image"]), boxes, ids, rng)


def _cut(rgb: Rgb, boxes: Boxes, axis: int, start: int, side_px: int, rng: Rng) -> Part:
    """A part of a picture along an axis (0: x), seen a little from the side, in its own light."""
    height, width = rgb.shape[:2]
    x0, y0, x1, y1 = (start, 0, start + side_px, height) if axis == 0 else (0, start, width, start + side_px)
    scale = max(1.0, LEAST_SIDE_PX / max(x1 - x0, y1 - y0))
    size = np.array([round((x1 - x0) * scale), round((y1 - y0) * scale)])
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    corners = np.array([x0, y0], np.float32) + square * np.array([x1 - x0, y1 - y0], np.float32)
    moved = square * size + rng.uniform(-CORNERS_MOVED, CORNERS_MOVED, (4, 2)) * size
    view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    picture = cv2.warpPerspective(rgb, view, size.tolist(), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    outlines = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(1, -1, 2)
    placed = cv2.perspectiveTransform(outlines, view.astype(np.float64)).reshape(-1, 4, 2)
    seen = np.concatenate([placed.min(axis=1), placed.max(axis=1)], axis=1)
    centres = (seen[:, :2] + seen[:, 2:]) / 2
    inside = np.nonzero(((centres > 0) & (centres < size)).all(axis=1))[0]
    return _detect(_develop(picture, rng), seen[inside], inside, rng)


def _develop(rgb: Rgb, rng: Rng) -> Rgb:
    """A picture in other light, with noise, perhaps soft, saved as a phone saves it."""
    levels = (
        np.clip((rgb / 255) ** rng.uniform(0.75, 1.35), 0, 1) * rng.uniform(0.8, 1.2) * (1 + rng.normal(0, 0.05, 3))
    )
    levels = levels + rng.normal(0, rng.uniform(0.005, 0.03), rgb.shape)
    if rng.random() < 0.5:
        levels = cv2.GaussianBlur(levels, (0, 0), rng.uniform(0.4, 1.0))
    picture = (np.clip(levels, 0, 1) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 92))])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _detect(rgb: Rgb, boxes: Boxes, ids: NDArray[np.intp], rng: Rng) -> Part:
    kept = rng.random(len(ids)) >= MISSED
    boxes, ids = boxes[kept], ids[kept]
    moved = boxes + np.tile(rng.normal(0, INEXACT, (len(ids), 2)) * (boxes[:, 2:] - boxes[:, :2]), 2)
    return Part(rgb, np.clip(moved, 0, np.tile(rgb.shape[1::-1], 2)), ids)


def _read(path: Path) -> Rgb:
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(path)
    return np.ascontiguousarray(picture[..., ::-1])
