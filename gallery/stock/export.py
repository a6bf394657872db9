"""The tables of the stock as files: CSV, or a workbook for Excel, in the language of the page."""

from collections.abc import Sequence
from datetime import date

from gallery.common.intervals import INTERVAL_COLUMNS, interval_cells
from gallery.common.tables import Row, iso_time
from gallery.stock.forms import StockForm
from gallery.stock.names import NamedRow, name_rows, name_shrinkage
from gallery.stock.reconcile_forms import ShrinkageForm
from gallery.stock.reconciling import Wanted, list_differences
from stock.amounts import Value
from stock.models import Difference
from stock.overview import Group, read_stock
from stock.shrinkage import COLUMNS, read_shrinkage

# More rows than a nursery has bays.
MOST_ROWS = 200_000
NAME_COLUMNS = {
    Group.ITEM: ("product", "sku", "packaging", "state", "size"),
    Group.PRODUCT: ("product", "sku"),
    Group.WAREHOUSE: ("warehouse",),
    Group.AREA: ("warehouse", "area"),
    Group.LOCATION: ("warehouse", "area", "location", "location_code"),
}
COMPARED = ("compared_with", "earlier", "change")
SURENESS = ("signed_off_plants", "recent", "uncertain", "unexplained", "never_counted")
WORTH = ("value", "currency", "unpriced")


def stock_table(form: StockForm) -> tuple[tuple[str, ...], list[Row]]:
    """The columns and all rows of the stock that a valid form asks for."""
    wanted = form.wanted
    named = name_rows(wanted.group, read_stock(wanted, limit=MOST_ROWS).rows)
    compare = form.cleaned_data["compare"]
    compared = COMPARED if compare else ()
    columns = ("as_of", *NAME_COLUMNS[Group(wanted.group)], "plants", *compared, *INTERVAL_COLUMNS, *SURENESS, *WORTH)
    return columns, [_row(row, form.day, compare) for row in named]


def _row(row: NamedRow, as_of: date, compare: date | None) -> Row:
    amounts = row.amounts
    return {
        "as_of": as_of.isoformat(),
        **row.cells,
        "plants": amounts.plants,
        "compared_with": compare.isoformat() if compare else "",
        "earlier": amounts.earlier,
        "change": amounts.change,
        "signed_off_plants": amounts.signed_off,
        "recent": amounts.recent,
        "uncertain": amounts.uncertain,
        "unexplained": amounts.unexplained,
        "never_counted": amounts.never_counted,
        "unpriced": amounts.unpriced,
        **interval_cells(amounts.interval),
        **_worth(amounts.values),
    }


DIFFERENCE_COLUMNS = (
    "moment",
    "warehouse",
    "area",
    "location",
    "location_code",
    "product",
    "sku",
    "expected",
    "counted",
    "difference",
    "chance",
    "accepted",
    "unexplained",
    "value",
    "currency",
    "assigned_to",
    "to_count_again",
)


def difference_table(wanted: Wanted) -> tuple[tuple[str, ...], list[Row]]:
    """The columns and all rows of the differences that the page shows a part of."""
    return DIFFERENCE_COLUMNS, [_difference_row(row) for row in list_differences(wanted, per_page=MOST_ROWS).page]


def _difference_row(row: Difference) -> Row:
    location, product = row.batch.location, row.batch.product
    priced = product.price is not None and row.unexplained
    return {
        "moment": iso_time(row.moment),
        "warehouse": location.storage_area.warehouse.name,
        "area": location.storage_area.name,
        "location": location.name,
        "location_code": location.code,
        "product": product.common_name,
        "sku": product.sku,
        "expected": row.expected,
        "counted": row.counted,
        "difference": row.difference,
        "chance": row.noise,
        "accepted": row.explained,
        "unexplained": row.unexplained,
        "value": float(row.unexplained * product.price) if priced and product.price is not None else "",
        "currency": product.currency if priced else "",
        "assigned_to": str(row.assigned_to or ""),
        "to_count_again": iso_time(row.recount_since) if row.recount_since else "",
    }


def shrinkage_table(form: ShrinkageForm) -> tuple[tuple[str, ...], list[Row]]:
    """The columns and all rows of the shrinkage that a valid form asks for."""
    by = form.by_what
    names = NAME_COLUMNS[Group(by)] if by in COLUMNS else ("month",)
    plants = ("lost", "accepted", "unexplained_missing", "unexplained_too_many", "total")
    rows = name_shrinkage(by, read_shrinkage(form.period, by, form.conditions).rows)
    return ("date_from", "date_to", *names, *plants, "value", "currency"), [
        {
            "date_from": form.first.isoformat(),
            "date_to": form.last.isoformat(),
            **row.cells,
            "lost": row.amounts.lost,
            "accepted": row.amounts.accepted,
            "unexplained_missing": row.amounts.missing,
            "unexplained_too_many": row.amounts.too_many,
            "total": row.amounts.total,
            **_worth(row.amounts.values),
        }
        for row in rows
    ]


def _worth(values: Sequence[Value]) -> Row:
    """A number where there is one currency; several are written out, because they cannot be added."""
    match values:
        case []:
            return {}
        case [value]:
            return {"value": float(value.amount), "currency": value.currency}
    return {"value": " + ".join(f"{value.amount} {value.currency}" for value in values)}
