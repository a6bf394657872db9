"""The counts of a location over time, for the pages of photos and locations and for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gallery.places.chart import Chart, Counted, draw_chart
from photos.storage.thumbnails import thumbnail_url
from processing.models import ProcessingSession
from processing.statuses import RunStatus
from stock.conformal import Interval, Margin, interval_around
from stock.intervals import margins_of_visits, read_learned
from stock.models import StockCount, Visit

# More than five years of weekly photos.
HISTORY_LENGTH = 300


@dataclass(frozen=True)
class HistoryEvent:
    """One counted photo of the location, at its moment. `interval` is that of its visit."""

    timestamp: datetime
    total_plants: int
    total_estimated: int
    validated: bool
    session_id: UUID
    image_id: UUID
    thumbnail_key: str | None
    thumbnail_stored_at: datetime | None
    visit: Visit | None = None
    interval: Interval | None = None

    @property
    def thumbnail_url(self) -> str | None:
        """The URL of the thumbnail; None if there is none."""
        return thumbnail_url(self.image_id, key=self.thumbnail_key, written_at=self.thumbnail_stored_at)


def location_history(location_id: int | None) -> tuple[HistoryEvent, ...]:
    """The latest counts of a location, newest first by the moment of the photos: visible photos whose newest location
    is this one."""
    if location_id is None:
        return ()
    counted = ProcessingSession.objects.filter(
        storage_location_id=location_id,
        status=RunStatus.COMPLETED,
        original_image__deleted_at=None,
        original_image__storage_location_id=location_id,
        original_image__date_doubt="",
    )
    rows: QuerySet[Any, tuple[Any, ...]] = counted.order_by(
        "-original_image__moment", "-created_at", "-pk"
    ).values_list(
        "original_image__moment",
        "total_detected",
        "total_estimated",
        "validated",
        "session_id",
        "original_image_id",
        "original_image__s3_key_thumbnail",
        "original_image__thumbnail_stored_at",
    )
    events = [HistoryEvent(*row) for row in rows[:HISTORY_LENGTH]]
    counts = StockCount.objects.in_force().filter(image_id__in={event.image_id for event in events})
    visits = {count.image_id: count.visit for count in counts.select_related("visit") if count.visit is not None}
    margins = margins_of_visits({visit.pk for visit in visits.values()}, read_learned()) if visits else {}
    return tuple(_with_visit(event, visits.get(event.image_id), margins) for event in events)


def _with_visit(event: HistoryEvent, visit: Visit | None, margins: Mapping[int, Margin | None]) -> HistoryEvent:
    if visit is None:
        return event
    return replace(event, visit=visit, interval=interval_around(visit.quantity, margins.get(visit.pk)))


def draw_history(history: Sequence[HistoryEvent]) -> Chart | None:
    """The counts of a location, newest first, as a chart: one dot per visit, and one for the newest run of each photo
    without a visit."""
    newest = {event.image_id: event for event in reversed(history)}
    counts: dict[object, Counted] = {}
    for event in sorted(newest.values(), key=lambda event: event.timestamp):
        key, plants = (event.visit.pk, event.visit.quantity) if event.visit else (event.image_id, event.total_estimated)
        low, high = (event.interval.low, event.interval.high) if event.interval else (plants, plants)
        counts[key] = Counted(event.image_id, event.timestamp, plants, low, high)
    return draw_chart(list(counts.values()))
