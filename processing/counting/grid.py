"""Crates and trays have cells: rows and columns read from where the plants stand, empty cells by subtraction.

The outline's four corners undo the perspective; then the distances repeat along both sides, and the repeat is
found as the strongest period (the resultant length of the phases, Mardia and Jupp, Directional Statistics, 2.3).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import DEAD, PLANT, Detections
from processing.counting.containers import Container, points_inside
from processing.counting.parameters import GridParameters

Floats64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of one container: how many have plants, and the centres (n, 2) in photo pixels of the others."""

    rows: int
    columns: int
    occupied: int
    free_centres: NDArray[np.float32]
    regularity: float
    neighbour_distance: float

    @property
    def cells(self) -> int:
        """Cells whose centre lies in the container."""
        return self.occupied + len(self.free_centres)


@dataclass(frozen=True)
class _Axis:
    """Cell centres along one side of the container, as fractions of its length."""

    first: float
    pitch: float
    count: int
    regularity: float


def fit_grid(container: Container, detections: Detections, parameters: GridParameters) -> Grid | None:
    """The grid in which the detections of a crate or tray stand; None when they do not show a regular one."""
    if len(detections) < parameters.min_detections:
        return None
    corners = four_corners(container, parameters.min_quad_cover)
    if corners is None:
        return None
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    to_square = cv2.getPerspectiveTransform(corners, square)
    points = _transform(detections.centres, to_square)
    sizes = np.median(_box_sides(detections, to_square), axis=0)
    axes = [_fit_axis(points[:, side], float(sizes[side]), parameters) for side in (0, 1)]
    across, down = axes
    if across is None or down is None:
        return None
    return _fill(container, detections, points, (across, down), np.linalg.inv(to_square))


def four_corners(container: Container, min_cover: float) -> NDArray[np.float32] | None:
    """(4, 2) corners around the outline, clockwise; None when the outline fills too little of such a shape."""
    hull = cv2.convexHull(np.array(container.polygon, dtype=np.float32))
    perimeter = cv2.arcLength(hull, True)
    for share in np.linspace(0.01, 0.15, 29):
        corners = cv2.approxPolyDP(hull, share * perimeter, True).reshape(-1, 2)
        if len(corners) <= 4:
            break
    if len(corners) != 4:
        corners = cv2.boxPoints(cv2.minAreaRect(hull))
    area = cv2.contourArea(corners)
    if area <= 0 or min(container.area_px, area) / max(container.area_px, area) < min_cover:
        return None
    return np.asarray(corners, dtype=np.float32)


def _transform(points: NDArray[np.float32], matrix: NDArray[np.float64]) -> Floats64:
    moved = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix)
    return np.asarray(moved, dtype=np.float64).reshape(-1, 2)


def _box_sides(detections: Detections, to_square: Floats64) -> Floats64:
    """(n, 2) extent of each box along the two sides of the container."""
    x1, y1, x2, y2 = detections.xyxy.T
    middle_x, middle_y = detections.centres.T
    ends = [(x1, middle_y), (x2, middle_y), (middle_x, y1), (middle_x, y2)]
    left, right, top, bottom = (_transform(np.stack(end, axis=1), to_square) for end in ends)
    return np.maximum(np.abs(right - left), np.abs(bottom - top))


def _fit_axis(values: Floats64, plant_size: float, parameters: GridParameters) -> _Axis | None:
    """The strongest period of the values (fractions of a side), at least about a plant long."""
    shortest = max(plant_size * parameters.min_pitch_plants, 1 / parameters.max_cells_a_side)
    longest = 1 / parameters.min_cells_a_side
    if shortest >= longest:
        return None
    pitches = 1 / np.linspace(1 / longest, 1 / shortest, 600)
    phases = np.exp(2j * np.pi * values[None, :] / pitches[:, None]).mean(axis=1)
    best = int(np.argmax(np.abs(phases)))
    regularity, pitch = float(np.abs(phases[best])), float(pitches[best])
    if regularity < parameters.min_regularity:
        return None
    offset = float(np.angle(phases[best]) / (2 * np.pi) * pitch)
    margin = parameters.rim_pitches * pitch
    first = offset + pitch * np.ceil((margin - offset) / pitch)
    count = int(np.floor((1 - margin - first) / pitch)) + 1
    return _Axis(float(first), pitch, count, regularity) if count >= parameters.min_cells_a_side else None


def _neighbour_distance(cells: Floats64) -> float:
    """Median distance from a point to its nearest neighbour; both in cells."""
    distances = np.linalg.norm(cells[:, None] - cells[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(axis=1)))


def _fill(
    container: Container, detections: Detections, points: Floats64, axes: tuple[_Axis, _Axis], to_photo: Floats64
) -> Grid:
    """Which cells hold a plant (dead ones too), and where the others are."""
    across, down = axes
    planted = np.isin(detections.class_id, (PLANT, DEAD))
    columns = np.round((points[planted, 0] - across.first) / across.pitch).astype(int)
    rows = np.round((points[planted, 1] - down.first) / down.pitch).astype(int)
    taken = set(zip(rows.tolist(), columns.tolist(), strict=True))
    cells = [(row, column) for row in range(down.count) for column in range(across.count)]
    centres = np.array(
        [(across.first + column * across.pitch, down.first + row * down.pitch) for row, column in cells],
        dtype=np.float32,
    )
    in_photo = _transform(centres, to_photo).astype(np.float32)
    inside = points_inside(container, in_photo)
    full = np.array([cell in taken for cell in cells])
    return Grid(
        rows=down.count,
        columns=across.count,
        occupied=int((inside & full).sum()),
        free_centres=in_photo[inside & ~full],
        regularity=min(across.regularity, down.regularity),
        neighbour_distance=_neighbour_distance(points / (across.pitch, down.pitch)),
    )
