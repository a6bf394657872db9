"""The stock in the API: `GET /api/v1/stock` (docs/api/stock.json describes it in OpenAPI)."""

from math import ceil
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from demeter.accounts.authentication import api_view
from demeter.common.http import form_errors
from gallery.common.http import time_text
from gallery.stock.forms import StockForm
from gallery.stock.names import NamedRow, name_rows
from locations.models import Packaging, Product, StorageArea, StorageLocation
from stock.amounts import Amounts
from stock.overview import read_stock


@api_view("GET", permission="stock.view_stockbatch")
def stock(request: HttpRequest) -> JsonResponse:
    """A page of the stock at the end of a day, summed by a group, with the total of all pages."""
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


def row_json(row: NamedRow, *, compared: bool) -> dict[str, Any]:
    """A row: what it sums, and its amounts."""
    things = {name: thing_json(thing) if thing else None for name, thing in row.things.items()}
    return {**things, **amounts_json(row.amounts, compared=compared)}


def thing_json(thing: Model) -> dict[str, Any]:
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
    return {"id": thing.pk, **named}


def amounts_json(amounts: Amounts, *, compared: bool) -> dict[str, Any]:
    """Plants, and how many of them are signed off, recently counted, uncertain...; values are decimal texts."""
    return {
        "plants": amounts.plants,
        **({"earlier": amounts.earlier, "change": amounts.change} if compared else {}),
        "batches": amounts.batches,
        "signed_off": amounts.signed_off,
        "counted_in_last_30_days": amounts.recent,
        "uncertain": amounts.uncertain,
        "unexplained": amounts.unexplained,
        "never_counted": amounts.never_counted,
        "without_price": amounts.unpriced,
        "values": [{"amount": str(value.amount), "currency": value.currency} for value in amounts.values],
    }
