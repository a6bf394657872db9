"""Recording: a worker with a phone in one hand, a supervisor with a spreadsheet, a viewer who may only look."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demeter.accounts.models import User
from stock.models import StockBatch, StockDocument, StockMovement
from tests.accessibility import assert_fits, assert_no_violation
from tests.browsing import DESK, PHONE
from tests.factories import UserFactory
from tests.journeys.conftest import Start, sign_in
from tests.journeys.people import Person
from tests.locations.factories import LocationConfigFactory, PackagingFactory, StorageLocationFactory
from tests.locations.label_pictures import picture_of
from tests.stock.recording import photo, stock_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = 10**6


@pytest.fixture
def batch() -> StockBatch:
    """A hundred plants, counted by a photo, in bay 7."""
    bay = StorageLocationFactory(name="Bay 7")
    return photo(LocationConfigFactory(location=bay), 100).batch


def enter(person: Person, user: User) -> None:
    """Signed in, and the first page is there."""
    sign_in(person, user)
    expect(person.page.get_by_role("navigation", name="Main")).to_be_visible()


def check(page: Page, way: str) -> None:
    """It fits the phone and breaks no rule; both need scripts to be measured."""
    if way != "no scripts":
        assert_fits(page)
        assert_no_violation(page)


def button(person: Person, name: str):
    return person.page.get_by_role("button", name=name, exact=True)


def choose_kind(person: Person, batch: StockBatch, name: str) -> None:
    page = person.page
    page.goto(f"/locations/{batch.location.code}/")
    person.press(page.get_by_role("link", name="Record", exact=True))
    person.press(page.get_by_role("link", name=name))
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_worker_records_a_loss_and_a_transplant_on_a_phone(start: Start, batch, way):
    pots = LocationConfigFactory(location=StorageLocationFactory(name="Bay 8"), product=batch.product)
    PackagingFactory(name="Pot 12 cm")
    person = start(PHONE)
    page = person.page
    enter(person, UserFactory())

    began, before = time.monotonic(), person.taps
    choose_kind(person, batch, "Loss")
    check(page, way)
    person.write(page.get_by_label("How many"), "12")
    person.pick(page.get_by_label("Frost"))
    person.write(page.get_by_label("Note"), "Cold night")
    person.press(button(person, "Record"))
    expect(page.get_by_text("Recorded as M-")).to_be_visible()
    check(page, way)
    print(f"loss of 12, {way}: {person.taps - before} taps, {time.monotonic() - began:.0f} s")
    assert stock_at(batch, NOW) == 88

    choose_kind(person, batch, "Transplant")
    person.write(page.get_by_label("How many"), "200")
    person.write(page.get_by_label("To which bay"), pots.location.code)
    person.select(page.get_by_label("Into which packaging"), "Pot 12 cm")
    person.press(button(person, "Record"))
    expect(page.get_by_role("alert")).to_contain_text("not enough plants")
    person.write(page.get_by_label("How many"), "40")
    person.press(button(person, "Record"))
    expect(page.get_by_text("Recorded as M-")).to_be_visible()
    assert stock_at(batch, NOW) == 48
    into = StockMovement.objects.get(kind="trasplante", quantity=40).batch
    assert (into.location, str(into.packaging)) == (pots.location, "Pot 12 cm")

    person.press(button(person, "Undo this document"))
    expect(page.get_by_text("This document was undone by")).to_be_visible()
    assert (stock_at(batch, NOW), stock_at(into, NOW)) == (88, 0)


def test_label_leads_to_the_form(start: Start, batch, tmp_path: Path, way):
    picture = tmp_path / "label.jpg"
    picture.write_bytes(picture_of(batch.location.qr_code))
    person = start(PHONE)
    enter(person, UserFactory())
    person.page.locator("#label-picture").set_input_files(picture)
    if way == "no scripts":
        person.press(button(person, "Read the label"))
    person.press(person.page.get_by_role("link", name="Record a loss"))
    expect(person.page.get_by_role("heading", name="What happened?")).to_be_visible()


def test_supervisor_records_a_sale_by_spreadsheet(start: Start, batch, tmp_path: Path, way):
    code = batch.location.code
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text(f"kind,location,quantity\nsale,{code},400\nsale,NOWHERE,1\n")
    right.write_text(f"kind,location,quantity,note\nsale,{code},40,Invoice 118\n")
    person = start(DESK)
    page = person.page
    enter(person, UserFactory(supervisor=True))
    page.goto("/stock/documents/")
    person.press(page.get_by_role("link", name="From a spreadsheet"))
    person.choose_files(page.get_by_label("File", exact=True), [wrong])
    person.press(button(person, "Check the rows"))
    expect(page.get_by_role("alert")).to_contain_text("2 of 2 rows are wrong")
    expect(page.get_by_text("Row 3: location")).to_be_visible()
    assert stock_at(batch, NOW) == 100
    began, before = time.monotonic(), person.taps
    person.choose_files(page.get_by_label("File", exact=True), [right])
    person.press(button(person, "Check the rows"))
    person.press(button(person, "Record 1 row"))
    expect(page.get_by_text("Recorded: 1 row, as M-")).to_be_visible()
    print(f"sale of 40 by spreadsheet, {way}: {person.taps - before} taps, {time.monotonic() - began:.0f} s")
    assert stock_at(batch, NOW) == 60
    assert StockDocument.objects.get().note == "Invoice 118"


def test_viewer_looks_and_changes_nothing(start: Start, batch, way):
    person = start(PHONE)
    page = person.page
    enter(person, UserFactory(viewer=True))
    page.goto(f"/locations/{batch.location.code}/")
    expect(page.get_by_role("link", name="Record", exact=True)).to_have_count(0)
    person.press(page.get_by_role("link", name=batch.batch_code))
    expect(page.get_by_role("heading", name="Movements")).to_be_visible()
    expect(button(person, "Save")).to_have_count(0)
