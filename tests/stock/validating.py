"""Validated photos and measured counts in one line each, for tests of intervals."""

import uuid
from datetime import timedelta

from stock.intervals import Truth, record_validation
from stock.ledger import Measured, review_count
from stock.models import StockCount, Validation, ValidationSource
from tests.factories import UserFactory
from tests.stock.recording import NOON

MODEL = "model"


def validate(
    number=1, *, off=1, error=1.0, counted=100, config=None, source=ValidationSource.CORRECTED, **fields
) -> list[Validation]:
    """So many validated photos; each score is `off / error`."""
    grown = {
        "product_id": config.product_id if config else None,
        "packaging_id": config.packaging_id if config else None,
    }
    given = {"model_version": MODEL, "container_kind": "segment", **grown, **fields}
    user = UserFactory(supervisor=True)
    return [
        record_validation(
            Truth(
                image_id=uuid.uuid4(),
                session_id=uuid.uuid4(),
                counted=counted,
                truth=counted + off,
                predicted_error=error,
                moment=NOON + timedelta(days=day),
                **given,
            ),
            source=source,
            user=user,
        )
        for day in range(number)
    ]


def measure(count: StockCount, error: float | None, *, kind="segment", model=MODEL, in_doubt=False) -> StockCount:
    """What a run says about a count of the ledger."""
    measured = Measured(predicted_error=error, model_version=model, container_kind=kind)
    review_count(session_id=count.session_id, signed_off=False, in_doubt=in_doubt, measured=measured)
    count.refresh_from_db()
    return count
