"""Counted photos of one product with their counts in the stock, to enter known counts for."""

from locations.models import LocationConfig
from processing.models import ProcessingSession
from processing.review.outcome import record_stock
from tests.processing.factories import ProcessingSessionFactory

VERSIONS = {"detector": "d" * 64, "segmenter": "s" * 64}


def count_photo(config: LocationConfig, plants: int = 100, **fields: object) -> ProcessingSession:
    """A ready photo of the location in which the models counted so many plants."""
    session = ProcessingSessionFactory(
        ready=True,
        storage_location=config.location,
        total_detected=plants,
        total_estimated=plants,
        predicted_error=5.0,
        container_kind="segment",
        model_versions=VERSIONS,
        parameters_hash="p" * 16,
        **fields,
    )
    record_stock(session, config, problem=None, user=None)
    return session
