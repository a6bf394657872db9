"""The known densities of what the containers of a photo hold."""

from collections.abc import Callable, Mapping, Sequence

from locations.configuration import find_density
from locations.models import DensityParameters, LocationConfig
from processing.counting.containers import Container
from processing.counting.estimation import Density
from processing.counting.numbering import number_containers
from processing.models import Segment
from processing.review.division import Planted, find_planted


def densities_of(
    containers: Sequence[Container], config: LocationConfig | None
) -> Callable[[Container], Density | None]:
    """The known density of what each container of a photo holds, before there are rows of them."""
    numbers = number_containers([container.xyxy for container in containers])
    rows = [
        Segment(number=number, container_class=one.kind, polygon=one.polygon, confidence=one.confidence)
        for number, one in zip(numbers, containers, strict=True)
    ]
    planted = find_planted(rows, config)
    return known_densities({one: planted.get(row.number) for one, row in zip(containers, rows, strict=True)})


def known_densities(planted: Mapping[Container, Planted | None]) -> Callable[[Container], Density | None]:
    """The known density of the product that each container holds."""

    def find(container: Container) -> Density | None:
        row = density_row(container.kind, planted[container])
        if row is None:
            return None
        return Density(overlap_factor=row.overlap_adjustment_factor, capacity=row.container_type.capacity)

    return find


def density_row(kind: str, planted: Planted | None) -> DensityParameters | None:
    """The density for a container of this kind that holds this."""
    if planted is None:
        return None
    return find_density(detected_kind=kind, product=planted.product, packaging=planted.packaging)
