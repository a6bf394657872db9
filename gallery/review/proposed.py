"""Photos that wait for a supervisor besides the queue: with proposals, and with a blind recount that differs."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max

from gallery.browse.cards import CARD_FIELDS, PhotoCard, make_cards
from photos.models import S3Image
from processing.models import BlindCount, Proposal
from processing.review.blind_counts import differing

SHOWN = 10
COUNTED_UP_TO = 1000


@dataclass(frozen=True)
class WithProposals:
    """A photo and how many proposals for it wait."""

    card: PhotoCard
    number: int


@dataclass(frozen=True)
class Differing:
    """A photo and the count of somebody who did not see its count."""

    card: PhotoCard
    answer: BlindCount


def photos_with_proposals() -> tuple[int, tuple[WithProposals, ...]]:
    """How many photos (COUNTED_UP_TO: that many or more), and those with the newest proposals; four queries at most."""
    waiting = Proposal.objects.waiting().filter(image__deleted_at=None).order_by().values("image")
    photos = waiting.annotate(number=Count("*"), newest=Max("pk")).order_by("-newest")
    count = photos[:COUNTED_UP_TO].count()
    numbers = {row["image"]: row["number"] for row in photos[:SHOWN]} if count else {}
    cards = _read_cards(list(numbers))
    return count, tuple(WithProposals(cards[image_id], number) for image_id, number in numbers.items())


def photos_that_differ() -> tuple[int, tuple[Differing, ...]]:
    """How many photos (COUNTED_UP_TO: that many or more), and the newest of them; four queries at most."""
    waiting = differing()
    count = waiting.order_by().values("image").distinct()[:COUNTED_UP_TO].count()
    newest: dict[UUID, BlindCount] = {}
    for answer in waiting.select_related("user")[: 2 * SHOWN] if count else ():
        newest.setdefault(answer.image_id, answer)
    cards = _read_cards(list(newest)[:SHOWN])
    return count, tuple(Differing(card, newest[image_id]) for image_id, card in cards.items())


def _read_cards(image_ids: list[UUID]) -> dict[UUID, PhotoCard]:
    """In the order of the ids."""
    if not image_ids:
        return {}
    images = S3Image.objects.select_related("same_shot_as").only(*CARD_FIELDS).in_bulk(image_ids)
    cards = make_cards([images[image_id] for image_id in image_ids])
    return {card.image_id: card for card in cards}
