"""Shrinkage: what was lost, accepted as missing and is unexplained during a period, by product, place or month.

Losses are those that people recorded, at the moment at which they happened; the rest is what counts of the period
differ by. What may be chance is left out.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest, Least, TruncMonth
from django.db.models.query import QuerySet
from django.utils.translation import gettext_lazy as _

from stock.amounts import Value
from stock.changes import Period
from stock.models import Difference, MovementKind, StockMovement


class By(models.TextChoices):
    """What one row of the shrinkage is."""

    PRODUCT = "product", _("Product")
    WAREHOUSE = "warehouse", _("Warehouse")
    AREA = "area", _("Area")
    LOCATION = "location", _("Location")
    MONTH = "month", _("Month")


COLUMNS: Mapping[str, str] = {
    By.PRODUCT: "batch__product",
    By.WAREHOUSE: "batch__location__storage_area__warehouse",
    By.AREA: "batch__location__storage_area",
    By.LOCATION: "batch__location",
}
PRICE, CURRENCY = F("batch__product__price"), "batch__product__currency"
MISSING, TOO_MANY = Least("unexplained", 0), Greatest("unexplained", 0)


@dataclass
class Shrinkage:
    """Plants, negative where they are missing. `worth` is what they are worth together at the prices of today, by
    currency."""

    lost: int = 0
    accepted: int = 0
    missing: int = 0
    too_many: int = 0
    worth: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All together."""
        return self.lost + self.accepted + self.missing + self.too_many

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(Value(amount, currency) for currency, amount in sorted(self.worth.items()) if amount)

    def add(self, currency: str, amount: Decimal | None, **plants: int) -> None:
        """More of the same; without an `amount` the product has no price."""
        for name, number in plants.items():
            setattr(self, name, getattr(self, name) + number)
        if amount is not None:
            self.worth[currency] = self.worth.get(currency, Decimal()) + amount


@dataclass(frozen=True)
class ShrinkageTable:
    """All rows by their key (of a product, a place, or the first moment of a month), largest first, and the total."""

    rows: Mapping[object, Shrinkage]
    total: Shrinkage


def read_shrinkage(period: Period, by: str, chosen: Mapping[str, object]) -> ShrinkageTable:
    """The shrinkage of a period; `chosen` are conditions of a batch, such as `batch__product`. Two queries."""
    happened = {"happened_at__gte": period.since, "happened_at__lt": period.until}
    counted = {"moment__gte": period.since, "moment__lt": period.until}
    losses = StockMovement.objects.filter(kind=MovementKind.DEATH, **happened, **chosen)
    differences = Difference.objects.filter(~Q(unexplained=0) | ~Q(explained=0), **counted, **chosen)
    rows: defaultdict[object, Shrinkage] = defaultdict(Shrinkage)
    total = Shrinkage()
    for key, currency, lost, amount in _grouped(losses, by, "happened_at").annotate(
        lost=Sum("quantity"), amount=Sum(F("quantity") * PRICE)
    ):
        for row in (rows[key], total):
            row.add(currency, amount, lost=lost)
    shrunk = F("unexplained") + F("explained")
    for key, currency, missing, too_many, accepted, amount in _grouped(differences, by, "moment").annotate(
        missing=Sum(MISSING), too_many=Sum(TOO_MANY), accepted=Sum("explained"), amount=Sum(shrunk * PRICE)
    ):
        for row in (rows[key], total):
            row.add(currency, amount, missing=missing, too_many=too_many, accepted=accepted)
    found = [(key, row) for key, row in rows.items() if row.lost or row.accepted or row.missing or row.too_many]
    return ShrinkageTable(dict(sorted(found, key=_by_month if by == By.MONTH else _largest_first)), total)


def _grouped(rows: QuerySet[Any], by: str, moment: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Rows by their key and currency, to be summed."""
    key = TruncMonth(moment) if by == By.MONTH else F(COLUMNS[by])
    grouped: QuerySet[Any, tuple[Any, ...]] = rows.order_by().annotate(key=key).values_list("key", CURRENCY)
    return grouped


def _largest_first(item: tuple[object, Shrinkage]) -> tuple[int, str]:
    return item[1].total, str(item[0])


def _by_month(item: tuple[object, Shrinkage]) -> tuple[int, str]:
    return 0, str(item[0])
