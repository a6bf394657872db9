"""The gallery's read model: photos, newest first, as cards; filters and pages; bounded query counts.

A page of cards takes three queries, however many photos it holds: the number of photos, the photos, and the
newest session of each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery.badges import Badge, badge_of
from locations.models import StorageLocation
from photos.models import S3Image, S3ImageQuerySet
from photos.statuses import ImageStatus
from photos.storage import presigned_url
from photos.thumbnails import thumbnail_url
from processing.models import Session
from processing.statuses import RunStatus


@dataclass(frozen=True)
class GalleryFilter:
    """Which photos to show; everything empty means all of them. Moments are aware, `before` is exclusive."""

    since: datetime | None = None
    before: datetime | None = None
    warehouse_ids: tuple[int, ...] = ()
    status: str = "all"
    text: str = ""


@dataclass(frozen=True)
class CardSession:
    """What the newest run of a photo says; counts are None until it has counted."""

    session_id: UUID
    completed: bool
    total_detected: int | None
    total_estimated: int | None
    storage_location_id: int | None
    storage_location_name: str | None
    warehouse_name: str | None


@dataclass(frozen=True)
class PhotoCard:
    """One photo of the grid. Keys are None while, or once, there is nothing behind them in storage."""

    image_id: UUID
    filename: str
    status: str
    error_details: str | None
    uploaded_at: datetime
    badge: Badge
    thumbnail_key: str | None
    thumbnail_stored_at: datetime | None
    original_key: str | None
    session: CardSession | None

    @property
    def thumbnail_url(self) -> str | None:
        """Signed for an hour; of an old photo the address where it is made again."""
        return thumbnail_url(self.image_id, key=self.thumbnail_key, written_at=self.thumbnail_stored_at)

    @property
    def original_url(self) -> str | None:
        """Signed for an hour."""
        return presigned_url(self.original_key) if self.original_key else None

    @property
    def description(self) -> str:
        """The thumbnail in words."""
        place = self.session.storage_location_name if self.session else None
        return f"Photo {self.filename}, {place or 'location unknown'}"


@dataclass(frozen=True)
class CardPage:
    """One page of cards among `total_items` photos; a page past the end is empty."""

    cards: tuple[PhotoCard, ...]
    page: int
    per_page: int
    total_items: int
    total_pages: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total_pages", ceil(self.total_items / self.per_page))

    @property
    def next_page(self) -> int | None:
        """The number of the page after this one, if there is one."""
        return self.page + 1 if self.page < self.total_pages else None

    @property
    def previous_page(self) -> int | None:
        """The number of the page before this one, if there is one."""
        return min(self.page - 1, self.total_pages) if self.page > 1 and self.total_pages else None

    @property
    def unfinished_ids(self) -> tuple[UUID, ...]:
        """The photos whose cards will still change by themselves."""
        return tuple(card.image_id for card in self.cards if card.badge.unfinished)


def visible_photos() -> S3ImageQuerySet:
    """What people uploaded and did not delete."""
    return S3Image.objects.photos().visible()


def newest_run_at(locations: Iterable[int] | QuerySet[StorageLocation, int]) -> Q:
    """A condition on photos: the newest session places the photo at one of these locations (ids).

    Written from the sessions' side, so that PostgreSQL joins once instead of looking at each photo's sessions.
    """
    newer = Session.objects.filter(original_image=OuterRef("original_image"), created_at__gt=OuterRef("created_at"))
    placed = Session.objects.filter(~Exists(newer), storage_location_id__in=locations)
    return Q(pk__in=placed.values("original_image_id"))


def find_photos(wanted: GalleryFilter) -> S3ImageQuerySet:
    """The photos that a filter lets through, newest first."""
    photos = visible_photos()
    if wanted.since:
        photos = photos.filter(created_at__gte=wanted.since)
    if wanted.before:
        photos = photos.filter(created_at__lt=wanted.before)
    if wanted.status == "success":
        photos = photos.filter(status=ImageStatus.READY)
    elif wanted.status == "errors":
        photos = photos.filter(status=ImageStatus.FAILED)
    elif wanted.status != "all":
        photos = photos.filter(status=ImageStatus.FAILED, problem=wanted.status)
    if wanted.warehouse_ids:
        inside = StorageLocation.objects.filter(storage_area__warehouse_id__in=wanted.warehouse_ids)
        photos = photos.filter(newest_run_at(inside.values_list("pk", flat=True)))
    if wanted.text:
        named = StorageLocation.objects.filter(Q(code__icontains=wanted.text) | Q(name__icontains=wanted.text))
        photos = photos.filter(
            Q(original_filename__icontains=wanted.text) | newest_run_at(named.values_list("pk", flat=True))
        )
    return photos.order_by("-created_at", "-image_id")


def find_photos_waiting_at(location_ids: Sequence[int], *, problem_code: str) -> S3ImageQuerySet:
    """Photos at these locations that wait for the same fix, oldest first."""
    waiting = visible_photos().filter(status=ImageStatus.FAILED, problem=problem_code)
    return waiting.filter(newest_run_at(location_ids)).order_by("created_at")


def photo_cards(wanted: GalleryFilter, *, page: int, per_page: int) -> CardPage:
    """One page of the gallery, in three queries."""
    photos = find_photos(wanted)
    start = (page - 1) * per_page
    total = photos.count()
    images = list(photos[start : start + per_page]) if start < total else []
    return CardPage(cards=make_cards(images), page=page, per_page=per_page, total_items=total)


def cards_of(image_ids: Iterable[UUID]) -> tuple[PhotoCard, ...]:
    """The cards of named photos, in two queries; unknown and deleted ones are left out."""
    return make_cards(list(visible_photos().filter(pk__in=list(image_ids))))


def make_cards(images: Sequence[S3Image]) -> tuple[PhotoCard, ...]:
    """Cards in the order of the images, in one query."""
    sessions = newest_sessions([image.pk for image in images])
    return tuple(_card(image, sessions.get(image.pk)) for image in images)


def newest_sessions(image_ids: Sequence[UUID]) -> Mapping[UUID, Session]:
    """The newest session of each photo, finished or not, with the names of its location: one query."""
    sessions = (
        Session.objects.filter(original_image_id__in=image_ids)
        .order_by("original_image_id", "-created_at", "-pk")
        .distinct("original_image_id")
        .select_related("storage_location__storage_area__warehouse")
        .defer("storage_location__polygon", "storage_location__storage_area__polygon")
        .defer("storage_location__storage_area__warehouse__polygon", "location_evidence")
    )
    return {session.original_image_id: session for session in sessions}


def _card(image: S3Image, session: Session | None) -> PhotoCard:
    return PhotoCard(
        image_id=image.pk,
        filename=image.original_filename,
        status=image.status,
        error_details=image.error_details,
        uploaded_at=image.created_at,
        badge=badge_of(image, newest_run=session.status if session else None),
        thumbnail_key=image.s3_key_thumbnail,
        thumbnail_stored_at=image.thumbnail_stored_at,
        original_key=image.s3_key_original if image.stored_at else None,
        session=_card_session(session) if session else None,
    )


def _card_session(session: Session) -> CardSession:
    location = session.storage_location
    return CardSession(
        session_id=session.session_id,
        completed=session.status == RunStatus.COMPLETED,
        total_detected=session.total_detected,
        total_estimated=session.total_estimated,
        storage_location_id=session.storage_location_id,
        storage_location_name=location.full_name if location else None,
        warehouse_name=location.storage_area.warehouse.name if location else None,
    )
