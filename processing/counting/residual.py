"""The plant-like area of a segment outside its detected plants.

Colour alone does not distinguish a succulent from soil, so no colours are assumed: the centres of the detected plants
show what plants look like here, and the whole segment shows how common those colours are.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import EMPTY, Detections, Mask, Rgb
from processing.counting.containers import Container, crop_window, draw_mask
from processing.counting.pyramid import Pyramid, Window, longer_side

VIEW_PX = 800
CORE_SHARE = 0.5
BINS = (8, 16, 16)
BARE_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class PlantSize:
    """The side of a plant as an affine function of position: exact for plants on a plane in perspective."""

    coefficients: NDArray[np.float64]
    limits: tuple[float, float]
    median_area_px: float

    def side_px(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) sides at the points (x, y), limited to the observed range."""
        design = np.column_stack([np.ones(len(points)), points])
        return np.clip(design @ self.coefficients, *self.limits)


@dataclass(frozen=True, eq=False)
class PlantCover:
    """The plant cover around each pixel in a view of a container: 1 as on its plants, 0 as at the barest places.

    `contrast` is the difference between the two; near 0 plants cannot be distinguished from the rest.
    """

    level: NDArray[np.float32]
    inside: Mask
    window: Window
    scale: float
    contrast: float

    def at(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n,) levels at points (x, y) of the photo; at the rim those of the nearest pixel."""
        return _at(self.level, points, self.window, self.scale)


@dataclass(frozen=True, eq=False)
class Residual:
    """Plant-covered places outside every box: positions (n, 2), and the area of each in photo pixels."""

    points: NDArray[np.float32]
    area_per_point_px: float

    @property
    def area_px(self) -> float:
        """Their area in pixels of the photo."""
        return len(self.points) * self.area_per_point_px


def fit_plant_size(plants: Detections, rounds: int = 5) -> PlantSize:
    """The size of plants by position, by least squares with Huber weights (outliers: two plants in one box, leaves)."""
    sides = np.sqrt(plants.sizes.astype(np.float64).prod(axis=1))
    design = np.column_stack([np.ones(len(plants)), plants.centres.astype(np.float64)])
    weights = np.ones(len(plants))
    coefficients = np.zeros(3)
    for _ in range(rounds):
        root = np.sqrt(weights)
        coefficients = np.linalg.lstsq(design * root[:, None], sides * root, rcond=None)[0]
        errors = np.abs(sides - design @ coefficients)
        bend = 1.5 * max(float(np.median(errors)) / 0.6745, 1e-6)
        weights = np.minimum(1.0, bend / np.maximum(errors, 1e-6))
    low, high = np.quantile(sides, [0.05, 0.95])
    return PlantSize(coefficients, (max(float(low), 1.0), max(float(high), 1.0)), float(np.median(sides)) ** 2)


def find_cover(photo: Pyramid, container: Container, detections: Detections, around_px: float) -> PlantCover:
    """The plant cover of a container, averaged over squares with a side of `around_px` photo pixels.

    A single pixel says little: plants have several colours, and soil shares some of them.
    """
    window = crop_window(container, photo.resolution_wh)
    scale = min(1.0, VIEW_PX / longer_side(window))
    view, inside = photo.view(window, scale), draw_mask(container, window, scale)
    plants = detections.select(detections.class_id != EMPTY)
    cores = _painted(inside.shape, plants, window, scale, CORE_SHARE, ellipse=True) & inside
    likeness = _averaged(plant_likeness(view, cores, inside), inside, _odd(around_px * scale))
    planted = float(np.median(_at(likeness, plants.centres, window, scale)))
    bare = float(np.quantile(likeness[inside], BARE_SHARE)) if inside.any() else planted
    level = (likeness - bare) / max(planted - bare, 1e-6)
    return PlantCover(level.astype(np.float32), inside, window, scale, contrast=planted - bare)


def find_residual(cover: PlantCover, detections: Detections, *, min_level: float, thinnest_px: float) -> Residual:
    """The places outside all boxes with a cover of at least `min_level`, without parts thinner than `thinnest_px`."""
    boxes = _painted(cover.inside.shape, detections, cover.window, cover.scale, 1.0, ellipse=False)
    left = cover.inside & (cover.level > min_level) & ~boxes
    kernel = np.ones((_odd(thinnest_px * cover.scale),) * 2, dtype=np.uint8)
    rows, columns = np.nonzero(cv2.morphologyEx(left.astype(np.uint8), cv2.MORPH_OPEN, kernel))
    points = (np.column_stack([columns, rows]) + 0.5) / cover.scale + cover.window[:2]
    return Residual(points.astype(np.float32), 1 / cover.scale**2)


def plant_likeness(view: Rgb, cores: Mask, inside: Mask) -> NDArray[np.float32]:
    """(height, width) probability that a pixel is plant, from positives and unlabelled pixels alone.

    Bayes: p(plant | colour) = share x p(colour | core) / p(colour | segment), with the largest share of plants that
    explains the segment (Elkan and Noto 2008; Scott 2015).
    """
    lab = cv2.cvtColor(view, cv2.COLOR_RGB2LAB)
    index = np.zeros(lab.shape[:2], dtype=np.uint16)
    for channel, bins in enumerate(BINS):
        index = index * bins + (lab[..., channel].astype(np.uint16) * bins >> 8)
    total = int(np.prod(BINS))
    positive = np.bincount(index[cores], minlength=total) + 1e-9
    everything = np.bincount(index[inside], minlength=total) + 1e-9
    ratio = (positive / positive.sum()) / (everything / everything.sum())
    common = positive > 0.001 * positive.sum()
    share = min(1.0, 1.0 / float(np.quantile(ratio[common], 0.9))) if common.any() else 0.0
    likeness: NDArray[np.float32] = np.clip(share * ratio, 0, 1).astype(np.float32)[index]
    return likeness


def _painted(
    shape: tuple[int, ...], detections: Detections, window: Window, scale: float, share: float, *, ellipse: bool
) -> Mask:
    """The boxes, or the ellipses in them, shrunk to a share of their sides, over the view of the window."""
    mask = np.zeros(shape, dtype=np.uint8)
    centres = np.round((detections.centres - np.array(window[:2], dtype=np.float32)) * scale).astype(int).tolist()
    halves = np.maximum(np.round(detections.sizes * scale * share / 2), 1).astype(int).tolist()
    for (x, y), (across, down) in zip(centres, halves, strict=True):
        if ellipse:
            cv2.ellipse(mask, (x, y), (across, down), 0, 0, 360, 1, -1)
        else:
            cv2.rectangle(mask, (x - across, y - down), (x + across, y + down), 1, -1)
    return mask.astype(bool)


def _averaged(likeness: NDArray[np.float32], inside: Mask, side: int) -> NDArray[np.float32]:
    """The mean over a square around each pixel, of those pixels that lie inside."""
    weight = cv2.blur(inside.astype(np.float32), (side, side))
    mean = cv2.blur(likeness * inside, (side, side)) / np.maximum(weight, 1e-3)
    return np.asarray(mean, dtype=np.float32)


def _at(
    likeness: NDArray[np.float32], points: NDArray[np.float32], window: Window, scale: float
) -> NDArray[np.float32]:
    """The values at points (x, y) of the photo; the nearest pixel for those at the rim."""
    places = np.round((points - np.array(window[:2])) * scale).astype(int)
    columns = np.clip(places[:, 0], 0, likeness.shape[1] - 1)
    rows = np.clip(places[:, 1], 0, likeness.shape[0] - 1)
    values: NDArray[np.float32] = likeness[rows, columns]
    return values


def _odd(length: float) -> int:
    return max(1, round(length)) | 1
