"""The gallery's read model: photos, newest first, as cards, with filters and pages, in a fixed number of queries.

A page of cards takes two queries, whatever its size and position: the photos, and the newest session of each. A filter
by location or by text takes one more, for the matching locations.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from gallery.browse.cards import CardPage, CardSlice, PhotoCard, make_cards, newest_runs, read_for_cards
from gallery.browse.cursor import Cursor
from locations.models import LocationConfig, StorageLocation
from locations.search import contains
from photos.models import S3Image, S3ImageQuerySet
from photos.statuses import ImageStatus
from processing.models import ProcessingSession
from processing.statuses import RunStatus

# Counting a million photos would take longer than showing fifty of them.
COUNTED_UP_TO = 1000
NAMED_PLACES = 1000


@dataclass(frozen=True)
class GalleryFilter:
    """Which photos to show; an empty filter means all of them. Moments are aware, `before` is exclusive."""

    since: datetime | None = None
    before: datetime | None = None
    warehouse_ids: tuple[int, ...] = ()
    area_id: int | None = None
    location_id: int | None = None
    product_id: int | None = None
    uploader_id: int | None = None
    status: str = "all"
    review: str = ""
    text: str = ""

    @property
    def counts_cheaply(self) -> bool:
        """Whether the photos that need attention can be counted by their index alone."""
        return not (self.names_places or self.uploader_id or self.text or self.review)

    @property
    def names_places(self) -> bool:
        """Whether the filter is by location."""
        return bool(self.warehouse_ids or self.area_id or self.location_id or self.product_id)


def visible_photos() -> S3ImageQuerySet:
    """Uploaded photos that are not deleted."""
    return S3Image.objects.photos().visible()


def find_photos(wanted: GalleryFilter) -> S3ImageQuerySet:
    """The photos that match a filter, newest first."""
    return of_status(find_of_any_status(wanted), wanted.status)


def of_status(photos: S3ImageQuerySet, status: str) -> S3ImageQuerySet:
    """Filter by a status of the filter bar: all, success, errors, or the code of a problem."""
    if status == "all":
        return photos
    if status == "success":
        return photos.filter(status=ImageStatus.READY)
    failed = photos.filter(status=ImageStatus.FAILED)
    return failed if status == "errors" else failed.filter(problem=status)


def find_of_any_status(wanted: GalleryFilter) -> S3ImageQuerySet:
    """The photos that match everything but the status, newest first."""
    photos = visible_photos()
    if wanted.since:
        photos = photos.filter(moment__gte=wanted.since)
    if wanted.before:
        photos = photos.filter(moment__lt=wanted.before)
    if wanted.uploader_id:
        photos = photos.filter(uploaded_by_user_id=wanted.uploader_id)
    if wanted.names_places:
        photos = photos.filter(storage_location_id__in=_find_places(wanted))
    if wanted.text:
        named = StorageLocation.objects.filter(contains(wanted.text, ("code", "name")))
        place_ids = list(named.values_list("pk", flat=True)[:NAMED_PLACES])
        photos = photos.filter(contains(wanted.text, ("original_filename",)) | Q(storage_location_id__in=place_ids))
    return of_review(photos, wanted.review).order_by("-moment", "-image_id")


def of_review(photos: S3ImageQuerySet, review: str) -> S3ImageQuerySet:
    """Filter by the review of the newest count: "signed", "unsigned", or "doubtful" (and not signed off)."""
    if not review:
        return photos
    counts = ProcessingSession.objects.filter(status=RunStatus.COMPLETED)
    newer = counts.filter(original_image=OuterRef("original_image"), created_at__gt=OuterRef("created_at"))
    newest = counts.filter(~Exists(newer), original_image=OuterRef("pk"), validated=review == "signed")
    return photos.filter(Exists(newest.filter(needs_look=True) if review == "doubtful" else newest))


def _find_places(wanted: GalleryFilter) -> list[int]:
    """The ids of the locations that match a filter. With ids PostgreSQL plans by how many photos each location has."""
    places = StorageLocation.objects.all()
    if wanted.location_id:
        places = places.filter(pk=wanted.location_id)
    if wanted.area_id:
        places = places.filter(storage_area_id=wanted.area_id)
    if wanted.warehouse_ids:
        places = places.filter(storage_area__warehouse_id__in=wanted.warehouse_ids)
    if wanted.product_id:
        grown = LocationConfig.objects.filter(
            Q(product_id=wanted.product_id) | Q(parts__product_id=wanted.product_id), active=True
        )
        places = places.filter(pk__in=grown.values("location_id"))
    return list(places.values_list("pk", flat=True))


def find_photos_waiting_at(location_ids: Sequence[int], *, problem_code: str) -> S3ImageQuerySet:
    """Photos at these locations that are waiting for the same fix, oldest first."""
    waiting = visible_photos().filter(status=ImageStatus.FAILED, problem=problem_code)
    return waiting.filter(storage_location_id__in=location_ids).order_by("created_at")


def scroll_cards(
    photos: S3ImageQuerySet, *, after: Cursor | None = None, before: Cursor | None = None, per_page: int
) -> CardSlice:
    """The first of these photos (newest first), or those just after or before a cursor."""
    if before is not None:
        newer = Q(moment__gt=before.moment) | Q(moment=before.moment, image_id__gt=before.image_id)
        photos = photos.filter(newer, moment__gte=before.moment).order_by("moment", "image_id")
    elif after is not None:
        older = Q(moment__lt=after.moment) | Q(moment=after.moment, image_id__lt=after.image_id)
        photos = photos.filter(older, moment__lte=after.moment)  # the second is for the index
    images = list(read_for_cards(photos)[: per_page + 1])
    more, images = len(images) > per_page, images[:per_page]
    if before is not None:
        return CardSlice(make_cards(images[::-1]), newer=more, older=bool(images))
    return CardSlice(make_cards(images), newer=after is not None, older=more)


def count_photos(photos: S3ImageQuerySet) -> int:
    """How many there are; COUNTED_UP_TO means that many or more. Unordered, so that it stops there without sorting
    all."""
    return photos.order_by()[:COUNTED_UP_TO].count()


def count_problems(photos: S3ImageQuerySet) -> dict[str, int]:
    """How many of these photos need attention for each reason (code), most first, among the newest COUNTED_UP_TO."""
    newest = of_status(photos, "errors").values_list("problem", flat=True)[:COUNTED_UP_TO]
    return dict(Counter(newest).most_common())


def photo_cards(wanted: GalleryFilter, *, page: int, per_page: int) -> CardPage:
    """One numbered page of the gallery, with the number of all; one query more."""
    photos = find_photos(wanted)
    start = (page - 1) * per_page
    total = photos.count()
    images = list(read_for_cards(photos)[start : start + per_page]) if start < total else []
    return CardPage(cards=make_cards(images), page=page, per_page=per_page, total_items=total)


def cards_of(image_ids: Iterable[UUID]) -> tuple[PhotoCard, ...]:
    """The cards of named photos, in two queries; unknown and deleted ones are left out."""
    return make_cards(list(read_for_cards(visible_photos().filter(pk__in=list(image_ids)))))


def newest_sessions(image_ids: Sequence[UUID]) -> Mapping[UUID, ProcessingSession]:
    """The newest session of each photo, finished or not, with the names of its location: one query."""
    sessions = (
        newest_runs(image_ids)
        .select_related("storage_location__storage_area__warehouse")
        .defer("storage_location__polygon", "storage_location__storage_area__polygon")
        .defer("storage_location__storage_area__warehouse__polygon", "location_evidence")
        .defer("review_reasons", "phase_seconds")
    )
    return {session.original_image_id: session for session in sessions}
