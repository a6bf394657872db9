"""Make the movements of a location agree with its visits. Only `stock.ledger` calls this, under the location's lock."""

from collections.abc import Mapping, Sequence

from django.db import models
from django.db.models import Sum

from demeter.accounts.models import User
from demeter.common.i18n.messages import Message
from stock.messages import COUNTED, COUNTED_TOGETHER, SHOWN, WITH_ANOTHER
from stock.models import MovementKind, SourceType, StockBatch, StockCount, StockMovement
from stock.timeline import Change, Due, VisitTotal, find_due
from stock.visits.records import form_visits


def reverse(movements: models.QuerySet[StockMovement], *, user: User | None, reason: Message) -> None:
    """Reverse those of these movements that were not reversed yet."""
    standing = movements.filter(reverses=None, reversed_by=None)
    StockMovement.objects.bulk_create(_reversal(movement, user=user, reason=reason) for movement in standing)


def _reversal(movement: StockMovement, *, user: User | None, reason: Message) -> StockMovement:
    """The opposite of a movement, at the same moment so that the past is corrected as well."""
    return StockMovement(
        batch_id=movement.batch_id,
        kind=movement.kind,
        quantity=-movement.quantity,
        source_location_id=movement.destination_location_id,
        destination_location_id=movement.source_location_id,
        user=user,
        reason=reason,
        source_type=movement.source_type,
        image_id=movement.image_id,
        session_id=movement.session_id,
        reverses=movement,
        happened_at=movement.happened_at,
    )


def reconcile(place: int, *, user: User | None) -> None:
    """Append the movements that the ledger lacks for the visits to a location, then update its batches."""
    batches = StockBatch.objects.filter(location=place).in_bulk()
    in_force = StockCount.objects.in_force().filter(batch__in=batches).prefetch_related("shares")
    counts = {count.image_id: count for count in in_force}
    for count in counts.values():
        count.batch = batches[count.batch_id]
    visits = form_visits(place, list(counts.values()))
    movements = StockMovement.objects.filter(batch__in=batches)
    by_photos = movements.filter(kind=MovementKind.PHOTO)
    reverse(by_photos.exclude(image_id__in=[visit.image for visit in visits]), user=user, reason=WITH_ANOTHER())
    by_people = movements.exclude(kind=MovementKind.PHOTO).values_list("batch", "quantity", "happened_at")
    written = by_photos.values_list("image_id", "batch").annotate(Sum("quantity"))
    due = find_due(
        visits,
        [Change(*row) for row in by_people],
        {(image, batch): quantity for image, batch, quantity in written if image is not None},
    )
    StockMovement.objects.bulk_create(
        _photo_movement(
            batches[missing.batch],
            counts[missing.visit.image],
            quantity=missing.quantity,
            user=user,
            reason=_reason(missing, batches),
        )
        for missing in due
    )
    for batch in batches.values():
        _update_batch(batch, visits)


def _photo_movement(
    batch: StockBatch, count: StockCount, *, quantity: int, user: User | None, reason: Message
) -> StockMovement:
    """A movement at the moment of a photo."""
    return StockMovement(
        batch=batch,
        kind=MovementKind.PHOTO,
        quantity=quantity,
        source_location_id=batch.location_id if quantity < 0 else None,
        destination_location_id=batch.location_id if quantity > 0 else None,
        user=user,
        reason=reason,
        source_type=SourceType.AI,
        image_id=count.image_id,
        session_id=count.session_id,
        happened_at=count.happened_at,
    )


def _reason(due: Due, batches: Mapping[int, StockBatch]) -> Message:
    if due.batch not in due.visit.plants:
        return SHOWN(batch=", ".join(sorted(batches[counted].batch_code for counted in due.visit.plants)))
    number = due.visit.plants[due.batch]
    if due.visit.photos == 1:
        return COUNTED(number=number)
    return COUNTED_TOGETHER(number=number, photos=due.visit.photos)


def _update_batch(batch: StockBatch, visits: Sequence[VisitTotal]) -> None:
    """Update the columns derived from the ledger and the visits (in order of time)."""
    batch.quantity_initial = next((visit.plants[batch.pk] for visit in visits if batch.pk in visit.plants), 0)
    batch.quantity_empty_containers = visits[-1].empty.get(batch.pk, 0) if visits else 0
    batch.quantity_current = batch.movements.aggregate(total=Sum("quantity", default=0))["total"]
    batch.save(update_fields=["quantity_initial", "quantity_empty_containers", "quantity_current", "updated_at"])
