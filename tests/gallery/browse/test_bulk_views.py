"""Several chosen photos at once: process again, say where they were taken; with and without scripts."""

from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects, assertTemplateUsed

from processing.models import Job
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db
PATHS = ("/gallery/reprocess/", "/gallery/place/")
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("path", PATHS)
def test_only_those_who_may_start_runs_do_it_for_many(path, viewer: Client, worker: Client):
    assertRedirects(Client().post(path), f"/login/?next={path}", fetch_redirect_response=False)
    assert viewer.post(path).status_code == 403
    assert worker.get(path).status_code == 405


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4()) for _ in range(501)]])
def test_bad_ids_are_refused(path, ids, worker: Client):
    assert worker.post(path, {"image_ids": ids}).status_code == 400


def test_chosen_photos_run_again_and_busy_ones_are_named(worker: Client):
    ready, busy = ProcessingSessionFactory(ready=True), ProcessingSessionFactory(processing=True)
    ids = [
        ready.original_image_id,
        busy.original_image_id,
        uuid4(),
        S3ImageFactory(deleted_at="2025-10-09T00:00:00Z").pk,
    ]
    page = worker.post("/gallery/reprocess/", {"image_ids": ids, "filters": "days=7&q=a b"}, follow=True)
    assertRedirects(page, "/gallery/?days=7&q=a+b")
    assertContains(page, "1 photo: processing again.")
    assertContains(page, f"{busy.original_image.original_filename}: still being processed.")
    assert Job.objects.filter(kind="reprocess").get().image_id == ready.original_image_id


@pytest.mark.parametrize("filters", ["//evil.example/", "https://evil.example", "x\r\nSet-Cookie: a=b", "\x00"])
def test_the_way_back_never_leaves_the_gallery(worker: Client, filters):
    session = ProcessingSessionFactory(ready=True)
    answer = worker.post("/gallery/reprocess/", {"image_ids": [session.original_image_id], "filters": filters})
    assert answer["Location"].startswith("/gallery/?")
    assert not {"\r", "\n", "\x00"} & set(answer["Location"])


def test_a_location_is_looked_for_and_set_without_scripts(worker: Client):
    bay = StorageLocationFactory(code="S-44", name="Southern bay")
    other = StorageLocationFactory(code="N-1")
    session = ProcessingSessionFactory(ready=True, storage_location=other)
    chosen = {"image_ids": [session.original_image_id], "filters": "days=7"}
    page = worker.post("/gallery/place/", chosen)
    assertTemplateUsed(page, "gallery/browse/place.html")
    assertContains(page, "Location of 1 photo")
    assertContains(worker.post("/gallery/place/?look", {**chosen, "q": "s-44"}), "Southern bay")
    missing = worker.post("/gallery/place/", {**chosen, "q": ""}, headers=HTMX)
    assertContains(missing, "Choose a location from the list.", status_code=422)
    done = worker.post("/gallery/place/", {**chosen, "q": "", "storage_location": bay.pk})
    assertRedirects(done, "/gallery/?days=7")
    assert Job.objects.get(kind="reprocess").chosen_location == bay


def test_all_that_the_filter_found_are_chosen_also_on_later_pages(worker: Client):
    ready = [ProcessingSessionFactory(ready=True).original_image_id for _ in range(3)]
    ProcessingSessionFactory(failed=True)
    page = worker.get("/gallery/", {"status": "success", "per_page": 2})
    assert len(page.context["cards"].cards) == 2
    late = ProcessingSessionFactory(ready=True).original_image_id
    chosen = {"all_found": "on", "filters": "status=success&per_page=2", "seen_at": page.context["seen_at"].isoformat()}
    answer = worker.post("/gallery/reprocess/", chosen, follow=True)
    assertContains(answer, "3 photos: processing again.")
    assert set(Job.objects.filter(kind="reprocess").values_list("image_id", flat=True)) == set(ready)
    assert late not in ready


@pytest.mark.parametrize("wrong", [{"filters": "date_from=soon"}, {"seen_at": ""}, {"seen_at": "soon"}])
def test_all_that_an_unreadable_filter_found_are_refused(worker: Client, wrong):
    chosen = {"all_found": "on", "filters": "", "seen_at": "2026-11-29T00:00:00+00:00", **wrong}
    assert worker.post("/gallery/reprocess/", chosen).status_code == 400
