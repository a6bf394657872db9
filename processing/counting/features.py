"""Features of two pictures and the homography that joins them (used by `counting.overlap`).

SIFT (Lowe 2004) with the square roots of its descriptors (RootSIFT: Arandjelovic and Zisserman 2012), joined by
OpenCV's MAGSAC++ (Barath et al. 2020). The phone is carried along the plants, so matches between which it would have
been turned or moved far away are left out.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import Floats, Rgb

Points = NDArray[np.float64]
Homography = NDArray[np.float64]

MAX_FEATURES = 2500
FAINTEST_CONTRAST = 0.02
# A match is kept if the next best one is clearly less similar (Lowe's ratio, of distances).
RATIO = 0.92
MAX_TURN_DEGREES = 30.0
MAX_ZOOM = 1.8
LEAST_MATCHES = 8
# How far a match may be from where the homography puts it, as a share of the picture's longer side.
TOLERANCE = 0.006
SEED = 1


@dataclass(frozen=True, eq=False)
class Features:
    """n features: points (n, 2) in pixels, sizes (n,) in pixels, angles (n,) in degrees, descriptors (n, 128)."""

    points: Points
    sizes: Points
    angles: Points
    descriptors: Floats


@dataclass(frozen=True, eq=False)
class FeatureMatch:
    """A homography from the first picture to the second, by how many features, and how many others agree on another."""

    homography: Homography
    inliers: int
    rivals: int


def find_features(rgb: Rgb) -> Features:
    """The strongest features of a picture (height, width, 3), in any light."""
    grey = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    sift = cv2.SIFT.create(nfeatures=MAX_FEATURES, contrastThreshold=FAINTEST_CONTRAST)
    found, descriptors = sift.detectAndCompute(grey, None)
    if not found:
        return Features(np.zeros((0, 2)), np.zeros(0), np.zeros(0), np.zeros((0, 128), np.float32))
    rows = np.array([(*one.pt, one.size, one.angle) for one in found], np.float64)
    roots = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)).astype(np.float32)
    return Features(rows[:, :2], rows[:, 2], rows[:, 3], roots)


def match_features(first: Features, second: Features, *, longer_side_px: int) -> FeatureMatch | None:
    """What joins the pictures by their features, if anything does; `longer_side_px` is of the second picture."""
    one, other = _mutual(first, second)
    before, after = first.points[one], second.points[other]
    tolerance_px = TOLERANCE * longer_side_px
    homography, joined = fit_homography(before, after, tolerance_px=tolerance_px)
    if homography is None:
        return None
    # What is left and far from this homography may agree on another: a bed shifted by a row, say.
    left = np.linalg.norm(project(homography, before) - after, axis=1) > 3 * tolerance_px
    _, rivals = fit_homography(before[left], after[left], tolerance_px=tolerance_px)
    return FeatureMatch(homography, int(joined.sum()), int(rivals.sum()))


def _mutual(first: Features, second: Features) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Features that are each other's most similar ones, clearly, seen at about the same angle and size."""
    none = np.zeros(0, np.intp)
    if min(len(first.points), len(second.points)) < LEAST_MATCHES:
        return none, none
    alike = first.descriptors @ second.descriptors.T
    best, rows = alike.argmax(axis=1), np.arange(len(alike))
    top = np.partition(alike, -2, axis=1)[:, -2:]
    next_best, nearest = np.sqrt(np.maximum(2 - 2 * top, 0)).T
    turned = (second.angles[best] - first.angles + 180) % 360 - 180
    zoomed = np.abs(np.log(second.sizes[best] / first.sizes))
    chosen = (alike.argmax(axis=0)[best] == rows) & (nearest <= RATIO * next_best)
    chosen &= (np.abs(turned) <= MAX_TURN_DEGREES) & (zoomed <= np.log(MAX_ZOOM))
    return rows[chosen], best[chosen]


def fit_homography(
    before: Points, after: Points, *, tolerance_px: float
) -> tuple[Homography | None, NDArray[np.bool_]]:
    """The homography that takes most of the points (n, 2) to their partners, and which it does; None if there is
    none."""
    none = np.zeros(len(before), np.bool_)
    if len(before) < LEAST_MATCHES:
        return None, none
    cv2.setRNGSeed(SEED)
    found, inliers = cv2.findHomography(before, after, cv2.USAC_MAGSAC, tolerance_px, maxIters=5000, confidence=0.999)
    if found is None or not np.isfinite(found).all():
        return None, none
    return found, inliers.ravel().astype(np.bool_)


def project(homography: NDArray[np.floating[Any]], points: NDArray[np.floating[Any]]) -> Points:
    """(n, 2) where the homography takes points (n, 2)."""
    if not len(points):
        return np.zeros((0, 2))
    moved = cv2.perspectiveTransform(np.asarray(points, np.float64)[None], homography)
    return np.asarray(moved[0], dtype=np.float64)
