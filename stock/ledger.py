"""The ledger: the only writer of stock. `processing.closing` calls it when a photo is counted, and
`processing.corrections` when a person corrects that count (docs/stock.md).

Each function locks the photo and then its locations, in one order, writes the counts and the movements and brings the
batches' columns up to date in one transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_noop

from demeter.accounts.models import User
from demeter.sentences import Sentence
from locations.models import LocationConfig, StorageLocation
from photos.models import S3Image
from stock.models import MovementKind, SourceType, StockBatch, StockCount, StockMovement
from stock.timeline import Change, Count, Due, find_due

COUNTED_AGAIN = Sentence(gettext_noop("The photo was counted again."))
COUNTED = Sentence(gettext_noop("Counted %(number)s."))
SHOWN = Sentence(gettext_noop("The photo shows %(batch)s at this location."))


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
    earlier = _standing_count(image_id)
    places = {location.pk} | ({earlier.batch.location_id} if earlier else set())
    _lock_locations(places)
    batch = _batch_of(location, config, happened_at)
    if earlier is not None:
        _withdraw(earlier)
        if (earlier.batch_id, earlier.quantity, earlier.happened_at) != (batch.pk, quantity, happened_at):
            _reverse_movements(image_id, user=user, reason=COUNTED_AGAIN.fill())
    count = StockCount.objects.create(
        batch=batch,
        image_id=image_id,
        session_id=session_id,
        quantity=quantity,
        quantity_empty=quantity_empty,
        user=user,
        happened_at=happened_at,
    )
    for place in places:
        _settle(place, user=user)
    return count


@transaction.atomic
def correct_count(
    *, image_id: UUID, session_id: UUID, quantity: int, quantity_empty: int, user: User | None
) -> StockCount | None:
    """A person corrected what a run of a photo saw: the count follows, and the difference is a movement of its own.

    None: the run stands for no stock, for example because the photo still needs a location.
    """
    _lock_image(image_id)
    count = _standing_count(image_id)
    if count is None or count.session_id != session_id:
        return None
    place = count.batch.location_id
    _lock_locations({place})
    count.quantity, count.quantity_empty = quantity, quantity_empty
    count.save(update_fields=["quantity", "quantity_empty", "updated_at"])
    _settle(place, user=user)
    return count


@transaction.atomic
def stand_again(
    *, image_id: UUID, session_id: UUID, quantity: int, quantity_empty: int, user: User | None
) -> StockCount | None:
    """Let the withdrawn count of a run stand again, with these numbers.

    None: the run has no count, or another run of the photo stands.
    """
    _lock_image(image_id)
    count = StockCount.objects.select_related("batch").filter(image_id=image_id, session_id=session_id).first()
    if count is None or _standing_count(image_id) not in (None, count):
        return None
    _lock_locations({count.batch.location_id})
    count.withdrawn_at, count.quantity, count.quantity_empty = None, quantity, quantity_empty
    count.save(update_fields=["withdrawn_at", "quantity", "quantity_empty", "updated_at"])
    _settle(count.batch.location_id, user=user)
    return count


@transaction.atomic
def reverse_image_counts(image_id: UUID, *, user: User | None, reason: str) -> bool:
    """Take a photo's count out of the stock, for example when a new run finds no location. False: it had none."""
    _lock_image(image_id)
    count = _standing_count(image_id)
    if count is None:
        return False
    _lock_locations({count.batch.location_id})
    _withdraw(count)
    _reverse_movements(image_id, user=user, reason=reason)
    _settle(count.batch.location_id, user=user)
    return True


@transaction.atomic
def restore_image_count(image_id: UUID, *, withdrawn_since: datetime, user: User | None) -> bool:
    """Let the count that `reverse_image_counts` withdrew at or after that moment stand again. False: there is none."""
    _lock_image(image_id)
    withdrawn = StockCount.objects.filter(image_id=image_id, withdrawn_at__gte=withdrawn_since)
    count = withdrawn.select_related("batch").order_by("-withdrawn_at").first()
    if count is None or _standing_count(image_id) is not None:
        return False
    _lock_locations({count.batch.location_id})
    count.withdrawn_at = None
    count.save(update_fields=["withdrawn_at", "updated_at"])
    _settle(count.batch.location_id, user=user)
    return True


def _lock_image(image_id: UUID) -> None:
    """Runs of one photo follow each other; a purged photo has no runs."""
    S3Image.objects.select_for_update(no_key=True).filter(pk=image_id).first()


def _lock_locations(places: Iterable[int]) -> None:
    """Photos of one location follow each other; the order keeps two moves between two locations from a deadlock."""
    list(StorageLocation.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk").values("pk"))


def _standing_count(image_id: UUID) -> StockCount | None:
    return StockCount.objects.standing().select_related("batch").filter(image_id=image_id).first()


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


def _withdraw(count: StockCount) -> None:
    count.withdrawn_at = timezone.now()
    count.save(update_fields=["withdrawn_at", "updated_at"])


def _reverse_movements(image_id: UUID, *, user: User | None, reason: str) -> None:
    """Reverse each movement of a photo that still stands."""
    standing = StockMovement.objects.filter(image_id=image_id, reverses=None, reversed_by=None)
    StockMovement.objects.bulk_create(_reversal(movement, user=user, reason=reason) for movement in standing)


def _reversal(movement: StockMovement, *, user: User | None, reason: str) -> StockMovement:
    """The opposite of a movement at the same moment, so that the past is right as well."""
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


def _settle(place: int, *, user: User | None) -> None:
    """Append what the photo counts of a location lack, then bring its batches up to date."""
    batches = StockBatch.objects.filter(location=place).in_bulk()
    counts = {count.image_id: count for count in StockCount.objects.standing().filter(batch__in=batches)}
    movements = StockMovement.objects.filter(batch__in=batches)
    by_photos = movements.filter(kind=MovementKind.PHOTO).values_list("image_id", "batch").annotate(Sum("quantity"))
    by_people = movements.exclude(kind=MovementKind.PHOTO).values_list("batch", "quantity", "happened_at")
    due = find_due(
        [Count(count.image_id, count.batch_id, count.quantity, count.happened_at) for count in counts.values()],
        [Change(*row) for row in by_people],
        {(image, batch): quantity for image, batch, quantity in by_photos if image is not None},
    )
    StockMovement.objects.bulk_create(
        _photo_movement(
            batches[missing.batch],
            counts[missing.count.image],
            quantity=missing.quantity,
            user=user,
            reason=_reason(missing, batches[missing.count.batch]),
        )
        for missing in due
    )
    for batch in batches.values():
        _update_batch(batch)


def _photo_movement(
    batch: StockBatch, count: StockCount, *, quantity: int, user: User | None, reason: str
) -> StockMovement:
    """A movement at the moment of a photo; what it adds is there, what it takes is no longer there."""
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


def _reason(due: Due, counted: StockBatch) -> str:
    if due.batch == due.count.batch:
        return COUNTED.fill(number=due.count.quantity)
    return SHOWN.fill(batch=counted.batch_code)


def _update_batch(batch: StockBatch) -> None:
    """The columns that follow from the ledger and the standing counts."""
    counts = StockCount.objects.standing()
    first = counts.filter(batch=batch).first()
    last = counts.filter(batch__location=batch.location_id).last()
    batch.quantity_initial = first.quantity if first else 0
    batch.quantity_empty_containers = last.quantity_empty if last and last.batch_id == batch.pk else 0
    batch.quantity_current = batch.movements.aggregate(total=Sum("quantity", default=0))["total"]
    batch.save(update_fields=["quantity_initial", "quantity_empty_containers", "quantity_current", "updated_at"])
