"""The totals of a closed stocktake: by product with their value at the prices of that day, and of its bays."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Sum

from stock.amounts import Value
from stock.models import Stocktake, StocktakeLine
from stock.models.stocktakes import SHOWN


@dataclass(frozen=True)
class ProductTotal:
    """The plants of one product: expected, in stock, and what they are worth; None without a price."""

    product: str
    sku: str
    expected: int
    quantity: int
    value: Value | None

    @property
    def difference(self) -> int:
        """Plants that the counts added or took away."""
        return self.quantity - self.expected


@dataclass(frozen=True)
class BayTotals:
    """All bays together. `states` are their numbers by `stock.models.stocktakes.SHOWN`."""

    bays: int
    states: Mapping[str, int]
    expected: int
    quantity: int
    values: tuple[Value, ...]
    unpriced: int

    @property
    def difference(self) -> int:
        """Plants that the counts added or took away."""
        return self.quantity - self.expected

    @property
    def counted(self) -> int:
        """The bays that were counted."""
        return self.bays - self.states["missing"]


def product_totals(stocktake: Stocktake) -> list[ProductTotal]:
    """Each product by name; one whose price changed currency has a row for each. One query."""
    lines = StocktakeLine.objects.filter(bay__stocktake=stocktake).order_by("product", "sku", "currency")
    rows = lines.values_list("product", "sku", "currency").annotate(
        Sum("expected"), Sum("quantity"), value=Sum(F("quantity") * F("price"))
    )
    return [
        ProductTotal(product, sku, expected, quantity, Value(Decimal(value), currency) if currency else None)
        for product, sku, currency, expected, quantity, value in rows
    ]


def bay_totals(stocktake: Stocktake) -> BayTotals:
    """The totals of all bays; two queries."""
    sums = stocktake.bays.aggregate(
        bays=Count("pk"),
        total_expected=Sum("expected", default=0),
        total_quantity=Sum("quantity", default=0),
        **{f"{name}_bays": Count("pk", filter=condition) for name, condition in SHOWN.items()},
    )
    lines = StocktakeLine.objects.filter(bay__stocktake=stocktake).order_by("currency")
    values = lines.values_list("currency").annotate(Sum("quantity"), value=Sum(F("quantity") * F("price")))
    found = {currency: (plants, value) for currency, plants, value in values}
    unpriced, _value = found.pop("", (0, None))
    return BayTotals(
        bays=sums["bays"],
        states={name: sums[f"{name}_bays"] for name in SHOWN},
        expected=sums["total_expected"],
        quantity=sums["total_quantity"],
        values=tuple(Value(Decimal(value), currency) for currency, (_plants, value) in found.items()),
        unpriced=unpriced,
    )
