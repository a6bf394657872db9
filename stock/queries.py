"""Reads the ledger: the stock of a location at any moment, as known now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Abs, Coalesce

from locations.models import StorageLocation
from stock.models import CountShare, Difference, StockBatch, StockMovement


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
    moved = StockMovement.objects.filter(batch=OuterRef("pk"), happened_at__lte=as_of).order_by()
    then = Subquery(moved.values("batch").annotate(plants=Sum("quantity")).values("plants"))
    batches = (
        StockBatch.objects.filter(location=location)
        .select_related("product", "packaging", "state", "size")
        .annotate(quantity_then=Coalesce(then, 0))
        .exclude(quantity_then=0)
        .order_by("batch_code")
    )
    return tuple(StockLine(batch, batch.quantity_then) for batch in batches)


def count_unexplained(locations: Collection[int], *, before: datetime) -> int:
    """How many plants of these locations are unexplained: too many and too few together."""
    rows = Difference.objects.filter(batch__location__in=locations, moment__lt=before).exclude(unexplained=0)
    return int(rows.aggregate(plants=Sum(Abs("unexplained"), default=0))["plants"])


@dataclass(frozen=True)
class CountLine:
    """How many plants and empty containers of a batch a photo shows."""

    batch: StockBatch
    plants: int
    empty: int


def lines_of_photos(image_ids: Iterable[UUID]) -> dict[UUID, tuple[CountLine, ...]]:
    """The counts of photos by product, everything else last; their sum is the count of the photo. One query.

    Photos that show only one product, or are not in the stock, are left out.
    """
    shares: defaultdict[UUID, list[CountShare]] = defaultdict(list)
    for share in CountShare.objects.filter(count__image_id__in=image_ids, count__withdrawn_at=None).select_related(
        "batch__product", "batch__packaging", "count__batch__product", "count__batch__packaging"
    ):
        shares[share.count.image_id].append(share)
    return {image_id: _lines(listed) for image_id, listed in shares.items()}


def _lines(shares: Sequence[CountShare]) -> tuple[CountLine, ...]:
    """The lines of one count."""
    count = shares[0].count
    plants = count.quantity - sum(share.quantity for share in shares)
    empty = count.quantity_empty - sum(share.quantity_empty for share in shares)
    listed = [CountLine(share.batch, share.quantity, share.quantity_empty) for share in shares]
    return (*listed, *([CountLine(count.batch, plants, empty)] if plants or empty else ()))
