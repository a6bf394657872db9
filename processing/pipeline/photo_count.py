"""Counts one picture in memory, without a database, for `manage.py count` and the benchmarks.

`processing.pipeline.stages` calls the same functions one by one, with rows in between.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from photos.decoding.content_types import JPEG
from photos.decoding.pixels import decode_picture, inspect_picture
from processing.counting.boxes import NO_DETECTIONS, Detections, Rgb
from processing.counting.containers import Container, owned_detections
from processing.counting.estimation import Density, estimate_container, one_per_cell
from processing.counting.faults import Fault
from processing.counting.parameters import DEFAULT_PARAMETERS, CountingParameters
from processing.counting.pyramid import Pyramid
from processing.counting.quality import find_faults
from processing.counting.totals import ContainerCount, PhotoCount, count_container, count_photo
from processing.counting.voting import accept
from processing.runtime import inference

logger = logging.getLogger(__name__)
FindDensity = Callable[[Container], Density | None]


@dataclass(frozen=True, eq=False)
class CountedPhoto:
    """The count, the boxes of each container (same order as count.containers) and the seconds of each phase."""

    count: PhotoCount
    detections: tuple[Detections, ...]
    seconds: dict[str, float] = field(default_factory=dict)


class Stopwatch:
    """Seconds per named phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._elsewhere = 0.0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Adds the time spent inside to the phase, without that of another phase inside it."""
        around, self._elsewhere = self._elsewhere, 0.0
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[name] = round(self.seconds.get(name, 0.0) + spent - self._elsewhere, 3)
            self._elsewhere = around + spent


class DecodePicture(Protocol):
    """`photos.decoding.pixels.decode_picture`, or the same in a process of its own (`photos.decoding.decoder_pool`)."""

    def __call__(self, data: bytes, *, jpeg_reduction: int = 1) -> Rgb:
        """The upright picture, a JPEG with its sides divided; UnreadablePictureError when it cannot be decoded."""
        ...


def open_picture(data: bytes, *, decode: DecodePicture = decode_picture, watch: Stopwatch | None = None) -> Pyramid:
    """The picture of a file.

    A JPEG is decoded on first use, other formats at once, as phase "decode". UnreadablePictureError is raised here or,
    for a JPEG, on first use.
    """
    watch = watch or Stopwatch()

    def decode_reduced(reduction: int) -> Rgb:
        with watch.phase("decode"):
            return decode(data, jpeg_reduction=reduction)

    about = inspect_picture(data)
    if about.content_type == JPEG:
        return Pyramid((about.width_px, about.height_px), decode_reduced)
    return Pyramid.of(decode_reduced(1))


def count_picture(
    photo: Pyramid,
    *,
    parameters: CountingParameters = DEFAULT_PARAMETERS,
    watch: Stopwatch | None = None,
    densities_of: Callable[[Sequence[Container]], FindDensity] = lambda _containers: lambda _container: None,
) -> CountedPhoto:
    """Containers, detections, estimates and totals of one photo; `densities_of` gives calibrated values where known."""
    watch = watch or Stopwatch()
    with watch.phase("segment"):
        found_containers = inference.find_containers(photo, parameters)
        containers = found_containers.containers
    with watch.phase("detect"):
        found, problems = _detect_each(photo, containers, parameters)
    with watch.phase("estimate"):
        densities = densities_of(containers)
        owned = own_detections(containers, found, densities=densities, parameters=parameters)
        counts = estimate_counts(photo, containers, owned, densities=densities, parameters=parameters)
        faults = find_faults(photo, found, parameters, left_out=found_containers.left_out)
    return CountedPhoto(count_photo(counts, owned, problems=(*faults, *problems)), owned, watch.seconds)


def own_detections(
    containers: Sequence[Container],
    found: Sequence[Detections],
    *,
    densities: FindDensity = lambda _: None,
    parameters: CountingParameters = DEFAULT_PARAMETERS,
) -> tuple[Detections, ...]:
    """The boxes that each container owns, with every plant once: one container per box, one box per cell of a tray."""
    accepted = [accept(boxes, parameters.voting) for boxes in found]
    return tuple(
        one_per_cell(container, boxes, density=densities(container), parameters=parameters.estimation.grid)
        for container, boxes in zip(containers, owned_detections(containers, accepted), strict=True)
    )


def estimate_counts(
    photo: Pyramid,
    containers: Sequence[Container],
    owned: Sequence[Detections],
    *,
    densities: FindDensity = lambda _: None,
    parameters: CountingParameters = DEFAULT_PARAMETERS,
) -> tuple[ContainerCount, ...]:
    """The count of each container from the boxes it owns; `densities` gives calibrated values where known."""
    return tuple(
        count_container(
            container,
            boxes,
            estimate_container(photo, container, boxes, density=densities(container), parameters=parameters.estimation),
        )
        for container, boxes in zip(containers, owned, strict=True)
    )


def _detect_each(
    photo: Pyramid, containers: Sequence[Container], parameters: CountingParameters
) -> tuple[list[Detections], list[Fault]]:
    """Detections of each container; one that fails has no count and is named, the others continue."""
    found, problems = [], []
    for number, container in enumerate(containers, start=1):
        try:
            found.append(inference.detect_plants(photo, container, parameters=parameters))
        except (RuntimeError, ValueError) as error:
            logger.exception("detection failed in container %d", number)
            found.append(NO_DETECTIONS)
            about = {"container": container.kind, "number": number, "error": str(error)}
            problems.append(Fault("detection_failed", about))
    return found, problems
