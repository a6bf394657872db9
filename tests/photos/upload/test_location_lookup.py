"""The location of a whole upload from a picture of its label or from the device's position: views, and in Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.live_server_helper import LiveServer

from photos.upload import location_lookup
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory, point
from tests.locations.label_pictures import picture_of
from tests.photos.files import huge_png, make_picture

FRAGMENT = {"HX-Request": "true"}


# --- Views
@pytest.fixture
def worker(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory())
    return client


@pytest.fixture
def bay(db: None):
    return StorageLocationFactory(code="N1-N-04", name="Bay 4", qr_code="DEM-N1-N-04")


@pytest.fixture
def neighbour(bay):
    return StorageLocationFactory(
        code="N1-N-05", name="Bay 5", qr_code="DEM-N1-N-05", storage_area=bay.storage_area, east_m=2.8
    )


def send_label(client: Client, data: bytes, *, headers=FRAGMENT, **fields):
    file = SimpleUploadedFile("label.jpg", data, content_type="image/jpeg")
    return client.post(reverse("place-by-label"), {"label": file, **fields}, headers=headers)


def send_position(client: Client, *, east_m=0.0, accuracy=4.0, **fields):
    where = point(east_m=east_m)
    data = {"lat": where["lat"], "lon": where["lon"], "accuracy": accuracy, **fields}
    return client.post(reverse("place-by-position"), data, headers=FRAGMENT)


def test_picture_of_a_label_larger_than_the_web_process_can_hold_is_not_decoded(worker, bay, monkeypatch):
    monkeypatch.setattr(location_lookup, "decode_picture", lambda _: pytest.fail("decoded"))
    answer = send_label(worker, huge_png(6000))
    assertContains(answer, "more than 32 megapixels", status_code=422)


def test_label_fills_in_its_location(worker, bay, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        answer = send_label(worker, picture_of("DEM-N1-N-04"))
    assertContains(answer, 'value="N1-N-04"')
    assertContains(answer, "QR label DEM-N1-N-04")
    assertNotContains(answer, "<html")


def test_label_without_javascript_fills_in_the_whole_page(worker, bay):
    answer = send_label(worker, picture_of("DEM-N1-N-04"), headers={})
    assertContains(answer, 'value="N1-N-04"')
    assertContains(answer, 'id="upload-form"')


def test_labels_of_several_locations_are_offered(worker, bay, neighbour):
    answer = send_label(worker, picture_of("DEM-N1-N-04", "DEM-N1-N-05"), storage_location="N1-N-09")
    assertContains(answer, "Labels of several locations are in the picture.")
    assertContains(answer, 'name="location" value="N1-N-04"')
    assertContains(answer, 'name="location" value="N1-N-05"')
    assertContains(answer, 'value="N1-N-09"')


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (picture_of, "No QR label was found in the picture."),
        (lambda: picture_of("DEM-N9-N-99"), "No location in use has the label DEM-N9-N-99."),
        (lambda: b"%PDF-1.7 not a picture", "This is not a JPEG, PNG, WebP or HEIC photo"),
        (lambda: make_picture(size=(400, 300))[:-900], "The photo is damaged or was cut short."),
        (lambda: b"", "Choose a picture of the label."),
    ],
)
def test_what_is_wrong_with_a_label_is_said_and_what_was_typed_stays(worker, bay, data, message):
    answer = send_label(worker, data(), storage_location="N1-N-09")
    assertContains(answer, message, status_code=422)
    assertContains(answer, 'value="N1-N-09"', status_code=422)


def test_position_inside_one_location_fills_it_in(worker, bay):
    assertContains(send_position(worker, accuracy=0), 'value="N1-N-04"')


def test_position_offers_what_lies_within_its_error(worker, bay, neighbour):
    answer = send_position(worker, accuracy=8)
    assertContains(answer, "Your position is accurate to 8 m. Choose where the photos were taken.")
    assertContains(answer, 'name="location" value="N1-N-04"')
    assertContains(answer, 'name="location" value="N1-N-05"')


def test_position_far_from_all_locations_says_so(worker, bay):
    answer = send_position(worker, east_m=900, storage_location="N1-N-09")
    assertContains(answer, "Your position is accurate to 4 m. There is no location nearby.", status_code=422)
    assertContains(answer, 'value="N1-N-09"', status_code=422)


@pytest.mark.parametrize("wrong", [{"lat": "91"}, {"lon": "nan"}, {"accuracy": "-1"}, {"lat": ""}])
def test_position_off_the_earth_is_a_bad_request(worker, wrong):
    assert send_position(worker, **wrong).status_code == 400


def test_page_begins_with_the_location_of_its_address(worker, bay):
    assertContains(worker.get(reverse("upload"), {"location": "N1-N-04"}), 'value="N1-N-04"')


def test_who_may_not_upload_may_not_look(db):
    viewer = Client()
    viewer.force_login(UserFactory(viewer=True))
    assert send_label(viewer, picture_of()).status_code == send_position(viewer).status_code == 403


# --- In Chromium
@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A worker's phone at the first bay, which has not said yet whether pages may know that."""
    client = Client()
    client.force_login(UserFactory())
    at = point()
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        geolocation={"latitude": at["lat"], "longitude": at["lon"], "accuracy": 8},
    )
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, bay, neighbour) -> Iterator[Page]:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/")
    yield page
    assert errors == []


def location_of(page: Page):
    return page.get_by_label("Location of these photos")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_phone_photographs_the_label_and_keeps_the_chosen_photos(page: Page, tmp_path: Path):
    photo, label = tmp_path / "photo.jpg", tmp_path / "label.jpg"
    photo.write_bytes(make_picture(size=(400, 300)))
    label.write_bytes(picture_of("DEM-N1-N-05"))
    page.locator("#drop-zone input").first.set_input_files(photo)
    expect(page.get_by_role("listitem").filter(has_text="photo.jpg")).to_be_visible()

    page.locator("#label-picture").set_input_files(label)

    expect(location_of(page)).to_have_value("N1-N-05")
    expect(page.locator("#announcer")).to_contain_text("Bay 5")
    expect(page.get_by_role("listitem").filter(has_text="photo.jpg")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_position_is_asked_for_and_offers_a_choice(page: Page, context: BrowserContext):
    context.grant_permissions(["geolocation"])
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("#upload-place")).to_contain_text("Your position is accurate to 8 m.")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Bay 5").click()
    expect(location_of(page)).to_have_value("N1-N-05")
    expect(location_of(page)).to_be_focused()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_refused_position_says_what_to_do(page: Page, context: BrowserContext):
    context.clear_permissions()
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_text("The browser is not allowed to share your position.")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_label_is_read_without_javascript(browser: Browser, context: BrowserContext, live_server, bay, tmp_path: Path):
    label = tmp_path / "label.jpg"
    label.write_bytes(picture_of("DEM-N1-N-04"))
    plain = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto("/")
    page.locator("#label-picture").set_input_files(label)
    page.get_by_role("button", name="Read the label").click()
    expect(location_of(page)).to_have_value("N1-N-04")
    plain.close()
