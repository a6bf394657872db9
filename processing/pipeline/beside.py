"""Counts a photo beside its live count: by the same functions, densities and parameters, with other models.

`learning` judges models by it, and lets them count new photos in the shadow. Nothing is written.
"""

import time
from dataclasses import dataclass

from locations.models import LocationConfig
from processing.counting.pyramid import Pyramid
from processing.pipeline.densities import densities_of
from processing.pipeline.photo_count import count_picture
from processing.problems import REFUSALS
from processing.runtime import inference


@dataclass(frozen=True)
class Beside:
    """The plants in all, whether the count would be refused, and how long it took."""

    total: int
    refused: bool
    seconds: float


def count_beside(photo: Pyramid, config: LocationConfig | None, models: inference.Models | None) -> Beside:
    """Count as the live pipeline would with these models (None: the shipped ones)."""
    began = time.perf_counter()
    with inference.counting_with(models):
        counted = count_picture(photo, densities_of=lambda containers: densities_of(containers, config))
    refused = any(fault.kind in REFUSALS for fault in counted.count.problems)
    return Beside(counted.count.total_estimated, refused, round(time.perf_counter() - began, 3))
