"""What a stocktake stores when it is closed: every bay with its last count and who signed it off, and every batch in it
with what was expected, its stock and its price. `stock.stocktakes` calls this under the lock of the locations."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from stock.bays import STOCK_BEFORE, Bay
from stock.models import DERIVED_KINDS, BayState, StockCount, Stocktake
from stock.prices import PRICE

# What is read of a count.
COUNT = (
    "batch__location",
    "image_id",
    "session_id",
    "document",
    "user__first_name",
    "user__last_name",
    "user__username",
)
# Who signed off each of these runs of photos, by session; only the layers above know.
FindSigners = Callable[[Collection[UUID]], Mapping[UUID, str]]
COUNTED_SINCE = """
    SELECT movement.batch_id, sum(movement.quantity) AS quantity FROM stock_movements AS movement
    WHERE movement.kind = ANY(%(derived)s) AND movement.happened_at >= %(since)s AND movement.happened_at < %(before)s
    GROUP BY movement.batch_id
"""
# Every batch of the bays that has plants at the moment, or whose plants the counts took away.
LINES = """
    INSERT INTO stocktake_lines (
        bay_id, batch_id, batch_code, product, sku, packaging, expected, quantity, price, currency
    )
    SELECT bay.id, batch.id, batch.batch_code, product.common_name, product.sku, COALESCE(packaging.name, ''),
        COALESCE(balance.quantity, 0) - COALESCE(counted_since.quantity, 0), COALESCE(balance.quantity, 0),
        price.amount, COALESCE(price.currency, '')
    FROM stocktake_bays AS bay
    JOIN stock_batches AS batch ON batch.location_id = bay.location_id
    JOIN products AS product ON product.id = batch.product_id
    LEFT JOIN packagings AS packaging ON packaging.id = batch.packaging_id
    LEFT JOIN ({balances}) AS balance ON balance.batch_id = batch.id
    LEFT JOIN ({counted_since}) AS counted_since ON counted_since.batch_id = batch.id
    {prices}
    WHERE bay.stocktake_id = %(stocktake)s
        AND (COALESCE(balance.quantity, 0) <> 0 OR COALESCE(counted_since.quantity, 0) <> 0)
    ORDER BY bay.step, product.common_name, batch.batch_code
"""
BAY_COLUMNS = (
    "stocktake_id",
    "step",
    "location_id",
    "code",
    "place",
    "state",
    "counted",
    "counted_at",
    "in_doubt",
    "expected",
    "quantity",
    "image_id",
    "counted_by",
    "signed_by",
)


class Seen(NamedTuple):
    """The newest photo of a bay, who counted it, and who signed it off."""

    image_id: UUID | None = None
    counted_by: str = ""
    signed_by: str = ""


def store_lines(stocktake: Stocktake, bays: Sequence[Bay], find_signers: FindSigners) -> None:
    """Write the bays of a stocktake with their lines: two statements for any number."""
    seen = _counts_of(bays, stocktake, find_signers)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY stocktake_bays ({', '.join(BAY_COLUMNS)}) FROM STDIN") as copy:
            for step, bay in enumerate(bays, start=1):
                copy.write_row((stocktake.pk, step, *_cells(bay), *seen.get(bay.location_id, Seen())))
        parameters: dict[str, Any] = {
            "stocktake": stocktake.pk,
            "since": stocktake.counted_from,
            "before": stocktake.moment,
            "derived": list(DERIVED_KINDS),
        }
        parts = {
            "balances": STOCK_BEFORE,
            "counted_since": COUNTED_SINCE,
            "prices": PRICE.format(product="batch.product_id"),
        }
        cursor.execute(LINES.format(**parts), parameters)


def state_of(bay: Bay) -> BayState:
    """How a bay was counted."""
    if bay.counted_at is None:
        return BayState.MISSING
    return BayState.HAND if bay.by_hand else BayState.PHOTO


def _cells(bay: Bay) -> tuple[object, ...]:
    """The cells of BAY_COLUMNS after the place on the walk, without what `Seen` has."""
    state = state_of(bay)
    is_photo = state == BayState.PHOTO
    return (
        bay.location_id,
        bay.code,
        f"{bay.place} - {bay.name}",
        state.value,
        bay.counted if is_photo else None,
        bay.counted_at,
        bay.is_uncertain and is_photo,
        bay.plants - bay.difference,
        bay.plants,
    )


def _counts_of(bays: Sequence[Bay], stocktake: Stocktake, find_signers: FindSigners) -> dict[int, Seen]:
    """What is known of the counts of each bay that was counted."""
    counts = StockCount.objects.in_force()
    visits = [bay.visit_id for bay in bays if bay.visit_id and not bay.by_hand]
    photos = list(counts.filter(visit__in=visits, is_counted=True).order_by("happened_at", "image_id").values(*COUNT))
    by_hand = counts.filter(
        batch__location__in=[bay.location_id for bay in bays if bay.by_hand],
        happened_at__gte=stocktake.counted_from,
        happened_at__lt=stocktake.moment,
    ).exclude(document=None)
    grouped: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for count in (*photos, *by_hand.order_by("happened_at", "document").values(*COUNT)):
        grouped[count["batch__location"]].append(count)
    signers = find_signers([count["session_id"] for count in photos])
    return {location: _seen(found, signers) for location, found in grouped.items()}


def _seen(counts: Sequence[Mapping[str, Any]], signers: Mapping[UUID, str]) -> Seen:
    photos = [count for count in counts if count["document"] is None]
    people = [_name(count) for count in counts if count["user__username"]]
    signed = [signers[count["session_id"]] for count in photos if count["session_id"] in signers]
    return Seen(photos[-1]["image_id"] if photos else None, _join(people), _join(signed))


def _name(count: Mapping[str, Any]) -> str:
    """The name of who counted, or the name of the account."""
    full_name = f"{count['user__first_name']} {count['user__last_name']}".strip()
    return full_name or count["user__username"]


def _join(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))[:200]
