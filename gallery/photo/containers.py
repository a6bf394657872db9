"""The containers of a counted photo as rows of a table, with the corrections in each; one query."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from locations.models import ContainerKind
from processing.models import ProcessingSession, Segment

NUMBERS = ("detected", "estimated", "empty", "dead")
ESTIMATION_NOTES: Mapping[str, StrOrPromise] = {
    "local_scale": _("Hidden plants estimated from the size of the visible ones"),
    "grid": _("Estimated from the grid of the tray"),
    "density": _("Hidden plants estimated from the known density"),
}


@dataclass(frozen=True)
class ContainerRow:
    """One container; counts are None if it could not be counted. Without a number: outside all containers."""

    number: int | None
    name: str
    detected: int | None
    estimated: int | None
    empty: int | None
    dead: int | None
    note: str


def container_rows(session: ProcessingSession) -> tuple[ContainerRow, ...]:
    """The containers of a session in the order of their numbers, then the plants added outside them."""
    adjusted = {row["number"]: row for row in (session.manual_adjustments or {}).get("containers", ())}
    segments = session.segments.select_related("estimation").defer("polygon").order_by("number")
    rows = [_row(segment, adjusted.get(segment.number, {})) for segment in segments]
    if None in adjusted:
        added = {name: adjusted[None][name] for name in NUMBERS}
        rows.append(ContainerRow(None, str(_("Outside the containers")), **added, note=str(_("Added by hand"))))
    return tuple(rows)


def _row(segment: Segment, difference: Mapping[str, int]) -> ContainerRow:
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
    )


def _note(segment: Segment) -> str:
    """Why a container's count is missing or too low, else how its hidden plants were estimated."""
    if segment.error:
        return _("Not counted: %(error)s") % {"error": segment.error}
    if segment.capped:
        return str(_("More plants than can be counted at once: the number is too low"))
    estimation = getattr(segment, "estimation", None)
    return str(ESTIMATION_NOTES.get(estimation.method, "")) if estimation else ""
