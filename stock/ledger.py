"""The ledger of counts; with `stock.documents` the only writer of stock.

`processing.pipeline.aggregation` calls it when a photo is counted, `processing.review` when a person corrects that
count or signs it off, and `gallery.places.visits` when a person answers whether the photos of a visit are parts or
retakes (docs/stock.md).

Each function locks the photo and then its locations, always in the same order, and writes counts, movements and the
batches' derived columns in one transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from demeter.common.i18n.messages import Message
from locations.models import LocationConfig, Packaging, Product, StorageLocation
from photos.models import S3Image
from stock.batching import counted_batch, lock_locations
from stock.messages import COUNTED_AGAIN
from stock.models import CountShare, StockCount, StockMovement, Visit, VisitAnswer
from stock.reconciliation import reconcile, reverse

NUMBERS = ("quantity", "quantity_empty", "uncalibrated", "seen_before")


@dataclass(frozen=True)
class Portion:
    """The plants of a count that are of another product than the configuration's own."""

    product: Product
    packaging: Packaging | None
    quantity: int
    quantity_empty: int


@dataclass(frozen=True)
class Measured:
    """By how many plants a run expects its count to be off, and what it counted by and in (`StockCount`)."""

    predicted_error: float | None
    model_version: str
    container_kind: str


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
    portions: Sequence[Portion] = (),
    uncalibrated: int | None = None,
) -> StockCount:
    """Record that a photo shows `quantity` plants at `location`: of the products of `portions`, the others of the
    configuration's own product. `uncalibrated` is the number before a factor, if there was one.

    The photo's earlier count, at any location, is withdrawn and its movements are reversed. Repeating a session changes
    nothing. A count that agrees with the ledger writes no movement.
    """
    _lock_image(image_id)
    known = StockCount.objects.filter(session_id=session_id).first()
    if known is not None:
        return known
    earlier = _count_in_force(image_id)
    places = {location.pk} | ({earlier.batch.location_id} if earlier else set())
    lock_locations(places)
    batch = counted_batch(config, config.product, config.packaging, happened_at)
    if earlier is not None:
        _withdraw(earlier)
    count = StockCount.objects.create(
        **_place_in_visit(image_id, location),
        batch=batch,
        image_id=image_id,
        session_id=session_id,
        quantity=quantity,
        quantity_empty=quantity_empty,
        user=user,
        happened_at=happened_at,
        uncalibrated=uncalibrated,
    )
    _share(count, config, portions)
    if earlier is not None and _plants(earlier) != _plants(count):
        reverse(StockMovement.objects.filter(image_id=image_id), user=user, reason=COUNTED_AGAIN())
    for place in places:
        reconcile(place, user=user)
    return count


@transaction.atomic
def correct_count(
    *,
    image_id: UUID,
    session_id: UUID,
    quantity: int,
    quantity_empty: int,
    user: User | None,
    config: LocationConfig | None = None,
    portions: Sequence[Portion] = (),
    uncalibrated: int | None = None,
) -> StockCount | None:
    """Update the count of a run that a person corrected, and write the difference as a movement of its own.

    A count of several products is divided by `config` and `portions` as they are now. None: the run has no count in
    the stock, for example because the photo still needs a location.
    """
    _lock_image(image_id)
    count = _count_in_force(image_id)
    if count is None or count.session_id != session_id:
        return None
    place = count.batch.location_id
    lock_locations({place})
    _update(count, quantity, quantity_empty, config, portions, uncalibrated)
    reconcile(place, user=user)
    return count


@transaction.atomic
def review_count(*, session_id: UUID, signed_off: bool, in_doubt: bool, measured: Measured | None = None) -> None:
    """Note whether a person has signed off the count of a run, whether one should look at it, and how far it may be
    off. No number changes.

    The caller has locked the photo. A run without a count in the stock is ignored.
    """
    count = StockCount.objects.select_related("batch").filter(session_id=session_id).first()
    noted = {"signed_off": signed_off, "in_doubt": in_doubt} | (asdict(measured) if measured else {})
    if count is None or all(getattr(count, name) == value for name, value in noted.items()):
        return
    lock_locations({count.batch.location_id})
    for name, value in noted.items():
        setattr(count, name, value)
    count.save(update_fields=[*noted, "updated_at"])
    reconcile(count.batch.location_id, user=None)


@transaction.atomic
def reinstate_count(
    *,
    image_id: UUID,
    session_id: UUID,
    quantity: int,
    quantity_empty: int,
    user: User | None,
    config: LocationConfig | None = None,
    portions: Sequence[Portion] = (),
    uncalibrated: int | None = None,
) -> StockCount | None:
    """Put the withdrawn count of a run back in force, with these numbers, divided as by `correct_count`.

    None: the run has no count, or the count of another run of the photo is in force.
    """
    _lock_image(image_id)
    count = StockCount.objects.select_related("batch").filter(image_id=image_id, session_id=session_id).first()
    if count is None or _count_in_force(image_id) not in (None, count):
        return None
    lock_locations({count.batch.location_id})
    count.withdrawn_at = None
    _update(count, quantity, quantity_empty, config, portions, uncalibrated)
    reconcile(count.batch.location_id, user=user)
    return count


@transaction.atomic
def reverse_image_counts(image_id: UUID, *, user: User | None, reason: Message) -> bool:
    """Take a photo's count out of the stock, for example when a new run finds no location. False if it had none."""
    _lock_image(image_id)
    count = _count_in_force(image_id)
    if count is None:
        return False
    lock_locations({count.batch.location_id})
    _withdraw(count)
    reverse(StockMovement.objects.filter(image_id=image_id), user=user, reason=reason)
    reconcile(count.batch.location_id, user=user)
    return True


@transaction.atomic
def restore_image_count(image_id: UUID, *, withdrawn_since: datetime, user: User | None) -> bool:
    """Put the count that `reverse_image_counts` withdrew at or after that moment back in force. False if there is
    none."""
    _lock_image(image_id)
    withdrawn = StockCount.objects.filter(image_id=image_id, withdrawn_at__gte=withdrawn_since)
    count = withdrawn.select_related("batch").order_by("-withdrawn_at").first()
    if count is None or _count_in_force(image_id) is not None:
        return False
    lock_locations({count.batch.location_id})
    count.withdrawn_at = None
    count.save(update_fields=["withdrawn_at", "updated_at"])
    reconcile(count.batch.location_id, user=user)
    return True


@transaction.atomic
def answer_visit(*, visit_id: int, answer: str, seen: Collection[UUID], chosen: Collection[UUID], user: User) -> Visit:
    """Record whether the photos of a visit are parts or retakes. `seen` are the photos that were shown, `chosen` those
    that count if the answer is CHOSEN. Repeating an answer changes nothing.

    Raises:
        NotFoundError: the visit no longer exists.
        ConflictError: its photos have changed.
        InvalidInputError: no photo was chosen.
    """
    visit = Visit.objects.filter(pk=visit_id, photos__gt=1).first()
    if visit is None:
        raise NotFoundError(_("This visit no longer exists. Check the location again."))
    lock_locations({visit.location_id})
    counts = list(visit.counts.in_force())
    if {count.image_id for count in counts} != set(seen):
        raise ConflictError(_("The photos of this visit have changed. Check them again."))
    if answer == VisitAnswer.CHOSEN and not set(seen) & set(chosen):
        raise InvalidInputError(_("Tick at least one photo to count."))
    visit.refresh_from_db()
    visit.answer, visit.answered_by, visit.answered_at = answer, user, timezone.now()
    visit.save(update_fields=["answer", "answered_by", "answered_at", "updated_at"])
    for count in counts:
        count.covered, count.left_out = True, answer == VisitAnswer.CHOSEN and count.image_id not in chosen
    StockCount.objects.bulk_update(counts, ["covered", "left_out"])
    reconcile(visit.location_id, user=user)
    return Visit.objects.get(pk=visit_id)


def _lock_image(image_id: UUID) -> None:
    """Serialise the runs of one photo; a purged photo has no runs."""
    S3Image.objects.select_for_update(no_key=True).filter(pk=image_id).first()


def _count_in_force(image_id: UUID) -> StockCount | None:
    return StockCount.objects.in_force().select_related("batch").filter(image_id=image_id).first()


def _update(
    count: StockCount,
    quantity: int,
    quantity_empty: int,
    config: LocationConfig | None,
    portions: Sequence[Portion],
    uncalibrated: int | None,
) -> None:
    """Change the numbers of a count, and divide it anew if it is or was one of several products."""
    count.quantity, count.quantity_empty, count.uncalibrated = quantity, quantity_empty, uncalibrated
    count.seen_before = 0  # until the visit is formed again
    is_divided = config is not None and (bool(portions) or count.shares.exists())
    if is_divided and config is not None:
        count.batch = counted_batch(config, config.product, config.packaging, count.happened_at)
    count.save(update_fields=["batch", *NUMBERS, "withdrawn_at", "updated_at"])
    if is_divided and config is not None:
        _share(count, config, portions)


def _share(count: StockCount, config: LocationConfig, portions: Sequence[Portion]) -> None:
    """Replace the shares of a count. Raises ValueError if they are more than the count."""
    shares: dict[int, CountShare] = {}
    for portion in portions:
        batch = counted_batch(config, portion.product, portion.packaging, count.happened_at)
        if batch.pk == count.batch_id:
            continue
        share = shares.setdefault(batch.pk, CountShare(count=count, batch=batch, quantity=0, quantity_empty=0))
        share.quantity += portion.quantity
        share.quantity_empty += portion.quantity_empty
    plants, empty = (sum(getattr(share, name) for share in shares.values()) for name in ("quantity", "quantity_empty"))
    if plants > count.quantity or empty > count.quantity_empty:
        raise ValueError("the portions of a count cannot be more than the count")
    count.shares.all().delete()
    CountShare.objects.bulk_create(shares.values())


def _plants(count: StockCount) -> tuple[dict[int, int], datetime]:
    """What a count says about the stock: plants by batch, and when."""
    return {batch: plants for batch, (plants, _empty) in count.by_batch.items()}, count.happened_at


def _place_in_visit(image_id: UUID, location: StorageLocation) -> dict[str, Any]:
    """The place of the photo's latest count in its visit, so that an answer applies to a new run too."""
    before = StockCount.objects.filter(image_id=image_id, batch__location=location).order_by("-created_at").first()
    names = ("visit_id", "part", "covered", "left_out")
    return {name: getattr(before, name) for name in names} if before else {}


def _withdraw(count: StockCount) -> None:
    count.withdrawn_at = timezone.now()
    count.save(update_fields=["withdrawn_at", "updated_at"])
