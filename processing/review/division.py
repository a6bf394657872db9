"""Which product each container of a photo holds, and a photo's count divided among the products of its location."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from locations.configuration import find_density
from locations.models import LocationConfig, Packaging, Product
from processing import mapping
from processing.counting.dividing import Part, divide
from processing.models import ProcessingSession, Segment
from stock.ledger import Portion


@dataclass(frozen=True)
class Planted:
    """One product in its packaging, or in none."""

    product: Product
    packaging: Packaging | None


def find_planted(segments: Sequence[Segment], config: LocationConfig | None) -> dict[int, Planted]:
    """What each container holds, by the number of its row; those that may hold several products are left out.

    `segments` are all containers of a session, counted or not, as the numbers go over all of them.
    """
    if config is None:
        return {}
    numbers = mapping.number_segments(segments) if config.listed_parts else {}
    named = {number: Planted(part.product, part.packaging) for part in config.listed_parts for number in part.numbers}
    has_shares = any(part.share_percent for part in config.listed_parts)
    others = None if has_shares or config.product.is_mixed else Planted(config.product, config.packaging)
    planted = {segment.number: named.get(numbers.get(segment.number, 0), others) for segment in segments}
    return {number: found for number, found in planted.items() if found is not None}


def find_uncalibrated(session: ProcessingSession, config: LocationConfig) -> Planted | None:
    """The product whose density the count of a photo lacks: of the first container without one that was not estimated.

    None if it has all of them, or if nobody has said which product stands there.
    """
    segments = list(session.segments.select_related("estimation").order_by("number"))
    planted = find_planted(segments, config)
    for segment in segments:
        found, estimation = planted.get(segment.number), getattr(segment, "estimation", None)
        if found is None or estimation is None or estimation.method != "none" or segment.container_class == "box":
            continue
        kind = segment.container_class
        if find_density(detected_kind=kind, product=found.product, packaging=found.packaging) is None:
            return found
    return None


def highest_number(config: LocationConfig | None) -> int:
    """The highest number of a container that a configuration names; 0 if it names none."""
    parts = config.listed_parts if config else ()
    return max((number for part in parts for number in part.numbers), default=0)


def divide_count(session: ProcessingSession, config: LocationConfig) -> tuple[Portion, ...]:
    """The plants and empty places that belong to the listed products, corrections included. Empty if none is listed.

    What remains of the totals belongs to the configuration's own product.
    """
    listed = config.listed_parts
    if not listed:
        return ()
    segments = list(session.segments.order_by("number"))
    numbers = mapping.number_segments(segments)
    changes = {row["number"]: row for row in (session.manual_adjustments or {}).get("containers", ())}
    parts = [Part(part.numbers, part.share_percent or 0) for part in listed]

    def number_of(segment: Segment, name: str) -> int:
        change: Mapping[str, int] = changes.get(segment.number, {})
        return max(0, (getattr(segment, name) or 0) + change.get(name, 0))

    def divided(total: int | None, name: str) -> tuple[int, ...]:
        containers = {numbers[segment.number]: number_of(segment, name) for segment in segments}
        return divide(total or 0, containers, parts)

    plants = divided(session.total_estimated, "estimated")
    empty = divided(session.total_empty_containers, "empty")
    return tuple(
        Portion(part.product, part.packaging, *portion)
        for part, portion in zip(listed, zip(plants, empty, strict=True), strict=False)
    )
