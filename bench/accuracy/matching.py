"""Matches detections with the truth: boxes with boxes, boxes with points, outlines with outlines. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.counting.containers import Container

Boxes = NDArray[np.floating]
Flags = NDArray[np.bool_]

MIN_IOU = 0.5
SPLIT_PART = 0.1


@dataclass(frozen=True, eq=False)
class BoxMatches:
    """`hit` and `ignored` (n,) per found box; `found` (m,) per true box."""

    hit: Flags
    ignored: Flags
    found: Flags


def box_ious(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """(n, m) intersection over union of boxes (n, 4) and (m, 4), xyxy."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - common
    return np.asarray(common / np.maximum(union, 1e-9), dtype=np.float64)


def match_boxes(
    found: Boxes, confidence: NDArray[np.floating], true: Boxes, wanted: Flags, *, min_iou: float = MIN_IOU
) -> BoxMatches:
    """The most confident box chooses first, among the free true boxes of at least the IoU the closest.

    A box that matches only a true box that is not `wanted` (too hidden) is ignored, as in COCO's evaluation.
    """
    hit, ignored = np.zeros(len(found), dtype=bool), np.zeros(len(found), dtype=bool)
    taken = np.zeros(len(true), dtype=bool)
    if len(found) and len(true):
        ious = box_ious(found, true)
        for index in np.argsort(-confidence, kind="stable"):
            close = (ious[index] >= min_iou) & ~taken
            choice = close & wanted if (close & wanted).any() else close
            if choice.any():
                best = int(np.argmax(np.where(choice, ious[index], -1.0)))
                taken[best] = True
                hit[index], ignored[index] = wanted[best], not wanted[best]
    return BoxMatches(hit, ignored, taken & wanted)


def match_points(points: NDArray[np.floating], boxes: Boxes) -> int:
    """How many points (x, y) have a box of their own that contains them; nearest pairs are matched first."""
    if not len(points) or not len(boxes):
        return 0
    inside = ((points[:, None] >= boxes[None, :, :2]) & (points[:, None] <= boxes[None, :, 2:])).all(axis=2)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    distances = np.where(inside, np.linalg.norm(points[:, None] - centres[None], axis=2), np.inf)
    pairs = 0
    while np.isfinite(distances).any():
        point, box = np.unravel_index(np.argmin(distances), distances.shape)
        distances[point, :] = distances[:, box] = np.inf
        pairs += 1
    return pairs


@dataclass(frozen=True)
class OutlineMatches:
    """Outlines of one photo: the IoU of each true container with its own found one (0 when missed), and mistakes.

    `missed`: no found container of the same kind is it (IoU 0.5). `split`: two or more found ones lie mostly inside
    it and each covers a tenth. `merged`: it lies mostly inside one that holds another, too. `misnamed`: found as
    another kind. `invented`: found ones that lie mostly on no container.
    """

    ious: tuple[float, ...]
    missed: int
    split: int
    merged: int
    misnamed: int
    invented: int


def match_outlines(true: Sequence[Container], found: Sequence[Container]) -> OutlineMatches:
    """Pairs by falling IoU, each outline in one pair at most."""
    common = np.array([[one.shape.intersection(other.shape).area for other in found] for one in true])
    common = common.reshape(len(true), len(found))
    true_areas = np.array([max(one.area_px, 1e-9) for one in true])
    found_areas = np.array([max(other.area_px, 1e-9) for other in found])
    ious = common / (true_areas[:, None] + found_areas[None, :] - common)
    same_kind = np.array([[one.kind == other.kind for other in found] for one in true], dtype=bool).reshape(ious.shape)
    own = _best_pairs(np.where(same_kind, ious, 0.0))
    any_kind = _best_pairs(ious)
    missed = own < MIN_IOU
    inside_true = common / found_areas >= 0.5
    parts = inside_true & (common / true_areas[:, None] >= SPLIT_PART)
    around = common / true_areas[:, None] >= 0.5
    crowded = around[:, around.sum(axis=0) >= 2].any(axis=1)
    return OutlineMatches(
        ious=tuple(own.tolist()),
        missed=int(missed.sum()),
        split=int((parts.sum(axis=1) >= 2).sum()),
        merged=int((crowded & missed).sum()),
        misnamed=int((missed & (any_kind >= MIN_IOU)).sum()),
        invented=int((common.sum(axis=0) / found_areas < 0.5).sum()),
    )


def _best_pairs(ious: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) the IoU of each row's pair, 0 without one."""
    left, result = ious.copy(), np.zeros(len(ious))
    while left.size and left.max() > 0:
        row, column = np.unravel_index(np.argmax(left), left.shape)
        result[row] = left[row, column]
        left[row, :] = left[:, column] = 0
    return result
