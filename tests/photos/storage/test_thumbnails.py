"""A thumbnail that S3 has dropped: known by its age, made again for whoever looks, asked for only once."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from demeter.accounts.tokens import issue_token
from photos.decoding.pixels import make_preview
from photos.storage import object_store
from photos.storage.thumbnails import thumbnail_url
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import make_picture
from tests.photos.storage.test_object_store import fetch

pytestmark = pytest.mark.django_db
OLD = timedelta(days=90)


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(UserFactory(viewer=True))
    return client


def path_of(image) -> str:
    return f"/api/v1/photos/{image.pk}/thumbnail"


def store_preview(image) -> None:
    preview = make_preview(make_picture(size=(800, 600)))
    object_store.put_object(image.s3_key_preview, preview, content_type="image/jpeg")


@pytest.mark.parametrize(("days", "from_s3"), [(0, True), (88, True), (89, False), (400, False)])
def test_thumbnail_comes_from_s3_until_its_retention_ends(days, from_s3):
    image_id, key = uuid4(), "thumbnails/2025/10/08/a.jpg"
    url = thumbnail_url(image_id, key=key, written_at=timezone.now() - timedelta(days=days))
    expected = object_store.presigned_url(key) if from_s3 else f"/api/v1/photos/{image_id}/thumbnail"
    assert url == expected


def test_thumbnail_of_unknown_age_counts_as_old_and_none_as_none():
    assert thumbnail_url(uuid4(), key="thumbnails/a.jpg", written_at=None).startswith("/api/")
    assert thumbnail_url(uuid4(), key=None, written_at=timezone.now()) is None


def test_expired_thumbnail_is_made_again_from_the_preview(viewer):
    image = S3ImageFactory(ready=True, thumbnail_stored_at=timezone.now() - OLD)
    store_preview(image)
    response = viewer.get(path_of(image))
    assert response.status_code == 302
    status, _, body = fetch(response["Location"])
    assert status == 200
    assert Image.open(BytesIO(body)).size == (300, 225)
    image.refresh_from_db()
    assert thumbnail_url(image.pk, key=image.s3_key_thumbnail, written_at=image.thumbnail_stored_at).startswith("http")


def test_fresh_thumbnail_is_not_made_again(viewer):
    image = S3ImageFactory(ready=True)
    object_store.put_object(image.s3_key_thumbnail, b"as it was", content_type="image/jpeg")
    assert fetch(viewer.get(path_of(image))["Location"])[2] == b"as it was"


def test_thumbnail_that_vanished_before_its_time_is_made_again(viewer):
    image = S3ImageFactory(ready=True)
    store_preview(image)
    assert fetch(viewer.get(path_of(image))["Location"])[0] == 200


def test_thumbnail_without_a_preview_is_made_from_the_original(viewer):
    image = S3ImageFactory(ready=True, s3_key_thumbnail=None)
    object_store.put_object(image.s3_key_original, make_picture(size=(600, 800)), content_type="image/jpeg")
    body = fetch(viewer.get(path_of(image))["Location"])[2]
    assert Image.open(BytesIO(body)).size == (225, 300)


def test_original_too_large_for_the_web_process_is_not_decoded_there_and_not_told_as_lost(viewer):
    image = S3ImageFactory(ready=True, s3_key_thumbnail=None, width_px=12_000, height_px=9_000)
    object_store.put_object(image.s3_key_original, make_picture(), content_type="image/jpeg")
    answer = viewer.get(path_of(image))
    assert (answer.status_code, "The original is there" in answer.json()["error"]["message"]) == (404, True)


def test_thumbnail_with_nothing_left_is_not_found(viewer):
    response = viewer.get(path_of(S3ImageFactory(ready=True)))
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("traits", [{}, {"ready": True, "deleted_at": "2025-10-09T00:00:00Z"}])
def test_thumbnail_of_an_unstored_or_deleted_photo_is_not_found(viewer, traits):
    assert viewer.get(path_of(S3ImageFactory(**traits))).status_code == 404


def test_thumbnail_waits_while_storage_is_away(viewer, monkeypatch):
    def away(key):
        raise object_store.UnavailableError(object_store.OUTAGE_MESSAGE)

    monkeypatch.setattr(object_store, "read_object", away)
    image = S3ImageFactory(ready=True, thumbnail_stored_at=None)
    assert viewer.get(path_of(image)).status_code == 503


def test_thumbnail_is_for_tokens_too_and_not_for_strangers(client):
    image = S3ImageFactory(ready=True)
    store_preview(image)
    assert client.get(path_of(image)).status_code == 401
    token = issue_token(user=UserFactory(viewer=True), name="phone")
    assert client.get(path_of(image), headers={"Authorization": f"Bearer {token}"}).status_code == 302
    client.force_login(UserFactory(role=None))
    assert client.get(path_of(image)).status_code == 403
