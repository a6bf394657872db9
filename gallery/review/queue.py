"""The read model of the review: which photos wait for a person, and in which order.

Photos with a doubtful count come first, then those with the lowest confidence. A photo leaves the queue when its count
is signed off.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery.browse.cards import CARD_FIELDS, PhotoCard, make_cards
from gallery.review.blind import due_among
from processing.models import ProcessingSession
from processing.problems import REFUSALS, Problem
from processing.statuses import RunStatus
from stock.conformal import Interval

QUEUE_LENGTH = 50
ROW_FIELDS = (
    "session_id",
    "avg_confidence",
    "needs_look",
    "refusal",
    "refusal_message",
    "review_reasons",
    "total_estimated",
)
# Counting a hundred thousand waiting photos would take longer than looking at one.
COUNTED_UP_TO = 1000


@dataclass(frozen=True)
class Waiting:
    """One photo of the queue, with the reasons to check it. The count of a blind one is not shown yet."""

    card: PhotoCard
    session: ProcessingSession
    is_blind: bool

    @property
    def confidence_percent(self) -> int | None:
        """Mean confidence of the models, in whole percent."""
        confidence = self.session.avg_confidence
        return None if confidence is None else round(confidence * 100)

    @property
    def interval(self) -> Interval | None:
        """Of the count, unless a newer run has no count yet."""
        return interval_of(self.card, self.session)

    @property
    def refusal(self) -> Problem | None:
        """Why the run refused its own count."""
        return REFUSALS.get(self.session.refusal)


def interval_of(card: PhotoCard, session: ProcessingSession) -> Interval | None:
    """The interval of a counted run, if the card is of the same run."""
    newest = card.session
    return newest.interval if newest and newest.session_id == session.session_id else None


def find_waiting() -> QuerySet[ProcessingSession]:
    """The newest counted session of each visible photo that is not signed off, in the order of the queue."""
    newer = ProcessingSession.objects.filter(
        original_image=OuterRef("original_image"), status=RunStatus.COMPLETED, created_at__gt=OuterRef("created_at")
    )
    waiting = ProcessingSession.objects.filter(
        status=RunStatus.COMPLETED, validated=False, original_image__deleted_at=None
    )
    return waiting.filter(~Exists(newer)).order_by("-needs_look", "avg_confidence", "pk")


def waiting_photos() -> tuple[Waiting, ...]:
    """The front of the queue, in four queries at most."""
    fields = (*ROW_FIELDS, *(f"original_image__{name}" for name in CARD_FIELDS))
    shown = find_waiting().select_related("original_image__same_shot_as").only(*fields)
    sessions = list(shown[:QUEUE_LENGTH])
    cards = make_cards([session.original_image for session in sessions])
    blind = due_among(sessions)
    return tuple(Waiting(card, session, card.image_id in blind) for card, session in zip(cards, sessions, strict=True))


def count_waiting() -> int:
    """How many photos wait; COUNTED_UP_TO means that many or more."""
    return find_waiting()[:COUNTED_UP_TO].count()


def count_doubtful() -> int:
    """How many of them are in doubt, up to COUNTED_UP_TO."""
    return find_waiting().filter(needs_look=True)[:COUNTED_UP_TO].count()


def next_photo(after: UUID | None) -> UUID | None:
    """The photo to review after this one, from the front again after the end; None if the queue is empty."""
    waiting = find_waiting()
    if after is not None:
        waiting = waiting.exclude(original_image_id=after)
        counted = ProcessingSession.objects.filter(original_image_id=after, status=RunStatus.COMPLETED)
        last = counted.order_by("-created_at").first()
        if last is not None:
            found = _first_image(waiting.filter(_behind(last)))
            if found is None and last.needs_look:
                found = _first_image(waiting.filter(needs_look=False))
            if found is not None:
                return found
    return _first_image(waiting)


def _behind(session: ProcessingSession) -> Q:
    """The condition for sessions as doubtful as this one and after it in the queue; one range of the index."""
    confidence = Decimal(1) if session.avg_confidence is None else session.avg_confidence
    surer = Q(avg_confidence__gt=confidence) | Q(avg_confidence=confidence, pk__gt=session.pk)
    return surer & Q(needs_look=session.needs_look, avg_confidence__gte=confidence)


def _first_image(waiting: QuerySet[ProcessingSession]) -> UUID | None:
    return waiting.values_list("original_image_id", flat=True).first()
