"""A supervisor at a desk who never touches the mouse: through a review of several photos and through their problems."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.models import User
from processing.models import Correction, Job, ProcessingSession
from tests.browsing import DESK, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.journeys.people import Keyboard
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLANT, EMPTY, DEAD = range(3)
EXPECTED = ("status of 422", "htmx:")  # a count that has changed, a poll that the next page ended
# From the key to the next picture; the rest is for busy machines, `bench/viewer.py` measures.
SOON_MS = 1500
# How long a search waits for more letters.
TYPING_PAUSE_MS = 300
SEARCH_AND_ENTER = """query => {
    query.value = "north";
    query.dispatchEvent(new Event("input", { bubbles: true }));
    query.form.requestSubmit();
}"""
RECORD_NEXT = """() => {
    window.next_ms = null;
    addEventListener("keydown", () => {
        const start = performance.now();
        const old = document.querySelector(".viewer__map img");
        const look = () => {
            const picture = document.querySelector(".viewer__live:not([hidden]) .viewer__map img");
            if (picture && picture !== old && picture.complete) window.next_ms = performance.now() - start;
            else requestAnimationFrame(look);
        };
        look();
    }, { once: true, capture: true });
}"""


@pytest.fixture
def boss() -> User:
    return UserFactory(supervisor=True)


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, boss: User) -> Iterator[Page]:
    with open_browser(browser, live_server, expected=EXPECTED, viewport=DESK) as page:
        sign_in(page.context, boss, live_server)
        yield page


@pytest.fixture
def queue() -> list[ProcessingSession]:
    """Three counted photos, the least certain first."""
    sessions = [make_bed(*[PLANT] * 4, EMPTY, location=StorageLocationFactory()) for _ in range(3)]
    for number, session in enumerate(sessions):
        ProcessingSession.objects.filter(pk=session.pk).update(avg_confidence=f"0.{5 + number}")
        store_pictures(session.original_image)
    return sessions


def see_photo(page: Page, session: ProcessingSession) -> None:
    """In place and with the focus, so that the next key is for it."""
    expect(page.locator("h1")).to_have_text(session.original_image.original_filename)
    expect(page.locator(".viewer__map")).to_be_focused()
    expect(page.locator(".viewer__cross")).to_be_visible()


def wait_until_fetched(page: Page) -> None:
    wait_until(page, "onward.isReady")


def wait_until(page: Page, condition: str) -> None:
    """The page's policy forbids Playwright's own way."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {condition}")


def test_a_queue_is_reviewed_by_keys_alone(page: Page, queue):
    page.goto("/review/")
    Keyboard(page).press(page.get_by_role("link", name="Start with the first"))
    see_photo(page, queue[0])
    page.keyboard.press(".")
    page.keyboard.press("3")
    expect(page.locator("#undo")).to_contain_text("change to dead plant")
    page.keyboard.press("?")
    expect(page.locator("#viewer-keys")).to_be_visible()
    page.keyboard.press("?")
    see_photo(page, queue[0])
    wait_until_fetched(page)
    page.keyboard.press("Enter")
    see_photo(page, queue[1])
    expect(page).to_have_url(f"{page.url.split('/gallery/')[0]}/gallery/{queue[1].original_image_id}/")
    expect(page.locator("#announcer")).to_contain_text("Signed off: 3 plants. Next:")

    wait_until_fetched(page)
    page.evaluate(RECORD_NEXT)
    page.keyboard.press("n")
    see_photo(page, queue[2])
    wait_until(page, "window.next_ms !== null")
    assert page.evaluate("window.next_ms") < SOON_MS
    page.keyboard.press("a")
    expect(page.locator("#undo")).to_contain_text("add plant")
    wait_until_fetched(page)
    page.keyboard.press("Enter")
    see_photo(page, queue[1])
    page.keyboard.press("p")
    see_title(page, queue[2])
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()
    page.go_forward()
    see_title(page, queue[1])
    Keyboard(page).reach(page.locator(".viewer__map"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    assert ProcessingSession.objects.filter(validated=True).count() == 3
    assert list(Correction.objects.values_list("action", flat=True)) == ["retype", "add"]


def see_title(page: Page, session: ProcessingSession) -> None:
    expect(page.locator("h1")).to_have_text(session.original_image.original_filename)
    expect(page.locator(".viewer__live")).to_be_visible()


def test_the_viewer_fits_the_window(page: Page, queue):
    page.goto(f"/gallery/{queue[0].original_image_id}/")
    expect(page.locator(".viewer__live")).to_be_visible()
    for selector in ("#viewer", "#sign-off-next", "#next-photo"):
        box = page.locator(selector).bounding_box()
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= DESK["height"], selector
    assert page.locator(".viewer__map").bounding_box()["height"] > 400
    page.keyboard.press("Tab")
    Keyboard(page).reach(page.locator(".viewer__map"))
    page.keyboard.press("h")
    expect(page.get_by_role("checkbox", name="Plants")).not_to_be_checked()
    page.keyboard.press("h")
    expect(page.get_by_role("checkbox", name="Plants")).to_be_checked()
    page.keyboard.press("m")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()


def test_a_count_that_changed_meanwhile_is_not_signed_off(page: Page, queue):
    page.goto(f"/gallery/{queue[0].original_image_id}/#viewer")
    see_photo(page, queue[0])
    ProcessingSession.objects.filter(pk=queue[0].pk).update(total_estimated=9)
    page.keyboard.press("Enter")
    expect(page.locator("#review .banner--error")).to_contain_text("The count has changed to 9")
    see_photo(page, queue[0])
    assert not ProcessingSession.objects.filter(validated=True).exists()


def test_the_problems_of_an_upload_are_fixed_one_after_the_other(page: Page, boss: User):
    bay, other = StorageLocationFactory(name="Bay 7"), StorageLocationFactory(name="North corner")
    lost = ProcessingSessionFactory(needs_location=True)
    upload = lost.original_image.upload
    photos = [lost, *ProcessingSessionFactory.create_batch(2, needs_location=True, job__image__upload=upload)]
    for session in photos:
        store_pictures(session.original_image)
    keyboard = Keyboard(page)
    page.goto(f"/gallery/{lost.original_image_id}/")
    keyboard.press(page.get_by_role("link", name="Fix it now"))
    problem = page.locator("dialog[open] #problem")
    expect(problem.get_by_text("1 of 3")).to_be_visible()
    expect(problem.get_by_role("img")).to_be_visible()
    keyboard.write(page.get_by_label("Find a location"), "north")
    page.keyboard.press("Enter")  # leaves the dialog where it is
    expect(problem.get_by_role("radio", name="Bay 7")).to_have_count(0)
    keyboard.pick(problem.get_by_role("radio", name="North corner"))
    page.keyboard.press("Enter")
    expect(problem.get_by_text("2 of 3")).to_be_visible()
    expect(problem.get_by_text("processing again.")).to_be_visible()
    expect(problem.get_by_role("group", name="Likely").get_by_role("radio", name="North corner")).to_be_visible()
    keyboard.press(problem.get_by_role("link", name="Later"))
    expect(problem.get_by_text("3 of 3")).to_be_visible()
    keyboard.pick(problem.get_by_role("radio", name="Bay 7"))
    page.keyboard.press("Enter")
    expect(problem.get_by_text("3 of 3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stored, waiting").or_(page.get_by_text("Waiting")).first).to_be_visible()
    chosen = dict(Job.objects.exclude(chosen_location=None).values_list("image", "chosen_location"))
    assert chosen == {photos[0].original_image_id: other.pk, photos[2].original_image_id: bay.pk}


def test_enter_ends_the_wait_of_a_search_for_more_letters(page: Page):
    """A second answer would take back a choice made meanwhile."""
    StorageLocationFactory(name="North corner")
    lost = ProcessingSessionFactory(needs_location=True)
    page.goto(f"/gallery/{lost.original_image_id}/problem/")
    searches: list[str] = []
    page.on("request", lambda request: searches.append(request.url) if "q=north" in request.url else None)
    page.get_by_label("Find a location").evaluate(SEARCH_AND_ENTER)
    expect(page.get_by_text("Results for “north”")).to_be_visible()
    page.wait_for_timeout(2 * TYPING_PAUSE_MS)
    assert len(searches) == 1
