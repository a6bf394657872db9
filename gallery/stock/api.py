"""The stock in the API: `GET /api/v1/stock`."""

from collections.abc import Iterable
from math import ceil
from typing import NotRequired, TypedDict, cast

from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from demeter.accounts.authentication import api_view
from demeter.common.http import form_errors
from demeter.common.openapi.operations import Amount, Day, Moment
from gallery.common.api import PaginationJson
from gallery.common.http import time_text
from gallery.common.intervals import IntervalJson, interval_json
from gallery.stock.forms import StockForm
from gallery.stock.names import NamedRow, name_rows
from locations.models import Packaging, Product, StorageArea, StorageLocation
from stock.amounts import Amounts, Value
from stock.overview import read_stock


class ValueJson(TypedDict):
    """The value of the plants at the prices of the catalogue, in one currency (ISO 4217)."""

    amount: Amount
    currency: str


class AmountsJson(TypedDict):
    """Plants, and how many of them are signed off, counted in the last 30 days, uncertain, never counted, or without a
    price. `unexplained`: by how many counts differed from what was expected, and nobody has said why. With `compare`
    also the plants of the other day, and the difference."""

    plants: int
    earlier: NotRequired[int]
    change: NotRequired[int]
    batches: int
    signed_off: int
    counted_in_last_30_days: int
    uncertain: int
    unexplained: int
    never_counted: int
    without_price: int
    interval: IntervalJson | None
    values: list[ValueJson]


class ThingJson(TypedDict):
    """A product or packaging (by SKU), a state, size or place (by code)."""

    id: int
    name: str
    code: NotRequired[str]
    sku: NotRequired[str]
    scientific_name: NotRequired[str]
    area: NotRequired[str]
    warehouse: NotRequired[str]


class StockRowJson(AmountsJson):
    """What a row sums, and its amounts; which things it has depends on the group. Null means none (no packaging, no
    size)."""

    warehouse: NotRequired[ThingJson | None]
    area: NotRequired[ThingJson | None]
    location: NotRequired[ThingJson | None]
    product: NotRequired[ThingJson | None]
    packaging: NotRequired[ThingJson | None]
    state: NotRequired[ThingJson | None]
    size: NotRequired[ThingJson | None]


class StockJson(TypedDict):
    """A page of rows and the total of all pages. `before` is the moment at which the day ends."""

    as_of: Day
    before: Moment
    time_zone: str
    compared_with: Day | None
    group: str
    total: AmountsJson
    rows: list[StockRowJson]
    pagination: PaginationJson


@api_view("GET", permission="stock.view_stockbatch", query=StockForm, answers={200: StockJson})
def stock(request: HttpRequest) -> JsonResponse:
    """The stock at the end of a day, summed by product or by place.

    `as_of` is a day of the nursery's time zone, today by default; with `compare`, another day, each row has both. 0
    as a packaging or size finds plants without one.
    """
    form = StockForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    wanted, size, number = form.wanted, form.page_size, form.page_number
    page = read_stock(wanted, skipped=(number - 1) * size, limit=size)
    compare = form.cleaned_data["compare"]
    return JsonResponse(
        {
            "as_of": form.day.isoformat(),
            "before": time_text(wanted.before),
            "time_zone": timezone.get_current_timezone_name(),
            "compared_with": compare.isoformat() if compare else None,
            "group": wanted.group,
            "total": amounts_json(page.total, compared=bool(compare)),
            "rows": [row_json(row, compared=bool(compare)) for row in name_rows(wanted.group, page.rows)],
            "pagination": {
                "page": number,
                "per_page": size,
                "total_pages": ceil(page.total_rows / size),
                "total_items": page.total_rows,
            },
        }
    )


def row_json(row: NamedRow, *, compared: bool) -> StockRowJson:
    """A row: what it sums, and its amounts."""
    things = {name: thing_json(thing) if thing else None for name, thing in row.things.items()}
    return cast(StockRowJson, {**things, **amounts_json(row.amounts, compared=compared)})


def thing_json(thing: Model) -> ThingJson:
    """A product, packaging, state, size or place by its key, code and name."""
    match thing:
        case Product():
            named = {"sku": thing.sku, "name": thing.common_name, "scientific_name": thing.scientific_name}
        case Packaging():
            named = {"sku": thing.sku, "name": thing.name}
        case StorageLocation():
            area = thing.storage_area
            named = {"code": thing.code, "name": thing.name, "area": area.code, "warehouse": area.warehouse.code}
        case StorageArea():
            named = {"code": thing.code, "name": thing.name, "warehouse": thing.warehouse.code}
        case _:
            named = {"code": getattr(thing, "code", ""), "name": getattr(thing, "name", "")}
    return cast(ThingJson, {"id": thing.pk, **named})


def values_json(values: Iterable[Value]) -> list[ValueJson]:
    """What plants are worth, by currency."""
    return [{"amount": str(value.amount), "currency": value.currency} for value in values]


def amounts_json(amounts: Amounts, *, compared: bool) -> AmountsJson:
    """The amounts of a row or a total."""
    shown: AmountsJson = {
        "plants": amounts.plants,
        "batches": amounts.batches,
        "signed_off": amounts.signed_off,
        "counted_in_last_30_days": amounts.recent,
        "uncertain": amounts.uncertain,
        "unexplained": amounts.unexplained,
        "never_counted": amounts.never_counted,
        "without_price": amounts.unpriced,
        "interval": interval_json(amounts.interval),
        "values": values_json(amounts.values),
    }
    if compared:
        shown |= {"earlier": amounts.earlier, "change": amounts.change}
    return shown
