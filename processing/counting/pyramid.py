"""One picture at every size that a phase needs: each half, and each result, is made once and shared by all phases.

Averaging 12 megapixels costs more than working on the small picture afterwards, and every phase needs one. Decoding
them costs even more, and most photos are never needed at more than half their size.
"""

import math
from collections.abc import Callable, Hashable
from typing import Any, Self, TypeVar

import cv2
import numpy as np

from processing.counting.boxes import Rgb

Sides = tuple[int, int]
Window = tuple[int, int, int, int]
Decode = Callable[[int], Rgb]
Result = TypeVar("Result")


class Pyramid:
    """An upright picture of `resolution_wh` (width, height) pixels and its halves, made on demand.

    `decode(1)` returns it as (height, width, 3) RGB, `decode(2)` the same with half the sides, rounded up. The first
    half is never made from the whole, so that the result does not depend on earlier calls.
    """

    def __init__(self, resolution_wh: Sides, decode: Decode) -> None:
        self.resolution_wh = resolution_wh
        self._decode = decode
        self._levels: dict[int, Rgb] = {}
        self._results: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, rgb: Rgb) -> Self:
        """The pyramid of a picture in memory."""
        return cls((rgb.shape[1], rgb.shape[0]), lambda reduction: rgb if reduction == 1 else _halved(rgb))

    @property
    def rgb(self) -> Rgb:
        """The whole picture (height, width, 3) in its own pixels."""
        return self._level(0)

    def whole(self, scale: float) -> Rgb:
        """The whole picture at `scale`."""
        return self.view((0, 0, *self.resolution_wh), scale)

    def view(self, window: Window, scale: float) -> Rgb:
        """A window (x1, y1, x2, y2) at `scale`, at least one pixel a side; above 1 it is interpolated.

        Its borders are rounded to whole pixels of the half it is cut from, an error of less than one pixel of the view.
        """
        x1, y1, x2, y2 = window
        size = max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale))
        halvings = max(0, math.floor(math.log2(min((x2 - x1) / size[0], (y2 - y1) / size[1]))))
        step = 2**halvings
        cut = self._level(halvings)[y1 // step : -(-y2 // step), x1 // step : -(-x2 // step)]
        if cut.shape[1::-1] == size:
            return cut
        # The rest shrinks by less than half: averaging two pixels a side is enough, and much faster than by area.
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)

    def once(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result of `make` for this picture; kept with the picture for the next call with an equal key."""
        if key not in self._results:
            self._results[key] = make()
        result: Result = self._results[key]
        return result

    def _level(self, halvings: int) -> Rgb:
        """The picture halved `level` times; an odd last row or column is dropped."""
        if halvings not in self._levels:
            self._levels[halvings] = self._make_level(halvings)
        return self._levels[halvings]

    def _make_level(self, halvings: int) -> Rgb:
        if halvings == 0:
            return self._decode(1)
        if halvings == 1:
            width, height = self.resolution_wh
            return self._decode(2)[: height // 2, : width // 2]
        return _halved(self._level(halvings - 1))


def _halved(rgb: Rgb) -> Rgb:
    half = rgb.shape[1] // 2, rgb.shape[0] // 2
    even = rgb[: half[1] * 2, : half[0] * 2]
    return np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def longer_side(window: Window) -> int:
    """Pixels of the longer side of a window (x1, y1, x2, y2)."""
    return max(window[2] - window[0], window[3] - window[1])
