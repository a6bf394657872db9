"""The contact sheet: photos whose count is surely right, with their marks over the thumbnails, to sign off together.

Nine queries, for any number of photos.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from gallery.browse.cards import PhotoCard, make_cards
from gallery.browse.queries import GalleryFilter, find_photos
from gallery.review.blind import due_condition, image_hash
from gallery.review.queue import COUNTED_UP_TO, find_waiting, interval_of
from photos.statuses import ImageStatus
from processing.counting.boxes import CLASS_NAMES
from processing.models import ProcessingSession, Proposal
from processing.review.blind_counts import differing
from processing.review.bulk import count_versions
from processing.review.recount import ReviewedPhoto, read_all_reviewed
from stock.conformal import Interval

AT_ONCE = 24
WIDTH = 1000  # of the drawing; its height is in the photo's proportions


@dataclass(frozen=True)
class Sheet:
    """The first photos, and how many there are; COUNTED_UP_TO means that many or more."""

    photos: tuple["SheetPhoto", ...]
    total: int


@dataclass(frozen=True)
class SheetPhoto:
    """One photo; `paths` are the marks by class ("plant", ...), in a drawing of WIDTH x `height`."""

    card: PhotoCard
    session: ProcessingSession
    version: str
    height: int
    paths: Mapping[str, str]

    @property
    def interval(self) -> Interval | None:
        """Of the count, unless a newer run has no count yet."""
        return interval_of(self.card, self.session)

    @property
    def seen(self) -> str:
        """What is signed off if the photo is ticked: the count in the version that is shown."""
        return f"{self.card.image_id}:{self.version}"


def read_sheet(wanted: GalleryFilter) -> Sheet:
    """The photos of a filter that nobody needs to look at closely, those that the models are surest of first.

    Not in doubt, without a problem, a proposal, or a blind recount that differs or is still to be made.
    """
    photos = find_photos(wanted).filter(status=ImageStatus.READY).order_by()
    proposed = Proposal.objects.waiting().filter(image=OuterRef("original_image")).order_by()
    recounted = differing().filter(image=OuterRef("original_image")).order_by()
    waiting = find_waiting().filter(needs_look=False, original_image__in=photos.values("pk"))
    waiting = waiting.alias(image_hash=image_hash("original_image_id")).exclude(due_condition("original_image_id"))
    waiting = waiting.filter(~Exists(proposed), ~Exists(recounted)).order_by("-avg_confidence", "pk")
    total = waiting[:COUNTED_UP_TO].count()
    shown = waiting.select_related("original_image__same_shot_as").defer("location_evidence", "phase_seconds")
    sessions = list(shown[:AT_ONCE]) if total else []
    return Sheet(_draw_all(sessions), total)


def _draw_all(sessions: Sequence[ProcessingSession]) -> tuple[SheetPhoto, ...]:
    if not sessions:
        return ()
    cards = make_cards([session.original_image for session in sessions])
    versions: Mapping[UUID, str] = count_versions(sessions)
    photos = read_all_reviewed(sessions)
    return tuple(
        SheetPhoto(card, session, versions[card.image_id], *_draw(photo))
        for card, session, photo in zip(cards, sessions, photos, strict=True)
    )


def _draw(photo: ReviewedPhoto) -> tuple[int, Mapping[str, str]]:
    """The height of the drawing, and for each class a path with a point at each mark."""
    width, height = photo.found.resolution_wh
    scale = WIDTH / width
    marks = photo.corrected
    paths: dict[str, str] = {}
    for class_id, name in enumerate(CLASS_NAMES):
        chosen = (marks.centres[marks.alive & (marks.class_id == class_id)] * scale).round().astype(int)
        paths[name] = "".join(f"M{x} {y}h0" for x, y in chosen)
    return round(height * scale), paths
