"""Pictures with transparency and polygons, and how they get onto a canvas."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Window = tuple[int, int, int, int]
FRACTION_BITS = 4


@dataclass(frozen=True, eq=False)
class Sprite:
    """bgra (h, w, 4), colours already multiplied by alpha; `anchor` (x, y) is the pixel that is put at a place."""

    bgra: Image
    anchor: tuple[float, float]

    @property
    def alpha(self) -> Image:
        """(h, w), 0 to 255."""
        return np.asarray(self.bgra[..., 3])

    @property
    def pixels(self) -> int:
        """How many of them are mostly opaque."""
        return int(np.count_nonzero(self.alpha > 127))

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.bgra.shape[1])

    def scaled(self, factor: float) -> "Sprite":
        """The same at another size."""
        size = tuple(max(1, round(side * factor)) for side in self.bgra.shape[1::-1])
        way = cv2.INTER_AREA if factor < 0.6 else cv2.INTER_LINEAR
        sized = np.asarray(cv2.resize(self.bgra, size, interpolation=way), np.uint8)
        return Sprite(sized, (self.anchor[0] * factor, self.anchor[1] * factor))


def make_sprite(
    bgr: NDArray[np.number], alpha: NDArray[np.number], anchor: tuple[float, float] | None = None
) -> Sprite:
    """From straight colours (0 to 255) and alpha (0 to 255); anchored in the middle unless said otherwise."""
    opaque = np.clip(alpha, 0, 255).astype(np.uint16)[..., None]
    colours = np.clip(bgr, 0, 255).astype(np.uint16) * opaque // 255
    bgra = np.concatenate([colours, opaque], axis=2).astype(np.uint8)
    return Sprite(bgra, anchor or (bgra.shape[1] / 2, bgra.shape[0] / 2))


def paste(
    canvas: Image, sprite: Sprite, place: tuple[float, float], owner: NDArray[np.int32], mark: int
) -> Window | None:
    """Puts the sprite's anchor at `place` (x, y); `owner` gets `mark` where the sprite is mostly opaque.

    Returns the window (x0, y0, x1, y1) of the canvas that was touched; None when the sprite lies outside.
    """
    found = _overlap(canvas, sprite.bgra, sprite.anchor, place)
    if found is None:
        return None
    (x0, y0, x1, y1), part = found
    below, alpha = canvas[y0:y1, x0:x1], part[..., 3]
    covered = below * (255 - alpha)[..., None].astype(np.uint16) // 255
    np.add(part[..., :3], covered, out=below, casting="unsafe")
    owner[y0:y1, x0:x1][alpha > 127] = mark
    return x0, y0, x1, y1


def shade(canvas: Image, alpha: Image, place: tuple[float, float], strength: float) -> None:
    """Darkens the canvas around `place` by a shadow (h, w) of 0 to 255."""
    found = _overlap(canvas, alpha, (alpha.shape[1] / 2, alpha.shape[0] / 2), place)
    if found is None:
        return
    (x0, y0, x1, y1), part = found
    below = canvas[y0:y1, x0:x1]
    clear = (255 - part * np.float32(strength)).astype(np.uint16)[..., None]
    np.floor_divide(below * clear, 255, out=below, casting="unsafe")


def fill_polygon(mask: Image, points: NDArray[np.floating]) -> None:
    """Sets the mask (h, w) to 255 inside (n, 2) points, with smooth edges."""
    fixed = np.round(points * 2**FRACTION_BITS).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, FRACTION_BITS)


def _overlap(
    canvas: Image, picture: Image, anchor: tuple[float, float], place: tuple[float, float]
) -> tuple[Window, Image] | None:
    height, width = picture.shape[:2]
    left, top = round(place[0] - anchor[0]), round(place[1] - anchor[1])
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, canvas.shape[1]), min(top + height, canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return None
    return (x0, y0, x1, y1), picture[y0 - top : y1 - top, x0 - left : x1 - left]
