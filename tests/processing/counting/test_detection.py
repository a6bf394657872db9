import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.boxes import EMPTY, PLANT, make_detections
from processing.counting.containers import Container
from processing.counting.detection import (
    PlantFinder,
    choose_scales,
    fit_slice,
    is_all_large,
    round_up,
    touching,
    without_cut,
)
from processing.counting.parameters import LookParameters, VotingParameters
from processing.counting.pyramid import Pyramid
from processing.counting.voting import Look
from processing.runtime.inference import SahiSlicer
from tests.processing.fakes import PaintedDetector, paint_container, paint_grid, paint_picture


def rectangle(x1, y1, x2, y2, kind="segment") -> Container:
    return Container(kind, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), 0.9)


def bed(place, *, size=(3000, 2000), rows=20, columns=30, side=45, empty=()):
    rgb = paint_picture(*size)
    paint_container(rgb, "segment", place)
    paint_grid(rgb, place, rows=rows, columns=columns, side=side, empty=empty)
    return rgb


def finder(detector=None, **changes) -> PlantFinder:
    return PlantFinder(detector or PaintedDetector(), SahiSlicer(), LookParameters(**changes), VotingParameters())


def found_in(rgb, container, detector=None, on_tile=None, **changes):
    return finder(detector, **changes).find_in_container(Pyramid.of(rgb), container, on_tile=on_tile)


def test_plants_are_counted_once_and_placed_in_the_photo() -> None:
    place = (300, 200, 2700, 1800)
    found = found_in(bed(place, empty=(0, 7)), rectangle(*place))
    assert (found.count(PLANT), found.count(EMPTY)) == (598, 2)
    assert found.centres.min(axis=0) == pytest.approx((340, 240), abs=2)
    assert found.centres.max(axis=0) == pytest.approx((2660, 1760), abs=2)


def test_boxes_outside_the_container_are_dropped() -> None:
    rgb = bed((0, 0, 3000, 2000))
    found = found_in(rgb, rectangle(600, 400, 1200, 900))
    inside = (found.centres >= (600, 400)) & (found.centres <= (1200, 900))
    assert len(found) == 30
    assert inside.all()


def test_everything_is_found_whatever_it_stands_in() -> None:
    found = finder().find_everywhere(Pyramid.of(bed((300, 200, 2700, 1800), rows=4, columns=6, side=150)), looks=2)
    assert found.count(PLANT) == 24


def test_a_slice_is_detected_once_however_many_containers_share_it() -> None:
    detector, place = PaintedDetector(), (300, 200, 2700, 1800)
    photo, plants = Pyramid.of(bed(place)), finder(detector)
    first = plants.find_in_container(photo, rectangle(*place))
    looked = len(detector.shown)
    plants.find_everywhere(photo, looks=3)
    again = plants.find_in_container(photo, rectangle(*place))
    assert len(detector.shown) == looked
    assert (again.xyxy == first.xyxy).all()


def test_progress_counts_only_slices_that_touch_the_mask() -> None:
    triangle = Container("segment", ((0, 0), (2999, 0), (0, 1999)), 0.9)
    steps: list[tuple[int, int]] = []
    found_in(bed((0, 0, 3000, 2000)), triangle, on_tile=lambda done, total: steps.append((done, total)))
    assert steps == [(n, len(steps)) for n in range(1, len(steps) + 1)]
    whole: list[tuple[int, int]] = []
    place = (0, 0, 3000, 2000)
    found_in(bed(place), rectangle(*place), on_tile=lambda done, total: whole.append((done, total)))
    assert len(steps) < len(whole)


@pytest.mark.parametrize("size", [(300, 200), (640, 640), (641, 300)])
def test_a_small_photo_is_enlarged_a_little(size) -> None:
    width, height = size
    detector = PaintedDetector()
    rgb = bed((0, 0, width, height), size=size, rows=3, columns=4, side=max(3, height // 20))
    assert found_in(rgb, rectangle(0, 0, width, height), detector).count(PLANT) == 12
    assert max(max(shape) for shape in detector.shown) <= 2.2 * max(size)


def test_large_plants_are_not_looked_at_more_finely() -> None:
    detector = PaintedDetector()
    found = found_in(bed((0, 0, 3000, 2000), rows=4, columns=6, side=270), rectangle(0, 0, 3000, 2000), detector)
    assert found.count(PLANT) == 24
    assert found.sizes.mean() == pytest.approx(270, abs=8)
    assert len(detector.shown) < len(shown_for_small_plants())


def shown_for_small_plants() -> list[tuple[int, int]]:
    detector = PaintedDetector()
    found_in(bed((0, 0, 3000, 2000)), rectangle(0, 0, 3000, 2000), detector)
    return detector.shown


@pytest.mark.parametrize(
    ("length", "scales"),
    [
        (4000, [0.128, 0.2, 0.32, 0.5, 0.8]),
        (1600, [0.32, 0.5, 0.8]),
        (640, [0.8, 1.25, 2.0]),
        (200, [2.2]),
    ],
)
def test_scales_enlarge_a_little_and_end_at_the_pixels_of_the_picture(length, scales) -> None:
    assert choose_scales(length, LookParameters().looks_px, LookParameters()) == pytest.approx(scales)


@pytest.mark.parametrize(("small", "is_large"), [(200, True), (40, False)])
def test_a_few_small_plants_ask_for_a_finer_look(small, is_large) -> None:
    sides = [300] * 8 + [small] * 2
    boxes = [(0, 400 * i, side, 400 * i + side) for i, side in enumerate(sides)]
    look = Look(1.0, make_detections(boxes, [0.9] * 10, [PLANT] * 10))
    assert is_all_large(look, LookParameters()) is is_large


@given(length=st.integers(1, 9000), longest=st.sampled_from([640, 960, 1280]), overlap=st.sampled_from([0, 96, 128]))
def test_slices_are_as_few_as_can_be_and_all_alike(length, longest, overlap) -> None:
    parameters = LookParameters(max_slice_px=longest, overlap_px=overlap)
    side = fit_slice(length, parameters)
    pieces = max(1, math.ceil((length - overlap) / (longest - overlap)))
    assert side <= longest
    assert side % 32 == 0
    assert pieces * side - (pieces - 1) * overlap >= length
    assert pieces * (side - 32) - (pieces - 1) * overlap < length


def test_a_count_that_touches_the_cap_says_so() -> None:
    rgb, place = bed((0, 0, 3000, 2000)), rectangle(0, 0, 3000, 2000)
    assert not found_in(rgb, place).capped
    assert found_in(rgb, place, max_detections=20).capped


@pytest.mark.parametrize("place", [(700, 300, 2700, 1300), (700, 300, 1300, 600), (700, 300, 900, 400)])
def test_a_tray_is_looked_at_alone_and_fills_the_view(place) -> None:
    rgb = paint_picture(3000, 2000)
    paint_grid(rgb, place, rows=4, columns=6, side=(place[2] - place[0]) // 16, empty=(3,))
    detector = PaintedDetector()
    found = found_in(rgb, rectangle(*place, kind="plug"), detector)
    assert max(detector.shown[0]) == min(512, round(2.2 * (place[2] - place[0])))
    assert (found.count(PLANT), found.count(EMPTY)) == (23, 1)
    pitch = (place[2] - place[0]) / 6
    assert found.centres.min(axis=0)[0] == pytest.approx(place[0] + pitch / 2, abs=4)


def test_only_windows_with_a_pixel_of_the_mask_are_kept() -> None:
    mask = paint_picture(100, 100)[..., 0] > 200
    mask[70, 70] = True
    assert touching([(0, 0, 50, 50), (50, 50, 100, 100)], mask) == [(50, 50, 100, 100)]


def test_sizes_are_rounded_up_to_the_stride() -> None:
    assert [round_up(value, 32) for value in (512, 513, 768)] == [512, 544, 768]


def test_boxes_cut_by_another_slice_are_left_to_it() -> None:
    boxes = [(0, 100, 40, 140), (600, 300, 640, 340), (300, 0, 340, 40), (200, 200, 240, 240), (0, 300, 300, 340)]
    seen = make_detections(boxes, [0.5] * 5, [0] * 5)
    inner = without_cut(seen, (500, 500, 1140, 1140), (2000, 2000), overlap_px=128)
    assert inner.xyxy.tolist() == [[200, 200, 240, 240], [0, 300, 300, 340]]
    corner = without_cut(seen, (0, 0, 640, 640), (2000, 2000), overlap_px=128)
    assert len(corner) == 4
    assert len(without_cut(seen, (0, 0, 640, 640), (640, 640), overlap_px=128)) == 5
