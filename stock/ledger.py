"""The ledger: the only writer of stock. `processing.pipeline.aggregation` calls it when a photo is counted,
`processing.review.corrections` when a person corrects that count, and `gallery.places.visits` when a person says how
the photos of a visit belong together (docs/stock.md).

Each function locks the photo and then its locations, in one order, writes the counts and the movements and brings the
batches' columns up to date in one transaction.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from demeter.common.i18n.messages import Message
from locations.models import LocationConfig, StorageLocation
from photos.models import S3Image
from stock.messages import COUNTED_AGAIN
from stock.models import StockBatch, StockCount, StockMovement, Visit, VisitAnswer
from stock.reconciliation import reconcile, reverse


@transaction.atomic
def record_count(
    *,
    image_id: UUID,
    session_id: UUID,
    location: StorageLocation,
    config: LocationConfig,
    quantity: int,
    quantity_empty: int,
    user: User | None,
    happened_at: datetime,
) -> StockCount:
    """Record that a photo shows `quantity` plants of the configured product at `location`.

    The photo's earlier count, wherever it was, is withdrawn and its movements are reversed. The same session again
    changes nothing. A count that agrees with the ledger writes no movement.
    """
    _lock_image(image_id)
    known = StockCount.objects.filter(session_id=session_id).first()
    if known is not None:
        return known
    earlier = _count_in_force(image_id)
    places = {location.pk} | ({earlier.batch.location_id} if earlier else set())
    _lock_locations(places)
    batch = _batch_of(location, config, happened_at)
    if earlier is not None:
        _withdraw(earlier)
        if (earlier.batch_id, earlier.quantity, earlier.happened_at) != (batch.pk, quantity, happened_at):
            reverse(StockMovement.objects.filter(image_id=image_id), user=user, reason=COUNTED_AGAIN())
    count = StockCount.objects.create(
        **_place_in_visit(image_id, location),
        batch=batch,
        image_id=image_id,
        session_id=session_id,
        quantity=quantity,
        quantity_empty=quantity_empty,
        user=user,
        happened_at=happened_at,
    )
    for place in places:
        reconcile(place, user=user)
    return count


@transaction.atomic
def correct_count(
    *, image_id: UUID, session_id: UUID, quantity: int, quantity_empty: int, user: User | None
) -> StockCount | None:
    """A person corrected what a run of a photo saw: the count follows, and the difference is a movement of its own.

    None: the run stands for no stock, for example because the photo still needs a location.
    """
    _lock_image(image_id)
    count = _count_in_force(image_id)
    if count is None or count.session_id != session_id:
        return None
    place = count.batch.location_id
    _lock_locations({place})
    count.quantity, count.quantity_empty = quantity, quantity_empty
    count.save(update_fields=["quantity", "quantity_empty", "updated_at"])
    reconcile(place, user=user)
    return count


@transaction.atomic
def reinstate_count(
    *, image_id: UUID, session_id: UUID, quantity: int, quantity_empty: int, user: User | None
) -> StockCount | None:
    """Let the withdrawn count of a run stand again, with these numbers.

    None: the run has no count, or another run of the photo stands.
    """
    _lock_image(image_id)
    count = StockCount.objects.select_related("batch").filter(image_id=image_id, session_id=session_id).first()
    if count is None or _count_in_force(image_id) not in (None, count):
        return None
    _lock_locations({count.batch.location_id})
    count.withdrawn_at, count.quantity, count.quantity_empty = None, quantity, quantity_empty
    count.save(update_fields=["withdrawn_at", "quantity", "quantity_empty", "updated_at"])
    reconcile(count.batch.location_id, user=user)
    return count


@transaction.atomic
def reverse_image_counts(image_id: UUID, *, user: User | None, reason: Message) -> bool:
    """Take a photo's count out of the stock, for example when a new run finds no location. False: it had none."""
    _lock_image(image_id)
    count = _count_in_force(image_id)
    if count is None:
        return False
    _lock_locations({count.batch.location_id})
    _withdraw(count)
    reverse(StockMovement.objects.filter(image_id=image_id), user=user, reason=reason)
    reconcile(count.batch.location_id, user=user)
    return True


@transaction.atomic
def restore_image_count(image_id: UUID, *, withdrawn_since: datetime, user: User | None) -> bool:
    """Let the count that `reverse_image_counts` withdrew at or after that moment stand again. False: there is none."""
    _lock_image(image_id)
    withdrawn = StockCount.objects.filter(image_id=image_id, withdrawn_at__gte=withdrawn_since)
    count = withdrawn.select_related("batch").order_by("-withdrawn_at").first()
    if count is None or _count_in_force(image_id) is not None:
        return False
    _lock_locations({count.batch.location_id})
    count.withdrawn_at = None
    count.save(update_fields=["withdrawn_at", "updated_at"])
    reconcile(count.batch.location_id, user=user)
    return True


@transaction.atomic
def answer_visit(*, visit_id: int, answer: str, seen: Collection[UUID], chosen: Collection[UUID], user: User) -> Visit:
    """A person says how the photos of a visit belong together; `seen` are the photos that were shown, `chosen` those
    that count when the answer is CHOSEN. The same answer again changes nothing.

    Raises:
        NotFoundError: there is no such visit any more.
        ConflictError: it has other photos by now.
        InvalidInputError: no photo was chosen.
    """
    visit = Visit.objects.filter(pk=visit_id, photos__gt=1).first()
    if visit is None:
        raise NotFoundError(_("There is no such visit any more. Look at the location again."))
    _lock_locations({visit.location_id})
    counts = list(visit.counts.in_force())
    if {count.image_id for count in counts} != set(seen):
        raise ConflictError(_("Other photos belong to this visit by now. Look at them again."))
    if answer == VisitAnswer.CHOSEN and not set(seen) & set(chosen):
        raise InvalidInputError(_("Choose at least one photo that counts."))
    visit.refresh_from_db()
    visit.answer, visit.answered_by, visit.answered_at = answer, user, timezone.now()
    visit.save(update_fields=["answer", "answered_by", "answered_at", "updated_at"])
    for count in counts:
        count.covered, count.left_out = True, answer == VisitAnswer.CHOSEN and count.image_id not in chosen
    StockCount.objects.bulk_update(counts, ["covered", "left_out"])
    reconcile(visit.location_id, user=user)
    return Visit.objects.get(pk=visit_id)


def _lock_image(image_id: UUID) -> None:
    """Runs of one photo follow each other; a purged photo has no runs."""
    S3Image.objects.select_for_update(no_key=True).filter(pk=image_id).first()


def _lock_locations(places: Iterable[int]) -> None:
    """Photos of one location follow each other; the order keeps two moves between two locations from a deadlock."""
    list(StorageLocation.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk").values("pk"))


def _count_in_force(image_id: UUID) -> StockCount | None:
    return StockCount.objects.in_force().select_related("batch").filter(image_id=image_id).first()


def _batch_of(location: StorageLocation, config: LocationConfig, happened_at: datetime) -> StockBatch:
    """The batch of this cycle, made at its first count. A corrected configuration has a batch of its own."""
    key = {"location": location, "config": config, "product": config.product, "packaging": config.packaging}
    batch = StockBatch.objects.filter(**key).first()
    if batch is not None:
        return batch
    # A slash is in no code, so codes that end or begin alike cannot be confused.
    stem = f"{location.code}/{config.product.sku}/{timezone.localtime(happened_at):%Y%m%d}/"
    sequence = StockBatch.objects.filter(batch_code__startswith=stem).count() + 1
    return StockBatch.objects.create(batch_code=f"{stem}{sequence}", state=config.expected_state, **key)


def _place_in_visit(image_id: UUID, location: StorageLocation) -> dict[str, Any]:
    """How the photo's latest count at this location belongs to its visit: what was answered holds for a new run."""
    before = StockCount.objects.filter(image_id=image_id, batch__location=location).order_by("-created_at").first()
    names = ("visit_id", "part", "covered", "left_out")
    return {name: getattr(before, name) for name in names} if before else {}


def _withdraw(count: StockCount) -> None:
    count.withdrawn_at = timezone.now()
    count.save(update_fields=["withdrawn_at", "updated_at"])
