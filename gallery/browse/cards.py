"""Photos as cards for the gallery, its API and the review: two queries per page besides the photos.

A page has fifty, so neither query creates more model instances than photos, and URLs are not reversed one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from math import ceil
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.browse.cursor import Cursor
from gallery.common.badges import IN_DOUBT, READY, SIGNED_OFF, Badge, badge_of
from locations.models import LocationConfig, name_place
from photos.models import S3Image, S3ImageQuerySet
from photos.storage.object_store import presigned_url
from photos.storage.thumbnails import ANY_PHOTO, restore_address, thumbnail_url
from processing.models import ProcessingSession
from processing.statuses import RunStatus
from stock.conformal import Interval, interval_around
from stock.intervals import measured_counts, read_learned

# The columns of a photo that its card uses.
CARD_FIELDS = (
    "created_at",
    "error_details",
    "moment",
    "original_filename",
    "problem",
    "s3_key_original",
    "s3_key_thumbnail",
    "same_shot_as__deleted_at",
    "same_shot_as__original_filename",
    "status",
    "stored_at",
    "thumbnail_stored_at",
)


def read_for_cards(photos: S3ImageQuerySet) -> S3ImageQuerySet:
    """These photos with only the columns that their cards use."""
    return photos.select_related("same_shot_as").only(*CARD_FIELDS)


@dataclass(frozen=True)
class CardSession:
    """The newest run of a photo; counts are None until it has counted."""

    session_id: UUID
    status: str
    total_detected: int | None
    total_estimated: int | None
    storage_location_id: int | None
    storage_location_name: str | None
    warehouse_name: str | None
    product: str | None
    signed_off: bool
    in_doubt: bool
    interval: Interval | None

    @property
    def completed(self) -> bool:
        """Whether it completed."""
        return self.status == RunStatus.COMPLETED


@dataclass(frozen=True)
class PhotoCard:
    """One photo of the grid.

    Keys are None if the object is not stored, or not any more. `same_shot_as` is the name of an earlier photo of the
    same camera and second; usually empty.
    """

    image_id: UUID
    filename: str
    status: str
    error_details: str | None
    moment: datetime
    uploaded_at: datetime
    badge: Badge
    thumbnail_key: str | None
    thumbnail_stored_at: datetime | None
    original_key: str | None
    same_shot_as: str
    session: CardSession | None

    @property
    def address(self) -> str:
        return _any_page().replace(str(ANY_PHOTO), str(self.image_id))

    @property
    def restore_address(self) -> str:
        """The URL that makes the thumbnail again."""
        return restore_address(self.image_id)

    @property
    def thumbnail_url(self) -> str | None:
        """A URL signed for an hour; for an old photo, the one that makes it again."""
        return thumbnail_url(self.image_id, key=self.thumbnail_key, written_at=self.thumbnail_stored_at)

    @property
    def original_url(self) -> str | None:
        """A URL signed for an hour."""
        return presigned_url(self.original_key) if self.original_key else None

    @property
    def place(self) -> str:
        return (self.session and self.session.storage_location_name) or _("Location unknown")

    @property
    def product(self) -> str:
        """What grows in its location now; empty if that is not known."""
        return (self.session and self.session.product) or ""

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Its status, and whether its count is signed off or in doubt; "Ready" goes without saying beside those."""
        if self.session is None or not self.session.completed:
            return (self.badge,)
        review = SIGNED_OFF if self.session.signed_off else IN_DOUBT if self.session.in_doubt else None
        if review is None:
            return (self.badge,)
        return (review,) if self.badge == READY else (self.badge, review)

    @property
    def description(self) -> str:
        """The alternative text of the thumbnail."""
        place = self.session.storage_location_name if self.session else None
        words = {"filename": self.filename, "place": place or _("location unknown")}
        return _("Photo %(filename)s, %(place)s") % words

    @property
    def choice(self) -> str:
        """The label of its check box."""
        return _("Choose %(filename)s") % {"filename": self.filename}

    @property
    def plants(self) -> int | None:
        return self.session.total_estimated if self.session else None

    @property
    def plants_noun(self) -> str:
        """The noun after the number of plants, if there is one."""
        return ngettext("plant", "plants", self.plants or 0)


@dataclass(frozen=True)
class CardSlice:
    """Consecutive cards; `newer` and `older` say whether there are photos before and after them."""

    cards: tuple[PhotoCard, ...]
    newer: bool
    older: bool

    @property
    def first(self) -> Cursor:
        """The cursor of the first card, if there is one."""
        return Cursor(self.cards[0].moment, self.cards[0].image_id)

    @property
    def last(self) -> Cursor:
        """The cursor of the last card, if there is one."""
        return Cursor(self.cards[-1].moment, self.cards[-1].image_id)

    @property
    def unfinished_ids(self) -> tuple[UUID, ...]:
        """The photos with unfinished runs, whose cards will change."""
        return tuple(card.image_id for card in self.cards if card.badge.unfinished)


@dataclass(frozen=True)
class CardPage:
    """One numbered page of cards among `total_items` photos, for the API; a page past the end is empty."""

    cards: tuple[PhotoCard, ...]
    page: int
    per_page: int
    total_items: int
    total_pages: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total_pages", ceil(self.total_items / self.per_page))


def make_cards(images: Sequence[S3Image]) -> tuple[PhotoCard, ...]:
    """Cards in the order of the images, of which CARD_FIELDS are read; two queries."""
    sessions = _card_sessions([image.pk for image in images])
    return tuple(_card(image, sessions.get(image.pk)) for image in images)


def newest_runs(image_ids: Iterable[UUID]) -> QuerySet[ProcessingSession]:
    """The newest session of each photo, finished or not."""
    runs = ProcessingSession.objects.filter(original_image_id__in=image_ids)
    return runs.order_by("original_image_id", "-created_at", "-pk").distinct("original_image_id")


def _card_sessions(image_ids: Iterable[UUID]) -> Mapping[UUID, CardSession]:
    """The newest session of each photo. Read as values, which is far faster than model instances. Intervals are of
    counts in the stock, where it is known what grows."""
    grown = LocationConfig.objects.filter(location=OuterRef("storage_location"), active=True)
    runs = newest_runs(image_ids).annotate(product=Subquery(grown.values("product__common_name")[:1]))
    rows = runs.values_list(
        "original_image_id",
        "session_id",
        "status",
        "total_detected",
        "total_estimated",
        "storage_location_id",
        "storage_location__storage_area__warehouse__name",
        "storage_location__storage_area__name",
        "storage_location__name",
        "product",
        "validated",
        "needs_look",
        Subquery(measured_counts(session_id=OuterRef("session_id"))),
    )
    sessions, learned = {}, read_learned()
    for image_id, session_id, status, detected, estimated, place_id, warehouse, area, place, *rest, measured in rows:
        name = name_place(warehouse, area, place) if place_id else None
        rest.append(interval_around(estimated or 0, learned.margin_of(measured)))
        sessions[image_id] = CardSession(session_id, status, detected, estimated, place_id, name, warehouse, *rest)
    return sessions


def _card(image: S3Image, session: CardSession | None) -> PhotoCard:
    return PhotoCard(
        image_id=image.pk,
        filename=image.original_filename,
        status=image.status,
        error_details=f"{image.problem}: {message.in_english()}" if (message := image.error_details) else None,
        moment=image.moment,
        uploaded_at=image.created_at,
        badge=badge_of(image, newest_run=session.status if session else None),
        thumbnail_key=image.s3_key_thumbnail,
        thumbnail_stored_at=image.thumbnail_stored_at,
        original_key=image.s3_key_original if image.stored_at else None,
        same_shot_as=first.original_filename if (first := image.first_of_shot) else "",
        session=session,
    )


@cache
def _any_page() -> str:
    """Reversed once, not for each card."""
    return reverse("photo", kwargs={"image_id": ANY_PHOTO})
