"""The stock: batches, their counts by visits, and the append-only ledger of their movements.

Only `stock.ledger` and `stock.documents` write here. A count is absolute ("102 plants were seen"), a movement is a
difference ("2 more"); the sum of a batch's movements is its stock.
"""

from stock.models.batches import DESCRIPTION_FIELDS, StockBatch
from stock.models.calibrations import Calibration
from stock.models.closings import Closing, ClosingBalance
from stock.models.counts import CountShare, StockCount, Visit, VisitAnswer
from stock.models.differences import EXPLAINING, WITH_DOCUMENT, Decision, DecisionKind, Difference
from stock.models.documents import DocumentSource, LossReason, StockDocument
from stock.models.intervals import IntervalVersion, Validation, ValidationSource
from stock.models.movements import (
    COUNTED_KINDS,
    DERIVED_KINDS,
    PAIRED_KINDS,
    MovementKind,
    SourceType,
    StockMovement,
)
from stock.models.overlaps import Overlap, OverlapVerdict
from stock.models.stocktakes import BayState, Stocktake, StocktakeBay, StocktakeLine
from stock.models.summaries import WeeklySummary

__all__ = [
    "COUNTED_KINDS",
    "DERIVED_KINDS",
    "DESCRIPTION_FIELDS",
    "EXPLAINING",
    "PAIRED_KINDS",
    "WITH_DOCUMENT",
    "BayState",
    "Calibration",
    "Closing",
    "ClosingBalance",
    "CountShare",
    "Decision",
    "DecisionKind",
    "Difference",
    "DocumentSource",
    "IntervalVersion",
    "LossReason",
    "MovementKind",
    "Overlap",
    "OverlapVerdict",
    "SourceType",
    "StockBatch",
    "StockCount",
    "StockDocument",
    "StockMovement",
    "Stocktake",
    "StocktakeBay",
    "StocktakeLine",
    "Validation",
    "ValidationSource",
    "Visit",
    "VisitAnswer",
    "WeeklySummary",
]
