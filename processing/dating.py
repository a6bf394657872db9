"""When a photo was taken: whether its camera's clock is plausible, and a person's answer if it is not.

`processing.pipeline.stages` asks once the location is known; `gallery.photo.fixes` writes the answer. While the
question is open the photo has the moment of its upload and is left out of the stock and of its location's history.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.messages import Message
from locations.nursery import nursery_zone
from photos.dates import Surroundings, find_doubt
from photos.ingest.storing import assumed_zone
from photos.models import S3Image
from photos.statuses import DateDoubt, ImageStatus
from processing.messages import DATE_AHEAD, DATE_BEFORE_NURSERY, DATE_BEHIND_LOCATION, DATE_RESET, DATE_UNREADABLE

DOUBTS = {
    DateDoubt.UNREADABLE: DATE_UNREADABLE,
    DateDoubt.AHEAD: DATE_AHEAD,
    DateDoubt.BEFORE_NURSERY: DATE_BEFORE_NURSERY,
    DateDoubt.RESET: DATE_RESET,
    DateDoubt.BEHIND_LOCATION: DATE_BEHIND_LOCATION,
}


class DateSource(models.TextChoices):
    """The source of the date of a photo whose camera is not trusted."""

    UPLOAD = "upload", _("When it was uploaded")
    CAMERA = "camera", _("As recorded by the camera")
    TYPED = "typed", _("At another time")


def check_date(image: S3Image) -> None:
    """Record whether the camera's clock can be trusted. No question is asked about a located photo without a date, or
    with an answer.
    """
    doubt = None
    if _written(image) and image.dated_at is None:
        doubt = find_doubt(_read_clock(image), uploaded_at=image.created_at, known=_surroundings(image))
    image.date_doubt = doubt or ""
    image.save(update_fields=["date_doubt", "updated_at"])


def describe_doubt(image: S3Image) -> Message:
    """Why the date is asked about, with the recorded date."""
    return DOUBTS[DateDoubt(image.date_doubt)](written=_written(image).replace("T", " "))


def date_by_upload(image_ids: Iterable[UUID]) -> None:
    """Set the date of these photos to that of their upload."""
    _resolve(image_ids, F("created_at"))


def date_by_camera(image_ids: Iterable[UUID]) -> None:
    """Set the date of these photos to that of their cameras; if a row cannot store it, to that of the upload."""
    _resolve(image_ids, Least("taken_at", "created_at"))


def date_by_hand(image_id: UUID, moment: datetime) -> None:
    """Set the date of this photo by hand; not later than its upload."""
    _resolve([image_id], moment)


def _resolve(image_ids: Iterable[UUID], moment: datetime | F | Least) -> None:
    S3Image.objects.filter(pk__in=list(image_ids)).update(dated_at=moment, date_doubt="", updated_at=timezone.now())


def _written(image: S3Image) -> str:
    """The date as the camera recorded it; empty if none."""
    written = image.exif_metadata or {}
    return str(written.get("datetime_original") or written.get("datetime_unreadable") or "")


def _read_clock(image: S3Image) -> datetime | None:
    """The camera's clock in the recorded or assumed time zone; None if it is not a date."""
    text = (image.exif_metadata or {}).get("datetime_original")
    if not text:
        return None
    clock = datetime.fromisoformat(text)
    if clock.tzinfo:
        return clock
    assumed = assumed_zone(image)
    return clock.replace(tzinfo=ZoneInfo(assumed) if assumed else nursery_zone())


def _surroundings(image: S3Image) -> Surroundings:
    photos = S3Image.objects.photos()
    first = photos.order_by("created_at").values_list("created_at", flat=True).first()
    return Surroundings(first_upload=first or image.created_at, newest_count=_newest_count(image))


def _newest_count(image: S3Image) -> datetime | None:
    """The newest count of the location when this photo was uploaded: later uploads say nothing about its clock."""
    if image.storage_location_id is None:
        return None
    counted = (
        S3Image.objects.photos().visible().filter(storage_location=image.storage_location_id, status=ImageStatus.READY)
    )
    known = Q(created_at__lt=image.created_at) | Q(upload=image.upload_id, upload__isnull=False)
    moments = counted.filter(known).exclude(pk=image.pk).order_by("-moment").values_list("moment", flat=True)
    return moments.first()
