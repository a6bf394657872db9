"""Batches: found or created, and the locks under which they change. For `stock.ledger` and `stock.documents` alone."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from locations.models import LocationConfig, Packaging, Product, ProductState, StorageLocation
from stock.models import CountShare, StockBatch, StockCount


def lock_locations(places: Iterable[int]) -> None:
    """Serialise the writers of these locations. The fixed order prevents deadlocks between two of them."""
    list(StorageLocation.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk").values("pk"))


def counted_batch(
    config: LocationConfig, product: Product, packaging: Packaging | None, happened_at: datetime
) -> StockBatch:
    """The batch that photos of this cycle count for its product or a listed one, created at its first count. A
    corrected configuration gets one of its own.

    People may have divided the plants by state: then it is the batch counted before, else the oldest.
    """
    same = StockBatch.objects.filter(config=config, product=product, packaging=packaging)
    seen = StockCount.objects.of_photos().filter(batch=OuterRef("pk"))
    shared = CountShare.objects.filter(batch=OuterRef("pk"))
    batch = same.order_by(Exists(seen).desc(), Exists(shared).desc(), "pk").first()
    return batch or _create_batch(config, product, packaging, config.expected_state, happened_at)


def batch_of(
    config: LocationConfig,
    *,
    product: Product,
    packaging: Packaging | None,
    state: ProductState,
    happened_at: datetime,
) -> StockBatch:
    """The batch of these plants at a location in one of its cycles, created if there is none."""
    same = StockBatch.objects.filter(config=config, product=product, packaging=packaging, state=state)
    return same.first() or _create_batch(config, product, packaging, state, happened_at)


def _create_batch(
    config: LocationConfig,
    product: Product,
    packaging: Packaging | None,
    state: ProductState,
    happened_at: datetime,
) -> StockBatch:
    location = config.location
    # No code contains a slash, so the parts stay distinct.
    stem = f"{location.code}/{product.sku}/{timezone.localtime(happened_at):%Y%m%d}/"
    sequence = StockBatch.objects.filter(batch_code__startswith=stem).count() + 1
    return StockBatch.objects.create(
        batch_code=f"{stem}{sequence}",
        location=location,
        config=config,
        product=product,
        packaging=packaging,
        state=state,
    )
