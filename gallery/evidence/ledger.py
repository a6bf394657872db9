"""The lines of the ledger, batch by batch in order of time, each with the stock after it."""

from collections.abc import Iterator

from django.db.models import QuerySet

from demeter.common.i18n.messages import Message
from gallery.evidence.writing import Row
from stock.models import StockMovement

COLUMNS = (
    "batch",
    "happened_at",
    "recorded_at",
    "kind",
    "quantity",
    "balance",
    "unit_price",
    "document",
    "loss_reason",
    "reason_code",
    "reason",
    "user",
    "photo",
    "movement",
    "reverses",
)
READ = {
    "batch": "batch__batch_code",
    "happened_at": "happened_at",
    "recorded_at": "created_at",
    "kind": "kind",
    "quantity": "quantity",
    "unit_price": "unit_price",
    "document": "document_id",
    "loss_reason": "loss_reason__code",
    "reason": "reason",
    "user": "user__username",
    "photo": "image_id",
    "movement": "movement_id",
    "reverses": "reverses_id",
}
AT_ONCE = 2000


def ledger_rows(movements: QuerySet[StockMovement]) -> Iterator[Row]:
    """The rows of COLUMNS, and the `message` of the reason for pages; a part of them is in memory at a time."""
    ordered = movements.order_by("batch__batch_code", "happened_at", "created_at", "movement_id")
    batch, balance = None, 0
    for values in ordered.values_list(*READ.values()).iterator(chunk_size=AT_ONCE):
        row = dict(zip(READ, values, strict=True))
        balance = row["quantity"] + (balance if row["batch"] == batch else 0)
        batch, message = row["batch"], row["reason"]
        yield {**row, "balance": balance, **_reason(message)}


def _reason(message: Message | None) -> Row:
    known = {"reason_code": message.code, "reason": message.in_english()} if message else {"reason": ""}
    return {**known, "message": message}
