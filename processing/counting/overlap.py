"""Which plants two photos of a bay both show (after both were counted; `processing.overlaps` stores it).

Two ways lead to a homography: the features of the pictures (`counting.features`) and the plants themselves
(`counting.layout`). It is accepted only on evidence: the plants must be where it says, from both sides, and resemble
their partners clearly more than the neighbours of these, because a bed of equal pots fits itself shifted by a pot as
well. That nothing matches is no evidence that nothing is shared: such a pair is doubtful, and a person is asked.
`python -m bench.overlap` measures the thresholds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import Rgb
from processing.counting.features import (
    Features,
    Homography,
    Points,
    find_features,
    fit_homography,
    match_features,
    project,
)
from processing.counting.layout import REACH, Plants, distinctness, fit_layout, look_at_plants, pair_up

Verdict = Literal["joined", "apart", "doubtful"]
Reason = Literal["", "no_match", "unclear", "disagree"]


@dataclass(frozen=True)
class OverlapParameters:
    """When the pictures say enough.

    Either at least `plants` shared plants resemble each other more than their neighbours, by `clear` standard errors
    and `effect` standard deviations; or this many `features` agree, and `margin` times as many as on anything else, and
    the plants do not contradict them. `agreement` is the share of plants in the overlap that must have a partner.
    """

    clear: float = 4.0
    effect: float = 0.4
    plants: int = 8
    features: int = 20
    margin: float = 3.0
    agreement: float = 0.8


DEFAULT_PARAMETERS = OverlapParameters()
# How much smaller or larger one picture may show the other's plants, and where the corners may go, in widths.
MAX_AREA_RATIO = 4.0
MAX_AWAY = 4.0
REFITS = 2
# Equal plants resemble the neighbours of their partners as much as these, give or take this many standard errors.
CONTRADICTED = -3.0


@dataclass(frozen=True, eq=False)
class Picture:
    """What is compared of a photo: its size in pixels, its features, its plants."""

    resolution_wh: tuple[int, int]
    features: Features
    plants: Plants


@dataclass(frozen=True)
class Overlap:
    """What two pictures share.

    `homography` are the nine numbers, row by row, that take places in the first picture to places in the second, both
    as shares of width and height; None if none was found. `shared` are the numbers of the plants that both show, in the
    order of the boxes. `features` is how many features agree, `clear` and `agreement` are as in `OverlapParameters`.
    A doubtful overlap may have both, as a suggestion.
    """

    verdict: Verdict
    reason: Reason = ""
    homography: tuple[float, ...] | None = None
    shared: tuple[tuple[int, int], ...] = ()
    features: int = 0
    clear: float = 0.0
    agreement: float = 0.0


@dataclass(frozen=True, eq=False)
class Candidate:
    """A homography in pixels, the plants that it pairs up (k, 2), and the evidence for it."""

    homography: Homography
    pairs: NDArray[np.intp]
    inliers: int
    rivals: int
    clear: float
    agreement: float

    def holds(self, parameters: OverlapParameters) -> bool:
        """Whether the evidence is enough."""
        if self.agreement < parameters.agreement:
            return False
        clear = max(parameters.clear, parameters.effect * np.sqrt(len(self.pairs)))
        by_plants = len(self.pairs) >= parameters.plants and self.clear >= clear
        by_features = self.inliers >= parameters.features and self.inliers >= parameters.margin * self.rivals
        return bool(by_plants or (by_features and self.clear > CONTRADICTED))


def read_picture(rgb: Rgb, xyxy: NDArray[np.floating]) -> Picture:
    """What is compared of a picture (height, width, 3) with its plants' boxes (n, 4) in pixels."""
    height, width = rgb.shape[:2]
    return Picture((width, height), find_features(rgb), look_at_plants(rgb, xyxy))


def compare(first: Picture, second: Picture, parameters: OverlapParameters = DEFAULT_PARAMETERS) -> Overlap:
    """Whether two pictures show the same plants, and which."""
    return decide(find_candidates(first, second), first, second, parameters)


def find_candidates(first: Picture, second: Picture) -> tuple[Candidate, ...]:
    """What could join two pictures: by their features, and by their plants."""
    match = match_features(first.features, second.features, longer_side_px=max(second.resolution_wh))
    layout = fit_layout(first.plants, second.plants)
    found = (
        _examine(match.homography, first, second, match.inliers, match.rivals) if match else None,
        _examine(layout, first, second) if layout is not None else None,
    )
    return tuple(candidate for candidate in found if candidate is not None)


def decide(candidates: Sequence[Candidate], first: Picture, second: Picture, parameters: OverlapParameters) -> Overlap:
    """What the candidates say about two pictures."""
    if not candidates:
        return Overlap("doubtful", "no_match")
    held = [candidate for candidate in candidates if candidate.holds(parameters)]
    best = max(held or candidates, key=lambda candidate: (candidate.clear, candidate.inliers))
    if not held:
        return _overlap("doubtful", "unclear" if _is_likely(best) else "no_match", best, first, second)
    if len(held) > 1 and _disagree(held[0].pairs, held[1].pairs):
        return _overlap("doubtful", "disagree", best, first, second)
    return _overlap("joined" if len(best.pairs) else "apart", "", best, first, second)


def _is_likely(candidate: Candidate) -> bool:
    """Whether it is worth being shown as a suggestion."""
    return candidate.agreement >= 0.5 and (candidate.clear >= 3 or candidate.inliers >= 12)


def _overlap(verdict: Verdict, reason: Reason, best: Candidate, first: Picture, second: Picture) -> Overlap:
    if reason == "no_match":
        return Overlap(verdict, reason, features=best.inliers, clear=best.clear, agreement=best.agreement)
    into, out_of = np.diag([*first.resolution_wh, 1.0]), np.diag([*second.resolution_wh, 1.0])
    shares = np.linalg.inv(out_of) @ best.homography @ into
    return Overlap(
        verdict,
        reason,
        tuple(float(value) for value in (shares / shares[2, 2]).ravel()),
        tuple((int(one), int(other)) for one, other in best.pairs),
        best.inliers,
        best.clear,
        best.agreement,
    )


def _examine(
    homography: Homography, first: Picture, second: Picture, inliers: int = 0, rivals: int = 0
) -> Candidate | None:
    """The evidence for a homography; None if no two photos of one bed could be joined by it."""
    if not _is_possible(homography, first, second):
        return None
    pairs = pair_up(homography, first.plants, second.plants)
    for _ in range(REFITS):
        refitted = _refit(first.plants, second.plants, pairs)
        if refitted is None or not _is_possible(refitted, first, second):
            break
        again = pair_up(refitted, first.plants, second.plants)
        if len(again) <= len(pairs):
            break
        homography, pairs = refitted, again
    clear = distinctness(first.plants, second.plants, pairs)
    return Candidate(homography, pairs, inliers, rivals, clear, _agreement(homography, first, second, pairs))


def _refit(first: Plants, second: Plants, pairs: NDArray[np.intp]) -> Homography | None:
    if len(pairs) < 12:
        return None
    before, after = first.centres[pairs[:, 0]], second.centres[pairs[:, 1]]
    return fit_homography(before, after, tolerance_px=REACH / 2 * float(np.median(second.distances)))[0]


def _is_possible(homography: Homography, first: Picture, second: Picture) -> bool:
    """Whether the first picture stays convex, the right way up and of a similar size in the second."""
    width, height = second.resolution_wh
    corners = project(homography, _corners(first.resolution_wh))
    if not np.isfinite(corners).all() or (np.abs(corners) > MAX_AWAY * max(width, height)).any():
        return False
    outline = corners.astype(np.float32).reshape(-1, 1, 2)
    signed = float(cv2.contourArea(outline, oriented=True))
    ratio = signed / (first.resolution_wh[0] * first.resolution_wh[1])
    return bool(cv2.isContourConvex(outline)) and 1 / MAX_AREA_RATIO <= ratio <= MAX_AREA_RATIO


def _corners(resolution_wh: tuple[int, int]) -> Points:
    width, height = resolution_wh
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def _agreement(homography: Homography, first: Picture, second: Picture, pairs: NDArray[np.intp]) -> float:
    """The share of plants well inside the overlap that have a partner: of the picture where it is smaller; 1 without
    any."""
    there = _is_inside(project(homography, first.plants.centres), second)
    back = _is_inside(project(np.linalg.inv(homography), second.plants.centres), first)
    shares = [
        np.isin(np.nonzero(inside)[0], chosen).mean()
        for inside, chosen in ((there, pairs[:, 0]), (back, pairs[:, 1]))
        if inside.any()
    ]
    return float(min(shares, default=1.0))


def _is_inside(points: Points, picture: Picture) -> NDArray[np.bool_]:
    """(n,) which points are at least half a plant away from the edge of a picture."""
    edge = 0.5 * float(np.median(picture.plants.distances)) if len(picture.plants) else 0.0
    inside = (points > edge) & (points < np.array(picture.resolution_wh) - edge)
    return np.asarray(inside.all(axis=1))


def _disagree(one: NDArray[np.intp], other: NDArray[np.intp]) -> bool:
    """Whether two homographies pair up different plants."""
    if not len(one) or not len(other):
        return bool(len(one) or len(other))
    common = {tuple(pair) for pair in one.tolist()} & {tuple(pair) for pair in other.tolist()}
    return len(common) < 0.8 * min(len(one), len(other))


def seams(homography: Sequence[float]) -> tuple[Points, Points]:
    """The outlines (n, 2) of what both pictures show, in the first and in the second, as shares of width and height.

    Both are empty if they share nothing.
    """
    matrix = np.array(homography, np.float64).reshape(3, 3)
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    area, common = cv2.intersectConvexConvex(project(matrix, frame).astype(np.float32), frame.astype(np.float32))
    if common is None or area <= 0:
        return np.zeros((0, 2)), np.zeros((0, 2))
    there = common.reshape(-1, 2).astype(np.float64)
    return np.clip(project(np.linalg.inv(matrix), there), 0, 1), np.clip(there, 0, 1)
