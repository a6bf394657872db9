"""A closed stocktake as a table: a row for each batch of each bay, and one for each bay without plants."""

from collections.abc import Iterator

from gallery.common.tables import WORDS, Row, iso_time
from stock.models import Stocktake, StocktakeBay, StocktakeLine

COLUMNS = (
    "stocktake",
    "stock_until",
    "location_code",
    "location",
    "counted_how",
    "counted",
    "counted_at",
    "counted_by",
    "signed_off_by",
    "uncertain_count",
    "product",
    "sku",
    "packaging",
    "batch",
    "expected",
    "difference",
    "plants",
    "price",
    "value",
    "currency",
)


def stocktake_rows(stocktake: Stocktake) -> Iterator[Row]:
    """The rows in walking order; the count of a bay is in its first row alone, so that it can be summed."""
    for bay in stocktake.bays.prefetch_related("lines"):
        own = _bay_cells(stocktake, bay)
        lines = list(bay.lines.all())
        for number, line in enumerate(lines):
            yield {**own, **_line_cells(line), "counted": bay.counted if number == 0 else None}
        if not lines:
            yield {**own, "expected": bay.expected, "difference": bay.difference, "plants": bay.quantity}


def _bay_cells(stocktake: Stocktake, bay: StocktakeBay) -> Row:
    return {
        "stocktake": stocktake.number,
        "stock_until": iso_time(stocktake.moment) if stocktake.moment else "",
        "location_code": bay.code,
        "location": bay.place,
        "counted_how": str(bay.get_state_display()),
        "counted": bay.counted,
        "counted_at": iso_time(bay.counted_at) if bay.counted_at else "",
        "counted_by": bay.counted_by,
        "signed_off_by": bay.signed_by,
        "uncertain_count": WORDS["yes" if bay.in_doubt else "no"],
    }


def _line_cells(line: StocktakeLine) -> Row:
    return {
        "product": line.product,
        "sku": line.sku,
        "packaging": line.packaging,
        "batch": line.batch_code,
        "expected": line.expected,
        "difference": line.difference,
        "plants": line.quantity,
        "price": float(line.price) if line.price is not None else None,
        "value": float(line.price * line.quantity) if line.price is not None else None,
        "currency": line.currency,
    }
