"""The stock as a file: CSV, or a workbook for Excel, in the language of the page."""

from datetime import date

from gallery.common.tables import Row
from gallery.stock.forms import StockForm
from gallery.stock.names import NamedRow, name_rows
from stock.amounts import Amounts
from stock.overview import Group, read_stock

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
SURENESS = ("signed_off_plants", "recent", "uncertain", "never_counted")
WORTH = ("value", "currency", "unpriced")


def stock_table(form: StockForm) -> tuple[tuple[str, ...], list[Row]]:
    """The columns and all rows of the stock that a valid form asks for."""
    wanted = form.wanted
    named = name_rows(wanted.group, read_stock(wanted, limit=MOST_ROWS).rows)
    compare = form.cleaned_data["compare"]
    compared = COMPARED if compare else ()
    columns = ("as_of", *NAME_COLUMNS[Group(wanted.group)], "plants", *compared, *SURENESS, *WORTH)
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
        "never_counted": amounts.never_counted,
        "unpriced": amounts.unpriced,
        **_worth(amounts),
    }


def _worth(amounts: Amounts) -> Row:
    """A number where there is one currency; several are written out, because they cannot be added."""
    match amounts.values:
        case ():
            return {}
        case (value,):
            return {"value": float(value.amount), "currency": value.currency}
    return {"value": " + ".join(f"{value.amount} {value.currency}" for value in amounts.values)}
