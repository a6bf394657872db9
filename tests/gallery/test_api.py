"""The gallery's JSON against the spec, field by field (snapshots with fixed ids and clock)."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from syrupy.assertion import SnapshotAssertion

from demeter.accounts.tokens import issue_token
from tests.factories import UserFactory
from tests.gallery.factories import MOMENT, make_session_waiting, uploaded_at
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import JobFactory, ProcessingSessionFactory

pytestmark = pytest.mark.django_db
GALLERY = "/api/v1/photos/gallery"
READY_ID, FAILED_ID = UUID(int=1), UUID(int=2)
READY_SESSION, OLD_SESSION = UUID(int=11), UUID(int=10)


def masked(value):
    """The JSON with each signed URL cut to its path, once it is known to be signed for an hour."""
    if isinstance(value, dict):
        return {key: masked(part) for key, part in value.items()}
    if isinstance(value, list):
        return [masked(part) for part in value]
    if isinstance(value, str) and value.startswith("http"):
        assert re.search(r"\?.*X-Amz-Expires=3600.*&X-Amz-Signature=[0-9a-f]{64}$", value)
        return re.sub(r"^https?://[^/]+/[^/]+/(.*)\?.*$", r"s3:\1", value)
    return value


@pytest.fixture
def location():
    return StorageLocationFactory(id=1_000_042)  # no number that the sequence reaches


@pytest.fixture
def ready(location):
    """The spec's first photo: counted, validated, in a location with a count before it."""
    earlier = ProcessingSessionFactory(
        ready=True, session_id=OLD_SESSION, storage_location=location, total_detected=115
    )
    uploaded_at(earlier, MOMENT - timedelta(days=3))
    annotated = S3ImageFactory(annotated=True, s3_key_original="annotated/2025/10/08/1.jpg")
    session = ProcessingSessionFactory(
        ready=True,
        session_id=READY_SESSION,
        storage_location=location,
        processed_image=annotated,
        validated=True,
        validated_by_user=UserFactory(email="john.doe@demeter.com"),
        validation_date=MOMENT + timedelta(minutes=30),
        job__image__image_id=READY_ID,
        job__image__exif_metadata={"camera_make": "Apple", "camera_model": "iPhone 13 Pro"},
        job__image__gps_coordinates={"lat": -34.603722, "lon": -58.381592},
        job__image__taken_at=MOMENT + timedelta(seconds=15),
    )
    return uploaded_at(session, MOMENT)


def test_gallery_answers_as_the_spec_has_it(viewer: Client, ready, snapshot: SnapshotAssertion):
    failed = ProcessingSessionFactory(needs_location=True, job__image__image_id=FAILED_ID)
    uploaded_at(failed, MOMENT + timedelta(minutes=1))
    response = viewer.get(GALLERY, {"date_from": "2025-10-08"})
    assert response.status_code == 200
    assert masked(response.json()) == snapshot


def test_gallery_shows_the_session_of_a_photo_that_is_placed_but_not_settled(viewer: Client, location):
    make_session_waiting("needs_config", location=location)
    (photo,) = viewer.get(GALLERY).json()["photos"]
    assert photo["processing_session"]["storage_location_id"] == 1_000_042
    assert photo["warehouse_name"] == "Warehouse A"
    assert photo["error_details"] == "needs_config: not known"


def test_gallery_shows_null_where_nothing_is_stored_yet(viewer: Client):
    ProcessingSessionFactory()
    (photo,) = viewer.get(GALLERY).json()["photos"]
    assert (photo["thumbnail_url"], photo["original_url"], photo["status"]) == (None, None, "uploaded")
    assert "processing_session" not in photo


def test_gallery_pages_and_filters(viewer: Client, location):
    for _ in range(3):
        ProcessingSessionFactory(ready=True, storage_location=location)
    ProcessingSessionFactory(needs_location=True)
    other = StorageLocationFactory().storage_area.warehouse_id
    here = location.storage_area.warehouse_id
    answer = viewer.get(GALLERY, {"per_page": 2, "page": 2, "status": "success", "warehouse_id": [here, other]}).json()
    assert len(answer["photos"]) == 1
    assert answer["pagination"] == {"page": 2, "per_page": 2, "total_pages": 2, "total_items": 3}
    assert viewer.get(GALLERY, {"warehouse_id": other}).json()["pagination"]["total_items"] == 0
    assert viewer.get(GALLERY, {"status": "needs_location"}).json()["pagination"]["total_items"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page", "0"),
        ("page", "two"),
        ("page", "9" * 30),
        ("per_page", "101"),
        ("per_page", "-1"),
        ("status", "great"),
        ("days", "8"),
        ("date_from", "08/10/2025"),
        ("date_to", "2025-13-01"),
        ("warehouse_id", "nowhere"),
        ("warehouse_id", "9" * 30),
        ("warehouse_id", "123456"),
        ("q", "x" * 101),
        ("q", "a\x00b"),
    ],
)
def test_gallery_names_the_bad_parameter(viewer: Client, field, value):
    response = viewer.get(GALLERY, {field: value})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid"
    assert response.json()["error"]["message"].startswith(f"{field}: ")


def test_gallery_refuses_an_end_before_the_beginning(viewer: Client):
    response = viewer.get(GALLERY, {"date_from": "2025-10-08", "date_to": "2025-10-07"})
    assert (response.status_code, response.json()["error"]["message"][:8]) == (400, "date_to:")


def test_detail_answers_as_the_spec_has_it(viewer: Client, ready, snapshot: SnapshotAssertion):
    response = viewer.get(f"/api/v1/photos/{READY_ID}")
    assert response.status_code == 200
    assert masked(response.json()) == snapshot


def test_detail_has_null_for_what_is_missing(viewer: Client):
    image = S3ImageFactory()
    answer = viewer.get(f"/api/v1/photos/{image.pk}").json()
    assert answer["processing_session"] is None
    assert (answer["original_url"], answer["thumbnail_url"], answer["annotated_url"]) == (None, None, None)
    assert answer["storage_location_history"] == []
    assert set(answer["metadata"]["exif"].values()) == {None}


def test_detail_shows_the_newest_run(viewer: Client, ready):
    ProcessingSessionFactory(job=JobFactory(image=ready.original_image))
    session = viewer.get(f"/api/v1/photos/{READY_ID}").json()["processing_session"]
    assert (session["status"], session["total_detected"]) == ("pending", None)


def test_unknown_deleted_and_annotated_pictures_are_not_found(viewer: Client):
    deleted = S3ImageFactory(ready=True, deleted_at=timezone.now())
    annotated = S3ImageFactory(annotated=True)
    for image_id in (uuid4(), deleted.pk, annotated.pk):
        response = viewer.get(f"/api/v1/photos/{image_id}")
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", [GALLERY, f"/api/v1/photos/{READY_ID}"])
def test_the_api_asks_who_you_are_and_what_you_may(path, ready, stranger: Client):
    assert Client().get(path).status_code == 401
    assert stranger.get(path).status_code == 403
    secret = issue_token(user=UserFactory(viewer=True), name="test")
    assert Client().get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert Client().post(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 405


def test_a_page_of_the_api_takes_few_queries(viewer: Client, location, django_assert_num_queries):
    for _ in range(4):
        ProcessingSessionFactory(ready=True, storage_location=location)
    with django_assert_num_queries(
        9
    ):  # sign-in and permissions 3, photos 3, warehouses 1, their locations 1, intervals 1
        viewer.get(GALLERY, {"warehouse_id": location.storage_area.warehouse_id})
