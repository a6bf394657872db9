"""The camera over the ground plane: projects places on the ground and their scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
NEAREST_DEPTH = 0.2


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at the middle of a canvas of `size_px` (width, height).

    `slant` is the angle from straight down in radians. `distance_px` is that to the middle of the ground, in ground
    pixels; one ground pixel is one pixel of the canvas in its middle. Ground points are (across, towards the viewer).
    """

    size_px: tuple[int, int]
    slant: float
    distance_px: float

    @property
    def homography(self) -> NDArray[np.float64]:
        """(3, 3) matrix from the ground to the canvas."""
        middle_x, middle_y = self.size_px[0] / 2, self.size_px[1] / 2
        nearer = -np.sin(self.slant) / self.distance_px
        return np.array(
            [[1, middle_x * nearer, middle_x], [0, np.cos(self.slant) + middle_y * nearer, middle_y], [0, nearer, 1]]
        )

    def project(self, ground: Points) -> tuple[Points, NDArray[np.float64]]:
        """(n, 2) places on the canvas and (n,) scales there; a scale of 0 or less lies behind the camera."""
        depth = 1 - ground[:, 1] * np.sin(self.slant) / self.distance_px
        scale = np.divide(1.0, depth, out=np.zeros_like(depth), where=depth > 0.05)
        places = ground * np.array([1.0, np.cos(self.slant)]) * scale[:, None]
        return places + np.array(self.size_px) / 2, scale

    def project_outline(self, ground: Points) -> tuple[Points, NDArray[np.float64]]:
        """As `project`, of the part of a convex polygon that lies well before the camera: (0, 2) and (0,) of none."""
        limit = (1 - NEAREST_DEPTH) * self.distance_px / max(np.sin(self.slant), 1e-9)
        kept = []
        for start, end in zip(ground, np.roll(ground, -1, axis=0), strict=True):
            if start[1] <= limit:
                kept.append(start)
            if (start[1] <= limit) != (end[1] <= limit):
                kept.append(start + (end - start) * (limit - start[1]) / (end[1] - start[1]))
        return self.project(np.array(kept).reshape(-1, 2))

    @property
    def flattening(self) -> float:
        """How much shorter a length on the ground looks towards the viewer than across."""
        return float(np.cos(self.slant))

    @property
    def rise(self) -> float:
        """How long a height looks, as a part of itself."""
        return float(np.sin(self.slant))


def draw_camera(size_px: tuple[int, int], rng: np.random.Generator) -> Camera:
    """A phone held straight down, at a slant over a bench, or along a row; the horizon stays outside the canvas."""
    kind = rng.random()
    if kind < 0.35:
        slant = rng.uniform(0.0, 0.25)
    elif kind < 0.75:
        slant = rng.uniform(0.25, 0.85)
    else:
        slant = rng.uniform(0.85, 1.2)
    nearest = 1.1 * size_px[1] / 2 * np.tan(slant)
    return Camera(size_px, float(slant), float(max(nearest, max(size_px) * np.exp(rng.uniform(0.0, 1.6)))))
