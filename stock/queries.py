"""Reads the ledger: the stock of a location at any moment, as known now."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from locations.models import StorageLocation
from stock.models import StockBatch


@dataclass(frozen=True)
class StockLine:
    """How many plants of a batch were at a location."""

    batch: StockBatch
    quantity: int


def stock_of(location: StorageLocation, as_of: datetime) -> tuple[StockLine, ...]:
    """The batches with plants at `location` at the moment `as_of`, that moment included; empty batches are left out.

    A movement counts from when it happened, not from when it was recorded, so a photo counted again or uploaded late
    corrects the past as well.
    """
    batches = (
        StockBatch.objects.filter(location=location)
        .select_related("product", "packaging", "state", "size")
        .annotate(quantity_then=Sum("movements__quantity", filter=Q(movements__happened_at__lte=as_of), default=0))
        .exclude(quantity_then=0)
        .order_by("batch_code")
    )
    return tuple(StockLine(batch, batch.quantity_then) for batch in batches)
