"""People who use the pages, by mouse or by keyboard alone. A journey tells both the same; each does it in their way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from playwright.sync_api import FileChooser, Locator, Page, expect

MOST_TABS = 200
# After this pause a letter typed into a list of choices begins a new word.
# The middle of an element, or of its label where it is drawn by that; True when something lies over it.
COVERED = """element => {
    const shown = element.getBoundingClientRect().width > 2 ? element : element.labels?.[0] ?? element;
    const box = shown.getBoundingClientRect();
    const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !(there && (shown.contains(there) || there.contains(shown)));
}"""


class Person(Protocol):
    """What a journey asks for. `taps` counts what was pressed, chosen and filled in."""

    page: Page
    taps: int

    def press(self, target: Locator) -> None:
        """A button or a link."""

    def write(self, field: Locator, text: str) -> None:
        """Instead of what stands in the field."""

    def tick(self, box: Locator) -> None:
        """A check box."""

    def pick(self, radio: Locator) -> None:
        """One of several."""

    def select(self, field: Locator, words: str) -> None:
        """An option of a list."""

    def choose_files(self, field: Locator, paths: Sequence[Path]) -> None:
        """Through the window of the system."""


class Mouse:
    """Clicks and types."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def press(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def write(self, field: Locator, text: str) -> None:
        self.taps += 1
        field.fill(text)

    def tick(self, box: Locator) -> None:
        self.taps += 1
        box.check()

    def pick(self, radio: Locator) -> None:
        self.taps += 1
        radio.check()

    def select(self, field: Locator, words: str) -> None:
        self.taps += 1
        field.select_option(label=words)

    def choose_files(self, field: Locator, paths: Sequence[Path]) -> None:
        self.taps += 1
        field.set_input_files(list(paths))


class Keyboard:
    """Never touches a mouse. What has the focus must be seen: no bar lies over it."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def tick(self, box: Locator) -> None:
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def pick(self, radio: Locator) -> None:
        """Tab leads to the chosen one of the group, or to the first; arrows lead on and choose."""
        self.taps += 1
        name = radio.get_attribute("name")
        self._tab_until(radio, f"element => document.activeElement?.name === {name!r}")
        self.page.keyboard.press("Space")
        for _ in range(self.page.locator(f"[name={name}]").count()):
            if radio.is_checked():
                break
            self.page.keyboard.press("ArrowDown")
        expect(radio).to_be_checked()

    def select(self, field: Locator, words: str) -> None:
        """Types the words. A browser that pauses for a second between two letters begins a new word, and a blank that
        begins one opens the list: then by arrows, from the first option, after Tab has closed the list."""
        self.reach(field)
        chosen = field.locator("option:checked")
        self.page.keyboard.type(words)
        if chosen.inner_text().strip() != words:
            for key in ("Tab", "Shift+Tab", "Home"):
                self.page.keyboard.press(key)
            for _ in range(field.locator("option").count()):
                if chosen.inner_text().strip() == words:
                    break
                self.page.keyboard.press("ArrowDown")
        expect(chosen).to_have_text(words)

    def choose_files(self, field: Locator, paths: Sequence[Path]) -> None:
        """Playwright asks for the window without waiting for an answer: the first key may come too early."""
        windows: list[FileChooser] = []
        self.page.on("filechooser", lambda window: windows.append(window))  # noqa: PLW0108  Playwright takes no built-in
        self.reach(field)
        while not windows:
            self.page.keyboard.press("Space")
            self.page.wait_for_timeout(200)
        windows[0].set_files(list(paths))

    def reach(self, target: Locator) -> None:
        """By Tab alone."""
        self.taps += 1
        self._tab_until(target, "element => element === document.activeElement")
        assert not target.evaluate(COVERED), f"something lies over {target}, which has the focus"

    def _tab_until(self, target: Locator, reached: str) -> None:
        element = target.element_handle()
        for _ in range(MOST_TABS):
            if element.evaluate(reached):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the key Tab never leads to {target}")
