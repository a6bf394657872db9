"""Estimates the plants that detection cannot see, per container; never less than detected.

Segments: plant-like area outside the boxes, divided by the local box size. Plug trays: the appearance of cells without
a detected plant. Crates: no estimate, since guessing at their cells increased the error on every set measured
(`docs/accuracy.md`). Runs after detection, before the totals.
"""

from dataclasses import dataclass

import numpy as np

from processing.counting.boxes import DEAD, EMPTY, PLANT, Detections
from processing.counting.containers import Container
from processing.counting.grid import Grid, fit_grid
from processing.counting.parameters import EstimationParameters, GridParameters, ResidualParameters
from processing.counting.pyramid import Pyramid
from processing.counting.residual import PlantCover, find_cover, find_residual, fit_plant_size
from processing.counting.totals import Estimate


@dataclass(frozen=True)
class Density:
    """Calibration of a product in a packaging from counted photos: how much plants overlap, and the number of cells."""

    overlap_factor: float | None = None
    capacity: int | None = None


def estimate_container(
    photo: Pyramid,
    container: Container,
    detections: Detections,
    *,
    density: Density | None,
    parameters: EstimationParameters,
) -> Estimate:
    """The best estimate for one container of the photo from the detections it owns."""
    if container.kind == "box":
        return Estimate("none", detections.count(PLANT))
    if container.kind == "segment":
        return estimate_segment(photo, container, detections, density=density, parameters=parameters)
    return estimate_cells(photo, container, detections, density=density, parameters=parameters.grid)


def estimate_segment(
    photo: Pyramid,
    container: Container,
    detections: Detections,
    *,
    density: Density | None,
    parameters: EstimationParameters,
) -> Estimate:
    """Hidden plants of a segment: plant-like area outside all boxes / local box area x overlap factor.

    Needs ten plants to learn size and colour from, or three with a calibrated density. With fewer, and with plant-like
    area left, the detected count is used and the estimate asks for calibration. An implausible number of hidden plants
    means that detection failed, which no density corrects: the detected count is used, marked as doubtful.
    """
    plants = detections.of_class(PLANT)
    if len(plants) < parameters.min_detections_calibrated:
        covered = float(detections.sizes.prod(axis=1).sum()) / max(container.area_px, 1.0)
        return Estimate("none", len(plants), needs_calibration=covered < parameters.min_covered_share)
    size = fit_plant_size(plants)
    plant_px = float(np.median(size.side_px(plants.centres)))
    cover = find_cover(photo, container, detections, parameters.residual.around_plants * plant_px)
    if not _legible(cover, plant_px, parameters.residual):
        return Estimate("none", len(plants))
    thinnest_px = parameters.residual.thinnest_plants * plant_px
    residual = find_residual(cover, detections, min_level=parameters.residual.min_level, thinnest_px=thinnest_px)
    factor = parameters.overlap_factor
    if density is not None and density.overlap_factor is not None:
        factor = density.overlap_factor
    hidden = round(float((residual.area_per_point_px / size.side_px(residual.points) ** 2).sum()) * factor)
    if len(plants) < parameters.min_detections and density is None:
        return Estimate("none", len(plants), needs_calibration=hidden > 0)
    if hidden > parameters.max_hidden_share * len(plants):
        return Estimate("none", len(plants), is_doubtful=True)
    count = len(plants) + hidden
    return Estimate(
        method="local_scale" if len(plants) >= parameters.min_detections else "density",
        count=count,
        residual_area_px=round(residual.area_px, 1),
        local_plant_area_px=round(size.median_area_px, 1),
        confidence=round(len(plants) / count, 4),
    )


def _legible(cover: PlantCover, plant_px: float, parameters: ResidualParameters) -> bool:
    """Whether plants are large enough, and differ in colour from what lies between them."""
    return cover.contrast >= parameters.min_contrast and plant_px * cover.scale >= parameters.min_plant_view_px


def one_per_cell(
    container: Container, detections: Detections, *, density: Density | None, parameters: GridParameters
) -> Detections:
    """Keep one box per cell of a tray: plants before empty cells, then the most confident.

    A plant detected twice, leaf by leaf, is the most common double in a tray. Without a readable grid every box is
    kept.
    """
    if container.kind != "plug":
        return detections
    grid = find_grid(container, detections, density, parameters)
    if grid is None:
        return detections
    best_first = np.lexsort((-detections.confidence, detections.class_id == EMPTY))
    _, first = np.unique(grid.cell_of[best_first], axis=0, return_index=True)
    return detections.select(np.sort(best_first[first]))


def estimate_cells(
    photo: Pyramid, container: Container, detections: Detections, *, density: Density | None, parameters: GridParameters
) -> Estimate:
    """Classify the cells of a tray without a detection: those that look like its plants have one, the others are empty.

    Without a readable grid the detected count is used.
    """
    plants = detections.count(PLANT)
    grid = find_grid(container, detections, density, parameters)
    if grid is None:
        return Estimate("none", plants)
    cover = find_cover(photo, container, detections, parameters.around_cells * grid.pitch_px)
    alike = cover.at(grid.centres) >= parameters.min_level
    told_apart = cover.contrast >= parameters.min_contrast
    hidden = int((alike & ~grid.planted & ~grid.bare).sum()) if told_apart else 0
    return Estimate(
        method="grid",
        count=plants + hidden,
        local_plant_area_px=round(container.area_px / grid.cells, 1),
        confidence=round(grid.regularity, 4),
        empty=grid.cells - grid.occupied - hidden,
    )


def find_grid(
    container: Container, detections: Detections, density: Density | None, parameters: GridParameters
) -> Grid | None:
    """The grid of a tray's cells, if it is plausible."""
    grid = fit_grid(container, detections, parameters)
    planted = detections.count(PLANT) + detections.count(DEAD)
    return grid if grid is not None and _believable(grid, planted, density, parameters) else None


def _believable(grid: Grid, planted: int, density: Density | None, parameters: GridParameters) -> bool:
    """Whether plants are one to a cell, about one cell apart, in every row, and the cells are no more than the known
    number."""
    if density is not None and density.capacity is not None and grid.cells > density.capacity:
        return False
    low, high = parameters.neighbour_distance
    return (
        grid.occupied >= parameters.min_single_occupancy * planted
        and grid.occupied >= parameters.min_occupied_share * grid.cells
        and grid.alternation >= parameters.min_alternation
        and low <= grid.neighbour_distance <= high
    )
