"""Make the movements of a location agree with its counts. Only `stock.ledger` and `stock.documents` call this, under
the lock of the location."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import models
from django.db.models import Min, Sum
from django.db.models.functions import Coalesce

from demeter.accounts.models import User
from demeter.common.i18n.messages import Message
from stock.differences import update_differences
from stock.messages import (
    CALIBRATED,
    CALIBRATED_TOGETHER,
    COUNTED,
    COUNTED_BY_HAND,
    COUNTED_TOGETHER,
    MORE_LEFT,
    NO_LONGER_SHORT,
    SHOWN,
    WITH_ANOTHER,
)
from stock.models import (
    COUNTED_KINDS,
    DERIVED_KINDS,
    CountShare,
    MovementKind,
    SourceType,
    StockBatch,
    StockCount,
    StockMovement,
)
from stock.timeline import Change, Due, VisitTotal, find_due, find_shortfalls, in_order
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


def reconcile(place: int, *, user: User | None) -> list[StockMovement]:
    """Append the movements that the ledger lacks for the counts of a location, then update its batches.

    Returns the shortfalls among them: more plants left a batch than were there.
    """
    batches = StockBatch.objects.filter(location=place).in_bulk()
    in_force = StockCount.objects.in_force().filter(batch__in=batches).prefetch_related("shares")
    counts = {count.image_id: count for count in in_force}
    for count in counts.values():
        count.batch = batches[count.batch_id]
    totals = _totals(place, batches, list(counts.values()))
    movements = StockMovement.objects.filter(batch__in=batches)
    # A count by hand has no photo; its movements name its session alone.
    by_counts = movements.filter(kind__in=COUNTED_KINDS).annotate(source=Coalesce("image_id", "session_id"))
    reverse(by_counts.exclude(source__in=[total.image for total in totals]), user=user, reason=WITH_ANOTHER())
    written = by_counts.values_list("source", "batch").annotate(Sum("quantity"))
    written_short = movements.filter(kind=MovementKind.SHORTFALL).values_list("batch", "happened_at")
    by_people = movements.exclude(kind__in=DERIVED_KINDS).values_list("batch", "quantity", "happened_at")
    changes = [Change(*row) for row in by_people]
    due = find_due(totals, changes, {(source, batch): quantity for source, batch, quantity in written})
    short = find_shortfalls(
        totals, changes, {(batch, at): quantity for batch, at, quantity in written_short.annotate(Sum("quantity"))}
    )
    shortfalls = [_shortfall(batches[change.batch], change, user=user) for change in short]
    counted = [
        _count_movement(batches[missing.batch], counts[missing.visit.image], missing, user, _reason(missing, batches))
        for missing in due
    ]
    StockMovement.objects.bulk_create([*counted, *shortfalls])
    for batch in batches.values():
        _update_batch(batch, totals)
    update_differences(batches, totals, changes, counts.values())
    return [movement for movement in shortfalls if movement.quantity > 0]


def _totals(place: int, batches: Mapping[int, StockBatch], counts: Sequence[StockCount]) -> Sequence[VisitTotal]:
    """All counts of a location in order of time: its visits, and those by hand."""
    visits = form_visits(place, [count for count in counts if count.document_id is None])
    first_seen = _first_seen(batches)
    by_hand = [
        VisitTotal(
            count.image_id, {count.batch_id: count.quantity}, count.happened_at, is_full=False, document=document
        )
        for count in counts
        if (document := count.document_id) is not None
    ]
    found = [replace(visit, beside=_beside(visit, batches, first_seen)) for visit in visits]
    return in_order([*found, *by_hand])


def _first_seen(batches: Collection[int]) -> dict[int, datetime]:
    """When a photo first counted each batch, also as one of several products."""
    photos = StockCount.objects.of_photos().filter(batch__in=batches).order_by()
    shares = CountShare.objects.filter(batch__in=batches).order_by()
    seen = dict(photos.values_list("batch").annotate(Min("happened_at")))
    for batch, moment in shares.values_list("batch").annotate(Min("count__happened_at")):
        seen[batch] = min(moment, seen.get(batch, moment))
    return seen


def _beside(
    visit: VisitTotal, batches: Mapping[int, StockBatch], first_seen: Mapping[int, datetime]
) -> dict[int, list[int]]:
    """The batches of the visit's cycle that people made and that no photo had counted until then. They are among the
    counted plants of the same product, or else among all."""
    counted = sorted(visit.plants)
    cycle = batches[counted[0]].config_id
    return {
        batch.pk: [pk for pk in counted if batches[pk].product_id == batch.product_id] or counted
        for batch in batches.values()
        if batch.config_id == cycle and (batch.pk not in first_seen or first_seen[batch.pk] > visit.moment)
    }


def _count_movement(
    batch: StockBatch, count: StockCount, due: Due, user: User | None, reason: Message
) -> StockMovement:
    """A movement at the moment of a count."""
    by_hand = count.document_id is not None
    return StockMovement(
        batch=batch,
        kind=MovementKind.HAND_COUNT if by_hand else MovementKind.PHOTO,
        quantity=due.quantity,
        source_location_id=batch.location_id if due.quantity < 0 else None,
        destination_location_id=batch.location_id if due.quantity > 0 else None,
        user=user,
        reason=reason,
        source_type=SourceType.MANUAL if by_hand else SourceType.AI,
        image_id=None if by_hand else count.image_id,
        session_id=count.session_id,
        happened_at=count.happened_at,
    )


def _shortfall(batch: StockBatch, change: Change, *, user: User | None) -> StockMovement:
    """Plants that nobody counted, but that left; negative where a later count has found some of them."""
    return StockMovement(
        batch=batch,
        kind=MovementKind.SHORTFALL,
        quantity=change.quantity,
        source_location_id=batch.location_id if change.quantity < 0 else None,
        destination_location_id=batch.location_id if change.quantity > 0 else None,
        user=user,
        reason=MORE_LEFT(number=change.quantity) if change.quantity > 0 else NO_LONGER_SHORT(number=-change.quantity),
        source_type=SourceType.AI,
        happened_at=change.moment,
    )


def _reason(due: Due, batches: Mapping[int, StockBatch]) -> Message:
    if due.batch not in due.visit.plants:
        return SHOWN(batch=", ".join(sorted(batches[counted].batch_code for counted in due.visit.plants)))
    number = due.visit.plants[due.batch]
    if not due.visit.is_full:
        return COUNTED_BY_HAND(number=number)
    before = due.visit.uncalibrated
    if due.visit.photos == 1:
        return COUNTED(number=number) if before is None else CALIBRATED(number=number, before=before)
    if before is not None:
        return CALIBRATED_TOGETHER(number=number, photos=due.visit.photos, before=before)
    return COUNTED_TOGETHER(number=number, photos=due.visit.photos)


def _update_batch(batch: StockBatch, visits: Sequence[VisitTotal]) -> None:
    """Update the columns derived from the ledger and the counts (in order of time)."""
    batch.quantity_initial = next((visit.plants[batch.pk] for visit in visits if batch.pk in visit.plants), 0)
    by_photos = [visit for visit in visits if visit.is_full]
    batch.quantity_empty_containers = by_photos[-1].empty.get(batch.pk, 0) if by_photos else 0
    batch.save(update_fields=["quantity_initial", "quantity_empty_containers", "updated_at"])
