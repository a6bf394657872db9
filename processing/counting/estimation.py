"""Plants that detection cannot see, per container; never below what was detected, and nothing invented.

Segments: plant-like area outside the boxes over the local plant area. Crates and trays: cells without a plant are
the empty ones. Runs after detection, before the totals.
"""

from dataclasses import dataclass

from processing.counting.boxes import DEAD, PLANT, Detections, Rgb
from processing.counting.containers import Container
from processing.counting.grid import Grid, fit_grid
from processing.counting.parameters import EstimationParameters, GridParameters
from processing.counting.residual import find_residual, fit_plant_size
from processing.counting.totals import Estimate


@dataclass(frozen=True)
class Density:
    """What counted photos taught about a product in a packaging: how much plants hide, how many cells there are."""

    overlap_factor: float | None = None
    capacity: int | None = None


def estimate_container(
    rgb: Rgb,
    container: Container,
    detections: Detections,
    *,
    density: Density | None,
    parameters: EstimationParameters,
) -> Estimate:
    """The best estimate for one container of the photo (height, width, 3) from the detections it owns."""
    if container.kind == "segment":
        return estimate_segment(rgb, container, detections, density=density, parameters=parameters)
    return estimate_cells(container, detections, density=density, parameters=parameters.grid)


def estimate_segment(
    rgb: Rgb,
    container: Container,
    detections: Detections,
    *,
    density: Density | None,
    parameters: EstimationParameters,
) -> Estimate:
    """Hidden plants of a segment: plant-like area outside all boxes / local plant area x overlap factor.

    Needs ten plants to learn size and colour from, three with a calibrated density. With fewer, and something left
    to estimate, the detected count stands and the estimate asks for calibration.
    """
    plants = detections.of_class(PLANT)
    if len(plants) < parameters.min_detections_calibrated:
        covered = float(detections.sizes.prod(axis=1).sum()) / max(container.area_px, 1.0)
        return Estimate("none", len(plants), needs_calibration=covered < parameters.min_covered_share)
    size = fit_plant_size(plants)
    residual = find_residual(rgb, container, detections, size)
    legible = (
        residual.separation >= parameters.min_separation
        and residual.plant_view_px >= parameters.min_plant_view_px
        and residual.plant_share_of_box > 0
    )
    if not legible:
        return Estimate("none", len(plants))
    factor = parameters.overlap_factor
    if density is not None and density.overlap_factor is not None:
        factor = density.overlap_factor
    areas = size.side_px(residual.points) ** 2 * residual.plant_share_of_box
    hidden = round(float((residual.area_per_point_px / areas).sum()) * factor)
    if len(plants) < parameters.min_detections and density is None:
        return Estimate("none", len(plants), needs_calibration=hidden > 0)
    count = len(plants) + hidden
    return Estimate(
        method="local_scale" if len(plants) >= parameters.min_detections else "density",
        count=count,
        residual_area_px=round(residual.area_px, 1),
        local_plant_area_px=round(residual.plant_share_of_box * size.median_area_px, 1),
        confidence=round(len(plants) / count, 4),
    )


def estimate_cells(
    container: Container, detections: Detections, *, density: Density | None, parameters: GridParameters
) -> Estimate:
    """Empty cells of a crate or tray; the plants are those detected. Without a legible grid detection stands."""
    plants, dead = detections.count(PLANT), detections.count(DEAD)
    grid = fit_grid(container, detections, parameters)
    if grid is None or not _believable(grid, plants + dead, density, parameters):
        return Estimate("none", plants)
    return Estimate(
        method="grid",
        count=plants,
        local_plant_area_px=round(container.area_px / grid.cells, 1),
        confidence=round(grid.regularity, 4),
        empty=grid.cells - grid.occupied,
    )


def _believable(grid: Grid, planted: int, density: Density | None, parameters: GridParameters) -> bool:
    """Plants sit one to a cell, about one cell apart, and the cells are as many as the tray is known to have."""
    if density is not None and density.capacity is not None and grid.cells > density.capacity:
        return False
    low, high = parameters.neighbour_distance
    return (
        grid.occupied >= parameters.min_single_occupancy * planted
        and grid.occupied >= parameters.min_occupied_share * grid.cells
        and low <= grid.neighbour_distance <= high
    )
