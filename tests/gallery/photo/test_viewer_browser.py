"""The viewer and the review in Chromium: zoom and marks, correct by tap and by key, undo, sign off, next."""

import time
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from photos.models import S3Image
from photos.storage.object_store import put_object
from processing.models import Correction, ProcessingSession
from processing.review import corrections
from stock.models import StockBatch
from tests.accessibility import assert_accessible
from tests.browsing import sign_in
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import make_bed, refuse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLANT, EMPTY, DEAD = range(3)
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture
def supervisor(browser: Browser, live_server: LiveServer, request) -> Iterator[Page]:
    """A supervisor; fails on anything the browser complains about, such as a broken content policy."""
    touch = request.node.get_closest_marker("phone") is not None
    context = browser.new_context(
        base_url=live_server.url, viewport=SIZES["phone" if touch else "desk"], has_touch=touch, is_mobile=touch
    )
    sign_in(context, UserFactory(supervisor=True), live_server)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    expected = ("status of 422", "status of 404", "Error Code 404", "ERR_INTERNET_DISCONNECTED", "htmx:")
    assert [text for text in complaints if not any(words in text for words in expected)] == []


def make_photo(*classes: int) -> ProcessingSession:
    """A counted photo of 1000 x 1000 px with its pictures stored."""
    session = make_bed(*classes, location=StorageLocationFactory(), estimated=classes.count(PLANT) + 2)
    session.processed_image = S3ImageFactory(kind=S3Image.Kind.ANNOTATED)
    session.save()
    picture = Image.new("RGB", (1000, 1000), (70, 90, 60))
    pen = ImageDraw.Draw(picture)
    for number, class_id in enumerate(classes):
        x = 100 + 60 * number
        colour = [(60, 160, 70), (120, 90, 60), (160, 140, 60)][class_id]
        pen.ellipse((x - 20, 80, x + 20, 120), fill=colour)
    data = BytesIO()
    picture.save(data, "JPEG")
    image = session.original_image
    for key in (image.s3_key_original, image.s3_key_preview, image.s3_key_thumbnail):
        put_object(key, data.getvalue(), content_type="image/jpeg")
    put_object(session.processed_image.s3_key_original, data.getvalue(), content_type="image/jpeg")
    return session


def open_photo(page: Page, session: ProcessingSession) -> None:
    page.goto(f"/gallery/{session.original_image_id}/")
    expect(page.locator(".viewer__live")).to_be_visible()


def point_of_photo(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the original is in the window."""
    page.locator(".viewer__map").scroll_into_view_if_needed()
    return page.evaluate(
        """([x, y]) => {
            const box = document.querySelector(".viewer__map img").getBoundingClientRect();
            return [box.left + x * box.width / 1000, box.top + y * box.height / 1000];
        }""",
        [x, y],
    )


def tap_photo(page: Page, x: float, y: float) -> None:
    """Click on a pixel of the original."""
    page.mouse.click(*point_of_photo(page, x, y))


def counts(page: Page) -> list[str]:
    return page.locator(".viewer__layers [data-number]").all_text_contents()


def test_a_supervisor_corrects_by_click_and_signs_off(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT, PLANT, EMPTY)
    open_photo(page, session)
    assert counts(page) == ["3", "1", "0", "0"]
    tap_photo(page, 100, 100)
    page.get_by_role("button", name="It is dead").click()
    expect(page.locator("#undo")).to_contain_text("change to dead plant")
    tap_photo(page, 160, 100)
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#undo")).to_contain_text("remove plant")
    page.get_by_label("adds a plant").check()
    tap_photo(page, 500, 500)
    expect(page.locator("#undo")).to_contain_text("add plant")
    assert counts(page) == ["2", "1", "1", "3"]
    expect(page.locator("#announcer")).to_contain_text("Corrected. 3 plants, 2 of them seen.")
    page.get_by_role("button", name="Sign off 3 plants").click()
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()
    session.refresh_from_db()
    assert (session.validated, session.total_estimated, session.category_counts["dead"]) == (True, 3, 1)
    assert_accessible(page)


def test_a_supervisor_accepts_a_refused_photo(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT, PLANT)
    LocationConfigFactory(location=session.storage_location)
    refuse(session)
    page.goto("/review/")
    expect(page.get_by_text("Refused: hardly any light")).to_be_visible()
    page.get_by_role("link", name=session.original_image.original_filename).click()
    expect(page.locator(".viewer__live")).to_be_visible()
    expect(page.locator("#photo-problem")).to_contain_text("Too dark.")
    assert_accessible(page)
    tap_photo(page, 100, 100)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Sign off 4 plants").click()
    expect(page.locator("#photo-state .badge--ready")).to_be_visible()
    expect(page.locator("#photo-problem")).to_have_count(0)
    expect(page.get_by_text("although the run refused it: too dark")).to_be_visible()
    assert StockBatch.objects.get().quantity_current == 4
    page.get_by_role("button", name="Withdraw the sign-off").click()
    expect(page.locator("#photo-problem")).to_contain_text("Too dark.")


def test_undo_goes_back_several_steps_and_redo_forward(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT)
    open_photo(page, session)
    for x in (100, 160):
        tap_photo(page, x, 100)
        page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#counts .counts__total")).to_contain_text("2 plants")
    assert counts(page)[0] == "0"
    for left in ("1", "2"):
        page.locator("#undo").click()
        expect(page.locator(".viewer__layers [data-number='0']")).to_have_text(left)
    expect(page.locator("#undo")).to_be_disabled()
    page.locator("#redo").click()
    expect(page.locator(".viewer__layers [data-number='0']")).to_have_text("1")


def test_the_keyboard_alone_reviews_a_photo_and_goes_on(supervisor: Page):
    page, session, other = supervisor, make_photo(PLANT, PLANT, EMPTY), make_photo(PLANT)
    open_photo(page, session)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.viewer__map')"):
            break
    expect(page.locator(".viewer__cross")).to_be_visible()
    page.keyboard.press(".")
    page.keyboard.press("3")
    expect(page.locator("#undo")).to_contain_text("change to dead plant")
    page.keyboard.press(".")
    page.keyboard.press("x")
    expect(page.locator("#undo")).to_contain_text("remove plant")
    page.keyboard.press("0")
    page.keyboard.press("e")
    page.keyboard.press("z")
    expect(page.locator("#undo")).to_contain_text("remove plant")
    expect(page.locator(".viewer__map")).to_be_focused()
    page.keyboard.press("y")
    expect(page.locator("#undo")).to_contain_text("add empty place")
    added = Correction.objects.get(action="add")
    assert (added.x, added.y) == pytest.approx((0.5, 0.5), abs=0.02)
    page.keyboard.press("n")
    page.wait_for_url(f"**/gallery/{other.original_image_id}/*")


@pytest.mark.phone
def test_a_phone_shows_the_picture_and_leads_to_the_editor(supervisor: Page):
    page, session = supervisor, make_photo(*[PLANT] * 6)
    open_photo(page, session)
    expect(page.locator("#viewer-layers, #viewer-tools, #viewer-selection").locator("visible=true")).to_have_count(0)
    small = page.evaluate(
        """[...document.querySelectorAll("#viewer button, #viewer .chip, #review button, #review a, .leaflet-bar a")]
            .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 44 || box.width < 44)).map(([text]) => text)"""
    )
    assert small == []
    assert_accessible(page)


def zoom(page: Page) -> float:
    return page.evaluate("document.querySelector('.viewer__map img').getBoundingClientRect().width")


def test_two_clicks_at_one_place_zoom_and_add_nothing(supervisor: Page):
    page, session = supervisor, make_photo(PLANT)
    open_photo(page, session)
    page.get_by_label("adds a plant").check()
    before = zoom(page)
    page.mouse.dblclick(*point_of_photo(page, 500, 500))  # no later than a person's second click, on a busy machine too
    page.wait_for_timeout(600)
    assert zoom(page) == pytest.approx(2 * before, rel=0.01)
    assert counts(page) == ["1", "0", "0", "0"]
    page.locator(".viewer__map").press("0")
    for x in (300, 500, 700):  # quick taps at several places are several plants
        tap_photo(page, x, 500)
    expect(page.locator(".viewer__layers [data-number='0']")).to_have_text("4")
    expect(page.locator("#counts .counts__total")).to_contain_text("4 plants")


@pytest.mark.phone
def test_the_whole_picture_fits_after_the_phone_is_turned(supervisor: Page):
    page, session = supervisor, make_photo(PLANT)
    open_photo(page, session)
    inside = """() => {
        const [picture, stage] = [".viewer__map img", ".viewer__map"]
            .map((name) => document.querySelector(name).getBoundingClientRect());
        const [left, top] = [picture.left - stage.left, picture.top - stage.top];
        return [left, top, stage.right - picture.right, stage.bottom - picture.bottom].every((gap) => gap >= -1);
    }"""
    for size in ({"width": 844, "height": 390}, SIZES["phone"]):
        page.set_viewport_size(size)
        page.wait_for_timeout(500)
        assert page.evaluate(inside)


# --- Corrections on a slow line, without a sign-in, of a photo that is gone
def slow_down(monkeypatch, seconds: float) -> None:
    correct = corrections.correct

    def slow(**values):
        time.sleep(seconds)
        return correct(**values)

    monkeypatch.setattr(corrections, "correct", slow)


def wait_until_saved(page: Page, number: int) -> None:
    for _ in range(100):
        if Correction.objects.count() == number:
            return
        page.wait_for_timeout(200)
    assert Correction.objects.count() == number


def test_quick_corrections_are_saved_although_one_goes_on_at_once(supervisor: Page, monkeypatch):
    page, session, other = supervisor, make_photo(*[PLANT] * 3), make_photo(PLANT)
    open_photo(page, session)
    slow_down(monkeypatch, 1)
    page.get_by_label("adds a plant").check()
    for x in (200, 400, 600, 800, 300):
        tap_photo(page, x, 600)
    page.get_by_role("link", name="Next photo").click()
    page.wait_for_url(f"**/gallery/{other.original_image_id}/")
    expect(page.locator("#outbox-words")).to_contain_text("corrections are not saved yet.")
    assert_accessible(page)
    wait_until_saved(page, 5)
    expect(page.locator("#outbox")).to_be_hidden()
    assert [round(made.x, 1) for made in Correction.objects.order_by("pk")] == [0.2, 0.4, 0.6, 0.8, 0.3]
    session.refresh_from_db()
    assert session.total_detected == 8


def test_a_sign_off_waits_for_the_corrections_and_is_asked_for_again(supervisor: Page, monkeypatch):
    page, session = supervisor, make_photo(*[PLANT] * 3)
    open_photo(page, session)
    slow_down(monkeypatch, 1)
    page.get_by_text("Add a note").click()
    page.get_by_label("Note").fill("Half in the shade")
    for x in (100, 160):
        tap_photo(page, x, 100)
        page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Sign off 5 plants").click()
    expect(page.locator("#announcer")).to_have_text("The corrections are saved. Look at the count, then sign it off.")
    assert not ProcessingSession.objects.filter(validated=True).exists()
    expect(page.get_by_label("Note")).to_have_value("Half in the shade")
    page.get_by_role("button", name="Sign off 3 plants").click()
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()


def test_a_correction_without_a_sign_in_is_kept_and_saved_after_it(supervisor: Page, live_server: LiveServer):
    page, session = supervisor, make_photo(PLANT, PLANT)
    open_photo(page, session)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    tap_photo(page, 100, 100)
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#outbox-words")).to_contain_text("1 correction is not saved yet. You are signed out")
    expect(page.locator("#connection-note")).to_be_hidden()
    assert_accessible(page)
    address = page.get_by_role("link", name="Sign in").get_attribute("href")
    page.goto(address)
    page.context.add_cookies(cookies)
    page.goto(f"/gallery/{session.original_image_id}/")
    wait_until_saved(page, 1)
    expect(page.locator(".viewer__layers [data-number='0']")).to_have_text("1")
    expect(page.locator("#counts .counts__total")).to_contain_text("3 plants")


def test_a_correction_waits_for_the_network(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT)
    open_photo(page, session)
    page.context.set_offline(True)
    tap_photo(page, 100, 100)
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#outbox-words")).to_contain_text("No connection to Demeter.")
    assert counts(page)[0] == "1"
    page.context.set_offline(False)
    wait_until_saved(page, 1)
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_correction_of_a_deleted_photo_says_so(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT)
    open_photo(page, session)
    S3Image.objects.filter(pk=session.original_image_id).update(deleted_at=timezone.now())
    tap_photo(page, 100, 100)
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#outbox-refused")).to_contain_text("was deleted. Its unsaved corrections are lost.")
    expect(page.locator("#connection-note")).to_be_hidden()
    assert counts(page)[0] == "2"
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_form_that_could_not_be_sent_or_was_refused_says_so(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT)
    open_photo(page, session)
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign off 4 plants").click()
    expect(page.locator("#refusal")).to_contain_text("No connection to Demeter: nothing was changed.")
    expect(page.locator("#connection-note")).to_be_hidden()
    assert_accessible(page)
    page.context.set_offline(False)
    S3Image.objects.filter(pk=session.original_image_id).update(deleted_at=timezone.now())
    page.get_by_role("button", name="Sign off 4 plants").click()
    expect(page.locator("#refusal")).to_contain_text("it was deleted in the meantime")
    S3Image.objects.update(deleted_at=None)
    page.get_by_role("button", name="Sign off 4 plants").click()
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()
    expect(page.locator("#refusal")).to_have_count(0)


def test_layers_are_switched(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, EMPTY, DEAD)
    open_photo(page, session)
    painted = """() => {
        const canvas = document.querySelector(".marks");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }"""
    numbers = [page.evaluate(painted)]
    for name in ("Plants", "Empty", "Dead"):
        page.get_by_role("checkbox", name=name).uncheck()
        numbers.append(page.evaluate(painted))
    assert numbers == sorted(set(numbers), reverse=True)
    assert numbers[-1] == 0
    expect(page.get_by_text("1. Loose pots: 1 + 2 hidden")).to_be_visible()
    page.get_by_role("checkbox", name="Estimate").uncheck()
    expect(page.get_by_text("1. Loose pots: 1 + 2 hidden")).to_have_count(0)
    assert page.locator(".leaflet-overlay-pane path").count() == 1
    page.get_by_role("checkbox", name="Containers").uncheck()
    assert page.locator(".leaflet-overlay-pane path").count() == 0


def test_a_refused_correction_is_told_and_the_marks_are_right_again(supervisor: Page):
    page, session = supervisor, make_photo(PLANT, PLANT)
    open_photo(page, session)
    tap_photo(page, 100, 100)
    segment = session.segments.get()
    segment.detections.order_by("pk").first().delete()
    with page.expect_response("**/correct/") as answer:
        page.get_by_role("button", name="Remove", exact=True).click()
    assert answer.value.status == 422
    expect(page.locator("#review .banner--error")).to_contain_text("There is nothing left to remove here.")
    expect(page.locator(".viewer__layers [data-number='0']")).to_have_text("1")


def test_a_viewer_looks_and_cannot_correct(browser: Browser, live_server: LiveServer):
    session = make_photo(PLANT)
    context = browser.new_context(base_url=live_server.url, viewport=SIZES["desk"])
    sign_in(context, UserFactory(viewer=True), live_server)
    page = context.new_page()
    open_photo(page, session)
    expect(page.get_by_text("A tap on the picture")).to_have_count(0)
    expect(page.locator("#sign-off")).to_have_count(0)
    page.locator(".viewer__map").focus()
    page.keyboard.press(".")
    page.keyboard.press("x")
    assert counts(page)[0] == "1"
    context.close()
    assert not Correction.objects.exists()


def test_without_javascript_a_count_is_undone_noted_and_signed_off(browser: Browser, live_server: LiveServer):
    session = make_photo(PLANT)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, UserFactory(supervisor=True), live_server)
    page = context.new_page()
    page.goto("/review/")
    page.get_by_role("link", name=session.original_image.original_filename).click()
    marked = page.get_by_role("img", name="with every counted plant marked")
    expect(marked).to_be_visible()
    page.get_by_text("Photo only").click()
    expect(marked).to_be_hidden()
    expect(page.get_by_role("img", name="without marks")).to_be_visible()
    page.get_by_text("Add a note").click()
    page.get_by_label("Note").fill("Half in the shade")
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("listitem").filter(has_text="Half in the shade")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Half in the shade")).to_have_count(0)
    page.get_by_role("button", name="Sign off 3 plants").click()
    page.get_by_role("link", name="Next photo").click()
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    context.close()
