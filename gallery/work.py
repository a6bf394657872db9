"""The read model of the work list: photos that need attention by cause, and what one fix would unblock.

Five queries, however many photos wait; they read one index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.fixes import FIX_PERMISSIONS
from locations.models import StorageLocation
from photos.models import S3Image, Upload
from processing.problems import CATALOGUE, NEEDS_CONFIG, NEEDS_LOCATION, Problem

SHOWN_FIXES = 10


@dataclass(frozen=True)
class OneFix:
    """One thing to settle and how many photos wait for it; `image_id` is the photo whose form settles it."""

    words: str
    photos: int
    image_id: UUID


@dataclass(frozen=True)
class Cause:
    """All photos that need attention for one reason."""

    problem: Problem
    photos: int
    fixes: tuple[OneFix, ...]

    @property
    def retried(self) -> bool:
        """Whether running the photos again, as they are, may help."""
        return self.problem.fix == "reprocess"

    @property
    def settled_by_people(self) -> bool:
        """Whether somebody can settle it in a form."""
        return self.problem.fix in FIX_PERMISSIONS


def causes() -> tuple[Cause, ...]:
    """Every cause that photos wait for, the most frequent first."""
    counted = S3Image.objects.to_do().values_list("problem").annotate(photos=Count("*")).order_by("-photos", "problem")
    found = {code: photos for code, photos in counted if code in CATALOGUE}
    fixes = {NEEDS_CONFIG.code: _by_location, NEEDS_LOCATION.code: _by_upload}
    return tuple(
        Cause(CATALOGUE[code], photos, fixes[code](code) if code in fixes else ()) for code, photos in found.items()
    )


def _by_location(code: str) -> tuple[OneFix, ...]:
    """The locations for whose configuration most photos wait."""
    counts = _most_frequent(code, "storage_location_id")
    places = StorageLocation.objects.with_names().in_bulk([place for place, _ in counts])
    examples = _examples(code, "storage_location_id", [place for place, _ in counts])
    return tuple(OneFix(places[place].full_name, photos, examples[place]) for place, photos in counts)


def _by_upload(code: str) -> tuple[OneFix, ...]:
    """The uploads of which most photos wait for a location."""
    counts = _most_frequent(code, "upload_id")
    uploads = Upload.objects.select_related("user").in_bulk([upload for upload, _ in counts])
    examples = _examples(code, "upload_id", [upload for upload, _ in counts])
    return tuple(OneFix(_name_upload(uploads[upload]), photos, examples[upload]) for upload, photos in counts)


def _name_upload(upload: Upload) -> str:
    moment = date_format(timezone.localtime(upload.created_at), "DATETIME_FORMAT")
    return _("Upload of %(moment)s by %(user)s") % {"moment": moment, "user": upload.user}


def _most_frequent(code: str, column: str) -> list[tuple[object, int]]:
    waiting = S3Image.objects.to_do().filter(problem=code).exclude(**{column: None})
    return list(waiting.values_list(column).annotate(photos=Count("*")).order_by("-photos", column)[:SHOWN_FIXES])


def _examples(code: str, column: str, values: Sequence[object]) -> dict[object, UUID]:
    """One waiting photo for each value."""
    waiting = S3Image.objects.to_do().filter(problem=code, **{f"{column}__in": values})
    return dict(waiting.order_by(column).distinct(column).values_list(column, "pk"))
