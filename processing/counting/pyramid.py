"""One picture at every size that a phase asks for: each half is made once, and all phases share it.

Averaging 12 megapixels costs more than what is done with the small picture afterwards, and every phase wants one.
"""

import math

import cv2
import numpy as np

from processing.counting.boxes import Rgb

Window = tuple[int, int, int, int]


class Pyramid:
    """An upright picture `rgb` (height, width, 3) and its halves, made when they are wanted."""

    def __init__(self, rgb: Rgb) -> None:
        self.rgb = rgb
        self._levels = [rgb]

    @property
    def resolution_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    def whole(self, scale: float) -> Rgb:
        """The whole picture at `scale`."""
        return self.view((0, 0, *self.resolution_wh), scale)

    def view(self, window: Window, scale: float) -> Rgb:
        """A window (x1, y1, x2, y2) at `scale`, at least one pixel a side; above 1 it is interpolated.

        Its borders fall on whole pixels of the half it is cut from, so it is off by less than one pixel of the view.
        """
        x1, y1, x2, y2 = window
        size = max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale))
        halvings = max(0, math.floor(math.log2(min((x2 - x1) / size[0], (y2 - y1) / size[1]))))
        step = 2**halvings
        cut = self._level(halvings)[y1 // step : -(-y2 // step), x1 // step : -(-x2 // step)]
        if cut.shape[1::-1] == size:
            return cut
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(cut, size, interpolation=method), dtype=np.uint8)

    def _level(self, halvings: int) -> Rgb:
        """The picture halved so many times; an odd last row or column goes into no half."""
        while len(self._levels) <= halvings:
            last = self._levels[-1]
            half = last.shape[1] // 2, last.shape[0] // 2
            even = last[: half[1] * 2, : half[0] * 2]
            self._levels.append(np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return self._levels[halvings]


def longer_side(window: Window) -> int:
    """Pixels of the longer side of a window (x1, y1, x2, y2)."""
    return max(window[2] - window[0], window[3] - window[1])
