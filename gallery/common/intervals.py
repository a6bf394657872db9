"""Intervals of counts for pages, files and the API: between which numbers the true one lies in 90 of 100 cases."""

from collections.abc import Collection, Mapping
from typing import Any, TypedDict
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from processing.models import ProcessingSession
from stock.conformal import Interval, Rung, interval_around
from stock.intervals import Learned, read_all_measured, read_learned, read_measured

BASES: Mapping[Rung, Promise] = {
    Rung.CHECKED: _("checked by a person"),
    Rung.PRODUCT: _("your photos of this product, packaging and container"),
    Rung.PACKAGING: _("your photos of this packaging and container"),
    Rung.CONTAINER: _("your photos of this kind of container"),
    Rung.SHIPPED: _("the pictures that Demeter was tested with, not your own"),
}
INTERVAL_COLUMNS = ("interval_low", "interval_high", "interval_basis", "interval_photos")


class IntervalJson(TypedDict):
    """Between which numbers, `low` and `high` included, the true one lies with the probability `level`.

    `basis` is what it was learned from: `product` (validated photos of this product, packaging and kind of
    container), `packaging`, `container`, `shipped` (the pictures that Demeter was tested with), or `checked` (a person
    corrected the count and signed it off). A sum has the widest basis of its parts. `n` is the number of photos, of a
    sum the smallest.
    """

    low: int
    high: int
    level: float
    basis: str
    n: int


def session_interval(
    session: ProcessingSession, *, measured: Mapping[str, Any] | None, learned: Learned
) -> Interval | None:
    """The interval of a counted run. `measured` is its count in the stock, where it is known what grows."""
    if session.total_estimated is None:
        return None
    if measured is not None:
        return interval_around(session.total_estimated, learned.margin_of(measured))
    error = 0.0 if session.is_checked else session.predicted_error
    margin = learned.margin(error, model=session.model_version, container=session.container_kind)
    return interval_around(session.total_estimated, margin)


def find_interval(session: ProcessingSession) -> Interval | None:
    """The interval of one counted run; two queries."""
    return session_interval(session, measured=read_measured(session.session_id), learned=read_learned())


def find_intervals(sessions: Collection[ProcessingSession]) -> dict[UUID, Interval | None]:
    """The intervals of several counted runs, by photo; two queries."""
    measured, learned = read_all_measured([session.session_id for session in sessions]), read_learned()
    return {
        session.original_image_id: session_interval(session, measured=measured.get(session.session_id), learned=learned)
        for session in sessions
    }


def interval_json(interval: Interval | None) -> IntervalJson | None:
    """An interval for programs; null where nothing is known."""
    if interval is None:
        return None
    return {
        "low": interval.low,
        "high": interval.high,
        "level": interval.level,
        "basis": interval.basis,
        "n": interval.n,
    }


def interval_cells(interval: Interval | None) -> dict[str, object]:
    """An interval as the cells of INTERVAL_COLUMNS."""
    if interval is None:
        return {}
    values = (interval.low, interval.high, str(BASES[interval.rung]), interval.n)
    return dict(zip(INTERVAL_COLUMNS, values, strict=True))
