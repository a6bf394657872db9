"""The read model of the to-do list: photos that need attention by cause, and the fixes that unblock most of them.

Seven queries, for any number of photos. None reads more than the newest COUNTED_UP_TO of a cause, and the rows shown.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Window
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.browse.queries import COUNTED_UP_TO
from gallery.common.permissions import FIX_PERMISSIONS
from locations.models import StorageLocation
from photos.models import S3Image, Upload
from processing.problems import CATALOGUE, NEEDS_CONFIG, NEEDS_DATE, NEEDS_LOCATION, Problem

SHOWN_FIXES = 10
# `S3Image.objects.to_do()` in SQL: the union that Django would make of it takes longer to plan than to answer.
WAITING_BY_CAUSE = """
SELECT code, (
    SELECT count(*) FROM (
        SELECT FROM s3_images
        WHERE kind = 'photo' AND deleted_at IS NULL AND status = 'failed' AND acknowledged_at IS NULL AND problem = code
        LIMIT %s
    ) AS waiting
) AS photos
FROM unnest(%s::text[]) AS code ORDER BY photos DESC, code
"""


@dataclass(frozen=True)
class OneFix:
    """One fix and how many photos wait for it; `image_id` is the photo with the form to use."""

    words: str
    photos: int
    image_id: UUID


@dataclass(frozen=True)
class Cause:
    """All photos that need attention for one reason; COUNTED_UP_TO of them means that many or more."""

    problem: Problem
    photos: int
    fixes: tuple[OneFix, ...]

    @property
    def retried(self) -> bool:
        """Whether processing the photos again may help."""
        return self.problem.fix == "reprocess"

    @property
    def has_form(self) -> bool:
        """Whether a form fixes it."""
        return self.problem.fix in FIX_PERMISSIONS


def causes() -> tuple[Cause, ...]:
    """Every cause with photos, most frequent first."""
    fixes = {NEEDS_CONFIG.code: _by_location, NEEDS_DATE.code: _by_upload, NEEDS_LOCATION.code: _by_upload}
    return tuple(
        Cause(CATALOGUE[code], photos, fixes[code](code) if code in fixes else ())
        for code, photos in count_by_cause().items()
    )


def count_by_cause() -> dict[str, int]:
    """The number of photos for each cause (code), most frequent first; COUNTED_UP_TO means that many or more."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_BY_CAUSE, [COUNTED_UP_TO, list(CATALOGUE)])
        return {code: photos for code, photos in cursor.fetchall() if photos}


def _by_location(code: str) -> tuple[OneFix, ...]:
    """The locations whose configuration most photos wait for."""
    found = _most_frequent(code, "storage_location_id")
    places = StorageLocation.objects.with_names().in_bulk([place for place, *_ in found])
    return tuple(OneFix(places[place].full_name, photos, example) for place, photos, example in found)


def _by_upload(code: str) -> tuple[OneFix, ...]:
    """The uploads with most photos that wait for a location, or for a date."""
    found = _most_frequent(code, "upload_id")
    uploads = Upload.objects.select_related("user").in_bulk([upload for upload, *_ in found])
    return tuple(OneFix(_name_upload(uploads[upload]), photos, example) for upload, photos, example in found)


def _name_upload(upload: Upload) -> str:
    moment = date_format(timezone.localtime(upload.created_at), "DATETIME_FORMAT")
    return _("Upload of %(moment)s by %(user)s") % {"moment": moment, "user": upload.user}


def _most_frequent(code: str, column: str) -> list[tuple[Any, int, UUID]]:
    """The most frequent values among the newest COUNTED_UP_TO photos: the id, the number of photos, and one of them."""
    waiting = S3Image.objects.to_do().filter(problem=code)
    newest = waiting.exclude(**{column: None}).order_by("-created_at").values_list(column, flat=True)
    frequent = [value for value, _photos in Counter(newest[:COUNTED_UP_TO]).most_common(SHOWN_FIXES)]
    found = waiting.filter(**{f"{column}__in": frequent}).annotate(photos=Window(Count("*"), partition_by=column))
    examples = found.order_by(column).distinct(column).values_list(column, "photos", "pk")
    return sorted(examples, key=lambda example: (-example[1], example[0]))
