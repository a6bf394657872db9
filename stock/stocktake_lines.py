"""What a stocktake stores when it is closed: every bay with its last count and who signed it off, and every batch in it
with what was expected, its stock and its price. `stock.stocktakes` calls this under the lock of the locations."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from stock.bays import STOCK_BEFORE, Bay
from stock.models import DERIVED_KINDS, BayState, StockCount, Stocktake, StocktakeBay, StocktakeLine
from stock.prices import known_prices

# Who signed off each of these runs of photos, by session; only the layers above know.
FindSigners = Callable[[Collection[UUID]], Mapping[UUID, str]]
COUNTED_SINCE = """
    SELECT movement.batch_id, sum(movement.quantity) AS quantity FROM stock_movements AS movement
    WHERE movement.kind = ANY(%(derived)s) AND movement.happened_at >= %(since)s AND movement.happened_at < %(before)s
    GROUP BY movement.batch_id
"""
LINES = """
    SELECT batch.id, batch.batch_code, batch.location_id, batch.product_id, product.common_name, product.sku,
        packaging.name, COALESCE(balance.quantity, 0), COALESCE(counted_since.quantity, 0)
    FROM stock_batches AS batch
    JOIN products AS product ON product.id = batch.product_id
    LEFT JOIN packagings AS packaging ON packaging.id = batch.packaging_id
    LEFT JOIN {balances} AS balance ON balance.batch_id = batch.id
    LEFT JOIN ({counted_since}) AS counted_since ON counted_since.batch_id = batch.id
    WHERE batch.location_id = ANY(%(places)s)
        AND (COALESCE(balance.quantity, 0) <> 0 OR COALESCE(counted_since.quantity, 0) <> 0)
    ORDER BY product.common_name, batch.batch_code
"""


def store_lines(stocktake: Stocktake, bays: Sequence[Bay], find_signers: FindSigners) -> None:
    """Write the bays of a stocktake with their lines."""
    seen = _counts_of(bays, stocktake, find_signers)
    rows = {
        bay.location_id: StocktakeBay(stocktake=stocktake, **_columns(bay), **seen[bay.location_id]) for bay in bays
    }
    StocktakeBay.objects.bulk_create(rows.values())
    StocktakeLine.objects.bulk_create(_lines(stocktake, rows))


def _columns(bay: Bay) -> dict[str, Any]:
    state = BayState.MISSING if bay.counted_at is None else BayState.HAND if bay.by_hand else BayState.PHOTO
    return {
        "location_id": bay.location_id,
        "step": bay.step,
        "code": bay.code,
        "place": f"{bay.place} - {bay.name}",
        "state": state,
        "counted": bay.counted if state == BayState.PHOTO else None,
        "counted_at": bay.counted_at,
        "in_doubt": bay.is_uncertain and state == BayState.PHOTO,
        "expected": bay.plants - bay.difference,
        "quantity": bay.plants,
    }


def _counts_of(bays: Sequence[Bay], stocktake: Stocktake, find_signers: FindSigners) -> dict[int, dict[str, Any]]:
    """Who counted and who signed off each bay, and its newest photo; nothing of bays that were not counted."""
    by_photo = {bay.visit_id: bay.location_id for bay in bays if bay.visit_id and not bay.by_hand}
    counts = StockCount.objects.in_force().select_related("user", "batch")
    photos = counts.filter(visit__in=by_photo, is_counted=True).order_by("happened_at", "image_id")
    hand = {bay.location_id for bay in bays if bay.by_hand}
    counted_by_hand = counts.filter(
        batch__location__in=hand,
        happened_at__gte=stocktake.counted_from,
        happened_at__lt=stocktake.moment,
    ).exclude(document=None)
    grouped: defaultdict[int, list[StockCount]] = defaultdict(list)
    for count in (*photos, *counted_by_hand.order_by("happened_at", "document")):
        grouped[count.batch.location_id].append(count)
    signers = find_signers([count.session_id for count in photos])
    return {bay.location_id: _seen(grouped[bay.location_id], signers) for bay in bays}


def _seen(counts: Sequence[StockCount], signers: Mapping[UUID, str]) -> dict[str, Any]:
    photos = [count for count in counts if count.document_id is None]
    people = [count.user.get_full_name() or count.user.get_username() for count in counts if count.user]
    signed = [signers[count.session_id] for count in photos if count.session_id in signers]
    return {
        "image_id": photos[-1].image_id if photos else None,
        "counted_by": _join(people),
        "signed_by": _join(signed),
    }


def _join(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))[:200]


def _lines(stocktake: Stocktake, bays: Mapping[int, StocktakeBay]) -> Iterable[StocktakeLine]:
    """Every batch of these bays that has plants at the moment, or whose plants the counts took away."""
    prices = known_prices()
    parameters: dict[str, Any] = {
        "places": list(bays),
        "since": stocktake.counted_from,
        "before": stocktake.moment,
        "derived": list(DERIVED_KINDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(balances=STOCK_BEFORE, counted_since=COUNTED_SINCE), parameters)
        rows = cursor.fetchall()
    for batch, code, location, product_id, product, sku, packaging, quantity, difference in rows:
        price = prices.get(product_id)
        yield StocktakeLine(
            bay=bays[location],
            batch_id=batch,
            batch_code=code,
            product=product,
            sku=sku,
            packaging=packaging or "",
            expected=quantity - difference,
            quantity=quantity,
            price=price.amount if price else None,
            currency=price.currency if price else "",
        )
