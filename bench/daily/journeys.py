"""The three journeys, by finger at 360 and 390 px and by mouse at 1280 px: their taps, swipes and seconds.

Seconds are those of the machine: nobody thinks in between, and the painted models count in no time.
"""

import tempfile
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page, ViewportSize, expect

from bench.daily.hand import Hand, Journey
from bench.daily.house import DESK, PHONE, SMALL_PHONE, House, count_waiting
from bench.daily.rows import make_bay, make_photo, make_problem, put_away, write_label, write_tray
from demeter.accounts.models import User
from locations.models import StorageLocation
from processing.models import ProcessingSession
from stock.ledger import record_count
from tests.factories import UserFactory
from tests.journeys.fingers import Fingers
from tests.photos.factories import S3ImageFactory

PHOTOS_A_BAY, PROBLEMS, REVIEWED = 2, 3, 3
PLANT, GROUND = (0.125, 0.175), (0.2, 0.283)  # of the tray's first photo, in shares of its size
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def measure(house: House) -> Mapping[str, Any]:
    """The steps of each journey by width."""
    bays = [make_bay("Bay 7", "N1-N-07"), make_bay("Bay 8", "N1-N-08", "Echeveria")]
    people = {
        "worker": (UserFactory(), lambda page: worker(page, bays)),
        "supervisor": (UserFactory(supervisor=True), lambda page: supervisor(page, bays)),
        "viewer": (UserFactory(viewer=True), viewer),
    }
    record_stock(bays)
    found: dict[str, Any] = {}
    for name, (user, go) in people.items():
        for size in (SMALL_PHONE, PHONE, DESK):
            found[f"{name} {size['width']}"] = one(house, user, size, go)
    return found


def one(house: House, user: User, size: ViewportSize, go: Callable[[Page], Journey]) -> Mapping[str, Any]:
    """One journey on a clean table."""
    put_away()
    with house.page(user, size) as page:
        return go(page).steps


# --- A worker: label, photos, label, photos; what was counted, and what is wrong with it ------------------------------
def worker(page: Page, bays: list[StorageLocation]) -> Journey:
    """Two bays of two photos each, and two corrections of the first."""
    folder = Path(tempfile.mkdtemp(prefix="demeter-daily-"))
    photos = PHOTOS_A_BAY * len(bays)
    journey = Journey(hand := Hand(page))
    page.goto("/")
    with journey.step("place and shoot"):
        for number, bay in enumerate(bays):
            trays = [
                write_tray(folder / f"tray{number}{n}.jpg", PHOTOS_A_BAY * number + n) for n in range(PHOTOS_A_BAY)
            ]
            shoot_bay(hand, bay, write_label(folder / f"{bay.code}.jpg", bay), trays)
    with journey.step("send"):
        hand.press(page.locator("#upload-send"))
        expect(page.locator("#upload-heading")).to_contain_text(f"{photos} of {photos}")
    count_waiting()
    with journey.step("see the count"):
        expect(page.locator("#job-rows").get_by_text("Counted", exact=True)).to_have_count(photos)
        hand.press(page.locator("#job-rows .row__title").filter(has_text="tray00.jpg"))
        expect(page.locator("#counts .counts__total")).to_contain_text("24")
    if may_correct(page):
        with journey.step("correct two"):
            correct(hand, page, [PLANT, GROUND])
    return journey


def shoot_bay(hand: Hand, bay: StorageLocation, label: Path, trays: list[Path]) -> None:
    """With a phone the label and each photo are pictures; at a desk the code is typed and the photos are chosen."""
    page = hand.page
    place = page.locator("#upload-place")
    if page.locator("label[for=camera-input]:visible").count():
        hand.take(nearest(hand, "label[for=label-picture]:visible"), page.locator("#label-picture"), label)
        expect(place.locator(".banner--success")).to_contain_text(bay.name)
        for tray in trays:
            hand.take(nearest(hand, "label[for=camera-input]:visible"), page.locator("#camera-input"), tray)
            expect(page.locator("#upload-files")).to_contain_text(tray.name)
    else:
        hand.write(place.locator("[name=storage_location]"), bay.code)
        hand.choose_files(page.locator("#id_files"), trays)
        expect(page.locator("#upload-files")).to_contain_text(trays[-1].name)


def nearest(hand: Hand, selector: str) -> Locator:
    """Of several buttons for the same, one that is in sight."""
    buttons = hand.page.locator(selector).all()
    return next((button for button in buttons if hand.sees(button)), buttons[0])


def may_correct(page: Page) -> bool:
    """Before proposals a worker could not say what is wrong."""
    expect(page.locator(".viewer__live")).to_be_visible()
    return page.locator("[data-correct]").count() > 0


def correct(hand: Hand, page: Page, places: list[tuple[float, float]]) -> None:
    """Remove the mark at the first place, and add a plant at the second one."""
    editor = page.locator("#open-editor")
    if editor.count() and editor.is_visible():
        hand.press(editor)
        expect(page.locator("dialog.editor[open] .viewer__map")).to_be_visible()
        fingers = Fingers(page)
        for x, y in places:
            fingers.tap_at(x, y)
            page.wait_for_timeout(400)  # or it would be a double tap
        hand.taps += len(places)
        hand.press(page.locator("[data-do=done]"))
        return
    point(hand, page, places[0])
    hand.press(page.locator("[data-remove]"))
    if places[1:]:
        hand.press(page.locator("label.chip", has=page.locator("[name=tool][value='0']")))
        point(hand, page, places[1])
    page.wait_for_timeout(400)


def point(hand: Hand, page: Page, place: tuple[float, float]) -> None:
    """Tap or click a place of the picture on the page."""
    hand.see(page.locator(".viewer__map"))
    box = page.locator(".viewer__map img").first.bounding_box()
    assert box is not None, "there is no picture"
    x, y = box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]
    (page.touchscreen.tap if page.viewport_size["width"] < DESK["width"] else page.mouse.click)(x, y)
    hand.taps += 1


# --- A supervisor: three photos without a location, then three counts to sign off -------------------------------------
def supervisor(page: Page, bays: list[StorageLocation]) -> Journey:
    """The middle one of the counts has a mark too much."""
    upload = make_problem().original_image.upload
    for _ in range(PROBLEMS - 1):
        make_problem(upload)
    sessions = [make_photo(48, bays[0]) for _ in range(REVIEWED)]
    for number, session in enumerate(sessions):
        ProcessingSession.objects.filter(pk=session.pk).update(avg_confidence=f"0.{5 + number}")
    journey = Journey(hand := Hand(page))
    page.goto("/")
    with journey.step("fix three problems"):
        open_page(hand, "To do")
        hand.press(page.locator("#cause-needs_location").get_by_role("link", name="View them"))
        page.wait_for_url("**/gallery/**")
        for _ in range(PROBLEMS):
            fix_one(hand, page, bays[0])
    with journey.step("review three counts"):
        page.keyboard.press("Escape")
        open_page(hand, "Review")
        hand.press(page.get_by_role("link", name="Start with the first"))
        for number, session in enumerate(sessions):
            expect(page.locator("h1")).to_have_text(session.original_image.original_filename)
            expect(page.locator(".viewer__live")).to_be_visible()
            if number == 1:
                session.refresh_from_db()
                correct(hand, page, [first_mark(session)])
                expect(page.locator("#sign-off")).to_contain_text(f"{session.total_estimated - 1} plants")
            sign_off(hand, page)
        expect(page.locator("h1")).not_to_have_text(sessions[-1].original_image.original_filename)
    return journey


def open_page(hand: Hand, name: str) -> None:
    """By the navigation; under "More" if it is there."""
    navigation = hand.page.get_by_role("navigation", name="Main")
    link = navigation.get_by_role("link", name=name)
    if not link.count() or not link.is_visible():
        hand.press(navigation.locator("summary"))
    hand.press(link)


def fix_one(hand: Hand, page: Page, bay: StorageLocation) -> None:
    """In the dialog that is open, or in that of the next card."""
    form = page.locator("dialog[open] #problem")
    page.wait_for_load_state("networkidle")  # or the link would lead to a page of its own
    if not form.locator("#fix-form").is_visible():
        hand.press(page.locator("main a.badge").filter(has_text="Location missing").first)
    expect(form.locator("#fix-form")).to_be_visible()
    choice = form.locator("label.choice").filter(has_text=bay.name).first
    if not choice.count():  # not offered: it is searched for
        hand.write(form.locator("#location-query"), bay.code)
    hand.press(choice)
    form.locator("#fix-form").evaluate("form => { form.dataset.answered = 'on'; }")
    hand.press(form.get_by_role("button", name="Save and process again"))
    expect(page.locator("#fix-form[data-answered]")).to_have_count(0)


def first_mark(session: ProcessingSession) -> tuple[float, float]:
    """The place of a mark, in shares of the picture."""
    mark = session.segments.get().detections.order_by("pk").first()
    image = session.original_image
    return mark.center_x_px / image.width_px, mark.center_y_px / image.height_px


def sign_off(hand: Hand, page: Page) -> None:
    """And go to the next one."""
    together = page.locator("#sign-off-next")
    if together.count():
        hand.press(together)
        return
    hand.press(page.locator("#sign-off"))
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()
    hand.press(page.locator("#next-photo"))


# --- A viewer: how many agaves, where, and the table ------------------------------------------------------------------
def viewer(page: Page) -> Journey:
    """Finds the stock of a product, sees a bay of it and exports it."""
    journey = Journey(hand := Hand(page))
    page.goto("/")
    with journey.step("see the stock of a product and of a bay"):
        open_page(hand, "Stock")
        hand.press(page.locator("#filters > summary"))
        hand.write(page.get_by_label("Search"), "agave")
        hand.press(page.get_by_role("button", name="Show").first)
        hand.press(page.locator(".stock__name").filter(has_text="Agave").first)
        hand.press(page.get_by_role("link", name="Bay 7").first)
        expect(page.get_by_role("heading", name="Stock of Bay 7")).to_be_visible()
    with journey.step("export"):
        open_page(hand, "Stock")
        with page.expect_download():
            hand.press(page.get_by_role("link", name="Excel"))
    return journey


def record_stock(bays: list[StorageLocation]) -> None:
    """A count of ten days ago in each bay."""
    for bay, plants in zip(bays, (1234, 55), strict=True):
        record_count(
            image_id=S3ImageFactory(ready=True, s3_key_thumbnail=None).pk,
            session_id=uuid.uuid4(),
            location=bay,
            config=bay.configs.get(),
            quantity=plants,
            quantity_empty=0,
            user=None,
            happened_at=timezone.now() - timedelta(days=10),
        )
