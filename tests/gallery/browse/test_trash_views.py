"""The trash's pages and API: delete, undo, look, bring back; for supervisors and admins only."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from photos.models import PhotoEvent, S3Image
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


def delete(client: Client, *images: S3Image, follow: bool = True):
    return client.post("/gallery/delete/", {"image_ids": [image.pk for image in images]}, follow=follow)


def is_deleted(image: S3Image) -> bool:
    return S3Image.objects.get(pk=image.pk).deleted_at is not None


@pytest.mark.parametrize(("method", "path"), [("get", "trash/"), ("post", "delete/"), ("post", "restore/")])
def test_trash_is_for_those_who_may_delete(method, path, worker: Client, viewer: Client):
    path = f"/gallery/{path}"
    assertRedirects(getattr(Client(), method)(path), f"/login/?next={path}", fetch_redirect_response=False)
    for client in (worker, viewer):
        assert getattr(client, method)(path).status_code == 403


def test_photo_page_offers_to_delete_only_to_them(supervisor: Client, worker: Client):
    session = ProcessingSessionFactory(ready=True)
    path = f"/gallery/{session.original_image_id}/"
    assertContains(supervisor.get(path), "Delete this photo")
    assertNotContains(worker.get(path), "Delete this photo")
    busy = ProcessingSessionFactory(processing=True)
    assertNotContains(supervisor.get(f"/gallery/{busy.original_image_id}/"), "Delete this photo")


def test_deleting_says_so_and_offers_to_undo(supervisor: Client):
    image, other = S3ImageFactory.create_batch(2, ready=True)
    page = delete(supervisor, image, other)
    assertRedirects(page, "/gallery/")
    assertContains(page, "2 photos moved to the trash.")
    assertContains(page, f'<input type="hidden" name="image_ids" value="{image.pk}">', html=True)
    assert is_deleted(image)
    assertRedirects(supervisor.post("/gallery/restore/", {"image_ids": [image.pk, other.pk]}), "/gallery/")
    assert not is_deleted(image)


def test_undo_of_a_whole_page_fits_into_the_message(supervisor: Client):
    images = S3ImageFactory.create_batch(100, ready=True)
    page = delete(supervisor, *images)
    assert page.content.count(b'name="image_ids"') == 100


def test_photo_at_work_is_named_and_stays(supervisor: Client):
    session = ProcessingSessionFactory(processing=True)
    page = delete(supervisor, session.original_image)
    assertContains(page, f"{session.original_image.original_filename}: still being processed.")
    assert not is_deleted(session.original_image)


@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4()) for _ in range(501)]])
@pytest.mark.parametrize("path", ["/gallery/delete/", "/gallery/restore/"])
def test_bad_ids_are_refused(supervisor: Client, path, ids):
    assert supervisor.post(path, {"image_ids": ids}).status_code == 400


def test_trash_lists_who_deleted_what_and_how_long_it_stays(supervisor: Client):
    image = S3ImageFactory(
        ready=True, original_filename="bench <1>.jpg", deleted_at=timezone.now() - timedelta(days=20)
    )
    PhotoEvent.objects.create(image=image, action="deleted", user=UserFactory(username="nina"))
    page = supervisor.get("/gallery/trash/")
    assertContains(page, "bench &lt;1&gt;.jpg")
    assertContains(page, "by nina · 9 days left")


def test_trash_takes_the_same_queries_for_any_number_of_photos(supervisor: Client, django_assert_num_queries):
    S3ImageFactory.create_batch(6, ready=True, deleted_at=timezone.now())
    with django_assert_num_queries(6):  # sign-in and permissions 3, number of photos, photos, their events
        supervisor.get("/gallery/trash/")


def test_bringing_back_from_the_trash_stays_there(supervisor: Client):
    image = S3ImageFactory(ready=True)
    delete(supervisor, image)
    page = supervisor.post("/gallery/restore/", {"image_ids": [image.pk], "in_trash": "1"}, follow=True)
    assertRedirects(page, "/gallery/trash/")
    assertContains(page, "1 photo restored.")
    assertContains(page, "The trash is empty")


def test_photo_uploaded_again_cannot_be_brought_back(supervisor: Client):
    image = S3ImageFactory(ready=True)
    delete(supervisor, image)
    S3ImageFactory(ready=True, sha256=image.sha256)
    page = supervisor.post("/gallery/restore/", {"image_ids": [image.pk]}, follow=True)
    assertContains(page, "uploaded again in the meantime")


def test_thumbnail_in_the_trash_is_for_those_who_may_look_there(supervisor: Client, viewer: Client):
    image = S3ImageFactory(ready=True, deleted_at=timezone.now())
    path = f"/api/v1/photos/{image.pk}/thumbnail"
    assert viewer.get(path).json()["error"]["message"].startswith("There is no such photo")
    assert supervisor.get(path).json()["error"]["message"].startswith("The thumbnail has expired")


# --- API ------------------------------------------------------------------------------------------------------------
def test_api_deletes_and_restores(supervisor: Client):
    image, busy = S3ImageFactory(ready=True), ProcessingSessionFactory(processing=True).original_image
    body = {"image_ids": [str(image.pk), str(busy.pk), str(uuid4())]}
    answer = supervisor.post("/api/v1/photos/delete", body, content_type="application/json")
    assert answer.json() == {"image_ids": [str(image.pk)], "skipped": [str(busy.pk)], "left": [str(busy.pk)]}
    assert is_deleted(image)
    answer = supervisor.post("/api/v1/photos/restore", body, content_type="application/json")
    assert answer.json() == {"image_ids": [str(image.pk)], "skipped": [], "left": []}
    assert not is_deleted(image)


@pytest.mark.parametrize("body", [{}, {"image_ids": "x"}, {"image_ids": ["x"]}, {"image_ids": 7}, {"image_ids": [{}]}])
def test_api_refuses_bad_ids(supervisor: Client, body):
    for name in ("delete", "restore"):
        answer = supervisor.post(f"/api/v1/photos/{name}", body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_api_refuses_workers(worker: Client):
    answer = worker.post("/api/v1/photos/delete", {"image_ids": [str(uuid4())]}, content_type="application/json")
    assert answer.status_code == 403
