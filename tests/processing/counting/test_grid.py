import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.counting.boxes import make_detections
from processing.counting.containers import Container
from processing.counting.grid import fit_grid, four_corners
from processing.counting.parameters import GridParameters

PARAMETERS = GridParameters()
SLANTED = np.array([(400, 300), (1500, 350), (1750, 1200), (200, 1100)], dtype=np.float32)
UPRIGHT = np.array([(100, 100), (1300, 100), (1300, 900), (100, 900)], dtype=np.float32)


def tray(corners, rows, columns, *, missing=(), jitter=0.08, seed=1, rim=0.03):
    """A tray in perspective whose plants stand about in the middle of their cells."""
    rng = np.random.default_rng(seed)
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    to_photo = cv2.getPerspectiveTransform(square, corners)
    cells = [(row, column) for row in range(rows) for column in range(columns) if row * columns + column not in missing]
    middles = np.array([((c + 0.5) / columns, (r + 0.5) / rows) for r, c in cells]) * (1 - 2 * rim) + rim
    middles += rng.normal(0, jitter, middles.shape) / (columns, rows)
    places = cv2.perspectiveTransform(middles.reshape(-1, 1, 2).astype(np.float64), to_photo).reshape(-1, 2)
    side = 0.6 * np.sqrt(cv2.contourArea(corners) / (rows * columns)) / 2
    boxes = np.concatenate([places - side, places + side], axis=1)
    container = Container("plug", tuple(map(tuple, corners.tolist())), 0.9)
    return container, make_detections(boxes, [0.9] * len(boxes), [0] * len(boxes))


@pytest.mark.parametrize("corners", [UPRIGHT, SLANTED])
@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (6, 12), (5, 9), (8, 16)])
def test_rows_and_columns_are_found(corners, rows, columns) -> None:
    missing = set(range(3, rows * columns, 5))
    grid = fit_grid(*tray(corners, rows, columns, missing=missing), PARAMETERS)
    assert sorted((grid.rows, grid.columns)) == sorted((rows, columns))
    assert grid.cells == rows * columns
    assert grid.cells - grid.occupied == len(missing)
    assert grid.neighbour_distance == pytest.approx(1, abs=0.2)


def test_free_cells_are_where_nothing_stands() -> None:
    grid = fit_grid(*tray(UPRIGHT, 4, 6, missing={0, 9}, jitter=0.03), PARAMETERS)
    assert np.allclose(grid.centres[~grid.planted], [(218, 206), (782, 406)], atol=25)


def test_plants_at_random_show_no_grid() -> None:
    rng = np.random.default_rng(3)
    places = rng.uniform(150, 850, (40, 2))
    boxes = np.concatenate([places - 20, places + 20], axis=1)
    container = Container("plug", tuple(map(tuple, UPRIGHT.tolist())), 0.9)
    assert fit_grid(container, make_detections(boxes, [0.9] * 40, [0] * 40), PARAMETERS) is None


def test_few_plants_show_no_grid() -> None:
    assert fit_grid(*tray(UPRIGHT, 1, 5), PARAMETERS) is None


def test_an_outline_that_is_no_quadrilateral_has_no_corners() -> None:
    star = Container("plug", ((0, 0), (50, 40), (100, 0), (60, 50), (100, 100), (50, 60), (0, 100), (40, 50)), 0.9)
    assert four_corners(star, 0.8) is None


@settings(max_examples=25)
@given(
    rows=st.integers(3, 9),
    columns=st.integers(3, 12),
    seed=st.integers(0, 99),
    shifts=st.lists(st.integers(-90, 90), min_size=8, max_size=8),
)
def test_any_slant_gives_the_same_cells(rows, columns, seed, shifts) -> None:
    corners = UPRIGHT + np.array(shifts, dtype=np.float32).reshape(4, 2)
    missing = set(np.random.default_rng(seed).choice(rows * columns, rows * columns // 6, replace=False).tolist())
    grid = fit_grid(*tray(corners, rows, columns, missing=missing, jitter=0.04, seed=seed), PARAMETERS)
    assert grid.cells == rows * columns
    assert grid.cells - grid.occupied == len(missing)


def test_a_grid_with_made_up_rows_alternates() -> None:
    container, plants = tray(UPRIGHT, 8, 4, missing={n for n in range(32) if (n // 4) % 2}, jitter=0.02)
    doubled = fit_grid(container, plants, PARAMETERS)
    assert doubled is None or doubled.rows == 4 or doubled.alternation < 0.3
    assert fit_grid(*tray(UPRIGHT, 8, 4), PARAMETERS).alternation > 0.9
