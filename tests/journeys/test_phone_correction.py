"""A supervisor with a phone between the benches: the editor over the whole screen, a weak network, gloves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from photos.models import S3Image
from processing.models import Correction, ProcessingSession
from tests.accessibility import assert_accessible
from tests.browsing import PHONE, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.journeys.fingers import Fingers
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import make_bed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLANT, EMPTY, DEAD = range(3)
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


@pytest.fixture
def bed() -> ProcessingSession:
    """Six plants and an empty place, 60 px apart from (100, 100) on, in a photo of 1000 x 1000 px."""
    session = make_bed(*[PLANT] * 6, EMPTY, location=StorageLocationFactory())
    store_pictures(session.original_image)
    return session


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A phone, signed in; the browser must not have complained of more than the network."""
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with open_browser(browser, live_server, expected=NO_NETWORK, **options) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        yield page


def open_editor(page: Page, session: ProcessingSession) -> Fingers:
    page.goto(f"/gallery/{session.original_image_id}/")
    fingers = Fingers(page)
    fingers.tap("#open-editor")
    expect(page.locator("dialog.editor[open] .viewer__map")).to_be_visible()
    return fingers


def shown(page: Page) -> Locator:
    """The number in the editor's corner."""
    return page.locator(".editor__count > strong")


def waiting(page: Page) -> Locator:
    return page.locator(".editor__waiting")


def positions() -> list[tuple[str, float]]:
    return [(made.action, round(made.x or 0, 2)) for made in Correction.objects.order_by("pk")]


def test_ten_corrections_take_twelve_taps_and_survive_the_network_and_a_reload(page: Page, bed):
    fingers = open_editor(page, bed)
    expect(shown(page)).to_have_text("6")
    for x in (0.2, 0.5, 0.8):
        fingers.tap_at(x, 0.4)
    fingers.tap_at(0.1, 0.1)
    fingers.tap_at(0.22, 0.1)
    expect(shown(page)).to_have_text("7")
    expect(waiting(page)).to_be_hidden()

    dropped: list[str] = []

    def cut(route: Route) -> None:
        """The first correction arrives and its answer is lost; the others do not leave the phone."""
        if not dropped:
            route.fetch()
        dropped.append(route.request.post_data or "")
        route.abort()

    page.route("**/correct/", cut)
    for x in (0.3, 0.6, 0.9):
        fingers.tap_at(x, 0.7)
    expect(waiting(page)).to_have_text("3 waiting")
    expect(shown(page)).to_have_text("10")

    page.reload()
    expect(page.locator("dialog.editor[open] .viewer__map")).to_be_visible()
    expect(waiting(page)).to_have_text("3 waiting")
    expect(shown(page)).to_have_text("10")
    for x in (0.4, 0.7):
        fingers.tap_at(x, 0.85)
    expect(waiting(page)).to_have_text("5 waiting")
    assert_accessible(page)

    page.unroute("**/correct/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(waiting(page)).to_be_hidden()
    expect(shown(page)).to_have_text("12")
    fingers.tap("[data-do=done]")
    expect(page.locator("dialog.editor")).to_be_hidden()
    expect(page.locator("#counts .counts__total")).to_contain_text("12 plants")
    assert fingers.taps == 12
    added = [("add", x) for x in (0.2, 0.5, 0.8)]
    removed = [("remove", 0.1), ("remove", 0.22)]
    assert positions() == [*added, *removed, *[("add", x) for x in (0.3, 0.6, 0.9, 0.4, 0.7)]]
    bed.refresh_from_db()
    assert bed.total_detected == 12
    assert len(dropped) > 1


@pytest.mark.parametrize("width", [360, 390, 411])
def test_the_whole_picture_fills_the_editor_after_a_reload(page: Page, bed, width):
    """Leaflet pans by whole pixels, and a part of one must not keep it panning."""
    S3Image.objects.update(width_px=1000, height_px=750)
    page.set_viewport_size({"width": width, "height": 741})
    page.goto(f"/gallery/{bed.original_image_id}/#correct")
    expect(page.locator("dialog.editor[open] .viewer__map")).to_be_focused()
    stage, picture = (page.locator(f".editor {name}").first.bounding_box() for name in (".viewer__map", "img"))
    assert picture["width"] == pytest.approx(width, abs=2)
    middles = [box["y"] + box["height"] / 2 for box in (stage, picture)]
    assert middles[0] == pytest.approx(middles[1], abs=2)


def test_two_fingers_zoom_and_add_nothing(page: Page, bed):
    fingers = open_editor(page, bed)
    width = page.locator(".viewer__map img").first.bounding_box()["width"]
    fingers.spread(0.5, 0.5, by_px=80)
    page.wait_for_timeout(500)
    assert page.locator(".viewer__map img").first.bounding_box()["width"] > 1.5 * width
    expect(shown(page)).to_have_text("6")
    kept = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('demeter-corrections-'))")
    assert kept == []
    one_finger_pans(page, fingers)
    assert not Correction.objects.exists()


def one_finger_pans(page: Page, fingers: Fingers) -> None:
    before = fingers.place(0, 0)
    x, y = fingers.place(0.5, 0.5)
    fingers.down((x, y))
    for step in range(1, 6):
        fingers.move((x - 12 * step, y))
    fingers.up()
    page.wait_for_timeout(500)
    assert fingers.place(0, 0)[0] < before[0] - 30


def test_two_taps_at_one_place_zoom_and_add_nothing(page: Page, bed):
    fingers = open_editor(page, bed)
    width = page.locator(".viewer__map img").first.bounding_box()["width"]
    place = fingers.place(0.5, 0.5)
    for _ in range(2):
        fingers.down(place)
        fingers.up()
    page.wait_for_timeout(500)
    assert page.locator(".viewer__map img").first.bounding_box()["width"] == pytest.approx(2 * width, rel=0.01)
    expect(shown(page)).to_have_text("6")
    assert not Correction.objects.exists()


def test_a_long_press_offers_what_else_is_there(page: Page, bed):
    fingers = open_editor(page, bed)
    fingers.hold_at(0.5, 0.5, 900)
    expect(page.locator("#editor-place")).to_be_visible()
    assert_accessible(page)
    fingers.tap("[data-here='2']")
    expect(page.locator("#editor-place")).to_be_hidden()
    fingers.hold_at(0.1, 0.1, 900)
    expect(page.locator("[data-here='0']")).to_be_disabled()
    fingers.tap("[data-here='1']")
    expect(shown(page)).to_have_text("5")
    expect(page.locator("#undo")).to_contain_text("change to empty place")
    assert [(made.action, made.class_id) for made in Correction.objects.order_by("pk")] == [
        ("add", DEAD),
        ("retype", EMPTY),
    ]


def test_a_finger_kept_still_aims_through_the_loupe(page: Page, bed):
    fingers = open_editor(page, bed)
    x, y = fingers.place(0.5, 0.5)
    fingers.down((x, y))
    expect(page.locator(".loupe")).to_be_visible()
    to_x, to_y = fingers.place(0.3, 0.6)
    for step in range(1, 6):
        fingers.move((x + (to_x - x) * step / 5, y + (to_y - y) * step / 5))
    page.wait_for_timeout(700)  # a finger that moved is no long press
    fingers.up()
    expect(page.locator(".loupe")).to_be_hidden()
    expect(shown(page)).to_have_text("7")
    expect(page.locator("#undo")).to_contain_text("add plant")
    assert positions() == [("add", 0.3)]


def test_undo_and_redo_do_not_wait_for_the_network(page: Page, bed):
    fingers = open_editor(page, bed)
    page.context.set_offline(True)
    fingers.tap_at(0.1, 0.1)
    fingers.tap_at(0.5, 0.5)
    fingers.tap("[data-do=undo]")
    fingers.tap("[data-do=undo]")
    expect(shown(page)).to_have_text("6")
    fingers.tap("[data-do=redo]")
    expect(shown(page)).to_have_text("5")
    expect(waiting(page)).to_have_text("5 waiting")
    page.context.set_offline(False)
    expect(waiting(page)).to_be_hidden()
    expect(page.locator("#counts .counts__total")).to_contain_text("5 plants")
    assert [made.undone_at is None for made in Correction.objects.order_by("pk")] == [True, False]
    page.reload()
    fingers.tap("[data-do=undo]")
    expect(page.locator("#counts .counts__total")).to_contain_text("6 plants")
    expect(page.locator("[data-do=undo]")).to_be_disabled()
    expect(shown(page)).to_have_text("6")


def test_back_closes_the_editor_and_the_layers_are_one_sheet(page: Page, bed):
    fingers = open_editor(page, bed)
    small = page.evaluate(
        """[...document.querySelectorAll("dialog.editor button, dialog.editor .chip, dialog.editor .leaflet-bar a")]
            .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 44 || box.width < 44)).map(([text]) => text)"""
    )
    assert small == []
    fingers.tap("[data-do=layers]")
    expect(page.locator("#editor-layers .chip")).to_have_count(6)
    assert_accessible(page)
    page.get_by_role("checkbox", name="Plants").uncheck()
    fingers.tap_at(0.5, 0.9)  # closes the sheet and corrects nothing
    expect(page.locator("#editor-layers")).to_be_hidden()
    page.go_back()
    expect(page.locator("dialog.editor")).to_be_hidden()
    expect(page.locator("#viewer > .viewer__live > .viewer__stage .viewer__map")).to_be_visible()
    assert not Correction.objects.exists()
