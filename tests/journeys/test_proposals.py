"""A worker on a phone proposes corrections, a supervisor accepts them by one key; many counts signed off together; a
photo counted blind."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from locations.nursery import write_nursery
from processing.models import BlindCount, Correction, ProcessingSession, Proposal
from tests.accessibility import assert_accessible
from tests.browsing import DESK, PHONE, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.journeys.fingers import Fingers
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import ProposalFactory, make_bed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLANT, EMPTY, DEAD = range(3)
EXPECTED = ("htmx:",)  # a poll that the next page ended


@pytest.fixture
def bed() -> ProcessingSession:
    """Six plants, 60 px apart from (100, 100) on, in a photo of 1000 x 1000 px."""
    session = make_bed(*[PLANT] * 6, location=StorageLocationFactory())
    store_pictures(session.original_image)
    return session


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Of a worker."""
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with open_browser(browser, live_server, expected=EXPECTED, **options) as page:
        sign_in(page.context, UserFactory(username="ana"), live_server)
        yield page


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Of a supervisor."""
    with open_browser(browser, live_server, expected=EXPECTED, viewport=DESK) as page:
        sign_in(page.context, UserFactory(username="boss", supervisor=True), live_server)
        yield page


def test_a_worker_proposes_by_finger_and_sees_it_again_after_a_reload(phone: Page, bed):
    phone.goto(f"/gallery/{bed.original_image_id}/")
    fingers = Fingers(phone)
    fingers.tap("#open-editor")
    expect(phone.locator("dialog.editor[open] .viewer__map")).to_be_visible()
    for x, y in ((0.5, 0.5), (0.7, 0.6), (0.1, 0.1)):
        fingers.tap_at(x, y)
    count = phone.locator(".editor__count > strong")
    expect(count).to_have_text("7")
    expect(phone.locator("[data-do=undo]")).to_be_enabled()
    assert_accessible(phone)
    fingers.tap("[data-do=undo]")
    expect(count).to_have_text("8")
    fingers.tap("[data-do=redo]")
    expect(count).to_have_text("7")
    fingers.tap("[data-do=done]")
    expect(phone.get_by_text("2 added, 1 removed:")).to_be_visible()
    assert_accessible(phone)
    phone.reload()
    expect(phone.locator(".viewer__live")).to_be_visible()
    assert phone.evaluate("document.querySelector('[data-number=\"0\"]').textContent") == "7"
    expect(phone.locator("#undo")).to_contain_text("remove plant")
    assert [made.action for made in Proposal.objects.waiting()] == ["add", "add", "remove"]
    assert not Correction.objects.exists()
    assert ProcessingSession.objects.get().total_detected == 6


@pytest.mark.parametrize(("key", "plants", "outcome"), [("t", 7, "accepted"), ("r", 6, "declined")])
def test_a_supervisor_decides_by_one_key(desk: Page, bed, key, plants, outcome):
    ProposalFactory(image=bed.original_image, user=UserFactory(username="luis"))
    desk.goto("/todo/")
    desk.get_by_role("link", name="Decide").click()
    expect(desk.locator(".viewer__map")).to_be_focused()
    expect(desk.locator(".viewer__proposed")).to_have_text("add plant")
    assert_accessible(desk)
    desk.keyboard.press(key)
    expect(desk.locator(".viewer__proposed")).to_have_count(0)
    expect(desk.locator("#sign-off")).to_have_text(f"Sign off {plants} plants")
    assert Proposal.objects.get().outcome == outcome
    desk.goto(f"/gallery/{bed.original_image_id}/?tab=trace")
    expect(desk.locator("#proposals-made")).to_contain_text(f"{outcome.capitalize()} by boss")


def test_many_counts_are_signed_off_but_one(desk: Page, bed):
    wrong = make_bed(PLANT, EMPTY, DEAD)
    store_pictures(wrong.original_image)
    desk.goto("/review/")
    desk.get_by_role("link", name="Sign off many").click()
    assert_accessible(desk)
    desk.locator(f"input[value^='{wrong.original_image_id}']").uncheck()
    desk.get_by_role("button", name="Sign off the ticked ones").click()
    expect(desk.get_by_text("1 count is signed off.")).to_be_visible()
    assert list(ProcessingSession.objects.filter(validated=True)) == [bed]


def test_a_photo_is_counted_blind_by_taps_that_outlast_a_reload(desk: Page, bed):
    write_nursery(blind_recount_percent=100)
    desk.goto("/review/")
    desk.get_by_role("link", name="Start with the first").click()
    expect(desk.get_by_role("heading", name="How many plants do you see?")).to_be_visible()
    expect(desk.locator(".viewer__live")).to_be_visible()
    picture = desk.locator(".viewer__map").bounding_box()
    number = desk.get_by_label("Plants that you see")
    for share in (0.4, 0.5, 0.6):
        desk.mouse.click(picture["x"] + share * picture["width"], picture["y"] + picture["height"] / 2)
        desk.wait_for_timeout(400)
    expect(number).to_have_value("3")
    desk.mouse.click(picture["x"] + 0.5 * picture["width"], picture["y"] + picture["height"] / 2)
    expect(number).to_have_value("2")
    assert_accessible(desk)
    desk.reload()
    expect(number).to_have_value("2")
    desk.get_by_role("button", name="Save my count").click()
    expect(desk.get_by_text("boss saw 2 plants without knowing the count, the count had 6.")).to_be_visible()
    assert BlindCount.objects.get().differs
    assert not Correction.objects.exists()
