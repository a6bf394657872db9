"""The page Models: who sees and makes data sets, what it says, and the API."""

import io
import zipfile

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from learning.data_sets import make_data_set
from learning.models import DataSet
from photos.storage import object_store
from tests.learning.factories import correct_photo, make_zip
from tests.locations.factories import LocationConfigFactory
from tests.photos.files import make_picture, upload_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def config():
    return LocationConfigFactory()


def zip_of(answer) -> list[str]:
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return archive.namelist()


def test_supervisor_makes_a_data_set_by_a_button(supervisor: Client, config):
    for days_ago in (5, 3):
        correct_photo(config, days_ago=days_ago)
    assertContains(supervisor.get("/models/"), "2 photos are corrected and signed off.")
    answer = supervisor.post("/models/data-sets/", {"name": "Nursery"}, follow=True)
    assertRedirects(answer, "/models/")
    assertContains(answer, "Nursery 1 is made.")
    made = DataSet.objects.get()
    assert (made.photo_count, made.held_out_count) == (2, 1)
    assertNotContains(answer, "No photo is kept for testing")


def test_a_second_tap_makes_no_second_version(supervisor: Client, config):
    correct_photo(config)
    supervisor.post("/models/data-sets/", {"name": "Nursery"})
    answer = supervisor.post("/models/data-sets/", {"name": "Nursery"})
    assertContains(answer, "Nothing changed since version 1 of Nursery.", status_code=422)
    assert DataSet.objects.count() == 1
    assertContains(supervisor.get("/models/"), "No photo is kept for testing")


def test_what_is_missing_is_said(supervisor: Client):
    assertContains(supervisor.get("/models/"), "0 photos are corrected and signed off.")
    answer = supervisor.post("/models/data-sets/", {"name": "Nursery"})
    assertContains(answer, "Correct the marks of some photos and sign them off first.", status_code=422)
    assertContains(supervisor.post("/models/data-sets/", {"name": ""}), "This field is required", status_code=422)


def test_viewers_see_and_download_but_make_nothing(viewer: Client, config):
    assertContains(viewer.get("/models/"), "No data set yet")
    correct_photo(config)
    made = make_data_set(name="Nursery", user=None)
    page = viewer.get("/models/")
    assertContains(page, "Nursery")
    assertNotContains(page, "Make a data set")
    assert viewer.post("/models/data-sets/", {"name": "x"}).status_code == 403
    answer = viewer.get(f"/models/data-sets/{made.pk}/coco.zip")
    assert answer["Content-Disposition"] == f'attachment; filename="data-set-{made.pk}-coco.zip"'
    assert "annotations/train.json" in zip_of(answer)
    assert "data.yaml" in zip_of(viewer.get(f"/models/data-sets/{made.pk}/yolo-plants.zip"))
    assert viewer.get(f"/models/data-sets/{made.pk}/pascal.zip").status_code == 404
    assert viewer.get("/models/data-sets/999/coco.zip").status_code == 404


def test_a_data_set_is_imported_from_a_zip(supervisor: Client):
    files = {"images/a.jpg": make_picture(), "labels/a.txt": b"0 0.5 0.5 0.2 0.2"}
    sent = {"import-name": "Tools", "import-file": upload_file("tools.zip", make_zip(files).getvalue())}
    answer = supervisor.post("/models/data-sets/import/", sent, follow=True)
    assertContains(answer, "Tools 1 is imported.")
    assert DataSet.objects.get().plant_count == 1
    sent["import-file"] = upload_file("tools.zip", b"no zip")
    answer = supervisor.post("/models/data-sets/import/", sent)
    assertContains(answer, "This is not a ZIP file", status_code=422)


def test_storage_that_is_away_is_said(viewer: Client, config, monkeypatch):
    correct_photo(config)
    made = make_data_set(name="Nursery", user=None)
    monkeypatch.setattr(object_store, "is_back", lambda: False)
    answer = viewer.get(f"/models/data-sets/{made.pk}/coco.zip", follow=True)
    assertContains(answer, "The photo storage cannot be reached at the moment.")
    assert viewer.get(f"/api/v1/data-sets/{made.pk}/export?layout=coco").status_code == 503


def test_programs_do_the_same(supervisor: Client, config):
    correct_photo(config)
    answer = supervisor.post("/api/v1/data-sets", {"name": "Nursery"}, content_type="application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["version"], made["photos"], made["plants"]) == ("Nursery", 1, 1, 4)
    assert supervisor.get("/api/v1/data-sets").json()["data_sets"] == [made]
    assert supervisor.post("/api/v1/data-sets", {"name": "Nursery"}, content_type="application/json").status_code == 409
    assert "data.yaml" in zip_of(
        supervisor.get(f"/api/v1/data-sets/{made['data_set_id']}/export?layout=yolo-containers")
    )


def test_the_page_needs_few_queries_however_many_versions(supervisor: Client, config, django_assert_max_num_queries):
    for number in range(5):
        correct_photo(config, days_ago=number + 1)
        make_data_set(name="Nursery", user=None)
    with django_assert_max_num_queries(14):
        supervisor.get("/models/")
