"""Counting by example: three ways from five marked plants to a count. Pure, apart from the features that were read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.accuracy.matching import box_ious
from bench.by_example.pictures import sides
from bench.by_example.views import View
from processing.counting.boxes import DEAD, PLANT, make_detections
from processing.counting.parameters import VotingParameters
from processing.counting.voting import Look, vote
from processing.runtime.inference import SahiSlicer

Boxes = NDArray[np.float64]
Floats = NDArray[np.float64]
REFERENCE_PX = 64.0
SAME_PLANT = 0.4
CERTAIN = 10.0
MOVES = np.array([(dx, dy) for dx in (-0.2, 0.0, 0.2) for dy in (-0.2, 0.0, 0.2)])


@dataclass(frozen=True)
class Rule:
    """How far the marks are followed.

    `size_spread`: how much the logarithm of a size may differ from that of the marks; `least_vote`: the lowest vote of
    a box that is looked at; `share`: what is counted, as a share of the marks' own score, without features at most
    `most`; `resemblance`: 0 for the detector's confidence alone, 1 for the features alone, with `ridge`; `merge`: how
    much of a box may lie on a better one.
    """

    size_spread: float = 0.4
    least_vote: float = 0.03
    share: float = 0.5
    most: float = 0.20
    resemblance: float = 0.0
    ridge: float = 0.3
    merge: float = 0.6


def expected_sides(marks: Boxes, height_px: float) -> Callable[[Boxes], Floats]:
    """The side of a plant at a height in the photo, from a line through the marks' sizes that is shrunk to level."""
    logs = np.log(sides(marks))
    at = (marks[:, 1] + marks[:, 3]) / 2 / height_px
    centred = at - at.mean()
    slope = float(centred @ (logs - logs.mean()) / (centred @ centred + 0.1))

    def expected(boxes: Boxes) -> Floats:
        where = (boxes[:, 1] + boxes[:, 3]) / 2 / height_px - at.mean()
        return np.asarray(np.exp(logs.mean() + slope * where))

    return expected


def candidates(views: Sequence[View], least_vote: float) -> tuple[Boxes, Floats]:
    """Every box that may be a plant, and the vote of the looks for it, as the product votes."""
    width, height = views[0].size[0] / views[0].scale, views[0].size[1] / views[0].scale
    looks = []
    for view in views:
        scores = view.scores[:, [PLANT, DEAD]].max(axis=1)
        looks.append(Look(view.scale, make_detections(view.xyxy, scores, np.zeros(len(scores)))))
    parameters = VotingParameters(accepted=least_vote, possible_share=1.0, depth_rounds=0)
    found = vote(
        looks, (round(width), round(height)), suppress=lambda boxes: np.arange(len(boxes)), parameters=parameters
    )
    return found.xyxy.astype(np.float64), found.confidence.astype(np.float64)


def score_of_marks(boxes: Boxes, scores: Floats, marks: Boxes) -> Floats:
    """(5,) the best score of the boxes that lie on each mark; 0 where there is none."""
    if not len(boxes):
        return np.zeros(len(marks))
    ious = box_ious(marks, boxes)
    return np.asarray(np.where(ious >= SAME_PLANT, scores[None], 0.0).max(axis=1))


def keep(boxes: Boxes, scores: Floats, marks: Boxes, threshold: float, rule: Rule) -> Boxes:
    """The boxes that are counted: the marks, and what is above the threshold and not on a better one."""
    sure = scores >= threshold
    every = np.concatenate([marks, boxes[sure]])
    confidence = np.concatenate([np.full(len(marks), CERTAIN), scores[sure]])
    detections = make_detections(every, confidence, np.zeros(len(every)))
    kept = SahiSlicer().suppress(detections, metric="IOS", threshold=rule.merge)
    return every[kept]


class Places:
    """The features of the photo's places: at a box, and what is usual in this photo."""

    def __init__(self, views: Sequence[View], side_px: float) -> None:
        self.views = [view for view in views if view.tiles]
        self.maps = [_feature_maps(view, side_px) for view in self.views]
        columns = np.concatenate([each.reshape(len(each), -1).T[::7] for maps in self.maps for each in maps])
        self.mean, self.covariance = columns.mean(axis=0), np.cov(columns.T)

    def around(self, boxes: Boxes) -> Floats:
        """(n, 9, channels) the features at and next to the centre of each box, in the view that fits its size best."""
        return np.array([self._around(box) for box in boxes]).reshape(len(boxes), 9, -1)

    def _around(self, box: NDArray[np.float64]) -> Floats:
        side = float(sides(box[None])[0])
        index = int(np.argmin([abs(np.log(side * view.scale / REFERENCE_PX)) for view in self.views]))
        view, maps = self.views[index], self.maps[index]
        centre = (box[:2] + box[2:]) / 2
        return np.array([_features_at(view, maps, (centre + move * side) * view.scale) for move in MOVES])


def _features_at(view: View, maps: Sequence[NDArray[np.float32]], at: Floats) -> NDArray[np.float32]:
    """The features at a place of the view, from the tile that shows most around it."""
    x, y = at
    inner = [min(x - t.window[0], t.window[2] - x, y - t.window[1], t.window[3] - y) for t in view.tiles]
    best = int(np.argmax(inner))
    features, window = maps[best], view.tiles[best].window
    column = min(max(int((x - window[0]) / 8), 0), features.shape[2] - 1)
    row = min(max(int((y - window[1]) / 8), 0), features.shape[1] - 1)
    return features[:, row, column]


def resemblance(places: Places, found: Floats, marked: Floats, ridge: float) -> tuple[Floats, Floats]:
    """(n,) how much each box resembles the marks, and (5,) each mark the four others.

    0 is the average place of the photo, 1 the median mark: a linear discriminant with the photo as background (as in
    Hariharan, Malik and Ramanan, ECCV 2012).
    """
    spread = np.trace(places.covariance) / len(places.covariance)
    whiten = np.linalg.inv(places.covariance + ridge * spread * np.eye(len(places.covariance)))

    def project(templates: Floats, vectors: Floats) -> Floats:
        direction = whiten @ (templates.mean(axis=0) - places.mean)
        return np.asarray(((vectors - places.mean) @ direction).max(axis=-1))

    centres = marked[:, len(MOVES) // 2]
    own = np.array([project(np.delete(centres, i, axis=0), marked[i]) for i in range(len(marked))])
    top = max(float(np.median(own)), 1e-9)
    return project(centres, found) / top, own / top


def _feature_maps(view: View, side_px: float) -> list[NDArray[np.float32]]:
    """For each tile the features at stride 8: the mean over a plant's box, and the place itself."""
    size = max(3, round(side_px * view.scale / 8 * 0.8))
    maps = []
    for tile in view.tiles:
        fine = tile.fine.astype(np.float32).transpose(1, 2, 0)
        coarse = cv2.resize(tile.coarse.astype(np.float32).transpose(1, 2, 0), fine.shape[1::-1])
        place = np.concatenate([fine, coarse.reshape(*fine.shape[:2], -1)], axis=2)
        around = np.concatenate(
            [cv2.blur(place[..., i : i + 64], (size, size)) for i in range(0, place.shape[2], 64)], 2
        )
        maps.append(np.concatenate([around, place], axis=2).transpose(2, 0, 1))
    return maps
