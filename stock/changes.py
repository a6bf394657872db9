"""What changed in the stock during a period: in and out by kind, product, place and person, and counts that surprise.

A movement belongs to the period in which it happened. One that was reversed, and its reversal, are left out: they
happened at the same moment and leave nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.query import QuerySet

from stock.models import Difference, StockMovement

# The columns that movements are summed by, and their lookups.
SUMMED = {
    "kind": "kind",
    "product_id": "batch__product",
    "area_id": "batch__location__storage_area",
    "warehouse_id": "batch__location__storage_area__warehouse",
    "user_id": "user",
}
OUTLINES = (
    "batch__location__polygon",
    "batch__location__storage_area__polygon",
    "batch__location__storage_area__warehouse__polygon",
)


@dataclass(frozen=True)
class Period:
    """From `since` until before `until`."""

    since: datetime
    until: datetime


@dataclass
class Flow:
    """Plants in (positive) and out (negative), and by how many movements."""

    plants_in: int = 0
    plants_out: int = 0
    movements: int = 0

    @property
    def net(self) -> int:
        """Plants more than before."""
        return self.plants_in + self.plants_out

    def add(self, plants_in: int, plants_out: int, movements: int) -> None:
        """More of the same."""
        self.plants_in += plants_in
        self.plants_out += plants_out
        self.movements += movements


@dataclass(frozen=True)
class Flows:
    """All movements of a period, and the same by each column of SUMMED, largest first."""

    total: Flow
    by: Mapping[str, Mapping[str | int | None, Flow]]


@dataclass(frozen=True)
class LateMovements:
    """Movements that were recorded during a period for moments before it, and what they changed."""

    movements: int
    plants: int


def find_movements(period: Period, chosen: Mapping[str, object]) -> QuerySet[StockMovement]:
    """The movements of a period that nobody reversed; `chosen` has keys of SUMMED."""
    moved = StockMovement.objects.filter(happened_at__gte=period.since, happened_at__lt=period.until)
    # A reversal happened at the moment of its movement, so it is looked for in the period alone and not in the ledger.
    reversal = moved.order_by().filter(reverses=OuterRef("pk"))
    standing = moved.filter(~Exists(reversal), reverses=None)
    return standing.filter(**{SUMMED[name]: value for name, value in chosen.items()})


def sum_movements(period: Period, chosen: Mapping[str, object]) -> Flows:
    """The movements of a period by each column; one query."""
    total = Flow()
    by: dict[str, dict[str | int | None, Flow]] = {name: defaultdict(Flow) for name in SUMMED}
    sums = {
        "plants_in": Sum("quantity", filter=Q(quantity__gt=0), default=0),
        "plants_out": Sum("quantity", filter=Q(quantity__lt=0), default=0),
        "movements": Count("pk"),
    }
    rows = find_movements(period, chosen).order_by().values_list(*SUMMED.values()).annotate(**sums)
    for *keys, plants_in, plants_out, movements in rows:
        total.add(plants_in, plants_out, movements)
        for name, key in zip(SUMMED, keys, strict=True):
            by[name][key].add(plants_in, plants_out, movements)
    return Flows(total, {name: _largest_first(flows) for name, flows in by.items()})


def late_movements(period: Period, chosen: Mapping[str, object]) -> LateMovements:
    """What was recorded during the period for moments before it, so that the stock at its start is another."""
    late = StockMovement.objects.filter(
        created_at__gte=period.since, created_at__lt=period.until, happened_at__lt=period.since
    ).filter(**{SUMMED[name]: value for name, value in chosen.items()})
    found = late.aggregate(movements=Count("pk"), plants=Sum("quantity", default=0))
    return LateMovements(**found)


def find_surprises(period: Period, chosen: Mapping[str, object]) -> list[Difference]:
    """The counts of a period that differ by more than chance and are not explained, largest first.

    `chosen` has keys of SUMMED that a batch has: not kind and person. One query.
    """
    found = Difference.objects.filter(moment__gte=period.since, moment__lt=period.until).exclude(unexplained=0)
    found = found.filter(**{SUMMED[name]: value for name, value in chosen.items()})
    rows = found.select_related("batch__product", "batch__location__storage_area__warehouse").defer(*OUTLINES)
    return sorted(rows, key=lambda difference: -abs(difference.unexplained))


def _largest_first(flows: Mapping[str | int | None, Flow]) -> dict[str | int | None, Flow]:
    def size(item: tuple[str | int | None, Flow]) -> tuple[int, str]:
        key, flow = item
        return flow.plants_out - flow.plants_in, str(key)

    return dict(sorted(flows.items(), key=size))
