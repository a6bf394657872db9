"""From detections to counts: one container, then the whole photo."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from processing.counting.boxes import DEAD, EMPTY, PLANT, Detections, PlantClass, concatenate
from processing.counting.containers import Container
from processing.counting.faults import Fault

EstimationMethod = Literal["local_scale", "grid", "density", "none"]


@dataclass(frozen=True)
class Estimate:
    """The best estimate of the number of plants in one container; `count` is never below the detected number.

    `empty` replaces the detected number of empty places if a grid gives a better one.
    """

    method: EstimationMethod
    count: int
    residual_area_px: float = 0.0
    local_plant_area_px: float = 0.0
    confidence: float = 0.0
    empty: int | None = None
    needs_calibration: bool = False
    is_doubtful: bool = False


@dataclass(frozen=True)
class ContainerCount:
    """The count of one container: plants detected and estimated, empty places, dead plants."""

    container: Container
    detected: int
    estimated: int
    empty: int
    dead: int
    avg_confidence: float
    estimate: Estimate
    problems: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class PhotoCount:
    """The count of one photo, with the names of the spec."""

    total_detected: int
    total_estimated: int
    total_empty_containers: int
    avg_confidence: float
    category_counts: dict[PlantClass, int]
    containers: tuple[ContainerCount, ...]
    problems: tuple[Fault, ...]


def count_container(
    container: Container, detections: Detections, estimate: Estimate, *, problems: Sequence[Fault] = ()
) -> ContainerCount:
    """Counts of one container from its own detections and estimate."""
    detected = detections.count(PLANT)
    if estimate.count < detected:
        raise ValueError("an estimate cannot be below what was detected")
    own = list(problems)
    if detections.capped:
        own.append(Fault("too_many_detections", {"container": container.kind}))
    if estimate.needs_calibration:
        own.append(Fault("needs_calibration", {"container": container.kind}))
    if estimate.is_doubtful:
        own.append(Fault("doubtful.container", {"container": container.kind}))
    return ContainerCount(
        container=container,
        detected=detected,
        estimated=estimate.count,
        empty=detections.count(EMPTY) if estimate.empty is None else estimate.empty,
        dead=detections.count(DEAD),
        avg_confidence=average_confidence(detections),
        estimate=estimate,
        problems=tuple(own),
    )


def count_photo(
    counts: Sequence[ContainerCount], detections: Sequence[Detections], *, problems: Sequence[Fault] = ()
) -> PhotoCount:
    """Totals of a photo from its containers and their detections (in the same order)."""
    empty, dead = sum(item.empty for item in counts), sum(item.dead for item in counts)
    detected = sum(item.detected for item in counts)
    own = [problem for item in counts for problem in item.problems]
    nothing = () if counts else (Fault("no_container"),)
    return PhotoCount(
        total_detected=detected,
        total_estimated=sum(item.estimated for item in counts),
        total_empty_containers=empty,
        avg_confidence=average_confidence(concatenate(detections)),
        category_counts={"plant": detected, "empty": empty, "dead": dead},
        containers=tuple(counts),
        problems=tuple(dict.fromkeys((*problems, *own, *nothing))),
    )


def main_kind(counts: Sequence[ContainerCount]) -> str:
    """The kind of container in which most of the plants stand; empty without containers."""
    plants: Counter[str] = Counter()
    for item in counts:
        plants[item.container.kind] += item.estimated
    return max(sorted(plants), key=lambda kind: plants[kind], default="")


def average_confidence(detections: Detections) -> float:
    """Mean confidence over all detections, 4 decimals; 0 without any."""
    return round(float(np.mean(detections.confidence)), 4) if len(detections) else 0.0
