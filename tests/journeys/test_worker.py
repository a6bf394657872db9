"""A worker with a phone: sign in, upload ten photos, see that they are safe, say where the lost one was taken."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from locations.models import StorageLocation
from photos.models import S3Image
from tests.browsing import PHONE
from tests.factories import UserFactory
from tests.journeys.conftest import Start, sign_in, work_off_the_queue
from tests.journeys.people import Person
from tests.locations.factories import StorageLocationFactory
from tests.photos.files import make_exif
from tests.processing.fakes import paint_container, paint_grid, paint_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHOTOS = 10
TRAY = (20, 20, 380, 280)
IN_THE_BAY = {1: "N", 2: (19.0, 24.0, 0.0), 3: "W", 4: (99.0, 6.0, 0.0), 31: 3.0}  # (LON, LAT) of the factories


@pytest.fixture
def bay() -> StorageLocation:
    return StorageLocationFactory(name="Bay 7", side_m=40, configured=True)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Trays with one plant more each, as a phone takes them; the first phone forgot the position."""
    paths = []
    for number in range(PHOTOS):
        rgb = paint_picture(400, 300)
        paint_container(rgb, "plug", TRAY)
        paint_grid(rgb, TRAY, rows=4, columns=6, side=24, empty=range(number))
        paths.append(tmp_path / f"tray{number}.jpg")
        exif = make_exif(details={}, gps=IN_THE_BAY if number else {})  # no date, which would be one of long ago
        Image.fromarray(rgb).save(paths[-1], quality=95, exif=exif)
    return paths


def upload(person: Person, photos: list[Path], way: str) -> None:
    page = person.page
    person.choose_files(page.get_by_label("Choose photos"), photos)
    if way != "no scripts":
        expect(page.get_by_role("heading", name="10 photos selected")).to_be_visible()
    person.press(page.locator("#upload-send"))


def see_the_receipt(page: Page, way: str) -> None:
    """That they arrived, and once they are stored that the phone may forget them."""
    if way == "no scripts":
        expect(page.get_by_text("Received: 10 photos.")).to_be_visible()
        expect(page.get_by_text("0 of 10 photos stored and verified")).to_be_visible()
        work_off_the_queue()
        reload_until(page.get_by_text("10 of 10 photos stored"))
    else:
        expect(page.get_by_role("heading", name="10 of 10 photos received")).to_be_visible()
        expect(page.locator("#receipt")).to_contain_text("0 of 10 photos stored and verified")
        work_off_the_queue()
    expect(page.get_by_text("10 of 10 photos stored and verified. Safe to delete from the phone.")).to_be_visible()


def reload_until(seen: Locator) -> None:
    """Lists may be a second old."""
    while not seen.is_visible():
        seen.page.get_by_role("link", name="Reload").click()


def row_of(page: Page, photo: Path) -> Locator:
    return page.locator("#job-rows > li").filter(has_text=photo.name)


def test_ten_photos_go_in_and_the_lost_one_is_placed(start: Start, way: str, bay, photos):
    person = start(PHONE)
    page = person.page
    sign_in(person, UserFactory())
    upload(person, photos, way)
    see_the_receipt(page, way)
    expect(page.locator("#job-rows").get_by_text("Counted", exact=True)).to_have_count(PHOTOS - 1)

    person.press(row_of(page, photos[0]).get_by_role("link", name="Location missing"))
    likely = page.get_by_role("group", name="Likely").get_by_role("radio", name="Bay 7")
    expect(page.get_by_text("Others of the same upload are from here")).to_be_visible()
    person.pick(likely)
    person.press(page.get_by_role("button", name="Save and process again"))
    expect(page.get_by_text("tray0.jpg: processing again.")).to_be_visible()
    if way == "no scripts":
        page.goto("/jobs/")
    expect(row_of(page, photos[0]).get_by_text("Stored, waiting")).to_be_visible()
    work_off_the_queue()
    counted = row_of(page, photos[0]).get_by_text("Counted", exact=True)
    if way == "no scripts":
        reload_until(counted)
    expect(counted).to_be_visible()
    lost = S3Image.objects.photos().get(original_filename="tray0.jpg")
    assert (lost.status, lost.storage_location) == ("ready", bay)
    assert lost.sessions.latest("created_at").total_detected == 24
