"""A supervisor at a desk: find the photos of a warehouse, review a count, correct it, sign it off, take it along."""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from processing.models import Correction, ProcessingSession
from tests.browsing import DESK
from tests.factories import UserFactory
from tests.journeys.conftest import Start, save, sign_in
from tests.journeys.people import Keyboard, Person
from tests.locations.factories import StorageLocationFactory
from tests.processing.pipeline.test_stages import run, tray_and_bed, upload

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIRST_PLANT = (73, 77)  # in the tray of a picture of 1000 x 700 px


@pytest.fixture
def counted() -> ProcessingSession:
    """A photo of 52 plants in the north, beside one in the south."""
    for name, picture in (("South", np.fliplr(tray_and_bed())), ("North", tray_and_bed())):
        bay = StorageLocationFactory(configured=True, storage_area__warehouse__name=name)
        counted = run(upload(picture, bay)).session
    return counted


def go_to(person: Person, name: str) -> None:
    person.press(person.page.get_by_role("navigation", name="Main").get_by_role("link", name=name))


def find_the_north(person: Person) -> None:
    page = person.page
    go_to(person, "Gallery")
    expect(page.get_by_role("article")).to_have_count(2)
    person.press(page.locator("#filters summary"))
    person.tick(page.get_by_role("checkbox", name="North"))
    person.press(page.get_by_role("button", name="Show photos"))
    expect(page.get_by_text("1 photo found")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)


def retype_a_plant(person: Person) -> None:
    """The first plant of the tray is dead."""
    page = person.page
    expect(page.locator(".viewer__live")).to_be_visible()
    if isinstance(person, Keyboard):
        person.reach(page.locator(".viewer__map"))
        page.keyboard.press(".")
        page.keyboard.press("3")
    else:
        click_on(page, *FIRST_PLANT)
        person.press(page.get_by_role("button", name="It is dead"))
    expect(page.locator("#undo")).to_contain_text("change to dead plant")


def click_on(page: Page, x_px: int, y_px: int) -> None:
    """On a pixel of the picture."""
    page.locator(".viewer__map").scroll_into_view_if_needed()
    box = page.locator(".viewer__map img").bounding_box()
    page.mouse.click(box["x"] + x_px / 1000 * box["width"], box["y"] + y_px / 700 * box["height"])


def leave_a_note(person: Person) -> None:
    """Marks are corrected in the viewer, which needs scripts; without them a person says what is wrong."""
    person.press(person.page.get_by_text("Add a note"))
    person.write(person.page.get_by_label("Note", exact=True), "The first plant is dead")
    person.press(person.page.get_by_role("button", name="Save the note"))
    expect(person.page.get_by_role("listitem").filter(has_text="The first plant is dead")).to_be_visible()


def test_a_count_is_found_reviewed_corrected_signed_off_and_downloaded(start: Start, way, counted, tmp_path: Path):
    person = start(DESK)
    page = person.page
    sign_in(person, UserFactory(supervisor=True))
    find_the_north(person)
    go_to(person, "Review")
    expect(page.get_by_text("2 counts to sign off")).to_be_visible()
    row = page.locator(f"#waiting-{counted.original_image_id}")
    person.press(row.get_by_role("link"))
    leave_a_note(person) if way == "no scripts" else retype_a_plant(person)
    person.press(page.locator("#sign-off"))
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()

    marks = list(csv.DictReader(save(person, "Marks as CSV", tmp_path).read_text("utf-8-sig").splitlines()))
    counted.refresh_from_db()
    dead = 0 if way == "no scripts" else 1
    assert (counted.validated, counted.total_detected) == (True, 52 - dead)
    assert sum(row["class"] == "dead" and row["record"] == "mark" for row in marks) == dead
    assert marks[-1]["record"] == Correction.objects.get().action

    find_the_north(person)
    person.tick(page.get_by_role("checkbox", name="Choose photo.jpg"))
    with zipfile.ZipFile(save(person, "Download", tmp_path)) as archive:
        manifest = archive.read("manifest.csv").decode("utf-8-sig")
        assert len(archive.namelist()) == 3
    [line] = csv.DictReader(manifest.splitlines())
    assert (line["image_id"], line["signed_off"]) == (str(counted.original_image_id), "yes")
