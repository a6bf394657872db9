"""The painted part of a scene (made by scene.py, painted on by ground.py and planting.py)."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.camera import Camera
from training.collage.paste import Image, Window, shade

MIN_SHADOW_PX = 14.0
SHADOW_LENGTH = 0.12

Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Truth:
    """One thing with a box: its class, the window it was pasted into, and its pixels when nothing hides it.

    An empty pot's box is that of its rim (xyxy px), since that is what people draw.
    """

    label: int
    window: Window
    pixels: int
    rim: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Canvas:
    """The picture; `owner` (h, w) is the index in `truths` of the thing that each pixel shows, or -1.

    The sun throws shadows of a `shadow` strength (0 to 1) in the direction `sun` (radians).
    """

    camera: Camera
    image: Image
    owner: NDArray[np.int32]
    sun: float
    shadow: float
    truths: list[Truth] = field(default_factory=list)

    def shade_beside(self, place: Place, width_px: float) -> None:
        """A soft shadow beside a thing of that width; of tiny things none is seen."""
        if width_px < MIN_SHADOW_PX:
            return
        side = max(3, round(width_px * 1.3))
        size = (side, max(2, round(side * self.camera.flattening)))
        alpha = np.asarray(cv2.resize(_SOFT_DISC, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        away = width_px * SHADOW_LENGTH
        shade(self.image, alpha, (place[0] + np.cos(self.sun) * away, place[1] + np.sin(self.sun) * away), self.shadow)


def _make_soft_disc() -> Image:
    disc = np.zeros((64, 64), np.float32)
    cv2.circle(disc, (32, 32), 20, 255.0, -1)
    return np.asarray(cv2.GaussianBlur(disc, (0, 0), 6), np.uint8)


_SOFT_DISC = _make_soft_disc()
