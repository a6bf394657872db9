"""Plants that detection cannot see: estimated per container, never below what was detected."""

from dataclasses import dataclass

from processing.counting.boxes import PLANT, Detections, Rgb
from processing.counting.containers import Container
from processing.counting.parameters import EstimationParameters
from processing.counting.totals import Estimate


@dataclass(frozen=True)
class Density:
    """Calibrated values of a product, packaging and container kind, as learned from counted photos."""

    overlap_factor: float
    capacity: int | None = None
    plant_area_px: float | None = None


def estimate_container(
    rgb: Rgb,
    container: Container,
    detections: Detections,
    *,
    density: Density | None,
    parameters: EstimationParameters,
) -> Estimate:
    """The best estimate for one container."""
    return Estimate("none", detections.count(PLANT))
