"""Fingers on a touch screen, one or two, through the protocol of Chromium: Playwright itself only taps."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

Point = tuple[float, float]


class Fingers:
    """Touches the picture of the viewer; `taps` counts how often somebody had to tap."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0
        self._protocol = page.context.new_cdp_session(page)

    def tap(self, selector: str) -> None:
        """A button or a link."""
        self.taps += 1
        self.page.locator(selector).tap()

    def tap_at(self, x: float, y: float) -> None:
        """A place of the picture, in shares of its width and height."""
        self.taps += 1
        self.down(self.place(x, y))
        self.up()

    def hold_at(self, x: float, y: float, milliseconds: int) -> None:
        """Keep a finger there; it is up again at the end."""
        self.taps += 1
        self.down(self.place(x, y))
        self.page.wait_for_timeout(milliseconds)
        self.up()

    def spread(self, x: float, y: float, *, by_px: int, steps: int = 6) -> None:
        """Two fingers move apart around a place."""
        self.taps += 1
        centre = self.place(x, y)
        start = [(centre[0] - 20, centre[1]), (centre[0] + 20, centre[1])]
        self.down(start[0])
        self.down(*start)
        for step in range(1, steps + 1):
            further = by_px * step / steps
            self.move((start[0][0] - further, centre[1]), (start[1][0] + further, centre[1]))
        self.up()

    def place(self, x: float, y: float) -> Point:
        """On the screen."""
        box = self.page.locator(".viewer__map img").first.bounding_box()
        assert box is not None, "there is no picture"
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def down(self, *points: Point) -> None:
        self._send("touchStart", points)

    def move(self, *points: Point) -> None:
        self._send("touchMove", points)

    def up(self) -> None:
        self._send("touchEnd", [])

    def _send(self, kind: str, points: Sequence[Point]) -> None:
        touches: list[dict[str, Any]] = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
