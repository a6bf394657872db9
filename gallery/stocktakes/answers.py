"""What the API answers about stocktakes."""

from collections.abc import Mapping
from typing import TypedDict

from django.utils import timezone

from demeter.common.openapi.operations import Amount, Day, Moment, Url
from gallery.common.api import PaginationJson
from gallery.common.http import time_text
from gallery.common.intervals import IntervalJson, interval_json
from gallery.stocktakes.forms import end_of
from stock.bays import Bay
from stock.conformal import Interval
from stock.models import BayState, Stocktake, StocktakeBay, StocktakeLine
from stock.stocktake_lines import state_of
from stock.stocktake_totals import bay_totals, product_totals
from stock.stocktakes import changed_since, read_progress


class StocktakeJson(TypedDict):
    """A stocktake of a warehouse, an area, or (neither) everything, named by their codes.

    Counts from the day `counted_from` until the end of `day` belong to it. When it is signed, `stock_until` is the
    moment of its stock."""

    id: int
    number: str
    warehouse: str | None
    area: str | None
    counted_from: Moment
    day: Day
    opened_by: str
    opened_at: Moment
    signed_by: str | None
    signed_at: Moment | None
    stock_until: Moment | None


class StocktakesJson(TypedDict):
    """A page of stocktakes, newest first."""

    stocktakes: list[StocktakeJson]
    pagination: PaginationJson


class BayTotalsJson(TypedDict):
    """How many bays there are, and how many were not counted, are in doubt or open, not signed off, signed off.
    `changed_since`: those whose stock of that moment is another now than was signed; null while it is open."""

    all: int
    missing: int
    doubt: int
    unsigned: int
    signed: int
    changed_since: int | None


class ProductTotalJson(TypedDict):
    """The plants of one product, and their value at the price of that day."""

    sku: str
    product: str
    expected: int
    plants: int
    value: Amount | None
    currency: str


class StocktakeDetailJson(StocktakeJson):
    """The same with its bays, and when it is signed with its products."""

    bays: BayTotalsJson
    products: list[ProductTotalJson]


class StocktakeLineJson(TypedDict):
    """The plants of one batch in a signed stocktake. `price` is that of one plant on that day."""

    batch: str
    sku: str
    packaging: str
    expected: int
    plants: int
    price: Amount | None
    currency: str


class StocktakeBayJson(TypedDict):
    """A bay, how it was counted (`photo`, `hand`, or `missing`), and its stock. `counted` is null if it was not counted
    by photo, `interval`, which is that of `plants`, if it is not known. Who counted and signed it off, and its batches,
    are known when the stocktake is signed."""

    location: str
    place: str
    state: str
    counted: int | None
    counted_at: Moment | None
    in_doubt: bool
    expected: int
    plants: int
    interval: IntervalJson | None
    counted_by: str
    signed_off_by: str
    has_changed: bool
    lines: list[StocktakeLineJson]


class StocktakeBaysJson(TypedDict):
    """A page of the bays, in walking order."""

    bays: list[StocktakeBayJson]
    pagination: PaginationJson


class ReportJson(TypedDict):
    """The signed report (PDF). `url` is null while it is being written."""

    url: Url | None


def stocktake_json(row: Stocktake) -> StocktakeJson:
    """A stocktake without its bays."""
    return {
        "id": row.pk,
        "number": row.number,
        "warehouse": row.warehouse.code if row.warehouse else None,
        "area": row.area.code if row.area else None,
        "counted_from": time_text(row.counted_from),
        "day": row.day.isoformat(),
        "opened_by": row.opened_by.username,
        "opened_at": time_text(row.created_at),
        "signed_by": row.closed_by.username if row.closed_by else None,
        "signed_at": time_text(row.closed_at) if row.closed_at else None,
        "stock_until": time_text(row.moment) if row.moment else None,
    }


def detail_json(row: Stocktake) -> StocktakeDetailJson:
    """A stocktake with the totals of its bays, and when it is signed with its products."""
    if row.closed_at is None:
        progress = read_progress(row, until=min(end_of(row.day), timezone.now()), limit=0)
        return {**stocktake_json(row), "bays": _totals_json(progress.total, progress.totals, None), "products": []}
    totals = bay_totals(row)
    products: list[ProductTotalJson] = [
        {
            "sku": total.sku,
            "product": total.product,
            "expected": total.expected,
            "plants": total.quantity,
            "value": str(total.value.amount) if total.value else None,
            "currency": total.value.currency if total.value else "",
        }
        for total in product_totals(row)
    ]
    bays = _totals_json(totals.bays, totals.states, len(changed_since(row)))
    return {**stocktake_json(row), "bays": bays, "products": products}


def _totals_json(total: int, states: Mapping[str, int], changed: int | None) -> BayTotalsJson:
    return {
        "all": total,
        "missing": states["missing"],
        "doubt": states["doubt"],
        "unsigned": states["unsigned"],
        "signed": states["signed"],
        "changed_since": changed,
    }


def bay_json(bay: Bay) -> StocktakeBayJson:
    """A bay of an open stocktake."""
    return {
        "location": bay.code,
        "place": f"{bay.place} - {bay.name}",
        "state": state_of(bay),
        "counted": bay.counted if state_of(bay) == BayState.PHOTO else None,
        "counted_at": time_text(bay.counted_at) if bay.counted_at else None,
        "in_doubt": bay.is_uncertain,
        "expected": bay.plants - bay.difference,
        "plants": bay.plants,
        "interval": interval_json(bay.interval),
        "counted_by": "",
        "signed_off_by": "",
        "has_changed": False,
        "lines": [],
    }


def signed_bay_json(bay: StocktakeBay, interval: Interval | None, *, has_changed: bool) -> StocktakeBayJson:
    """A bay of a signed stocktake, with its batches."""
    return {
        "location": bay.code,
        "place": bay.place,
        "state": bay.state,
        "counted": bay.counted,
        "counted_at": time_text(bay.counted_at) if bay.counted_at else None,
        "in_doubt": bay.in_doubt,
        "expected": bay.expected,
        "plants": bay.quantity,
        "interval": interval_json(interval),
        "counted_by": bay.counted_by,
        "signed_off_by": bay.signed_by,
        "has_changed": has_changed,
        "lines": [_line_json(line) for line in bay.lines.all()],
    }


def _line_json(line: StocktakeLine) -> StocktakeLineJson:
    return {
        "batch": line.batch_code,
        "sku": line.sku,
        "packaging": line.packaging,
        "expected": line.expected,
        "plants": line.quantity,
        "price": None if line.price is None else str(line.price),
        "currency": line.currency,
    }
