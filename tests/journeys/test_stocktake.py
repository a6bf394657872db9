"""A stocktake: a worker walks two bays with a phone, a supervisor signs it and downloads the report."""

import re
import time
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from demeter.accounts.models import User
from locations.models import StorageLocation
from processing.stocktake_reports import write_report
from stock.models import Stocktake, StocktakeBay
from tests.accessibility import assert_fits, assert_no_violation
from tests.browsing import DESK, PHONE
from tests.factories import UserFactory
from tests.journeys.conftest import Start, save, sign_in, work_off_the_queue
from tests.journeys.people import Person
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.photos.files import make_exif
from tests.processing.fakes import paint_container, paint_grid, paint_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TRAY = (20, 20, 380, 280)
ALL_RECEIVED = re.compile(r"^(\d+) of \1 photos? received$")


@pytest.fixture
def bays() -> list[StorageLocation]:
    """Two bays of one bench that were never counted."""
    first = StorageLocationFactory(code="N1-9", name="Bay 9")
    second = StorageLocationFactory(code="N1-10", name="Bay 10", storage_area=first.storage_area)
    for bay in (first, second):
        LocationConfigFactory(location=bay)
    return [first, second]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """A tray of 24 plants, and one of 23."""
    paths = []
    for number in range(2):
        rgb = paint_picture(400, 300)
        paint_container(rgb, "plug", TRAY)
        paint_grid(rgb, TRAY, rows=4, columns=6, side=24, empty=range(number))
        paths.append(tmp_path / f"tray{number}.jpg")
        Image.fromarray(rgb).save(paths[-1], quality=95, exif=make_exif(details={}))
    return paths


def enter(person: Person, user: User) -> None:
    sign_in(person, user)
    expect(person.page.get_by_role("navigation", name="Main")).to_be_visible()


def check(page: Page, way: str) -> None:
    if way != "no scripts":
        assert_fits(page)
        assert_no_violation(page)


def shoot(person: Person, path: Path) -> None:
    person.choose_files(person.page.get_by_label("Choose photos"), [path])
    person.press(person.page.locator("#upload-send"))


def walk(person: Person, photos: list[Path], way: str) -> None:
    """From the plan through both bays."""
    page = person.page
    page.goto("/stock/plan/")
    check(page, way)
    person.press(page.get_by_role("link", name="Walk and count"))
    for number, path in zip(("9", "10"), photos, strict=True):
        expect(page.get_by_role("heading", name=f"Next bay: Bay {number}")).to_be_visible()
        check(page, way)
        shoot(person, path)
    if way == "no scripts":
        expect(page.get_by_role("heading", name="No further bay")).to_be_visible()
    else:
        expect(page.get_by_text("That was the last bay here.")).to_be_visible()
        expect(page.locator("#upload-heading")).to_have_text(ALL_RECEIVED)
    check(page, way)


def test_worker_walks_and_supervisor_signs(start: Start, bays, photos, tmp_path: Path, way):
    boss = start(DESK)
    page = boss.page
    enter(boss, UserFactory(supervisor=True, first_name="Eva", last_name="Sol"))
    page.goto("/stock/stocktakes/")
    boss.press(page.get_by_role("button", name="Open the stocktake"))
    expect(page.get_by_text("0 of 2 bays counted")).to_be_visible()

    worker = start(PHONE)
    enter(worker, UserFactory())
    walk(worker, photos, way)
    work_off_the_queue()

    page.reload()
    expect(page.get_by_text("2 of 2 bays counted")).to_be_visible()
    check(page, way)
    began, taps = time.monotonic(), boss.taps
    boss.press(page.get_by_text("Close this stocktake"))
    accept = page.get_by_role("checkbox", name="Close it although")
    if accept.count():
        boss.tick(accept)
    boss.press(page.get_by_role("button", name="Sign the stocktake"))
    expect(page.get_by_text("Signed. Nothing from before")).to_be_visible()
    print(f"stocktake signed, {way}: {boss.taps - taps} taps, {time.monotonic() - began:.0f} s")
    check(page, way)
    assert list(StocktakeBay.objects.values_list("code", "counted")) == [("N1-9", 24), ("N1-10", 23)]

    write_report(Stocktake.objects.get(), language="en")
    words = "".join(
        sheet.get_textpage().get_text_range()
        for sheet in pypdfium2.PdfDocument(save(boss, "Signed report (PDF)", tmp_path))
    )
    for part in ("N1-9", "24 plants in the photo", "23 plants in the photo", "Signed in Demeter by Eva Sol"):
        assert part in words, part
