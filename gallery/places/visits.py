"""The read model of visits: photos of one location that form one count, which of them count, and what to ask.

`gallery.places.location` and `gallery.photo.detail` show it, `gallery.todo.causes` lists the visits that are open.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import NotFoundError
from gallery.places.overlaps import Seam, read_seams
from locations.models import StorageLocation
from photos.models import S3Image
from photos.storage.thumbnails import thumbnail_url
from stock import ledger, overlaps
from stock.conformal import Interval, Margin, interval_around
from stock.intervals import margins_of_visits, read_learned
from stock.models import StockCount, Visit
from stock.visits.grouping import count_visit, suggested_answer
from stock.visits.records import as_photo

SHOWN_VISITS = 5
PICTURES = ("s3_key_thumbnail", "thumbnail_stored_at", "s3_key_preview", "width_px", "height_px")


@dataclass(frozen=True)
class VisitPhoto:
    """One photo of a visit. `came_later`: the answer is older and does not apply to it. `seen_before` of its plants are
    in an earlier photo too."""

    image_id: UUID
    plants: int
    seen_before: int
    moment: datetime
    is_counted: bool
    came_later: bool
    thumbnail_url: str | None


@dataclass(frozen=True)
class VisitDetail:
    """A visit of several photos, in order of time. `suggested` is the answer that the pictures suggest, or ""; `seams`
    say which plants two photos both show."""

    visit: Visit
    photos: tuple[VisitPhoto, ...]
    suggested: str
    interval: Interval | None
    seams: tuple[Seam, ...] = ()
    asks_answer: bool = False

    @property
    def counted(self) -> int:
        """How many photos count."""
        return sum(photo.is_counted for photo in self.photos)

    @property
    def repeated(self) -> int:
        """The plants that an earlier photo shows too."""
        return sum(photo.seen_before for photo in self.photos)

    @property
    def asked(self) -> int:
        """About how many pairs of photos a person is asked."""
        return sum(seam.overlap.is_asked for seam in self.seams)

    @property
    def waiting(self) -> int:
        """How many pairs of photos are still to be compared."""
        return sum(seam.overlap.awaits_comparison for seam in self.seams)

    @property
    def sum_of_all(self) -> int:
        """The plants if all are parts, without those of which it is known that an earlier photo shows them."""
        return sum(photo.plants - photo.seen_before for photo in self.photos)

    @property
    def newest(self) -> int:
        """The plants if all are retakes."""
        return self.photos[-1].plants


def visit_of(image_id: UUID) -> VisitDetail | None:
    """The visit of a photo; None if it is not in the stock or is alone. One query, seven if there is a visit."""
    counts = StockCount.objects.in_force().filter(image_id=image_id, visit__photos__gt=1)
    visit_id = counts.values_list("visit_id", flat=True).first()
    return next(iter(_details(Visit.objects.filter(pk=visit_id))), None) if visit_id else None


def visits_of(location: StorageLocation) -> tuple[VisitDetail, ...]:
    """The newest visit of a location if it has several photos, and earlier open ones."""
    visits = Visit.objects.filter(location=location, photos__gt=0)
    newest = Subquery(visits.order_by("-last_at").values("pk")[:1])
    return _details(visits.filter(Q(is_open=True) | Q(pk=newest), photos__gt=1)[:SHOWN_VISITS])


def open_visits() -> tuple[int, tuple[Visit, ...]]:
    """The number of visits that wait for an answer, and the newest of them with the names of their locations."""
    waiting = Visit.objects.filter(is_open=True)
    newest = tuple(waiting.select_related("location__storage_area__warehouse").order_by("-last_at")[:SHOWN_VISITS])
    return (len(newest) if len(newest) < SHOWN_VISITS else waiting.count()), newest


def answer(
    *, image_id: UUID, answer: str, user: User, seen: Iterable[UUID] | None = None, chosen: Iterable[UUID] = ()
) -> VisitDetail:
    """Answer whether the photos of a photo's visit are parts or retakes; `seen` are the photos that the person saw.

    Raises:
        NotFoundError: the photo is not part of a visit with other photos.
        ConflictError, InvalidInputError: as `ledger.answer_visit`.
    """
    found = _visit_with_others(image_id)
    everyone = [photo.image_id for photo in found.photos]
    ledger.answer_visit(
        visit_id=found.visit.pk,
        answer=answer,
        seen=everyone if seen is None else list(seen),
        chosen=list(chosen),
        user=user,
    )
    return visit_of(image_id) or found


def answer_overlap(
    *, image_id: UUID, other: UUID, plants: int | None, user: User, seen: Collection[int] | None = None
) -> VisitDetail:
    """Answer how many plants two photos of a visit both show; None takes the answer back.

    Raises:
        NotFoundError, ConflictError, InvalidInputError: as `stock.overlaps.answer_overlap`.
    """
    overlaps.answer_overlap(first=image_id, second=other, plants=plants, user=user, seen_quantity=seen)
    return _visit_with_others(image_id)


def answer_rest(*, image_id: UUID, user: User) -> VisitDetail:
    """Answer that the photos of a photo's visit show no plant twice where the pictures do not say. Raises
    NotFoundError."""
    overlaps.answer_rest(visit_id=_visit_with_others(image_id).visit.pk, user=user)
    return _visit_with_others(image_id)


def _visit_with_others(image_id: UUID) -> VisitDetail:
    found = visit_of(image_id)
    if found is None:
        raise NotFoundError(_("This photo is not part of a visit with other photos."))
    return found


def _details(visits: QuerySet[Visit]) -> tuple[VisitDetail, ...]:
    in_force = Prefetch("counts", StockCount.objects.in_force().select_related("batch"), to_attr="in_force")
    found = list(visits.select_related("answered_by").prefetch_related(in_force))
    if not found:
        return ()
    images = S3Image.objects.only(*PICTURES).in_bulk([count.image_id for visit in found for count in _standing(visit)])
    margins = margins_of_visits([visit.pk for visit in found], read_learned())
    return tuple(_detail(visit, images, margins.get(visit.pk)) for visit in found)


def _detail(visit: Visit, images: dict[UUID, S3Image], margin: Margin | None) -> VisitDetail:
    counts = _standing(visit)
    numbers = {count.image_id: number for number, count in enumerate(counts, start=1)}
    counted = [(count.image_id, count.quantity) for count in counts if count.is_counted]
    return VisitDetail(
        visit=visit,
        photos=tuple(_photo(count, visit, images.get(count.image_id)) for count in counts),
        suggested=suggested_answer([as_photo(count) for count in counts]),
        interval=interval_around(visit.quantity, margin),
        seams=read_seams(counted, numbers, images),
        asks_answer=visit.is_open and count_visit([as_photo(count) for count in counts], visit.answer).is_open,
    )


def _photo(count: StockCount, visit: Visit, image: S3Image | None) -> VisitPhoto:
    url = thumbnail_url(image.pk, key=image.s3_key_thumbnail, written_at=image.thumbnail_stored_at) if image else None
    return VisitPhoto(
        image_id=count.image_id,
        plants=count.quantity,
        seen_before=count.seen_before,
        moment=count.happened_at,
        is_counted=count.is_counted,
        came_later=bool(visit.answer) and visit.is_open and not count.covered and not count.is_counted,
        thumbnail_url=url,
    )


def _standing(visit: Visit) -> Sequence[StockCount]:
    found: Sequence[StockCount] = getattr(visit, "in_force")  # noqa: B009 - a prefetch, which the type does not know
    return found
