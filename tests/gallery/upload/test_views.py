from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from photos.models import S3Image, Upload
from processing.models import Job
from tests.factories import UserFactory
from tests.locations.factories import StorageAreaFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory, UploadFactory
from tests.photos.files import make_picture, photo, upload_file
from tests.processing.factories import JobFactory

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


def test_home_page_has_the_form_and_the_jobs(client):
    page = client.get("/")
    assert page.status_code == 200
    for part in ('id="upload-form"', 'id="jobs"', 'name="files"', 'capture="environment"', "js/upload.js"):
        assert part in page.content.decode()


def test_home_page_has_no_inline_script_or_style(client):
    page = client.get("/").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page
    assert all("src=" in tag for tag in page.split("<script")[1:])


def test_viewer_sees_the_jobs_but_no_form():
    viewer = Client()
    viewer.force_login(UserFactory(viewer=True))
    page = viewer.get("/").content.decode()
    assert 'id="upload-form"' not in page
    assert "js/upload.js" not in page
    assert viewer.post("/", {"files": photo()}).status_code == 403
    assert not Upload.objects.exists()


@pytest.mark.parametrize("address", ["/", "/uploads/locations/", f"/uploads/{UUID(int=1)}/receipt/"])
def test_pages_need_a_sign_in_and_a_role(address):
    assert Client().get(address).status_code == 302
    nobody = Client()
    nobody.force_login(UserFactory(role=None))
    assert nobody.get(address).status_code == 403


def test_form_without_javascript_uploads_and_goes_on_to_the_jobs(client):
    location = StorageLocationFactory()
    data = make_picture()
    files = [upload_file("good.jpg", data), upload_file("same.jpg", data), upload_file("notes.jpg", b"text")]
    answer = client.post("/", {"files": files, "storage_location": location.code}, follow=True)

    upload = Upload.objects.get()
    assert answer.redirect_chain == [(f"/jobs/?upload_session_id={upload.pk}", 302)]
    page = answer.content.decode()
    assert "Received: 1 photo." in page
    assert "notes.jpg: This is not a JPEG" in page
    assert "same.jpg: already uploaded" in page
    assert (upload.storage_location, upload.source) == (location, "web")
    assert Job.objects.get().chosen_location == location


def test_form_with_nothing_to_keep_says_so_on_the_same_page(client):
    answer = client.post("/", {"files": [upload_file("empty.jpg", b"")]}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "empty.jpg: The file is empty." in answer.content.decode()


def test_form_without_files_or_with_a_wrong_location_shows_the_fault(client):
    answer = client.post("/", {"storage_location": "NOWHERE"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose at least one photo." in page
    assert "There is no location with this code or name." in page
    assert 'value="NOWHERE"' in page


def test_form_with_the_session_of_another_user_is_not_found(client):
    other = UploadFactory()
    assert client.post("/", {"files": photo(), "upload_session_id": other.pk}).status_code == 404


def test_upload_from_a_phone_is_mobile(user):
    client = Client(headers={"User-Agent": PHONE})
    client.force_login(user)
    client.post("/", {"files": photo()})
    assert S3Image.objects.get().upload_source == "mobile"


def test_file_names_are_escaped(client):
    page = client.post("/", {"files": [upload_file("<script>.jpg", b"text")]}, follow=True).content.decode()
    assert "&lt;script&gt;.jpg" in page


def test_csrf_is_asked_for(user):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post("/", {"files": photo()}).status_code == 403


# --- Receipt --------------------------------------------------------------------------------------------------------
def test_receipt_asks_again_until_all_is_stored(client, user):
    upload = UploadFactory(user=user)
    images = [S3ImageFactory(upload=upload) for _ in range(2)]
    S3ImageFactory(upload=upload, deleted_at=timezone.now(), stored=True)
    address = reverse("upload-receipt", args=[upload.pk])
    page = client.get(address).content.decode()
    assert "1 of 3 photos stored and verified." in page
    assert "hx-trigger" in page

    for image in images:
        image.stored_at = timezone.now()
        image.save()
    page = client.get(address).content.decode()
    assert "3 of 3 photos stored and verified. Safe to delete from the phone." in page
    assert "hx-trigger" not in page


def test_receipt_of_another_user_does_not_exist(client):
    assert client.get(reverse("upload-receipt", args=[UploadFactory().pk])).status_code == 404


# --- Locations ------------------------------------------------------------------------------------------------------
def test_locations_are_found_while_typing(client):
    wanted = StorageLocationFactory(name="Claro 7", code="L-WANTED")
    other = StorageLocationFactory(name="Claro 8", code="L-OTHER")
    page = client.get(reverse("location-options"), {"storage_location": "l-wanted"}).content.decode()
    assert f'name="location" value="{wanted.code}">{wanted.full_name}<' in page
    assert other.code not in page


def test_locations_are_listed_for_browsers_without_suggestions(client):
    place = StorageLocationFactory(name="Claro 7")
    page = client.get("/").content.decode()
    assert "<datalist" not in page
    assert f'name="location" value="{place.code}">{place.full_name}<' in page
    nothing = client.get(reverse("location-options"), {"storage_location": "nowhere"}).content.decode()
    assert "No location matches." in nothing


@pytest.mark.parametrize(("agent", "told"), [(PHONE, True), ("Mozilla/5.0 (iPhone) Mobile/15E148", False)])
def test_android_is_told_that_its_photos_come_without_position(user, agent, told):
    client = Client(headers={"User-Agent": agent})
    client.force_login(user)
    page = client.get("/").content.decode()
    assert ("Android removes the position from photos" in page) is told
    assert ("Leave empty if the photos contain their position" in page) is not told


def test_locations_survive_a_nul(client):
    assert client.get(reverse("location-options"), {"storage_location": "a\x00"}).status_code == 200


def test_the_location_of_a_photo_is_offered_from_the_last_places_and_their_neighbours(client, user):
    area = StorageAreaFactory()
    bays = [StorageLocationFactory(code=f"N{number}", storage_area=area) for number in range(1, 13)]
    elsewhere = StorageLocationFactory(code="Z1")
    assert client.get("/").context["likely_places"] == []
    for place in (elsewhere, bays[8]):
        JobFactory(requested_by=user, chosen_location=place)
    JobFactory(chosen_location=bays[0])  # somebody else's
    page = client.get("/")
    assert [place.code for place in page.context["likely_places"]] == ["N9", "Z1", "N10", "N11", "N8", "N7"]
    assert f'value="Z1">{elsewhere.full_name}<' in page.content.decode()
