"""The grid of a plug tray: rows and columns from the positions of the plants, empty cells by subtraction.

The outline's four corners undo the perspective roughly; then the distances repeat along both sides, and the repeat
is found as the strongest period (the resultant length of the phases, Mardia and Jupp, Directional Statistics, 2.3).
Plants are higher than the plane of the outline, so the plane of their tops is fitted afterwards.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import EMPTY, Detections, Mask
from processing.counting.containers import Container, points_inside
from processing.counting.parameters import GridParameters

Floats64 = NDArray[np.float64]
Ints = NDArray[np.int_]


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells with their centre (n, 2, in photo pixels) in the container; planted and bare (n,): what was detected.

    `cell_of` (m, 2) is the column and row of each of the boxes that the grid was fitted to.
    """

    rows: int
    columns: int
    centres: NDArray[np.float32]
    planted: Mask
    bare: Mask
    cell_of: Ints
    pitch_px: float
    regularity: float
    neighbour_distance: float
    alternation: float

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.centres)

    @property
    def occupied(self) -> int:
        """The number of cells with a plant."""
        return int(self.planted.sum())


@dataclass(frozen=True)
class _Period:
    """Where cell centres repeat along one side of the container, as fractions of its length."""

    first: float
    pitch: float


def fit_grid(container: Container, detections: Detections, parameters: GridParameters) -> Grid | None:
    """The grid formed by the detections of a tray; None if it is not regular."""
    if len(detections) < parameters.min_detections:
        return None
    corners = four_corners(container, parameters.min_quad_cover)
    if corners is None:
        return None
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    to_square = np.asarray(cv2.getPerspectiveTransform(corners, square), dtype=np.float64)
    points = _transform(detections.centres, to_square)
    sizes = np.median(_box_sides(detections, to_square), axis=0)
    across, down = (_find_period(points[:, side], float(sizes[side]), parameters) for side in (0, 1))
    if across is None or down is None:
        return None
    scaling = np.diag([1 / across.pitch, 1 / down.pitch, 1.0])
    scaling[:2, 2] = -across.first / across.pitch, -down.first / down.pitch
    to_cells = _refine(detections.centres, scaling @ to_square)
    return None if to_cells is None else _fill(container, detections, to_cells, parameters)


def four_corners(container: Container, min_cover: float) -> NDArray[np.float32] | None:
    """(4, 2) corners around the outline, clockwise; None if the outline fills too little of this shape."""
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


def _transform(points: NDArray[np.float32], matrix: Floats64) -> Floats64:
    moved = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix)
    return np.asarray(moved, dtype=np.float64).reshape(-1, 2)


def _box_sides(detections: Detections, to_square: Floats64) -> Floats64:
    """(n, 2) extent of each box along the two sides of the container."""
    x1, y1, x2, y2 = detections.xyxy.T
    middle_x, middle_y = detections.centres.T
    ends = [(x1, middle_y), (x2, middle_y), (middle_x, y1), (middle_x, y2)]
    left, right, top, bottom = (_transform(np.stack(end, axis=1), to_square) for end in ends)
    return np.maximum(np.abs(right - left), np.abs(bottom - top))


def _find_period(values: Floats64, plant_size: float, parameters: GridParameters) -> _Period | None:
    """The strongest period of the values (fractions of a side), at least about a plant long."""
    shortest = max(plant_size * parameters.min_pitch_plants, 1 / parameters.max_cells_a_side)
    longest = 1 / parameters.min_cells_a_side
    if shortest >= longest:
        return None
    pitches = 1 / np.linspace(1 / longest, 1 / shortest, 600)
    phases = np.exp(2j * np.pi * values[None, :] / pitches[:, None]).mean(axis=1)
    strength = np.abs(phases)
    best = int(np.argmax(strength))
    doubled = np.where((pitches > 1.8 * pitches[best]) & (pitches < 2.2 * pitches[best]), strength, 0.0)
    if doubled.max() >= parameters.min_doubled_strength * strength[best]:
        best = int(np.argmax(doubled))  # a plant detected as two leaves doubles the rows
    if strength[best] < parameters.min_first_regularity:
        return None
    pitch = float(pitches[best])
    return _Period(float(np.angle(phases[best]) / (2 * np.pi) * pitch), pitch)


def _refine(centres: NDArray[np.float32], to_cells: Floats64, rounds: int = 4) -> Floats64 | None:
    """The perspective that puts the plants nearest to whole cells; None if there is none."""
    for _ in range(rounds):
        cells = np.round(_transform(centres, to_cells))
        better, _ = cv2.findHomography(centres.astype(np.float64), cells, cv2.RANSAC, 0.3)
        if better is None or not np.isfinite(better).all():
            return None
        to_cells = np.asarray(better, dtype=np.float64)
    return to_cells


def _fill(container: Container, detections: Detections, to_cells: Floats64, parameters: GridParameters) -> Grid | None:
    """Which cells have a plant (dead ones too), and where the others are."""
    points = _transform(detections.centres, to_cells)
    cells = np.round(points).astype(int)
    regularity = float(np.abs(np.exp(2j * np.pi * points).mean(axis=0)).min())
    to_photo = np.asarray(np.linalg.inv(to_cells), dtype=np.float64)
    first, last = _extend(container, cells.min(axis=0), cells.max(axis=0), to_photo, parameters)
    spans = last - first + 1
    sides_fit = (spans >= parameters.min_cells_a_side) & (spans <= parameters.max_cells_a_side)
    if regularity < parameters.min_regularity or not sides_fit.all():
        return None
    empty = detections.class_id == EMPTY
    planted, bare = (set(map(tuple, cells[chosen].tolist())) for chosen in (~empty, empty))
    every = np.stack(np.meshgrid(*(np.arange(span) for span in spans)), axis=-1).reshape(-1, 2) + first
    in_photo = _transform(every.astype(np.float32), to_photo).astype(np.float32)
    inside = points_inside(container, in_photo)
    there = [tuple(cell) for cell in every[inside].tolist()]
    return Grid(
        rows=int(spans[1]),
        columns=int(spans[0]),
        centres=in_photo[inside],
        planted=np.array([cell in planted for cell in there], dtype=bool),
        bare=np.array([cell in bare and cell not in planted for cell in there], dtype=bool),
        cell_of=cells,
        pitch_px=float(np.sqrt(container.area_px / max(int(inside.sum()), 1))),
        regularity=regularity,
        neighbour_distance=_neighbour_distance(points),
        alternation=min(_alternation(cells[~empty, axis]) for axis in (0, 1)) if (~empty).any() else 0.0,
    )


def _alternation(rows: Ints) -> float:
    """The ratio of plants in odd to even rows, or its inverse: near 0 if every other row is an artefact."""
    odd = int(np.count_nonzero(rows % 2))
    even = len(rows) - odd
    return float(min(odd, even) / max(odd, even, 1))


def _extend(
    container: Container, first: Ints, last: Ints, to_photo: Floats64, parameters: GridParameters
) -> tuple[Ints, Ints]:
    """Add outer rows without plants while the whole row fits into the outline."""
    first, last = first.copy(), last.copy()
    for axis in (0, 1):
        for ends, step in ((first, -1), (last, 1)):
            while last[axis] - first[axis] < parameters.max_cells_a_side:
                row = np.zeros((int(last[1 - axis] - first[1 - axis]) + 1, 2), dtype=np.float32)
                row[:, 1 - axis] = np.arange(first[1 - axis], last[1 - axis] + 1)
                row[:, axis] = ends[axis] + step * (1 + parameters.row_depth)
                if not points_inside(container, _transform(row, to_photo).astype(np.float32)).all():
                    break
                ends[axis] += step
    return first, last


def _neighbour_distance(cells: Floats64) -> float:
    """Median distance from a point to its nearest neighbour; both in cells."""
    distances = np.linalg.norm(cells[:, None] - cells[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(axis=1)))
