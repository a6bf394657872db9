"""Photos as the gallery meets them: counted somewhere, waiting for a fix, seen by people of each role."""

from datetime import UTC, datetime
from typing import Any

import factory

from demeter.common.i18n.messages import TEXT
from locations.messages import AWAY
from locations.models import StorageLocation
from photos.models import S3Image
from processing.messages import AMBIGUOUS
from processing.models import Estimation, ProcessingSession, Segment
from tests.processing.factories import ProcessingSessionFactory

MOMENT = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)


class SegmentFactory(factory.django.DjangoModelFactory):
    """One counted container."""

    class Meta:
        model = Segment

    session = factory.SubFactory(ProcessingSessionFactory, ready=True)
    number = factory.Sequence(lambda n: n + 1)
    container_class = "segment"
    polygon = [[0, 0], [100, 0], [100, 100]]
    confidence = 0.9
    area_px = 5000.0
    status = "done"
    detected, estimated, empty, dead = 120, 125, 5, 0


class EstimationFactory(factory.django.DjangoModelFactory):
    """How the hidden plants of a container were estimated."""

    class Meta:
        model = Estimation

    segment = factory.SubFactory(SegmentFactory)
    method = "local_scale"
    count = 125


def make_session_waiting(problem: str, *, location: StorageLocation, **fields: Any) -> ProcessingSession:
    """A photo that is counted and placed, and waits for `needs_config` or `needs_calibration` to be settled."""
    session = ProcessingSessionFactory(needs_location=True, storage_location=location, **fields)
    S3Image.objects.filter(pk=session.original_image_id).update(problem=problem, error_details=TEXT(text="not known"))
    session.original_image.refresh_from_db()
    return session


def uploaded_at(session: ProcessingSession, moment: datetime) -> ProcessingSession:
    """Give a session, its job and its photo a fixed time."""
    S3Image.objects.filter(pk=session.original_image_id).update(created_at=moment)
    ProcessingSession.objects.filter(pk=session.pk).update(created_at=moment)
    type(session.job).objects.filter(pk=session.job_id).update(
        created_at=moment, finished_at=moment if session.job.finished_at else None
    )
    return session


def placed(session: ProcessingSession, location: StorageLocation) -> ProcessingSession:
    """Put a counted photo at a location."""
    session.storage_location = location
    session.save(update_fields=["storage_location"])
    S3Image.objects.filter(pk=session.original_image_id).update(storage_location=location)
    return session


def unplaced_candidates(*locations: StorageLocation) -> dict[str, Any]:
    """Evidence that offers these locations, best first."""
    return {
        "outcome": "ambiguous",
        "reason": AMBIGUOUS().as_json(),
        "candidates": [
            {
                "location_id": location.pk,
                "name": location.full_name,
                "source": "gps",
                "evidence": AWAY(metres=f"{number}.0").as_json(),
                "distance_m": float(number),
            }
            for number, location in enumerate(locations)
        ],
    }
