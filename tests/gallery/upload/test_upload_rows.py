"""Chosen photos before they are sent: thumbnails, taking one out, a location for one or several, following labels.

The reader of QR codes is a part of the browser that Chromium has on phones only; here a stand-in "reads" the colour of
a picture.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from photos.models import S3Image
from processing.models import Job
from tests.accessibility import assert_accessible
from tests.browsing import open_browser, sign_in
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.locations.label_pictures import picture_of
from tests.photos.files import upload_file

pytestmark = pytest.mark.django_db(transaction=True)
GREEN, RED, BLUE = (60, 140, 60), (220, 30, 30), (30, 30, 220)
READER = """
window.BarcodeDetector = class {
  async detect(bitmap) {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.drawImage(bitmap, 0, 0, 1, 1);
    const [red, , blue] = pen.getImageData(0, 0, 1, 1).data;
    const text = red > 180 ? "DEM-BAY-A" : blue > 180 ? "DEM-BAY-B" : "";
    return text ? [{ rawValue: text, boundingBox: { width: bitmap.width * SHARE } }] : [];
  }
};
"""


@pytest.fixture(autouse=True)
def _bays() -> None:
    for letter in "ABC":
        StorageLocationFactory(code=f"BAY-{letter}", name=f"Bay {letter}", qr_code=f"DEM-BAY-{letter}")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A worker's narrow phone on the home page."""
    with open_browser(browser, live_server, viewport={"width": 360, "height": 740}) as page:
        sign_in(page.context, UserFactory(), live_server)
        page.goto("/")
        yield page


def take(folder: Path, *colours: tuple[int, int, int]) -> list[Path]:
    """Photos of these colours, taken one after another."""
    paths = []
    for number, colour in enumerate(colours):
        path = folder / f"photo{number}.jpg"
        buffer = BytesIO()
        Image.new("RGB", (400 + number, 300), colour).save(buffer, "JPEG")
        path.write_bytes(buffer.getvalue())
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
        paths.append(path)
    return paths


def row(page: Page, number: int):
    return page.locator("#upload-files li", has_text=f"photo{number}.jpg")


def places() -> dict[str, str | None]:
    jobs = Job.objects.select_related("image", "chosen_location")
    found = {job.image.original_filename: job.chosen_location and job.chosen_location.code for job in jobs}
    return dict(sorted(found.items()))


@pytest.mark.browser
def test_each_row_has_a_thumbnail_and_can_be_taken_out(page: Page, tmp_path: Path):
    page.set_input_files("#id_files", take(tmp_path, GREEN, GREEN, GREEN))
    expect(page.locator("#upload-files canvas:visible")).to_have_count(3)
    assert_accessible(page)
    page.get_by_role("button", name="Take photo1.jpg out of the list").click()
    expect(page.locator("#upload-heading")).to_have_text("2 photos selected")
    expect(page.get_by_role("button", name="Take photo2.jpg out of the list")).to_be_focused()
    page.locator("#upload-send").click()
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    assert set(places()) == {"photo0.jpg", "photo2.jpg"}


@pytest.mark.browser
def test_one_photo_or_those_after_it_get_another_location(page: Page, tmp_path: Path):
    page.fill("#id_storage_location", "BAY-A")
    page.set_input_files("#id_files", take(tmp_path, GREEN, GREEN, GREEN, GREEN))
    for number, code, button in ((0, "BAY-C", "This photo"), (2, "BAY-B", "This and the following")):
        row(page, number).get_by_text("Change location").click()
        row(page, number).get_by_label("Location").fill(code)
        assert_accessible(page)
        row(page, number).get_by_role("button", name=button, exact=True).click()
        expect(row(page, number).get_by_text("Change location")).to_be_focused()
    page.locator("#upload-send").click()
    expect(page.locator("#upload-heading")).to_have_text("4 of 4 photos received")
    assert list(places().values()) == ["BAY-C", "BAY-A", "BAY-B", "BAY-B"]


@pytest.mark.browser
def test_the_places_of_the_upload_are_one_tap_away(page: Page, tmp_path: Path):
    page.fill("#id_storage_location", "BAY-A")
    page.set_input_files("#id_files", take(tmp_path, GREEN, GREEN, GREEN))
    row(page, 0).get_by_text("Change location").click()
    row(page, 0).get_by_label("Location").fill("BAY-C")
    row(page, 0).get_by_role("button", name="This photo", exact=True).click()
    row(page, 2).get_by_text("Change location").click()
    row(page, 2).get_by_role("list", name="Likely").get_by_role("button", name="BAY-C").click()
    assert_accessible(page)
    row(page, 2).get_by_role("button", name="This photo", exact=True).click()
    expect(row(page, 2)).to_contain_text("for BAY-C")
    expect(page.locator("#id_storage_location")).to_have_value("BAY-A")


@pytest.mark.browser
def test_photos_follow_the_last_label(page: Page, tmp_path: Path):
    """Close-ups of labels are not sent: they show no plants, and would be counted as an empty bay."""
    page.add_init_script(READER.replace("SHARE", "0.5"))
    page.reload()
    photos = take(tmp_path, GREEN, RED, GREEN, GREEN, BLUE, GREEN)
    page.set_input_files("#id_files", photos[::-1])  # in whatever order the phone lists them
    expect(page.locator("#upload-heading")).to_have_text("4 photos selected, 2 photos of labels, not sent")
    expect(row(page, 1)).to_contain_text("Label read: Warehouse A - Rack 3 - Bay A (BAY-A)")
    for number, code in ((2, "BAY-A"), (3, "BAY-A"), (5, "BAY-B")):
        expect(row(page, number)).to_contain_text(f"for {code}")
    expect(page.locator("#id_storage_location")).to_have_value("BAY-B")
    assert_accessible(page)
    page.locator("#upload-send").click()
    expect(page.locator("#upload-heading")).to_contain_text("4 of 4 photos received")
    assert places() == {"photo0.jpg": None, "photo2.jpg": "BAY-A", "photo3.jpg": "BAY-A", "photo5.jpg": "BAY-B"}


@pytest.mark.browser
def test_a_photo_of_a_bed_with_its_label_is_sent(page: Page, tmp_path: Path):
    page.add_init_script(READER.replace("SHARE", "0.04"))
    page.reload()
    page.set_input_files("#id_files", take(tmp_path, RED, GREEN))
    expect(row(page, 1)).to_contain_text("for BAY-A")
    page.locator("#upload-send").click()
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    assert set(places().values()) == {"BAY-A"}


@pytest.mark.browser
def test_the_choice_outlives_a_reload(page: Page):
    page.fill("#id_storage_location", "BAY-B")
    page.locator("#id_storage_location").blur()
    page.locator("#id_visit").select_option("parts")
    page.reload()
    expect(page.locator("#id_storage_location")).to_have_value("BAY-B")
    expect(page.locator("#id_visit")).to_have_value("parts")
    page.goto("/?location=BAY-C")
    expect(page.locator("#id_storage_location")).to_have_value("BAY-C")
    assert not S3Image.objects.exists()


def ask(client: Client, *labels: str):
    return client.post(reverse("place-by-code"), {"label": labels})


def test_a_label_that_the_browser_read_names_its_location():
    client = Client()
    client.force_login(UserFactory())
    assert ask(client, "dem-bay-a", "https://shop.example").json() == {
        "location": {"code": "BAY-A", "name": "Warehouse A - Rack 3 - Bay A"}
    }
    for labels in (["DEM-BAY-A", "DEM-BAY-B"], ["NO-SUCH-LABEL"], ["x\x00"], []):
        assert ask(client, *labels).json() == {"location": None}


def test_a_kept_picture_of_a_label_names_its_location():
    client = Client()
    client.force_login(UserFactory())
    for data, code in ((picture_of("DEM-BAY-B"), "BAY-B"), (picture_of("DEM-BAY-A", "DEM-BAY-B"), None), (b"x", None)):
        answer = client.post(reverse("place-by-code"), {"picture": upload_file("label.jpg", data)}).json()["location"]
        assert (answer and answer["code"]) == code


def test_only_those_who_may_upload_ask_for_labels():
    assert ask(Client(), "DEM-BAY-A").status_code == 302
    client = Client()
    client.force_login(UserFactory(viewer=True))
    assert ask(client, "DEM-BAY-A").status_code == 403
