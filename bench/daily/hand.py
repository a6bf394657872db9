"""A person with a finger or a mouse: what is tapped, and how often the page has to be moved to reach it."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

from tests.journeys.people import Mouse

SWIPE_SHARE = 0.7  # of the window's height that one swipe moves
# How far the middle of the element is from being seen, and whether something lies over it.
OUT_OF_SIGHT_PX = """element => {
    const shown = element.getBoundingClientRect().width > 2 ? element : element.labels?.[0] ?? element;
    const box = shown.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const there = document.elementFromPoint(x, y);
    if (there && (shown.contains(there) || there.contains(shown))) return 0;
    return y < 0 ? -y : Math.max(y - window.innerHeight, 1);
}"""


class Hand(Mouse):
    """Counts taps (presses, choices, fields filled in, pictures taken) and swipes."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.swipes = 0

    def press(self, target: Locator) -> None:
        """After bringing it into sight."""
        self.see(target)
        super().press(target)

    def sees(self, target: Locator) -> bool:
        """Whether it is in sight."""
        return not target.evaluate(OUT_OF_SIGHT_PX)

    def see(self, target: Locator) -> None:
        """Swipe until it is in sight."""
        target.wait_for(state="attached")
        hidden_px = target.evaluate(OUT_OF_SIGHT_PX)
        if hidden_px:
            self.swipes += math.ceil(hidden_px / (SWIPE_SHARE * self.page.evaluate("window.innerHeight")))
            target.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")

    def take(self, button: Locator, field: Locator, picture: object) -> None:
        """Tap the button that opens the camera, and take one picture."""
        self.see(button)
        self.taps += 2
        field.set_input_files([str(picture)])


class Journey:
    """The steps of a journey, each with its taps, swipes and seconds."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.steps: dict[str, Mapping[str, float]] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What is done inside counts for it."""
        taps, swipes, began = self.hand.taps, self.hand.swipes, time.monotonic()
        yield
        self.steps[name] = {
            "taps": self.hand.taps - taps,
            "swipes": self.hand.swipes - swipes,
            "seconds": round(time.monotonic() - began, 1),
        }
