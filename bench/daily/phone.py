"""Twenty corrections on a phone, in a photo of 300 marks, the browser's CPU four times slower.

Ten marks too much are removed, ten plants that were missed are added. A finger does not hit a place exactly: each tap
is off by a seeded, normally distributed distance. The person zooms once and pans where needed; a tap that did something
else than meant is a miss, is taken back and done again.
"""

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from bench.daily.hand import Hand
from bench.daily.house import PHONE, House
from bench.daily.rows import grid, holes, make_bay, make_photo
from processing.models import Correction
from tests.factories import UserFactory
from tests.journeys.fingers import Fingers

MARKS, EACH, SLOWER, SEED = 300, 10, 4, 16
FINGER_PX = 3  # standard deviation, in each direction
EDGE_PX, PAN_SHARE, STEPS = 24, 0.5, 8
BAR_PX = 64  # of the window, under the navigation
PAUSE_MS = 450  # between two taps, so that they are no double tap
WATCH = """
document.addEventListener("viewer:open", (event) => { window.viewer = event.detail; });
addEventListener("touchend", () => { window.tapped_at = performance.now(); }, { capture: true, passive: true });
document.addEventListener("viewer:changed", () => {
    if (!window.tapped_at) return;
    const start = window.tapped_at;
    window.tapped_at = 0;
    requestAnimationFrame(() => setTimeout(() => { window.shown_ms = performance.now() - start; }));
}, true);
"""
MARKS_NOW = "() => viewer.marks.marks.filter((mark) => !mark.removed).map((mark) => [mark.x, mark.y])"
CHOSEN = "() => viewer.marks.selected && [viewer.marks.selected.x, viewer.marks.selected.y]"
PLACE_NOW = """([x, y]) => {
    const stage = viewer.stage.getBoundingClientRect();
    const at = viewer.map.latLngToContainerPoint([-y, x]);
    const { left, top, right, bottom } = stage;
    const seen = { top: Math.max(top, 0), bottom: Math.min(bottom, innerHeight - BAR_PX) };
    return { x: left + at.x, y: top + at.y, left, right, ...seen };
}""".replace("BAR_PX", str(BAR_PX))
Place = tuple[float, float]


@dataclass(frozen=True)
class Target:
    """What is to be corrected."""

    kind: str
    place: Place


class Corrector:
    """A person with a phone."""

    def __init__(self, page: Page) -> None:
        self.page, self.hand, self.fingers = page, Hand(page), Fingers(page)
        self.random = random.Random(SEED)
        self.misses = self.gestures = 0
        self.shown_ms: list[float] = []
        self.has_editor = page.locator("#open-editor").count() > 0
        self.tool = ""

    def begin(self) -> None:
        """Open the editor where there is one, and zoom so that a finger covers one mark."""
        if self.has_editor:
            self.hand.press(self.page.locator("#open-editor"))
            expect(self.page.locator("dialog.editor[open] .viewer__map")).to_be_visible()
        self.hand.see(self.page.locator(".viewer__map"))
        self.page.wait_for_timeout(PAUSE_MS)
        self.fingers.spread(0.25, 0.5, by_px=30)
        self.gestures += 1
        self.page.wait_for_timeout(PAUSE_MS)

    def correct(self, target: Target) -> None:
        """Until it is right."""
        side = self.page.evaluate("viewer.marks.marks[0].side")
        for _attempt in range(10):
            before = self.marks()
            (self.tap_once if self.has_editor else self.tap_with_tools)(target)
            self.page.wait_for_timeout(PAUSE_MS)
            after = self.marks()
            if is_right(target, before, after, within=side / 2):
                self.shown_ms.append(self.page.evaluate("window.shown_ms"))
                return
            if before == after:
                self.misses += 1
            else:
                self.take_back()
        raise RuntimeError(f"never right: {target}")

    def tap_once(self, target: Target) -> None:
        """The editor adds where nothing is and removes what is tapped."""
        self.tap(target.place)

    def tap_with_tools(self, target: Target) -> None:
        """Choose what a tap does, tap, and remove the chosen mark by a button."""
        tool = "" if target.kind == "remove" else "0"
        if tool != self.tool:
            self.hand.press(self.page.locator("label.chip", has=self.page.locator(f"[name=tool][value='{tool}']")))
            self.tool = tool
        self.tap(target.place)
        if target.kind == "remove":
            self.page.wait_for_timeout(PAUSE_MS)
            if self.page.evaluate(CHOSEN) == list(target.place):  # else the person sees that it is another one
                self.hand.press(self.page.locator("[data-remove]"))

    def tap(self, place: Place) -> None:
        """Off by as much as a finger is."""
        self.hand.see(self.page.locator(".viewer__map"))
        at = self.bring_near(place)
        self.hand.taps += 1
        self.fingers.down((at["x"] + self.random.gauss(0, FINGER_PX), at["y"] + self.random.gauss(0, FINGER_PX)))
        self.fingers.up()

    def bring_near(self, place: Place) -> Mapping[str, float]:
        """Pan until it is well inside the frame; where it is then."""
        for _ in range(20):
            at: Mapping[str, float] = self.page.evaluate(PLACE_NOW, list(place))
            across, down = off(at["x"], at["left"], at["right"]), off(at["y"], at["top"], at["bottom"])
            if not across and not down:
                return at
            before = self.marks()
            self.pan(at, across=PAN_SHARE * across, down=PAN_SHARE * down)
            if before != self.marks():
                self.take_back()
        raise RuntimeError(f"never in sight: {place}")

    def pan(self, at: Mapping[str, float], *, across: float, down: float) -> None:
        """By so much of the frame, with one finger from its middle."""
        x, y = (at["left"] + at["right"]) / 2, (at["top"] + at["bottom"]) / 2
        width, height = at["right"] - at["left"], at["bottom"] - at["top"]
        self.fingers.down((x, y))
        for step in range(1, STEPS + 1):
            self.fingers.move((x - width * across * step / STEPS, y - height * down * step / STEPS))
        self.page.wait_for_timeout(150)  # without a throw at its end
        self.fingers.up()
        self.gestures += 1
        self.page.wait_for_timeout(PAUSE_MS)

    def take_back(self) -> None:
        """What was not meant."""
        self.misses += 1
        self.hand.press(self.page.locator("[data-do=undo]" if self.has_editor else "#undo"))
        self.page.wait_for_timeout(2 * PAUSE_MS)

    def marks(self) -> list[Place]:
        return [(x, y) for x, y in self.page.evaluate(MARKS_NOW)]


def off(value: float, low: float, high: float) -> int:
    """-1 before, 1 behind the frame, else 0."""
    return -1 if value < low + EDGE_PX else int(value > high - EDGE_PX)


def is_right(target: Target, before: Sequence[Place], after: Sequence[Place], *, within: float) -> bool:
    """Whether just this was corrected."""
    gone, new = set(before) - set(after), set(after) - set(before)
    changed, other = (gone, new) if target.kind == "remove" else (new, gone)
    if len(changed) != 1 or other:
        return False
    [(x, y)] = changed
    return abs(x - target.place[0]) <= within and abs(y - target.place[1]) <= within


def measure(house: House) -> Mapping[str, Any]:
    """Taps, gestures, misses and milliseconds."""
    user, session = UserFactory(supervisor=True), make_photo(MARKS, make_bay("Bay 300", "B-300"))
    with house.page(user, PHONE) as page:
        page.add_init_script(WATCH)
        page.goto(f"/gallery/{session.original_image_id}/")
        expect(page.locator(".viewer__live")).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        person = Corrector(page)
        person.begin()
        for target in choose(person):
            person.correct(target)
        if person.has_editor:
            person.hand.press(page.locator("[data-do=done]"))
        for _ in range(100):
            if Correction.objects.filter(image=session.original_image, undone_at=None).count() == 2 * EACH:
                break
            page.wait_for_timeout(100)
    return {
        "corrected": Correction.objects.filter(image=session.original_image, undone_at=None).count(),
        "taps": person.hand.taps,
        "gestures": person.gestures,
        "swipes of the page": person.hand.swipes,
        "misses": person.misses,
        "ms to the picture, median": round(statistics.median(person.shown_ms)),
        "ms to the picture, 95 %": round(statistics.quantiles(person.shown_ms, n=20)[-1]),
    }


def choose(person: Corrector) -> list[Target]:
    """From left to right; where a tap has to be told what it does, first all that is removed."""
    marks = person.marks()
    wrong = person.random.sample(marks, EACH)
    missed = holes(grid(MARKS + MARKS // 30))[:EACH]
    targets = [Target("remove", place) for place in wrong] + [Target("add", place) for place in missed]
    return sorted(targets, key=lambda target: (not person.has_editor and target.kind == "add", target.place))
