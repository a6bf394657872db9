"""One set of boxes from looks at several scales: a plant at one scale must be one at every scale where it is readable.

At too fine a scale the detector takes leaves for plants; at too coarse a scale it misses plants. Each box is therefore
judged by all looks, weighted by how close the plant's size is to the best size for the detector (as in Singh and Davis,
SNIP, CVPR 2018). Of several boxes of one plant, votes and the fit of the sizes to the photo's depth decide which is
kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import CLASS_NAMES, Detections, concatenate
from processing.counting.parameters import VotingParameters

Floats64 = NDArray[np.float64]
Suppress = Callable[[Detections], NDArray[np.intp]]
CHUNK = 512
MIN_WEIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class Look:
    """All boxes found at `scale`, in pixels of the photo."""

    scale: float
    found: Detections


def vote(
    looks: Sequence[Look], resolution_wh: tuple[int, int], *, suppress: Suppress, parameters: VotingParameters
) -> Detections:
    """The plants, empty places and dead plants that the looks agree on; the confidence of each is its vote, 0 to 1.

    Possible ones with a lower vote than is accepted are among them (`accept`): they say how uncertain the number is.
    `suppress` gives the indices of the boxes to keep where several lie on one thing, by their confidence.
    """
    every = concatenate([look.found for look in looks])
    votes, class_votes = _weigh(every, looks, parameters)
    possible = votes >= parameters.accepted * parameters.possible_share
    judged = Detections(
        every.xyxy[possible], votes[possible].astype(np.float32), class_votes[possible].argmax(axis=1), every.capped
    )
    kept = judged.select(suppress(judged))
    for _ in range(parameters.depth_rounds):
        sure = kept.select(kept.confidence >= parameters.accepted)
        if len(sure) < parameters.min_plants_for_depth:
            break
        fitting = judged.confidence * _fit_depth(sure, judged, resolution_wh, parameters)
        kept = judged.select(suppress(Detections(judged.xyxy, fitting.astype(np.float32), judged.class_id)))
    return kept


def accept(found: Detections, parameters: VotingParameters) -> Detections:
    """The boxes that are counted."""
    return found.select(found.confidence >= parameters.accepted)


def _weigh(every: Detections, looks: Sequence[Look], parameters: VotingParameters) -> tuple[Floats64, Floats64]:
    """(n,) mean confidence of the looks in each box, weighted by how readable its size is in each; and (n, classes).

    A look with several boxes at one position counts with the best.
    """
    sides = _sides(every)
    votes, class_votes = np.zeros(len(every)), np.zeros((len(every), len(CLASS_NAMES)))
    total = np.zeros(len(every))
    for look in looks:
        away = np.log(sides * look.scale / parameters.target_plant_px)
        weight = np.exp(-(away**2) / (2 * parameters.size_spread**2)) + MIN_WEIGHT
        seen = _matching_confidence(every, look.found, parameters.same_plant_iou)
        total += weight
        votes += weight * seen.max(axis=1)
        class_votes += weight[:, None] * seen
    return votes / np.maximum(total, MIN_WEIGHT), class_votes


def _matching_confidence(boxes: Detections, seen: Detections, min_iou: float) -> Floats64:
    """(n, classes) the highest confidence of each class among the boxes at the same position; 0 without any."""
    best = np.zeros((len(boxes), len(CLASS_NAMES)))
    for class_id in range(len(CLASS_NAMES)):
        alike = seen.of_class(class_id)
        for start in range(0, len(boxes) if len(alike) else 0, CHUNK):
            part = slice(start, start + CHUNK)
            matching = _iou(boxes.xyxy[part], alike.xyxy) >= min_iou
            best[part, class_id] = np.where(matching, alike.confidence[None], 0.0).max(axis=1)
    return best


def _iou(first: NDArray[np.float32], second: NDArray[np.float32]) -> Floats64:
    """(n, m) intersection over union of boxes xyxy."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    return np.asarray(common / np.maximum(areas[0][:, None] + areas[1][None] - common, 1e-9), dtype=np.float64)


def _fit_depth(
    sure: Detections, judged: Detections, resolution_wh: tuple[int, int], parameters: VotingParameters, rounds: int = 6
) -> Floats64:
    """(n,) how well each box fits into the sizes around it, at most 1.

    The logarithm of the sizes is a plane over the photo, fitted to the sure boxes by least squares with Huber weights.
    """
    sizes, design = np.log(_sides(sure)), _design(sure, resolution_wh)
    plane = np.array([float(np.median(sizes)), 0.0, 0.0])
    for _ in range(rounds):
        errors = np.abs(sizes - design @ plane)
        weighted = design * (sure.confidence / np.maximum(errors / parameters.depth_bend, 1.0))[:, None]
        plane = np.linalg.solve(weighted.T @ design + np.diag([1e-6, 0.3, 0.3]), weighted.T @ sizes)
    away = np.log(np.maximum(_sides(judged), 1e-3)) - _design(judged, resolution_wh) @ plane
    fit = np.exp(-(away**2) / (2 * parameters.depth_spread**2))
    return np.asarray(1 - parameters.depth_weight * (1 - fit))


def _design(detections: Detections, resolution_wh: tuple[int, int]) -> Floats64:
    shares = detections.centres / np.array(resolution_wh, dtype=np.float64)
    return np.concatenate([np.ones((len(shares), 1)), shares], axis=1)


def _sides(detections: Detections) -> Floats64:
    """(n,) the side of each box as a square."""
    return np.asarray(np.sqrt(np.maximum(detections.sizes.astype(np.float64).prod(axis=1), 1e-6)))
