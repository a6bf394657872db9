"""What pictures and people say about plants that two photos of a visit both show.

`processing.overlaps` calls it when it has compared two pictures, `gallery.places.overlaps` when a person answers. As in
`stock.ledger`, each function locks the location, and the number of the visit and the stock follow in the same
transaction. A person's answer stands over the pictures until it is taken back.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from stock.batching import lock_locations
from stock.models import Overlap, OverlapVerdict, StockCount, Visit
from stock.reconciliation import reconcile


@dataclass(frozen=True)
class Compared:
    """What the pictures of two runs say (`processing.counting.overlap`): the plants that both show by their places, of
    10,000 in each picture, of those that were located in each."""

    verdict: OverlapVerdict
    reason: str = ""
    homography: Sequence[float] | None = None
    shared: Sequence[tuple[int, int, int, int]] = ()
    located: tuple[int, int] = (0, 0)
    features: int = 0
    clear: float = 0.0
    agreement: float = 0.0


@transaction.atomic
def record_overlap(overlap: Overlap, compared: Compared) -> bool:
    """Record what the pictures say, if the counts are still those that were compared, and the same worker has the row;
    the stock follows. False if not: they are compared again.

    The location is locked before the row, as whoever writes counts does.
    """
    location = _location_of(overlap)
    if location is not None:
        lock_locations({location})
    row = Overlap.objects.select_for_update().get(pk=overlap.pk)
    if (row.held_by, _runs_of(row), _location_of(row)) != (overlap.held_by, _runs_of(overlap), location):
        return False
    row.verdict, row.reason = compared.verdict, compared.reason
    row.homography = None if compared.homography is None else list(compared.homography)
    row.shared = [list(places) for places in compared.shared]
    row.first_located, row.second_located = compared.located
    row.features, row.clear, row.agreement = compared.features, compared.clear, compared.agreement
    row.awaits_comparison, row.awaits_storage, row.lease_until, row.held_by = False, False, None, ""
    row.save()
    if location is not None:
        reconcile(location, user=None)
    return True


@transaction.atomic
def answer_overlap(
    *, first: UUID, second: UUID, plants: int | None, user: User, seen_quantity: Collection[int] | None = None
) -> Visit:
    """Record how many plants two photos of a visit both show; None takes the answer back. The same again changes
    nothing. `seen_quantity` are the plants of the two photos that the person saw.

    Raises:
        NotFoundError: these photos do not count together in a visit.
        ConflictError: their counts have changed.
        InvalidInputError: one photo has fewer plants.
    """
    overlap = Overlap.objects.filter(first_id__in=(first, second), second_id__in=(first, second)).first()
    location = _location_of(overlap) if overlap else None
    if overlap is None or location is None:
        raise NotFoundError(_("These two photos do not count together. Check the location again."))
    lock_locations({location})
    overlap.refresh_from_db()
    quantities = [overlap.first_quantity, overlap.second_quantity]
    if seen_quantity is not None and sorted(seen_quantity) != sorted(quantities):
        raise ConflictError(_("The counts of these photos have changed. Check them again."))
    if plants is not None and plants > min(quantities):
        raise InvalidInputError(
            _("These photos cannot both show %(plants)d plants: one of them shows %(least)d.")
            % {"plants": plants, "least": min(quantities)}
        )
    if plants != overlap.answer:
        _note_answer(overlap, plants, user)
        reconcile(location, user=user)
    count = StockCount.objects.in_force().select_related("visit").get(image_id=overlap.second_id)
    if count.visit is None:
        raise NotFoundError(_("These two photos do not count together. Check the location again."))
    return count.visit


@transaction.atomic
def answer_rest(*, visit_id: int, user: User) -> Visit:
    """Record that the photos of a visit show no plant twice where the pictures do not say. Raises NotFoundError."""
    visit = Visit.objects.filter(pk=visit_id, photos__gt=1).first()
    if visit is None:
        raise NotFoundError(_("This visit no longer exists. Check the location again."))
    lock_locations({visit.location_id})
    images = list(visit.counts.in_force().filter(is_counted=True).values_list("image_id", flat=True))
    for overlap in Overlap.objects.filter(first_id__in=images, second_id__in=images):
        if overlap.is_asked:
            _note_answer(overlap, 0, user)
    reconcile(visit.location_id, user=user)
    return Visit.objects.get(pk=visit_id)


def forget_overlaps(image_ids: Iterable[UUID]) -> None:
    """Delete what is known of overlaps of photos that are purged: the places of their plants, too."""
    gone = list(image_ids)
    Overlap.objects.filter(Q(first_id__in=gone) | Q(second_id__in=gone)).delete()


def _note_answer(overlap: Overlap, plants: int | None, user: User) -> None:
    overlap.answer = plants
    overlap.answered_by, overlap.answered_at = (None, None) if plants is None else (user, timezone.now())
    overlap.save(update_fields=["answer", "answered_by", "answered_at", "updated_at"])


def _location_of(overlap: Overlap) -> int | None:
    """Where both photos count in one visit; None if they no longer do."""
    pair = (overlap.first_id, overlap.second_id)
    counts = StockCount.objects.in_force().filter(image_id__in=pair, is_counted=True).exclude(visit=None)
    found = list(counts.values_list("visit_id", "batch__location_id"))
    return found[0][1] if len(found) == 2 and found[0][0] == found[1][0] else None


def _runs_of(overlap: Overlap) -> tuple[UUID, UUID, int, int]:
    return overlap.first_session, overlap.second_session, overlap.first_quantity, overlap.second_quantity
