"""What proves a signed stocktake: its signature and sums, its bays and batches, and which photos they were counted by.

What was signed never changes. What the photos and the ledger say now may differ from it, and then says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gallery.common.intervals import INTERVAL_COLUMNS
from gallery.evidence.photos import person_json
from gallery.evidence.writing import Row
from stock.conformal import Margin, interval_around
from stock.intervals import margins_of_visits, read_learned
from stock.models import DERIVED_KINDS, BayState, StockCount, StockMovement, Stocktake, StocktakeBay, StocktakeLine
from stock.stocktake_totals import ProductTotal, bay_totals
from stock.stocktakes import changed_since

AT_ONCE = 500
BAY_COLUMNS = (
    "bay",
    "location_code",
    "place",
    "state",
    "counted",
    "counted_at",
    "counted_by",
    "signed_off_by",
    "in_doubt",
    *INTERVAL_COLUMNS,
    "expected",
    "quantity",
    "photos",
    "changed_since",
    "stock_differs_now_by",
)
LINE_COLUMNS = ("bay", "item", "batch", "product", "sku", "packaging", "expected", "quantity", "price", "currency")


@dataclass(frozen=True)
class Photographed:
    """The photos that a bay was counted by, as they count now. `is_touched`: not as they were at the signature."""

    photos: tuple[UUID, ...]
    is_touched: bool
    margin: Margin | None


def describe(stocktake: Stocktake, products: Sequence[ProductTotal]) -> dict[str, Any]:
    """`stocktake.json`."""
    totals = bay_totals(stocktake)
    return {
        "number": stocktake.number,
        "warehouse": stocktake.warehouse.code if stocktake.warehouse else None,
        "area": stocktake.area.code if stocktake.area else None,
        "day": stocktake.day.isoformat(),
        "counted_from": stocktake.counted_from,
        "stock_until": stocktake.moment,
        "opened_by": person_json(stocktake.opened_by),
        "opened_at": stocktake.created_at,
        "signed_by": person_json(stocktake.closed_by),
        "signed_at": stocktake.closed_at,
        "counted_kinds": [kind.value for kind in DERIVED_KINDS],
        "interval_version": read_learned().version,
        "states": dict(totals.states),
        "total": {
            "bays": totals.bays,
            "counted": totals.counted,
            "expected": totals.expected,
            "quantity": totals.quantity,
        },
        "values": [{"amount": str(value.amount), "currency": value.currency} for value in totals.values],
        "plants_without_price": totals.unpriced,
        "products": [
            {
                "item": number,
                "product": row.product,
                "sku": row.sku,
                "expected": row.expected,
                "quantity": row.quantity,
                "value": str(row.value.amount) if row.value else None,
                "currency": row.value.currency if row.value else "",
            }
            for number, row in enumerate(products, start=1)
        ],
    }


def find_photos(stocktake: Stocktake) -> dict[int, tuple[UUID, ...]]:
    """The photos by which each bay was counted, by the key of the bay; those that were counted by photo."""
    found: dict[int, tuple[UUID, ...]] = {}
    for _bays, seen in _bays_with_photos(stocktake):
        found |= {key: photographed.photos for key, photographed in seen.items()}
    return found


def bay_rows(stocktake: Stocktake, photos: Mapping[int, tuple[UUID, ...]], plants: Mapping[UUID, int]) -> Iterator[Row]:
    """The rows of BAY_COLUMNS, with these photos of each bay, which count so many plants."""
    changed = changed_since(stocktake)
    for bays, seen in _bays_with_photos(stocktake):
        for bay in bays:
            own = photos.get(bay.pk, ())
            now = sum(plants[photo] for photo in own)
            yield {
                **_bay_row(bay, seen.get(bay.pk)),
                "photos": " ".join(map(str, own)),
                "changed_since": bay.pk in seen and seen[bay.pk].is_touched and now != bay.counted,
                "stock_differs_now_by": changed.get(bay.location_id, 0) if bay.location_id else 0,
            }


def _bays_with_photos(
    stocktake: Stocktake,
) -> Iterator[tuple[Sequence[StocktakeBay], Mapping[int, Photographed]]]:
    """Some bays at a time."""
    if stocktake.closed_at is None:
        raise ValueError("an open stocktake proves nothing")
    stored = stocktake.bays.iterator(chunk_size=AT_ONCE)
    while bays := tuple(islice(stored, AT_ONCE)):
        yield bays, _photographed(bays, signed_at=stocktake.closed_at)


def line_rows(stocktake: Stocktake, products: Sequence[ProductTotal]) -> Iterator[Row]:
    """The rows of LINE_COLUMNS. `item` is the number of the product in `stocktake.json`."""
    items = {
        (row.product, row.sku, row.value.currency if row.value else ""): n for n, row in enumerate(products, start=1)
    }
    lines = StocktakeLine.objects.filter(bay__stocktake=stocktake).order_by("bay__step", "product", "batch_code")
    columns = ("bay__step", "batch_code", "product", "sku", "packaging", "expected", "quantity", "price", "currency")
    for step, batch, product, sku, *rest, currency in lines.values_list(*columns).iterator(chunk_size=AT_ONCE):
        values = (step, items[product, sku, currency], batch, product, sku, *rest, currency)
        yield dict(zip(LINE_COLUMNS, values, strict=True))


def movements_of(stocktake: Stocktake) -> QuerySet[StockMovement]:
    """The movements of its batches until its moment, those that were recorded later too."""
    batches = StocktakeLine.objects.filter(bay__stocktake=stocktake).values("batch")
    return StockMovement.objects.filter(batch__in=batches, happened_at__lt=stocktake.moment)


def _bay_row(bay: StocktakeBay, seen: Photographed | None) -> Row:
    interval = interval_around(bay.counted or 0, seen.margin) if seen else None
    known = (interval.low, interval.high, interval.basis, interval.n) if interval else ("",) * len(INTERVAL_COLUMNS)
    return {
        "bay": bay.step,
        "location_code": bay.code,
        "place": bay.place,
        "state": bay.state,
        "counted": bay.counted,
        "counted_at": bay.counted_at,
        "counted_by": bay.counted_by,
        "signed_off_by": bay.signed_by,
        "in_doubt": bay.in_doubt,
        **dict(zip(INTERVAL_COLUMNS, known, strict=True)),
        "expected": bay.expected,
        "quantity": bay.quantity,
    }


def _photographed(bays: Iterable[StocktakeBay], *, signed_at: datetime) -> dict[int, Photographed]:
    """The photos of each bay that was counted by photo: those that count of the visit of its newest photo."""
    newest = {bay.image_id: bay.pk for bay in bays if bay.state == BayState.PHOTO and bay.image_id}
    counts = StockCount.objects.filter(image_id__in=newest).order_by("created_at")
    visits = {image_id: visit for image_id, visit in counts.values_list("image_id", "visit_id") if visit}
    of_visit = _counts_by_visit(visits.values())
    margins = margins_of_visits(visits.values(), read_learned())
    return {
        bay: _seen(image_id, of_visit[visits.get(image_id)], margins.get(visits.get(image_id, 0)), signed_at)
        for image_id, bay in newest.items()
    }


def _counts_by_visit(visits: Collection[int]) -> defaultdict[int | None, list[StockCount]]:
    found: defaultdict[int | None, list[StockCount]] = defaultdict(list)
    counts = StockCount.objects.filter(visit__in=visits).select_related("visit").order_by("happened_at", "image_id")
    for count in counts:
        found[count.visit_id].append(count)
    return found


def _seen(image_id: UUID, counts: Sequence[StockCount], margin: Margin | None, signed_at: datetime) -> Photographed:
    used = [count.image_id for count in counts if count.withdrawn_at is None and count.is_counted]
    moments = [moment for count in counts for moment in _changes_of(count) if moment]
    return Photographed(
        photos=tuple(used) or (image_id,),
        is_touched=not moments or max(moments) > signed_at,
        margin=margin,
    )


def _changes_of(count: StockCount) -> tuple[datetime | None, ...]:
    """When a count or its visit changed last."""
    return count.created_at, count.updated_at, count.withdrawn_at, count.visit.updated_at if count.visit else None
