from dataclasses import replace

import cv2
import numpy as np
import pytest

from training.collage.__main__ import draw_photo, write_collages
from training.collage.arrangement import NOTHING, Stand, draw_bare_stands, keep_apart
from training.collage.camera import Camera
from training.collage.canvas import Canvas
from training.collage.layout import draw_area
from training.collage.outlines import MIN_PART, trace
from training.collage.photos import UNTOUCHED, draw_view, find_reach, make_photo, paint_stands
from training.pictures import CONTAINER_CLASSES

SEGMENT, BOX, PLUG = range(len(CONTAINER_CLASSES))
SIDE_PX = 256


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch):
    green = np.full((64, 64, 3), (40, 90, 50), np.uint8)
    for pool in ("floors", "foliages"):
        monkeypatch.setattr(f"training.collage.surroundings.{pool}", lambda: (green,))


def area_of(kind, *, middle=(0.0, 0.0), half=50.0, **changes):
    area = draw_area(16.0, middle, (half, half), np.random.default_rng(3), kind=kind)
    return replace(area, wide=half, deep=half, turn=0.0, empty=0.0, **changes)


def paint(stock, *stands, slant=0.0):
    camera = Camera((SIDE_PX, SIDE_PX), slant, 1000.0)
    floor = np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8)
    canvas = Canvas(camera, floor, np.full((SIDE_PX, SIDE_PX), UNTOUCHED, np.int32), sun=0.0, shadow=0.3)
    return paint_stands(canvas, list(stands), stock, np.random.default_rng(5))


def bounds(outline):
    return [*outline.polygon.min(0), *outline.polygon.max(0)]


@pytest.mark.parametrize(("kind", "label"), [("pots", SEGMENT), ("bed", SEGMENT), ("crate", BOX), ("tray", PLUG)])
def test_a_container_has_one_outline_around_all_of_it(stock, kind, label):
    (outline,) = paint(stock, Stand(area_of(kind))).outlines
    assert outline.kind == label
    assert bounds(outline) == pytest.approx([78, 78, 178, 178], abs=16)


def test_an_empty_tray_is_a_tray_and_a_bed_without_plants_is_ground(stock):
    empty_tray = Stand(replace(area_of("tray", middle=(-60.0, 0.0)), empty=1.0))
    empty_crate = Stand(area_of("crate", middle=(60.0, -60.0), habit=NOTHING))
    bare_bed = Stand(area_of("bed", middle=(60.0, 60.0), habit=NOTHING))
    assert sorted(one.kind for one in paint(stock, empty_tray, empty_crate, bare_bed).outlines) == [BOX, PLUG]


@pytest.mark.parametrize("seed", range(4))
def test_bare_benches_have_no_outline(stock, seed):
    rng = np.random.default_rng(seed)
    assert not paint(stock, *draw_bare_stands((SIDE_PX, SIDE_PX), rng), slant=0.7).outlines


def test_what_a_nearer_container_covers_is_not_in_the_outline_of_a_far_one(stock):
    far, near = area_of("tray", middle=(0.0, -30.0)), area_of("tray", middle=(0.0, 40.0))
    outlines = sorted(paint(stock, Stand(far), Stand(near)).outlines, key=lambda one: one.polygon[:, 1].mean())
    assert len(outlines) == 2
    assert bounds(outlines[0])[3] <= bounds(outlines[1])[1] + 2


def test_of_areas_on_one_another_the_first_is_kept():
    first, above, aside = area_of("bed"), area_of("tray", middle=(20.0, 0.0)), area_of("tray", middle=(130.0, 0.0))
    assert keep_apart([first, above, aside]) == [first, aside]


def test_specks_are_not_outlined_and_parts_are_outlined_apart():
    mask = np.zeros((200, 200), np.uint8)
    cv2.rectangle(mask, (10, 10), (60, 60), 255, -1)
    cv2.rectangle(mask, (120, 10), (180, 60), 255, -1)
    cv2.rectangle(mask, (100, 150), (105, 155), 255, -1)
    assert (mask[150:156] > 0).sum() < MIN_PART * mask.size
    assert sorted(bounds(one) for one in trace(mask, BOX)) == [[10, 10, 60, 60], [120, 10, 180, 60]]


@pytest.mark.parametrize("seed", range(12))
def test_the_reach_is_what_the_camera_sees_of_the_ground(seed):
    rng = np.random.default_rng(seed)
    camera = draw_view((640, 480), rng)
    (far, near), line_px = find_reach(camera, rng)
    places, scales = camera.project(np.array([(0.0, far), (0.0, near)]))
    assert (scales > 0).all()
    assert places[1, 1] >= 480
    assert places[0, 1] == pytest.approx(line_px, abs=1e-6) if line_px else places[0, 1] <= 0


@pytest.mark.parametrize("seed", range(10))
def test_outlines_lie_in_the_photo(stock, seed):
    photo = make_photo(stock, np.random.default_rng(seed))
    height, width = photo.image.shape[:2]
    assert max(height, width) == 640
    for outline in photo.outlines:
        assert outline.kind in (SEGMENT, BOX, PLUG)
        assert len(outline.polygon) >= 3
        assert ((outline.polygon >= 0) & (outline.polygon <= [width, height])).all()


def test_lines_are_fractions_and_a_photo_depends_on_its_seed_and_number_alone(stock, tmp_path):
    _, lines = draw_photo(stock, np.random.default_rng([7, 2]))
    values = np.array([line.split()[1:] for line in lines[:1]], float)
    assert values.size >= 6
    assert ((values >= 0) & (values <= 1)).all()
    for folder, numbers in (("several", [1, 2]), ("single", [2])):
        for part in ("images", "labels"):
            (tmp_path / folder / part).mkdir(parents=True)
        write_collages(stock, numbers, model="segmenter", seed=7, out=tmp_path / folder)
    single = tmp_path / "single/images/collage-007-000002.jpg"
    assert single.read_bytes() == (tmp_path / "several/images/collage-007-000002.jpg").read_bytes()
    assert (tmp_path / "single/labels/collage-007-000002.txt").read_text().split("\n") == lines
