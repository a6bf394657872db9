"""Review of fifty photos without a mouse: keys for each photo, and how long until the next picture is there.

Each photo is looked at for two seconds; in every fifth a mark is removed. The time is from the key that leads on, the
sign-off included where one key does both, until the next picture is complete.
"""

import statistics
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from bench.daily.house import DESK, House
from bench.daily.rows import make_bay, make_photo, put_away
from processing.models import ProcessingSession
from tests.factories import UserFactory

PHOTOS, MARKS, CORRECT_EVERY = 50, 120, 5
LOOK_MS = 2000
MOST_TABS = 100
# Kept over a new page; clocks of one machine agree.
WATCH = """
document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const old = document.querySelector(".viewer__map img");
    sessionStorage.setItem("left", String(Date.now()));
    watch((picture) => picture !== old);
}, true);
const watch = (isNext) => {
    const left = Number(sessionStorage.getItem("left"));
    const look = () => {
        if (Number(sessionStorage.getItem("left")) !== left) return;
        const picture = document.querySelector(".viewer__live:not([hidden]) .viewer__map img");
        if (picture && picture.complete && picture.naturalWidth && isNext(picture)) {
            sessionStorage.setItem("took", String(Date.now() - left));
        } else requestAnimationFrame(look);
    };
    look();
};
document.addEventListener("DOMContentLoaded", () => sessionStorage.getItem("left") && watch(() => true));
"""


class Keys:
    """Counts every key."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def reach(self, target: Locator) -> None:
        """By Tab alone."""
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise RuntimeError(f"the key Tab never leads to {target}")


def measure(house: House) -> Mapping[str, Any]:
    """Keys of each photo, and milliseconds to the next."""
    put_away()
    names = make_queue()
    keys_each: list[int] = []
    took_ms: list[float] = []
    with house.page(UserFactory(supervisor=True), DESK) as page:
        page.add_init_script(WATCH)
        page.goto("/review/")
        keys = Keys(page)
        keys.reach(page.get_by_role("link", name="Start with the first"))
        page.keyboard.press("Enter")
        for number, name in enumerate(names):
            see(page, name)
            keys.pressed = 0
            if number % CORRECT_EVERY == CORRECT_EVERY - 1:
                remove_one(keys, page)
            sign_off(keys, page)
            keys_each.append(keys.pressed)
            if number < PHOTOS - 1:
                took_ms.append(next_ms(page, names[number + 1]))
        expect(page.get_by_text("Nothing to review")).to_be_visible()
    plain = [pressed for number, pressed in enumerate(keys_each) if number % CORRECT_EVERY != CORRECT_EVERY - 1]
    corrected = [pressed for number, pressed in enumerate(keys_each) if number % CORRECT_EVERY == CORRECT_EVERY - 1]
    return {
        "signed off": ProcessingSession.objects.filter(validated=True).count(),
        "keys, a photo signed off": statistics.median(plain),
        "keys, a mark removed besides": statistics.median(corrected),
        "ms to the next picture, median": round(statistics.median(took_ms)),
        "ms to the next picture, 95 %": round(statistics.quantiles(took_ms, n=20)[-1]),
    }


def make_queue() -> list[str]:
    """The least certain first."""
    bay, names = make_bay("Bay 50", "B-50"), []
    for number in range(PHOTOS):
        session = make_photo(MARKS, bay)
        ProcessingSession.objects.filter(pk=session.pk).update(avg_confidence=f"0.{100 + number}")
        names.append(session.original_image.original_filename)
    return names


def see(page: Page, name: str) -> None:
    """Look at the photo for a while."""
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(".viewer__live")).to_be_visible()
    page.wait_for_timeout(LOOK_MS)


def remove_one(keys: Keys, page: Page) -> None:
    """The first mark."""
    keys.reach(page.locator(".viewer__map"))
    keys.press(".")
    keys.press("x")
    expect(page.locator("#sign-off")).to_contain_text(str(MARKS - 1))


def sign_off(keys: Keys, page: Page) -> None:
    """And go to the next one; by one key in the picture where that is known."""
    page.evaluate("sessionStorage.removeItem('took')")
    if page.locator("#sign-off-next").count():
        keys.reach(page.locator(".viewer__map"))
        keys.press("Enter")
        return
    keys.reach(page.locator("#sign-off"))
    keys.press("Enter")
    expect(page.get_by_text("Signed off", exact=True)).to_be_visible()
    keys.reach(page.locator("#next-photo"))
    keys.press("Enter")


def next_ms(page: Page, name: str) -> float:
    """What the page has measured."""
    expect(page.locator("h1")).to_have_text(name)
    for _ in range(300):
        took = page.evaluate("sessionStorage.getItem('took')")
        if took is not None:
            return float(took)
        page.wait_for_timeout(50)
    raise RuntimeError("the next picture never came")
