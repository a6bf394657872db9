"""The stock of one location at the end of a day: its batches, the photos of its last count, and every movement.

Fifteen queries at most, for any number of movements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Sum, Window
from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from gallery.common.forms import PER_PAGE
from gallery.stock.reconciling import differences_of
from locations.models import StorageLocation
from photos.models import S3Image
from photos.storage.thumbnails import thumbnail_url
from stock.conformal import Interval, interval_around
from stock.intervals import margins_of_visits, read_learned
from stock.models import Difference, StockBatch, StockCount, StockMovement, Visit
from stock.queries import StockLine, count_unexplained, stock_of

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class CountedPhoto:
    """A photo of the last count; `thumbnail_url` is None and there is no page for it once it is deleted."""

    count: StockCount
    is_visible: bool
    thumbnail_url: str | None


@dataclass(frozen=True)
class BayStock:
    """The stock of a location before a moment. `visit` is its last count until then, `interval` how far that may
    be off."""

    location: StorageLocation
    lines: tuple[StockLine, ...]
    visit: Visit | None
    photos: tuple[CountedPhoto, ...]
    batch: StockBatch | None
    movements: Page[StockMovement]
    visible_images: frozenset[UUID]
    differences: Sequence[Difference]
    unexplained: int
    interval: Interval | None

    @property
    def total(self) -> int:
        """The plants of all batches."""
        return sum(line.quantity for line in self.lines)

    @property
    def is_uncertain(self) -> bool:
        """Whether the number may be wrong."""
        return self.visit is not None and (self.visit.is_open or self.visit.in_doubt)


def read_bay(code: str, *, before: datetime, batch_id: int | None, page: int) -> BayStock:
    """The stock of a location and its movements, newest first. Raises NotFoundError: no such location, or batch."""
    location = StorageLocation.objects.with_names().filter(code=code).first()
    if location is None:
        raise NotFoundError(_("There is no location with this code."))
    batch = None
    if batch_id is not None:
        batch = location.batches.select_related("product").filter(pk=batch_id).first()
        if batch is None:
            raise NotFoundError(_("This location has no such batch."))
    visit = Visit.objects.filter(location=location, photos__gt=0, last_at__lt=before).order_by("-last_at").first()
    movements = _movements(location, batch, before, page)
    counts = list(visit.counts.in_force().order_by("happened_at", "image_id")) if visit else []
    images = _visible_images([count.image_id for count in counts], list(movements))
    return BayStock(
        location=location,
        lines=stock_of(location, before - INSTANT),
        visit=visit,
        photos=tuple(_photo(count, images.get(count.image_id)) for count in counts),
        batch=batch,
        movements=movements,
        visible_images=frozenset(images),
        differences=differences_of(location.pk, before=before),
        unexplained=count_unexplained([location.pk], before=before),
        interval=_visit_interval(visit) if visit else None,
    )


def _visit_interval(visit: Visit) -> Interval | None:
    return interval_around(visit.quantity, margins_of_visits([visit.pk], read_learned()).get(visit.pk))


def _movements(location: StorageLocation, batch: StockBatch | None, before: datetime, page: int) -> Page[Any]:
    """A page of the movements of a location, or of one batch, each with the stock after it (`stock_after`)."""
    moved = StockMovement.objects.filter(batch__location=location, happened_at__lt=before)
    if batch is not None:
        moved = moved.filter(batch=batch)
    newest = ("-happened_at", "-created_at", "-movement_id")
    after = Window(Sum("quantity"), order_by=[F(name.removeprefix("-")).asc() for name in newest])
    # What is shown is read of the page alone: movements never change.
    keys = moved.annotate(stock_after=after).order_by(*newest).values_list("pk", "stock_after")
    shown: Page[Any] = Paginator(keys, PER_PAGE).get_page(page)
    stock_after = dict(shown.object_list)
    reversal = StockMovement.objects.filter(reverses=OuterRef("pk"))
    rows = StockMovement.objects.annotate(is_reversed=Exists(reversal)).select_related("batch__product", "user")
    shown.object_list = list(rows.filter(pk__in=stock_after).order_by(*newest))
    for movement in shown.object_list:
        movement.stock_after = stock_after[movement.pk]
    return shown


def _visible_images(counted: Sequence[UUID], movements: Sequence[StockMovement]) -> dict[UUID, S3Image]:
    wanted = {*counted, *(movement.image_id for movement in movements if movement.image_id)}
    visible = S3Image.objects.filter(pk__in=wanted, deleted_at=None).only("s3_key_thumbnail", "thumbnail_stored_at")
    return {image.pk: image for image in visible}


def _photo(count: StockCount, image: S3Image | None) -> CountedPhoto:
    url = thumbnail_url(image.pk, key=image.s3_key_thumbnail, written_at=image.thumbnail_stored_at) if image else None
    return CountedPhoto(count, image is not None, url)
