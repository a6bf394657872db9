"""The viewer in a browser: taps on slow lines and small screens, pictures that are turned, photos that are gone."""

import re

from playwright.sync_api import Page

from bench.cases.demeter import Demeter, accept_dialogs
from bench.cases.table import Seen, check

PHOTO, TAPS, LATENCY_MS = "c07/landscape-control.jpg", 5, 1500
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@check("c03")
def five_quick_taps_are_kept(demeter: Demeter) -> Seen:
    """On a line of 1.5 s, with "Next photo" at once; or the page asks."""
    image_id = demeter.count(PHOTO, demeter.take_bay()).image_id
    page = _open(demeter, image_id)
    asked = accept_dialogs(page)
    _slow_down(page)
    page.get_by_label("adds a plant").check()
    for number in range(TAPS):
        _tap(page, 0.1 + 0.15 * number, 0.05)
    page.locator("#next-photo").click()
    page.wait_for_timeout((TAPS + 2) * LATENCY_MS)
    page.goto("/gallery/", wait_until="load")
    page.wait_for_timeout(TAPS * LATENCY_MS)
    kept = _corrections(demeter, image_id)
    page.context.close()
    return Seen(kept == TAPS or "beforeunload" in asked, f"{TAPS} taps, {kept} kept, asked: {bool(asked)}")


@check("c31")
def a_double_tap_to_zoom_adds_nothing(demeter: Demeter) -> Seen:
    """Two taps on one place of the editor on a phone, after a single one elsewhere, which adds a plant."""
    image_id = demeter.count(PHOTO, demeter.take_bay()).image_id
    page = _open(demeter, image_id, **PHONE)
    page.locator("#open-editor").click()
    page.locator("dialog.editor[open] .viewer__map").wait_for()
    page.touchscreen.tap(*_place(page, 0.1, 0.05))
    page.wait_for_timeout(4000)
    by_one = _corrections(demeter, image_id)
    place = _place(page, 0.7, 0.05)
    page.touchscreen.tap(*place)
    page.touchscreen.tap(*place)
    page.wait_for_timeout(4000)
    by_two = _corrections(demeter, image_id) - by_one
    page.context.close()
    return Seen((by_one, by_two) == (1, 0), f"added by one tap: {by_one}, by a double tap: {by_two}")


@check("j4")
def a_tap_on_a_deleted_photo_says_so(demeter: Demeter) -> Seen:
    """Deleted in another tab."""
    image_id = demeter.count(PHOTO, demeter.take_bay()).image_id
    page = _open(demeter, image_id)
    demeter.post("/api/v1/photos/delete", data={"image_ids": [image_id]})
    page.get_by_label("adds a plant").check()
    _tap(page, 0.5, 0.05)
    page.wait_for_timeout(5000)
    words = page.locator("body").inner_text()
    says = re.search(
        r"[^\n]*(deleted|not here any more|no such photo|does not exist|trash)[^\n]*", words, re.IGNORECASE
    )
    no_connection = "No connection" in words
    page.context.close()
    return Seen(
        bool(says) and not no_connection,
        f"says: {says[0].strip() if says else 'nothing'}; no connection: {no_connection}",
    )


@check("c20", "c21")
def marks_lie_on_a_turned_picture(demeter: Demeter) -> Seen:
    """Row, preview and the original that replaces it when one zooms in have one shape."""
    shapes = {}
    for name in ("c20/exif-behind-pixels.png", "c21/orientation-only-in-xmp.jpg"):
        photo = demeter.count(name, demeter.take_bay())
        width, height = (photo.detail["metadata"][side] for side in ("width_px", "height_px"))
        page = _open(demeter, photo.image_id)
        shown = [_natural(page)]
        for _ in range(8):
            page.locator(".viewer__map").press("+")
            page.wait_for_timeout(400)
        page.wait_for_timeout(2000)
        shown.append(_natural(page))
        shapes[name[:3]] = (width > height, [sides[0] > sides[1] for sides in shown])
        page.context.close()
    is_right = all(row == picture for row, pictures in shapes.values() for picture in pictures)
    return Seen(is_right, f"wider than high, in the row and as shown: {shapes}")


def _open(demeter: Demeter, image_id: str, **options: object) -> Page:
    """The page of a photo in a browser of its own, with the viewer at work."""
    context = demeter.open_context(storage_state=demeter.context.storage_state(), **options)
    page = context.new_page()
    page.goto(f"/gallery/{image_id}/")
    page.locator(".viewer__map img").first.wait_for()
    page.wait_for_timeout(1000)
    return page


def _place(page: Page, x: float, y: float) -> tuple[float, float]:
    page.locator(".viewer__map").scroll_into_view_if_needed()
    left, top = page.evaluate(
        """([x, y]) => {
            const box = document.querySelector(".viewer__map img").getBoundingClientRect();
            return [box.left + x * box.width, box.top + y * box.height];
        }""",
        [x, y],
    )
    return left, top


def _tap(page: Page, x: float, y: float) -> None:
    page.mouse.click(*_place(page, x, y))


def _natural(page: Page) -> tuple[int, int]:
    """The size of the topmost picture of the viewer, as the browser turns it."""
    width, height = page.evaluate(
        """() => {
            const pictures = [...document.querySelectorAll(".viewer__map img")].filter((img) => img.naturalWidth);
            const last = pictures[pictures.length - 1];
            return [last.naturalWidth, last.naturalHeight];
        }"""
    )
    return width, height


def _slow_down(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", line)


def _corrections(demeter: Demeter, image_id: str) -> int:
    """Corrections in force, by the photo's table."""
    lines = demeter.get(f"/gallery/{image_id}/export.csv").text().splitlines()
    return sum(line.split(",")[0] == "add" for line in lines)
