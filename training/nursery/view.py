"""The camera's pose and projection (pure; used by plan.py, stage.py and truth.py)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from training.nursery.shapes import Floats

NEAREST_M = 0.03


@dataclass(frozen=True)
class View:
    """A phone at `position` (m); the rows of `axes` are right, up and forward; the angle is that of the longer side."""

    position: tuple[float, float, float]
    axes: Floats
    field_of_view: float
    resolution_wh: tuple[int, int]
    height_m: float
    tilt: float

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return max(self.resolution_wh) / 2 / math.tan(self.field_of_view / 2)

    def project(self, points: ArrayLike) -> tuple[Floats, Floats]:
        """Pixels (n, 2) and depths in metres (n,) of world points (n, 3)."""
        local = (np.asarray(points, float) - self.position) @ self.axes.T
        depth = local[:, 2]
        safe = np.maximum(depth, 1e-3)
        width, height = self.resolution_wh
        x = width / 2 + self.focal_px * local[:, 0] / safe
        y = height / 2 - self.focal_px * local[:, 1] / safe
        return np.stack([x, y], 1), depth


def look_at(
    target: tuple[float, float, float],
    *,
    height_m: float,
    tilt: float,
    azimuth: float,
    roll: float,
    field_of_view: float,
    resolution_wh: tuple[int, int],
) -> View:
    """A view from `height_m` above ground onto `target`, `tilt` radians below the level (angles in radians).

    ValueError when the camera would not be above the target.
    """
    if height_m <= target[2] or not 0 < tilt < math.pi / 2:
        raise ValueError("the camera must look down on its target")
    away = max(0.02, (height_m - target[2]) / math.tan(tilt))
    position = np.array([target[0] - away * math.cos(azimuth), target[1] - away * math.sin(azimuth), height_m])
    forward = np.asarray(target) - position
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    cosine, sine = math.cos(roll), math.sin(roll)
    axes = np.array([right * cosine + up * sine, up * cosine - right * sine, forward])
    place = (float(position[0]), float(position[1]), float(position[2]))
    return View(place, axes, field_of_view, resolution_wh, height_m, tilt)
