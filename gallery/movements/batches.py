"""The read model of batches: one with its newest movements, and what is ready for sale when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from locations.models import StorageLocation
from stock.models import StockBatch, StockMovement

SHOWN_MOVEMENTS = 100
NOW, NO_DATE = "now", "no date"


@dataclass(frozen=True)
class ReadyGroup:
    """Batches that can be sold from the same month on. `month` is its first day; None for now, or without a date."""

    when: str
    month: date | None
    batches: tuple[StockBatch, ...]

    @property
    def plants(self) -> int:
        """Of all its batches."""
        return sum(batch.quantity_current for batch in self.batches)


def find_batch(batch_id: int) -> StockBatch:
    """A batch with the names that its page shows. Raises NotFoundError."""
    batch = _named(StockBatch.objects.filter(pk=batch_id)).first()
    if batch is None:
        raise NotFoundError(_("There is no such batch."))
    return batch


def find_batches(location: StorageLocation | None, *, with_empty: bool) -> QuerySet[StockBatch]:
    """Batches with plants, or all, everywhere or at a location, with their names."""
    found = StockBatch.objects.all() if with_empty else StockBatch.objects.filter(quantity_current__gt=0)
    return _named(found if location is None else found.filter(location=location)).order_by("batch_code")


def save_description(batch: StockBatch, values: Mapping[str, Any]) -> None:
    """Write the cleaned data of `DescribeForm`, and nothing that the ledger keeps."""
    StockBatch.objects.filter(pk=batch.pk).update(**values, updated_at=timezone.now())


def newest_movements(batch: StockBatch) -> list[StockMovement]:
    """The newest movements of a batch, those of photos too."""
    rows = batch.movements.select_related("user", "document", "loss_reason")
    return list(rows.order_by("-happened_at", "-created_at")[:SHOWN_MOVEMENTS])


def ready_for_sale(today: date) -> list[ReadyGroup]:
    """All batches with plants: those that can be sold now, then by the month in which they are expected to be ready,
    then those that nobody has given a date.

    A batch can be sold now if its state is one that is sold or its expected date has come.
    """
    batches = _named(StockBatch.objects.filter(quantity_current__gt=0)).order_by("ready_on", "batch_code")
    groups: dict[tuple[int, date | None], list[StockBatch]] = {}
    for batch in batches:
        groups.setdefault(_when(batch, today), []).append(batch)
    ordered = sorted(groups, key=lambda key: (key[0], key[1] or date.min))
    return [ReadyGroup((NOW, "month", NO_DATE)[key[0]], key[1], tuple(groups[key])) for key in ordered]


def _when(batch: StockBatch, today: date) -> tuple[int, date | None]:
    if batch.ready_on is not None and batch.ready_on > today:
        return 1, batch.ready_on.replace(day=1)
    if batch.state.is_sellable or batch.ready_on is not None:
        return 0, None
    return 2, None


def _named(batches: QuerySet[StockBatch]) -> QuerySet[StockBatch]:
    return batches.select_related(
        "location__storage_area__warehouse", "product", "packaging", "state", "size", "config"
    )


def label_words(batch: StockBatch) -> tuple[str, str]:
    """The two lines of a label: the product, and how and where it grows."""
    parts: Iterable[object] = (batch.packaging, batch.state, batch.location.name, batch.batch_code)
    shown: Sequence[str] = [str(part) for part in parts if part]
    return batch.product.common_name, " · ".join(shown)
