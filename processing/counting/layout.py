"""Plants of one picture found again in another by how they look and how they stand (used by `counting.overlap`).

Close to the phone, plants are too tall for features of the ground: from the next place they hide other things. But the
plant in a pot keeps its colours and form, and its neighbours. So each plant is compared with all of the other picture,
and the arrangement wins on which most of the resembling plants agree: two of them give a turn, a scale and a shift,
and from there it grows to a homography over the whole overlap.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import Floats, Rgb
from processing.counting.features import (
    LEAST_MATCHES,
    MAX_TURN_DEGREES,
    MAX_ZOOM,
    SEED,
    Homography,
    Points,
    fit_homography,
    project,
)

SIDE_PX = 12
# A box with a margin of its neighbourhood.
MARGIN = 1.15
# Colours weigh more than light, which differs from photo to photo.
COLOUR_WEIGHT = 2.5
# Resembling plants that are tried for each plant.
TRIED = 3
TRIALS = 3000
BEST_TRIALS = 12
# Two plants give a good guess for others up to this many plants' distances away.
NEIGHBOURHOOD = 6.0
GROWTHS = 8
# How far from its place a plant may be found, as a share of the distance to its neighbours.
REACH = 0.45
# Of those that are left then: what hides a part of a plant is not the same from both places, so its box differs; by no
# more than this share of its side.
LAST_REACH, LAST_SIDES = 0.8, 0.6
# Neighbours by which a plant's place is corrected, and how often.
NEIGHBOURS = 7
SETTLING = 4
DIRECTIONS = 8
FURTHEST_NEIGHBOUR = 2.2
# With fewer, nothing can be said about a direction.
FEWEST_PAIRS = 5


@dataclass(frozen=True, eq=False)
class Plants:
    """n plants: centres (n, 2) in pixels, distances (n,) between neighbours there, looks (n, k) of length 1, sides
    (n,) of the boxes as squares."""

    centres: Points
    distances: Points
    sides: Points
    looks: Floats

    def __len__(self) -> int:
        return len(self.centres)


def look_at_plants(rgb: Rgb, xyxy: NDArray[np.floating]) -> Plants:
    """The plants in the boxes (n, 4) of a picture (height, width, 3), in pixels."""
    boxes = np.asarray(xyxy, np.float64).reshape(-1, 4)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = np.sqrt(np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1.0))
    return Plants(centres, _distances(centres, sides), sides, _looks(rgb, centres, boxes[:, 2:] - boxes[:, :2]))


def _distances(centres: Points, sides: Points) -> Points:
    """(n,) how far apart plants stand around each: the median of the next ones of its five nearest."""
    if len(centres) < 2:
        return sides
    between = apart(centres, centres)
    np.fill_diagonal(between, np.inf)
    nearest = between.min(axis=1)
    around = np.argsort(between, axis=1)[:, : min(5, len(centres) - 1)]
    return np.asarray(np.maximum(np.median(nearest[around], axis=1), 0.5 * sides), dtype=np.float64)


def _looks(rgb: Rgb, centres: Points, sizes: Points) -> Floats:
    """(n, 3 SIDE_PX^2) small pictures of the plants, without the light of the whole picture."""
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] -= lab[..., 0].mean()
    lab[..., 1:] = (lab[..., 1:] - np.median(lab[..., 1:], axis=(0, 1))) * COLOUR_WEIGHT
    looks = np.zeros((len(centres), 3 * SIDE_PX**2), np.float32)
    for index, ((x, y), (width, height)) in enumerate(zip(centres, sizes, strict=True)):
        scale = SIDE_PX / (max(width, height, 4.0) * MARGIN)
        cut = np.array([[scale, 0, SIDE_PX / 2 - x * scale], [0, scale, SIDE_PX / 2 - y * scale]])
        small = cv2.warpAffine(lab, cut, (SIDE_PX, SIDE_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        looks[index] = small.ravel() / max(float(np.linalg.norm(small)), 1e-6)
    return looks


def apart(one: Points, other: Points) -> Points:
    """(n, m) distances between points."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def fit_layout(first: Plants, second: Plants) -> Homography | None:
    """The homography on which most of the resembling plants agree; None if there are too few plants."""
    if min(len(first), len(second)) < LEAST_MATCHES:
        return None
    alike = first.looks @ second.looks.T
    tried = min(TRIED, len(second))
    one = np.repeat(np.arange(len(first)), tried)
    other = np.argpartition(-alike, tried - 1, axis=1)[:, :tried].ravel()
    zoomed = np.abs(np.log(second.sides[other] / first.sides[one])) <= np.log(MAX_ZOOM)
    one, other = one[zoomed], other[zoomed]
    if len(one) < LEAST_MATCHES:
        return None
    before, after = first.centres[one], second.centres[other]
    reach = REACH * second.distances[other]
    near = NEIGHBOURHOOD * first.distances[one]
    grown = [_grow(before, after, reach, members) for members in _try_pairs(before, after, reach, near)]
    found = [result for result in grown if result is not None]
    return max(found, key=lambda result: result[1])[0] if found else None


def _try_pairs(before: Points, after: Points, reach: Points, near: Points) -> list[NDArray[np.bool_]]:
    """The matches that agree with the best of many pairs of matches, which give a turn, a scale and a shift."""
    rng = np.random.default_rng(SEED)
    start = rng.integers(len(before), size=TRIALS)
    between = apart(before[start], before)
    close = (between > 0.1 * near[start, None]) & (between < near[start, None])
    # A random one of those close to each start.
    end = np.where(close, rng.random(close.shape), -1.0).argmax(axis=1)
    usable = close[np.arange(TRIALS), end]
    start, end, close = start[usable], end[usable], between[usable] < near[start[usable], None]
    p, q = before @ [1, 1j], after @ [1, 1j]
    turn = (q[end] - q[start]) / (p[end] - p[start])
    held = (np.abs(np.angle(turn, deg=True)) <= MAX_TURN_DEGREES) & (
        np.abs(np.log(np.maximum(np.abs(turn), 1e-6))) <= np.log(MAX_ZOOM)
    )
    start, turn, close = start[held], turn[held], close[held]
    placed = q[start][:, None] + turn[:, None] * (p[None] - p[start][:, None])
    agreeing = (np.abs(placed - q[None]) < reach) & close
    best = np.argsort(-agreeing.sum(axis=1))[:BEST_TRIALS]
    return [agreeing[index] for index in best if agreeing[index].sum() >= 4]


def _grow(before: Points, after: Points, reach: Points, members: NDArray[np.bool_]) -> tuple[Homography, int] | None:
    """A homography from a few matches to all that agree, and how many they are: affine until there are enough."""
    homography: Homography | None = None
    for _ in range(GROWTHS):
        fitted = _fit(before[members], after[members], tolerance_px=float(np.median(reach)))
        if fitted is None:
            break
        homography = fitted
        agreeing = np.linalg.norm(project(homography, before) - after, axis=1) < reach
        if (agreeing == members).all():
            break
        members = agreeing
    return (homography, int(members.sum())) if homography is not None else None


def _fit(before: Points, after: Points, *, tolerance_px: float) -> Homography | None:
    if len(before) >= 3 * LEAST_MATCHES:
        return fit_homography(before, after, tolerance_px=tolerance_px)[0]
    if len(before) < 4:
        return None
    affine, _ = cv2.estimateAffine2D(before, after, method=cv2.LMEDS)
    return None if affine is None or not np.isfinite(affine).all() else np.vstack([affine, [0, 0, 1]])


def pair_up(homography: Homography, first: Plants, second: Plants) -> NDArray[np.intp]:
    """(k, 2) the plants that both pictures show, each at most once, the nearest first.

    Plants of different heights are not on one plane: each is looked for where its neighbours were found.
    """
    start = settled = project(homography, first.centres)
    near = REACH * second.distances
    pairs = _pair_nearest(settled, second, near)
    for _ in range(SETTLING):
        if len(pairs) < NEIGHBOURS:
            break
        found = start[pairs[:, 0]]
        moved = second.centres[pairs[:, 1]] - found
        around = np.argpartition(apart(start, found), NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        corrected = start + np.median(moved[around], axis=1)
        again = _pair_nearest(corrected, second, near)
        if len(again) <= len(pairs):
            break
        settled, pairs = corrected, again
    return _pair_nearest(
        settled, second, np.maximum(near, np.minimum(LAST_REACH * second.distances, LAST_SIDES * second.sides))
    )


def _pair_nearest(placed: Points, second: Plants, reach: Points) -> NDArray[np.intp]:
    """(k, 2) the plants within (m,) pixels of where they should be, in order of how near they are, relative to that."""
    between = apart(placed, second.centres) / np.maximum(reach, 1.0)
    one, other = np.nonzero(between < 1)
    pairs, taken, given = [], set(), set()
    for index in np.argsort(between[one, other], kind="stable"):
        i, j = int(one[index]), int(other[index])
        if i not in taken and j not in given:
            pairs.append((i, j))
            taken.add(i)
            given.add(j)
    return np.array(sorted(pairs), np.intp).reshape(-1, 2)


def distinctness(first: Plants, second: Plants, pairs: NDArray[np.intp]) -> float:
    """By how many standard errors the pairs (k, 2) resemble each other more than if all were shifted by a plant.

    The least of eight directions; 0 if no direction can be tried.
    """
    if len(pairs) < FEWEST_PAIRS:
        return 0.0
    neighbours = _neighbours(second)
    scores = []
    for column in neighbours[pairs[:, 1]].T:
        known = column >= 0
        if known.sum() < FEWEST_PAIRS:
            continue
        one, other = pairs[known].T
        looks = first.looks[one]
        gain = (looks * second.looks[other]).sum(axis=1) - (looks * second.looks[column[known]]).sum(axis=1)
        scores.append(float(gain.mean() / max(gain.std(ddof=1) / np.sqrt(len(gain)), 1e-6)))
    return min(scores, default=0.0)


def _neighbours(plants: Plants) -> NDArray[np.intp]:
    """(n, DIRECTIONS) the nearest plant in each direction, or -1."""
    step = plants.centres[None] - plants.centres[:, None]
    between = np.linalg.norm(step, axis=2)
    np.fill_diagonal(between, np.inf)
    sector = np.round(np.arctan2(step[..., 1], step[..., 0]) / (2 * np.pi / DIRECTIONS)).astype(int) % DIRECTIONS
    found = np.full((len(plants), DIRECTIONS), -1, np.intp)
    for direction in range(DIRECTIONS):
        there = np.where(sector == direction, between, np.inf)
        nearest = there.argmin(axis=1)
        near = there[np.arange(len(plants)), nearest] < FURTHEST_NEIGHBOUR * plants.distances
        found[near, direction] = nearest[near]
    return found
