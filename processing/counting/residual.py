"""What is left of a segment once its detected plants are taken away: pixels that look like its own plants.

Colour alone does not tell a succulent from soil, so nothing is assumed about colours: the middles of the detected
plants show what plants look like here, and the whole segment shows how common those colours are in it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import EMPTY, Detections, Mask, Rgb
from processing.counting.containers import Container, Window, crop_window, draw_mask, shrink

VIEW_PX = 800
CORE_SHARE = 0.5
BINS = (8, 16, 16)
MAJORITY = 0.5


@dataclass(frozen=True, eq=False)
class PlantSize:
    """Side of a plant as an affine function of place: exact for plants on a plane seen in perspective."""

    coefficients: NDArray[np.float64]
    limits: tuple[float, float]
    median_area_px: float

    def side_px(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) sides at the points (x, y), kept within what was observed."""
        design = np.column_stack([np.ones(len(points)), points])
        return np.clip(design @ self.coefficients, *self.limits)


@dataclass(frozen=True, eq=False)
class Residual:
    """Plant-like pixels outside every box: where (n, 2), and the photo pixels each stands for."""

    points: NDArray[np.float32]
    area_per_point_px: float
    plant_share_of_box: float
    plant_view_px: float
    separation: float

    @property
    def area_px(self) -> float:
        """Their area in pixels of the photo."""
        return len(self.points) * self.area_per_point_px


def fit_plant_size(plants: Detections, rounds: int = 5) -> PlantSize:
    """The size of plants by place, by least squares with Huber weights (outliers: two plants in one box, leaves)."""
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


def find_residual(rgb: Rgb, container: Container, detections: Detections, size: PlantSize) -> Residual:
    """Plant-like pixels of the segment outside all boxes, cleaned of what is thinner than a third of a plant."""
    window = crop_window(container, rgb)
    crop = rgb[window[1] : window[3], window[0] : window[2]]
    scale = min(1.0, VIEW_PX / max(crop.shape[:2]))
    view = shrink(crop, scale)
    inside = draw_mask(container, window, scale)[: view.shape[0], : view.shape[1]]
    plants, empties = detections.select(detections.class_id != EMPTY), detections.of_class(EMPTY)
    cores = _painted(view, plants, window, scale, CORE_SHARE, ellipse=True) & inside
    boxes = _painted(view, plants, window, scale, 1.0, ellipse=False) & inside
    free = _painted(view, empties, window, scale, 1.0, ellipse=False)
    likeness = plant_likeness(view, cores, inside)
    alike = likeness > MAJORITY
    left = alike & inside & ~boxes & ~free
    plant_view_px = float(np.median(size.side_px(plants.centres))) * scale
    thin = max(1, round(plant_view_px / 3))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thin, thin))
    solid = cv2.morphologyEx(left.astype(np.uint8), cv2.MORPH_OPEN, kernel).astype(bool)
    rows, columns = np.nonzero(solid)
    points = (np.column_stack([columns, rows]) + 0.5) / scale + window[:2]
    return Residual(
        points=points.astype(np.float32),
        area_per_point_px=1 / scale**2,
        plant_share_of_box=float(alike[boxes].mean()) if boxes.any() else 0.0,
        plant_view_px=plant_view_px,
        separation=_separation(likeness, cores, inside & ~boxes),
    )


def plant_likeness(view: Rgb, cores: Mask, inside: Mask) -> NDArray[np.float32]:
    """(height, width) probability that a pixel is plant, from positives and unlabelled pixels alone.

    Bayes: p(plant | colour) = share x p(colour | core) / p(colour | segment), with the share of plants at its
    largest value that explains the segment (Elkan and Noto 2008; Scott 2015).
    """
    lab = cv2.cvtColor(view, cv2.COLOR_RGB2LAB)
    index = np.zeros(lab.shape[:2], dtype=np.intp)
    for channel, bins in enumerate(BINS):
        index = index * bins + (lab[..., channel].astype(np.intp) * bins >> 8)
    total = int(np.prod(BINS))
    positive = np.bincount(index[cores], minlength=total) + 1e-9
    everything = np.bincount(index[inside], minlength=total) + 1e-9
    ratio = (positive / positive.sum()) / (everything / everything.sum())
    common = positive > 0.001 * positive.sum()
    share = min(1.0, 1.0 / float(np.quantile(ratio[common], 0.9))) if common.any() else 0.0
    likeness: NDArray[np.float32] = np.clip(share * ratio, 0, 1).astype(np.float32)[index]
    return likeness


def _separation(likeness: NDArray[np.float32], cores: Mask, outside: Mask) -> float:
    """How much more plant-like the plants' middles are than what lies between the boxes."""
    if not cores.any() or not outside.any():
        return 0.0
    return float(likeness[cores].mean() - likeness[outside].mean())


def _painted(view: Rgb, detections: Detections, window: Window, scale: float, share: float, *, ellipse: bool) -> Mask:
    """The boxes, or the ellipses in them, shrunk to a share of their sides, over the view of the window."""
    mask = np.zeros(view.shape[:2], dtype=np.uint8)
    centres = np.round((detections.centres - np.array(window[:2], dtype=np.float32)) * scale).astype(int).tolist()
    halves = np.maximum(np.round(detections.sizes * scale * share / 2), 1).astype(int).tolist()
    for (x, y), (across, down) in zip(centres, halves, strict=True):
        if ellipse:
            cv2.ellipse(mask, (x, y), (across, down), 0, 0, 360, 1, -1)
        else:
            cv2.rectangle(mask, (x - across, y - down), (x + across, y + down), 1, -1)
    return mask.astype(bool)
