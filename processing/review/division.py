"""Which product each container of a photo holds, and a photo's count divided among the products of its location."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from locations.configuration import find_density
from locations.models import ConfigPart, LocationConfig, Packaging, Product
from processing import mapping
from processing.counting.boxes import EMPTY, PLANT
from processing.counting.corrections import NO_CONTAINER
from processing.counting.dividing import DrawnPart, Part, Side, SideOfPhoto, divide, divide_by_regions
from processing.models import ProcessingSession, Segment
from processing.review.recount import ReviewedPhoto, read_reviewed
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
    is_shared = any(not part.containers for part in config.listed_parts)
    others = None if is_shared or config.product.is_mixed else Planted(config.product, config.packaging)
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
    photo = read_reviewed(session.original_image, session)
    plants = _divide(session.total_estimated, "estimated", PLANT, session, photo, listed)
    empty = _divide(session.total_empty_containers, "empty", EMPTY, session, photo, listed)
    return tuple(
        Portion(part.product, part.packaging, *portion)
        for part, portion in zip(listed, zip(plants, empty, strict=True), strict=False)
    )


def _divide(
    total: int | None,
    name: str,
    class_id: int,
    session: ProcessingSession,
    photo: ReviewedPhoto,
    listed: Sequence[ConfigPart],
) -> tuple[int, ...]:
    """One of the totals of a session ("estimated", "empty"), divided among the listed products."""
    numbers = mapping.number_segments(photo.segments)
    changes = {row["number"]: row for row in (session.manual_adjustments or {}).get("containers", ())}
    counts = {index: _count(segment, name, changes) for index, segment in enumerate(photo.segments)}
    by_number = {numbers[segment.number]: counts[index] for index, segment in enumerate(photo.segments)}
    named = {number for part in listed for number in part.numbers}
    free = {index: count for index, count in counts.items() if numbers[photo.segments[index].number] not in named}
    free[NO_CONTAINER] = max(0, changes.get(None, {}).get(name, 0))
    parts = [
        Part(part.numbers, 0 if part.corners else part.share_percent or 0, found)
        for part, found in zip(listed, _count_regions(photo, free, class_id, listed), strict=True)
    ]
    return divide(total or 0, by_number, parts)


def _count(segment: Segment, name: str, changes: Mapping[int | None, Mapping[str, int]]) -> int:
    """A number of a container, corrections included."""
    return max(0, (getattr(segment, name) or 0) + changes.get(segment.number, {}).get(name, 0))


def _count_regions(
    photo: ReviewedPhoto, counts: Mapping[int, int], class_id: int, listed: Sequence[ConfigPart]
) -> list[int]:
    """How many of the counts of these containers stand in the part of the photo of each listed product; 0 for those
    without one."""
    regions = [_region(part) for part in listed if part.corners]
    boxes, sums = photo.corrected, [0] * len(regions)
    of_class = boxes.alive & (boxes.class_id == class_id)
    for index, count in counts.items() if regions else ():
        centres = boxes.centres[of_class & (boxes.container_index == index)]
        in_regions = divide_by_regions(count, centres, photo.found.resolution_wh, regions)
        sums = [known + more for known, more in zip(sums, in_regions, strict=False)]
    found = iter(sums)
    return [next(found) if part.corners else 0 for part in listed]


def _region(part: ConfigPart) -> SideOfPhoto | DrawnPart:
    return SideOfPhoto(cast(Side, part.side), part.share_percent or 0) if part.side else DrawnPart(part.corners)
