from dataclasses import replace

import numpy as np
import pytest

from training.collage.camera import Camera
from training.collage.canvas import Truth
from training.collage.layout import Area, Habit
from training.collage.pots import PotKind
from training.collage.scene import find_seen, paint_scene
from training.pictures import PLANT_CLASSES

PLANT, EMPTY, DEAD = range(len(PLANT_CLASSES))
SIDE_PX = 256
EVEN = Habit(dead=0.0, gap=0.0, twins=0.0, jitter=0.0, is_staggered=False)
ROUND = PotKind("round", (30, 30, 30), height=0.8, taper=0.8, wall=0.1, fill=0.1)
BLACK = (32.0, 32.0, 34.0)


@pytest.fixture(autouse=True)
def no_clutter(monkeypatch):
    monkeypatch.setattr("training.collage.scene.scatter", lambda *_: None)


def one_place(x: float, y: float, plant_px: float) -> Area:
    """An area with a single place, `x` and `y` from the middle of the picture."""
    half = plant_px / 2
    spacing = {"wide": half, "deep": half, "pitch_px": plant_px, "row_px": plant_px}
    size = {"pot_px": plant_px, "plant_px": plant_px}
    return Area("pots", (x, y), turn=0.0, pot=None, empty=0.0, habit=EVEN, colour=BLACK, **spacing, **size)


def paint(areas, stock, slant=0.0, seed=1):
    camera = Camera((SIDE_PX, SIDE_PX), slant, 1000.0)
    return paint_scene(camera, areas, stock, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(4))
def test_the_box_is_around_what_was_pasted(stock, seed):
    scene = paint([one_place(40, -30, 60)], stock, seed=seed)
    blue, green, red = np.moveaxis(scene.image.astype(int), 2, 0)
    rows, columns = np.nonzero(np.maximum(green, red) > blue + 60)
    around = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert scene.labels.tolist() == [PLANT]
    assert scene.boxes[0] == pytest.approx(around, abs=1.5)
    middle = (scene.boxes[0, :2] + scene.boxes[0, 2:]) / 2
    assert middle == pytest.approx([SIDE_PX / 2 + 40, SIDE_PX / 2 - 30], abs=12)


def test_a_hidden_plant_has_no_box(stock):
    behind, before = one_place(0, -1, 30), one_place(0, 1, 120)
    scene = paint([before, behind], stock)
    assert scene.labels.tolist() == [PLANT]
    assert scene.boxes[0, 2] - scene.boxes[0, 0] > 60


def test_an_empty_pot_has_the_box_of_its_rim(stock):
    area = replace(one_place(0, 0, 80), pot=ROUND, empty=1.0)
    scene = paint([area], stock, slant=0.6)
    assert scene.labels.tolist() == [EMPTY]
    width, height = scene.boxes[0, 2:] - scene.boxes[0, :2]
    assert (width, height) == pytest.approx((80, 80 * np.cos(0.6)), rel=0.03)


def test_a_withered_plant_is_dead(stock):
    area = one_place(0, 0, 90)
    assert paint([replace(area, habit=replace(EVEN, dead=1.0))], stock).labels.tolist() == [DEAD]


def test_plants_outside_the_picture_or_behind_the_camera_have_no_box(stock):
    assert not len(paint([one_place(400, 0, 60), one_place(0, 2000, 60)], stock, slant=1.0).boxes)


@pytest.mark.parametrize(("seen_columns", "boxes"), [(10, [[5, 5, 15, 15]]), (7, [[5, 5, 12, 15]]), (2, []), (0, [])])
def test_what_is_mostly_hidden_loses_its_box(seen_columns, boxes):
    owner = np.full((30, 30), -1, np.int32)
    owner[5:15, 5 : 5 + seen_columns] = 0
    found, labels = find_seen(owner, [Truth(PLANT, (5, 5, 15, 15), pixels=100)])
    assert found.tolist() == boxes
    assert len(labels) == len(boxes)


def test_a_plant_without_an_opaque_pixel_has_no_box():
    found, _ = find_seen(np.full((30, 30), -1, np.int32), [Truth(PLANT, (5, 5, 6, 6), pixels=0)])
    assert not len(found)
