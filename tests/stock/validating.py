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
    user = UserFactory(supervisor=True)
    return [
        record_validation(
            truth_of(config, counted=counted, truth=counted + off, error=error, day=day, **fields),
            source=source,
            user=user,
        )
        for day in range(number)
    ]


def truth_of(config=None, *, counted=100, truth=100, error=1.0, day=0, **fields) -> Truth:
    """A photo of its own."""
    grown = {
        "product_id": config.product_id if config else None,
        "packaging_id": config.packaging_id if config else None,
    }
    given = {"model_version": MODEL, "container_kind": "segment", **grown, **fields}
    return Truth(
        image_id=uuid.uuid4(),
        session_id=uuid.uuid4(),
        counted=counted,
        truth=truth,
        predicted_error=error,
        moment=NOON + timedelta(days=day),
        **given,
    )


def measure(count: StockCount, error: float | None, *, kind="segment", model=MODEL, in_doubt=False) -> StockCount:
    """What a run says about a count of the ledger."""
    measured = Measured(predicted_error=error, model_version=model, container_kind=kind)
    review_count(session_id=count.session_id, signed_off=False, in_doubt=in_doubt, measured=measured)
    count.refresh_from_db()
    return count
