"""The read model of one location's page: last count, latest photo, stock, history and configurations.

Twelve queries besides the one that finds the location, for any number of photos and cycles, and four more if a visit
has several photos.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from gallery.browse.queries import find_photos_waiting_at
from gallery.places.chart import Chart
from gallery.places.history import HistoryEvent, draw_history, location_history
from gallery.places.last_counts import LastCount, read_last_count, with_last_count
from gallery.places.visits import VisitDetail, visits_of
from locations.configuration import WITH_PRODUCTS
from locations.models import LocationConfig, StorageLocation
from photos.models import S3Image, S3ImageQuerySet
from photos.storage.object_store import presigned_url
from processing.problems import NEEDS_CONFIG, NEEDS_DATE
from processing.statuses import UNFINISHED
from stock.conformal import Interval
from stock.queries import StockLine, count_unexplained, stock_of


@dataclass(frozen=True)
class LocationDetail:
    """One location. `cycles` are its configurations, the current one first; `undated` is the number of photos with a
    doubtful date."""

    location: StorageLocation
    last: LastCount | None
    photo: S3Image | None
    stock: tuple[StockLine, ...]
    history: tuple[HistoryEvent, ...]
    cycles: tuple[LocationConfig, ...]
    undated: int
    visits: tuple[VisitDetail, ...]
    unexplained: int

    @property
    def is_open(self) -> bool:
        """Whether the stock may be wrong because the last visit is open."""
        return self.last is not None and self.last.is_open

    @property
    def interval(self) -> Interval | None:
        """Of the last count."""
        events = (event for event in self.history if self.last and event.image_id == self.last.image_id)
        return next((event.interval for event in events), None)

    @property
    def config(self) -> LocationConfig | None:
        return next((cycle for cycle in self.cycles if cycle.active), None)

    @property
    def has_mixed(self) -> bool:
        """Whether there is stock of which nobody has said what it is."""
        return any(line.batch.product.is_mixed for line in self.stock)

    @property
    def is_numbered_anew(self) -> bool:
        """Whether products are listed by container or part of the photo although several photos of the last visit
        count: each has its own numbers and parts."""
        parts = self.config.listed_parts if self.config else ()
        several = self.last is not None and self.last.photos > 1 and self.visits and self.visits[0].counted > 1
        return bool(several) and any(part.containers or part.corners for part in parts)

    @property
    def chart(self) -> Chart | None:
        return draw_history(self.history)

    @property
    def picture_url(self) -> str | None:
        """The latest photo, signed for an hour."""
        return presigned_url(self.photo.s3_key_preview) if self.photo and self.photo.s3_key_preview else None

    @property
    def stock_total(self) -> int:
        """The plants of all batches."""
        return sum(line.quantity for line in self.stock)


def find_location(code: str) -> StorageLocation:
    """A location by its code, active or not, with its names and its last count. Raises NotFoundError."""
    location = with_last_count(StorageLocation.objects.with_names()).filter(code=code).first()
    if location is None:
        raise NotFoundError(_("There is no location with this code."))
    return location


def location_detail(code: str) -> LocationDetail:
    """Everything the page shows. Raises NotFoundError as `find_location`."""
    location = find_location(code)
    last, now = read_last_count(location), timezone.now()
    cycles = location.configs.select_related("product", "packaging", "expected_state").prefetch_related(WITH_PRODUCTS)
    return LocationDetail(
        location=location,
        last=last,
        photo=S3Image.objects.filter(pk=last.image_id).first() if last else None,
        stock=stock_of(location, now),
        history=location_history(location.pk),
        cycles=tuple(cycles.order_by("-active", "-started_at")),
        undated=find_photos_waiting_at([location.pk], problem_code=NEEDS_DATE.code).count(),
        visits=visits_of(location),
        unexplained=count_unexplained([location.pk], before=now),
    )


def photos_waiting_for_config(locations: Iterable[StorageLocation]) -> S3ImageQuerySet:
    """The photos of these locations that wait only for the configuration, oldest first."""
    waiting = find_photos_waiting_at([location.pk for location in locations], problem_code=NEEDS_CONFIG.code)
    return waiting.exclude(jobs__status__in=UNFINISHED)
