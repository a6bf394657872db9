"""What is wrong with a photo, and how programs mend it: the forms of the pages."""

import pytest

from locations.models import LocationConfig
from photos.models import S3Image
from processing.models import Job
from tests.gallery.factories import make_session_waiting, unplaced_candidates
from tests.locations.factories import (
    ContainerTypeFactory,
    DensityParametersFactory,
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


def path(session, name):
    return f"/api/v1/photos/{session.original_image_id}/{name}"


def post(client, session, name, body):
    return client.post(path(session, name), body, content_type="application/json")


def jobs(session):
    return Job.objects.filter(image=session.original_image_id).count()


def test_problem_names_the_address_that_mends_it(worker):
    near = StorageLocationFactory(name="Near bay")
    lost = ProcessingSessionFactory(needs_location=True, location_evidence=unplaced_candidates(near))
    answer = worker.get(path(lost, "problem")).json()
    assert (answer["problem"], answer["fix"], answer["may_fix"]) == ("needs_location", "location", True)
    assert [offer["location_id"] for offer in answer["candidates"]] == [near.pk]
    fixed = post(worker, lost, "fix/location", {"storage_location": near.pk})
    assert (fixed.status_code, fixed.json()["started"]) == (202, 1)
    again = post(worker, lost, "fix/location", {"storage_location": near.pk})
    assert again.status_code == 409
    assert jobs(lost) == 2


def test_another_problem_is_not_fixed_by_the_way(worker):
    lost = ProcessingSessionFactory(needs_location=True)
    answer = post(worker, lost, "fix/date", {"source": "upload"})
    assert (answer.status_code, "needs_location" in answer.json()["error"]["message"]) == (409, True)
    ready = ProcessingSessionFactory(ready=True)
    assert worker.get(path(ready, "problem")).json()["problem"] is None
    assert post(worker, ready, "fix/date", {"source": "upload"}).status_code == 409


@pytest.mark.parametrize(("moment", "status"), [("2025-10-01T10:00", 400), ("2025-10-01T10:00:00-06:00", 202)])
def test_date_needs_its_zone(worker, moment, status):
    undated = ProcessingSessionFactory(needs_location=True)
    S3Image.objects.update(problem="needs_date", created_at="2025-10-08T10:30:00Z")
    body = {"source": "typed", "moment": moment}
    assert post(worker, undated, "fix/date", body).status_code == status
    if status == 202:
        undated.original_image.refresh_from_db()
        assert f"{undated.original_image.moment:%Y-%m-%dT%H:%M}" == "2025-10-01T16:00"


def test_configuration_lists_several_products(worker):
    waiting = make_session_waiting("needs_config", location=StorageLocationFactory())
    product, other = ProductFactory(), ProductFactory()
    body = {"product": product.pk, "expected_state": ProductStateFactory().pk, "mode": "update"}
    odd = {**body, "parts": [{"product": other.pk, "where": "1-3", "colour": "red"}]}
    assert post(worker, waiting, "fix/configuration", odd).status_code == 400
    answer = post(worker, waiting, "fix/configuration", {**body, "parts": [{"product": other.pk, "where": "1-3"}]})
    assert answer.status_code == 202
    config = LocationConfig.objects.get()
    assert [(part.product, part.containers) for part in config.listed_parts] == [(other, "1-3")]


def test_unusual_density_is_asked_about(supervisor, worker):
    location = StorageLocationFactory(configured=True)
    waiting = make_session_waiting("needs_calibration", location=location)
    config = LocationConfig.objects.get(location=location)
    DensityParametersFactory(product=config.product, packaging=PackagingFactory(), avg_area_per_plant_cm2=100)
    body = {"container_type": ContainerTypeFactory().pk, "plants_per_m2": 9000}
    assert post(worker, waiting, "fix/density", body).status_code == 403
    asked = post(supervisor, waiting, "fix/density", body)
    assert (asked.status_code, asked.json()["error"]["code"]) == (409, "confirm")
    confirmed = post(supervisor, waiting, "fix/density", {**body, "meant": asked.json()["error"]["meant"]})
    assert confirmed.status_code == 202


def test_problems_are_listed_and_dismissed_by_cause(viewer, supervisor):
    ProcessingSessionFactory(needs_location=True)
    causes = "/api/v1/photos/problems"
    assert viewer.get(causes).json() == {"causes": [{"cause": "needs_location", "photos": 1}]}
    body = {"cause": "needs_location"}
    answer = supervisor.post(f"{causes}/dismiss", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"photos": 1})
    assert viewer.get(causes).json() == {"causes": []}
    assert supervisor.post(f"{causes}/retry", {"cause": "magic"}, content_type="application/json").status_code == 400
