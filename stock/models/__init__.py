"""The stock: batches, their counts by visits, and the append-only ledger of their movements.

Only `stock.ledger` writes here. A count is absolute ("102 plants were seen"), a movement is a difference ("2 more");
the sum of a batch's movements is its stock.
"""

from stock.models.batches import DESCRIPTION_FIELDS, StockBatch
from stock.models.closings import Closing, ClosingBalance
from stock.models.counts import StockCount, Visit, VisitAnswer
from stock.models.movements import MovementKind, SourceType, StockMovement
from stock.models.summaries import WeeklySummary

__all__ = [
    "DESCRIPTION_FIELDS",
    "Closing",
    "ClosingBalance",
    "MovementKind",
    "SourceType",
    "StockBatch",
    "StockCount",
    "StockMovement",
    "Visit",
    "VisitAnswer",
    "WeeklySummary",
]
