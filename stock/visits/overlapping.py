"""The rows of overlaps: made for each two photos of a visit that both count, and what they take off its number.

Only `stock.visits.records` and `stock.ledger` call this, under the lock of the location. The rule is
`stock.visits.union`, pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from stock.models import Overlap, OverlapVerdict, StockCount
from stock.visits.union import Shared, Shown, pairs_of, seen_before

Known = dict[frozenset[UUID], Overlap]


def read_overlaps(images: Iterable[UUID]) -> Known:
    """The overlaps between these photos; one query."""
    wanted = set(images)
    if len(wanted) < 2:
        return {}
    rows = Overlap.objects.filter(first_id__in=wanted, second_id__in=wanted)
    return {frozenset((row.first_id, row.second_id)): row for row in rows}


def request_comparisons(counted: Sequence[StockCount], known: Known) -> list[Overlap]:
    """The overlaps of the counted photos of a visit (in order of time): those that are missing are made, those of which
    a count has changed are compared again. Until then what was found before remains in force."""
    by_image = {count.image_id: count for count in counted}
    found = []
    for first, second in pairs_of(list(by_image)):
        overlap = known.get(frozenset((first, second)))
        if overlap is None:
            overlap = Overlap(first_id=first, second_id=second)
            known[frozenset((first, second))] = overlap
        if _bring_up_to_date(overlap, by_image):
            overlap.awaits_comparison, overlap.lease_until, overlap.held_by = True, timezone.now(), ""
            overlap.attempt = overlap.postponements = 0
            overlap.save()
        found.append(overlap)
    return found


def _bring_up_to_date(overlap: Overlap, counts: Mapping[UUID, StockCount]) -> bool:
    """Note the runs and numbers that are to be compared; whether they are other ones than before."""
    first, second = counts[overlap.first_id], counts[overlap.second_id]
    now = (first.session_id, second.session_id, first.quantity, second.quantity)
    before = (overlap.first_session, overlap.second_session, overlap.first_quantity, overlap.second_quantity)
    overlap.first_session, overlap.second_session, overlap.first_quantity, overlap.second_quantity = now
    return now != before


def find_repeated(counted: Sequence[StockCount], overlaps: Sequence[Overlap]) -> dict[UUID, int]:
    """Of each counted photo of a visit (in order of time) how many plants an earlier one shows too."""
    located: dict[UUID, int] = {}
    for overlap in overlaps:
        located[overlap.first_id] = max(located.get(overlap.first_id, 0), overlap.first_located)
        located[overlap.second_id] = max(located.get(overlap.second_id, 0), overlap.second_located)
    shown = [Shown(count.image_id, count.quantity, located.get(count.image_id, 0)) for count in counted]
    return seen_before(shown, [shared for overlap in overlaps if (shared := as_shared(overlap))])


def as_shared(overlap: Overlap) -> Shared | None:
    """What two photos both show, by a person or else by the pictures; None if they do not say."""
    if overlap.answer is not None and not _accepts_picture(overlap):
        return Shared(overlap.first_id, overlap.second_id, number=overlap.answer)
    if overlap.answer is None and overlap.verdict != OverlapVerdict.JOINED:
        return None
    places = tuple(((x, y), (to_x, to_y)) for x, y, to_x, to_y in overlap.shared)
    return Shared(overlap.first_id, overlap.second_id, places)


def _accepts_picture(overlap: Overlap) -> bool:
    """Whether the person's number is that of the plants which the pictures suggest, so that their places are known."""
    return overlap.answer == len(overlap.shared) > 0
