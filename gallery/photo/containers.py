"""The containers of a counted photo as rows of a table, with the corrections and the product in each.

Three queries: the containers, and what is listed for their place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from locations.models import ContainerKind, LocationConfig
from processing.models import ProcessingSession, Segment
from processing.review.division import find_planted
from processing.review.outcome import config_of

NUMBERS = ("detected", "estimated", "empty", "dead")
ESTIMATION_NOTES: Mapping[str, StrOrPromise] = {
    "local_scale": _("Hidden plants estimated from the size of the visible ones"),
    "grid": _("Estimated from the grid of the tray"),
    "density": _("Hidden plants estimated from the known density"),
}


@dataclass(frozen=True)
class ContainerRow:
    """One container; counts are None if it could not be counted. Without a number: outside all containers.

    `product` is what it holds, if the place lists several products.
    """

    number: int | None
    name: str
    detected: int | None
    estimated: int | None
    empty: int | None
    dead: int | None
    note: str
    product: str = ""


def container_rows(session: ProcessingSession) -> tuple[ContainerRow, ...]:
    """The containers of a session in the order of their numbers, then the plants added outside them."""
    config = config_of(session)
    is_divided = config is not None and bool(config.listed_parts)
    adjusted = {row["number"]: row for row in (session.manual_adjustments or {}).get("containers", ())}
    found = session.segments.select_related("estimation").order_by("number")
    segments = list(found if is_divided else found.defer("polygon"))
    products = _name_products(segments, config) if config is not None and is_divided else {}
    rows = [_row(segment, adjusted.get(segment.number, {}), products.get(segment.number, "")) for segment in segments]
    if None in adjusted:
        added = {name: adjusted[None][name] for name in NUMBERS}
        rows.append(ContainerRow(None, str(_("Outside the containers")), **added, note=str(_("Added by hand"))))
    return tuple(rows)


def _name_products(segments: Sequence[Segment], config: LocationConfig) -> dict[int, str]:
    """What each container holds, by its number; several products where shares or parts of the photo are listed."""
    planted = find_planted(segments, config)
    is_shared = any(not part.containers for part in config.listed_parts)
    others = str(_("several products")) if is_shared else str(config.product)
    return {row.number: str(planted[row.number].product) if row.number in planted else others for row in segments}


def _row(segment: Segment, difference: Mapping[str, int], product: str) -> ContainerRow:
    found = {name: getattr(segment, name) for name in NUMBERS}
    counts = {
        name: value if value is None and not difference else (value or 0) + difference.get(name, 0)
        for name, value in found.items()
    }
    return ContainerRow(
        number=segment.number,
        name=str(ContainerKind(segment.container_class).label),
        **counts,
        note=_note(segment),
        product=product,
    )


def _note(segment: Segment) -> str:
    """Why a container's count is missing or too low, else how its hidden plants were estimated."""
    if segment.error:
        return _("Not counted: %(error)s") % {"error": segment.error}
    if segment.capped:
        return str(_("More plants than can be counted at once: the number is too low"))
    estimation = getattr(segment, "estimation", None)
    return str(ESTIMATION_NOTES.get(estimation.method, "")) if estimation else ""
