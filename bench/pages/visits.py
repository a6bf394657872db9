"""The pages that are measured: their addresses in a nursery that `nursery.sql` filled, and what they may take."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from demeter.accounts.models import User
from gallery.browse.cursor import Cursor
from gallery.browse.queries import COUNTED_UP_TO, visible_photos
from locations.models import Product, StorageArea, StorageLocation, Warehouse
from photos.models import S3Image
from processing.models import ProcessingSession

PER_PAGE = 50
DEEP_PAGE = 1000
HTMX = {"HX-Request": "true"}
GALLERY, DETAIL, POLL, WHOLE_NURSERY = 100.0, 150.0, 20.0, 500.0


@dataclass(frozen=True)
class Visit:
    """A page, its address for each time it is asked for, and the milliseconds that 95 of 100 answers may take.

    With `data` a form is sent to it, with other answers each time.
    """

    name: str
    address: Callable[[], str]
    target_ms: float
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Callable[[], Mapping[str, Any]] | None = None


def plan_visits(dice: random.Random) -> list[Visit]:
    """Every page that is measured, but for the poll."""
    images = list(visible_photos().order_by("-moment").values_list("pk", flat=True)[:2000])
    return [
        *_gallery_visits(),
        Visit("detail", lambda: reverse("photo", args=[dice.choice(images)]), DETAIL),
        Visit("detail, marks as JSON", _round_robin(_counted_photos(), "api-photo-markers"), DETAIL),
        Visit("history of a location, 5 years weekly", _history(), DETAIL),
        Visit("page of a location, 5 years weekly", _location(), DETAIL),
        Visit("map, its list", lambda: reverse("map"), GALLERY),
        Visit("map, 2,000 outlines as JSON", lambda: reverse("api-map"), WHOLE_NURSERY),
        Visit("counting plan", lambda: reverse("counting-plan"), GALLERY),
        Visit("walk through the due bays", lambda: reverse("counting-walk"), DETAIL),
        Visit("work list, a tenth of the photos", lambda: reverse("work"), GALLERY),
        Visit("review queue", lambda: reverse("review"), GALLERY),
        Visit("next to review", lambda: reverse("review-next") + f"?after={dice.choice(images)}", GALLERY),
    ]


def _gallery_visits() -> list[Visit]:
    gallery = reverse("gallery")
    filters = {
        "ready": "status=success",
        "needs attention": "status=errors",
        "location missing": "status=needs_location",
        "last 7 days": "days=7",
        "one month, 3 years ago": _month_ago(36),
        "one warehouse": f"warehouse_id={_first(Warehouse)}",
        "three warehouses": "&".join(f"warehouse_id={_first(Warehouse) + number}" for number in range(3)),
        "a warehouse without photos": f"warehouse_id={_first(Warehouse) + 10}",
        "area": f"area_id={_first(StorageArea) + 50}",
        "location, 5 years weekly": f"location_id={_first(StorageLocation)}",
        "location, 5 to 500 photos": f"location_id={_first(StorageLocation) + 77}",
        "product": f"product_id={_first(Product) + 3}",
        "uploader": f"uploader_id={User.objects.filter(username__startswith='person').order_by('pk')[3].pk}",
        "warehouse and needs attention": f"warehouse_id={_first(Warehouse)}&status=errors",
        "words in 1 of 50,000 names": "q=orchid",
        "words in every name": "q=img",
        "words in location codes": "q=W3-A7",
        "words in nothing": "q=no-such-thing",
    }
    deep = f"{gallery}?after={_deep_cursor()}"
    pages = [
        Visit("gallery, first page", lambda: gallery, GALLERY),
        Visit("gallery, page 1,000 by scrolling", lambda: deep, GALLERY, HTMX),
    ]
    return pages + [
        Visit(f"gallery: {name}", lambda query=query: f"{gallery}?{query}", GALLERY) for name, query in filters.items()
    ]


def _deep_cursor() -> Cursor:
    """The end of page 999, or of the last page but one where there are fewer."""
    photos = visible_photos().order_by("-moment", "-image_id")
    place = min(DEEP_PAGE * PER_PAGE, photos.count()) - PER_PAGE - 1
    moment, image_id = photos.values_list("moment", "image_id")[place]
    return Cursor(moment, image_id)


def _month_ago(months: int) -> str:
    start = timezone.now() - timedelta(days=30.44 * months)
    return f"date_from={start:%Y-%m-%d}&date_to={start + timedelta(days=30):%Y-%m-%d}"


def _counted_photos() -> list[UUID]:
    """Photos with containers and plants."""
    found = ProcessingSession.objects.filter(segments__detections__isnull=False).order_by("-pk").distinct()
    return list(found.values_list("original_image_id", flat=True)[:COUNTED_UP_TO])


def _history() -> Callable[[], str]:
    photo = S3Image.objects.filter(storage_location=_first(StorageLocation), status="ready").earliest("moment")
    return lambda: reverse("photo", args=[photo.pk]) + "?tab=history"


def _location() -> Callable[[], str]:
    code = StorageLocation.objects.get(pk=_first(StorageLocation)).code
    return lambda: reverse("location", args=[code])


def _round_robin(images: list[UUID], name: str) -> Callable[[], str]:
    def address() -> str:
        images.append(images.pop(0))
        return reverse(name, args=[images[0]])

    return address


def _first(model: type[Warehouse | StorageArea | StorageLocation | Product]) -> int:
    return model.objects.order_by("pk").values_list("pk", flat=True)[0]
