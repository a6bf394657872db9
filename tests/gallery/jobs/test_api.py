import json
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from demeter.accounts.tokens import issue_token
from demeter.common.i18n.messages import TEXT
from processing.models import Job
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory, UploadFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 8, 10, 40, tzinfo=UTC)
UPLOAD = UUID("00000000-0000-0000-0000-0000000000aa")


def number(value: int) -> UUID:
    return UUID(int=value)


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(viewer=True))
    return client


@pytest.fixture
def worker():
    client = Client()
    client.force_login(UserFactory())
    return client


@pytest.fixture
def clock():
    with patch("django.utils.timezone.now", return_value=NOW):
        yield


def make_photo(upload, id_number: int, *, minutes_ago: int, **state):
    """A photo, its job and its session with ids that follow from `id_number`."""
    session = ProcessingSessionFactory(
        session_id=number(100 + id_number),
        job__job_id=number(id_number),
        job__image__image_id=number(200 + id_number),
        job__image__upload=upload,
        job__image__original_filename=f"photo{id_number}.jpg",
        **state,
    )
    Job.objects.filter(pk=session.job_id).update(created_at=NOW - timedelta(minutes=minutes_ago))
    return session


def status_of(client, upload_session_id):
    return client.get("/api/v1/photos/jobs/status", {"upload_session_id": upload_session_id})


def test_status_is_the_json_of_the_specification(client, clock, snapshot):
    upload = UploadFactory(pk=UPLOAD)
    make_photo(upload, 1, minutes_ago=9, ready=True, storage_location=StorageLocationFactory(pk=42))
    make_photo(upload, 2, minutes_ago=8, processing=True)
    make_photo(upload, 3, minutes_ago=7, needs_location=True)
    make_photo(upload, 4, minutes_ago=6, failed=True)
    make_photo(upload, 5, minutes_ago=5)
    response = status_of(client, UPLOAD)
    assert response.status_code == 200
    assert response.json() == snapshot


def test_status_gives_the_example_of_the_specification(client, clock):
    upload = UploadFactory(pk=UPLOAD)
    make_photo(upload, 1, minutes_ago=9, ready=True)
    make_photo(upload, 2, minutes_ago=8, processing=True)
    shown = status_of(client, UPLOAD).json()
    assert [job["progress_percent"] for job in shown["jobs"]] == [100, 65]
    assert shown["summary"] == {
        "total_jobs": 2,
        "completed": 1,
        "processing": 1,
        "pending": 0,
        "failed": 0,
        "overall_progress_percent": 82.5,
    }


def test_status_of_a_bad_missing_or_unknown_session(client):
    assert status_of(client, "not-a-uuid").status_code == 400
    assert client.get("/api/v1/photos/jobs/status").status_code == 400
    assert status_of(client, uuid4()).status_code == 404
    assert status_of(client, uuid4()).json()["error"]["code"] == "not_found"


def test_status_needs_a_sign_in_and_a_role(client):
    assert status_of(Client(), UPLOAD).status_code == 401
    nobody = Client()
    nobody.force_login(UserFactory(role=None))
    assert status_of(nobody, UPLOAD).status_code == 403
    assert client.post("/api/v1/photos/jobs/status").status_code == 405


def test_status_takes_a_bearer_token():
    token = issue_token(user=UserFactory(viewer=True), name="phone")
    session = ProcessingSessionFactory(ready=True)
    response = Client().get(
        "/api/v1/photos/jobs/status",
        {"upload_session_id": session.job.upload_id},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status_code == 200


def test_status_costs_three_queries_and_then_none(client, django_assert_num_queries):
    session = ProcessingSessionFactory(processing=True)
    sign_in_and_permissions = 3
    with django_assert_num_queries(sign_in_and_permissions + 3):
        status_of(client, session.job.upload_id)
    with django_assert_num_queries(sign_in_and_permissions):
        status_of(client, session.job.upload_id)


def test_job_status_is_the_same_job(client):
    session = ProcessingSessionFactory(ready=True)
    job = client.get(f"/api/v1/photos/jobs/{session.job_id}/status").json()
    assert job == status_of(client, session.job.upload_id).json()["jobs"][0]
    assert client.get(f"/api/v1/photos/jobs/{uuid4()}/status").status_code == 404


def post_reprocess(client, image_id, **body):
    return client.post(f"/api/v1/photos/{image_id}/reprocess", json.dumps(body), content_type="application/json")


def test_reprocess_starts_a_run_from_the_original(worker):
    session = ProcessingSessionFactory(needs_location=True)
    location = StorageLocationFactory()
    response = post_reprocess(worker, session.original_image_id, reason="Location", storage_location_id=location.pk)
    job = Job.objects.exclude(pk=session.job_id).get()
    assert response.status_code == 202
    assert response.json() == {
        "status": "accepted",
        "image_id": str(session.original_image_id),
        "new_job_id": str(job.pk),
        "message": "Photo reprocessing started from S3 original",
        "poll_url": f"/api/v1/photos/jobs/{job.pk}/status",
    }
    assert (job.reason, job.chosen_location, job.kind) == (TEXT(text="Location"), location, "reprocess")
    assert worker.get(response.json()["poll_url"]).json()["status"] == "pending"


def test_reprocess_takes_a_form(worker):
    image = ProcessingSessionFactory(failed=True).original_image
    assert worker.post(f"/api/v1/photos/{image.pk}/reprocess", {"reason": "Once more"}).status_code == 202


def test_reprocess_waits_for_the_run_before(worker):
    image = ProcessingSessionFactory(processing=True).original_image
    response = post_reprocess(worker, image.pk, reason="Once more")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    "body",
    [{}, {"reason": ""}, {"reason": "x", "storage_location_id": 999_999}, {"reason": "x", "storage_location_id": []}],
)
def test_reprocess_refuses_bad_input(worker, body):
    image = ProcessingSessionFactory(failed=True).original_image
    if body.get("storage_location_id") == []:
        body = {**body, "storage_location_id": [1]}
    assert post_reprocess(worker, image.pk, **body).status_code == 400
    assert Job.objects.count() == 1


def test_reprocess_refuses_a_location_that_is_not_in_use(worker):
    image = ProcessingSessionFactory(failed=True).original_image
    location = StorageLocationFactory(active=False)
    assert post_reprocess(worker, image.pk, reason="x", storage_location_id=location.pk).status_code == 400


def test_reprocess_of_a_deleted_or_unknown_photo_is_not_found(worker):
    deleted = S3ImageFactory(ready=True, deleted_at=timezone.now())
    assert post_reprocess(worker, deleted.pk, reason="x").status_code == 404
    assert post_reprocess(worker, uuid4(), reason="x").status_code == 404


def test_reprocess_is_for_those_who_may_process(client):
    image = ProcessingSessionFactory(failed=True).original_image
    assert post_reprocess(client, image.pk, reason="x").status_code == 403
    assert post_reprocess(Client(), image.pk, reason="x").status_code == 401
