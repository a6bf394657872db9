import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.boxes import EMPTY, PLANT, make_detections
from processing.counting.containers import Container
from processing.counting.detection import detect_cropped, detect_sliced, fit_slice, round_up, touching, without_cut
from processing.counting.parameters import CropParameters, SlicingParameters
from processing.counting.pyramid import Pyramid
from processing.inference import SahiSlicer
from tests.processing.fakes import PaintedDetector, paint_container, paint_grid, paint_picture


def rectangle(x1, y1, x2, y2, kind="segment") -> Container:
    return Container(kind, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), 0.9)


def bed(place, *, size=(3000, 2000), rows=20, columns=30, side=45, empty=()):
    rgb = paint_picture(*size)
    paint_container(rgb, "segment", place)
    paint_grid(rgb, place, rows=rows, columns=columns, side=side, empty=empty)
    return rgb


def sliced(rgb, container, detector=None, on_tile=None, **changes):
    return detect_sliced(
        Pyramid.of(rgb),
        container,
        detector=detector or PaintedDetector(),
        slicer=SahiSlicer(),
        parameters=SlicingParameters(**{"target_plant_px": 45.0, **changes}),
        on_tile=on_tile,
    )


@pytest.mark.parametrize(("rule", "metric"), [("NMS", "IOU"), ("NMS", "IOS"), ("GREEDYNMM", "IOS")])
def test_sliced_plants_are_counted_once_and_placed_in_the_photo(rule, metric) -> None:
    place = (300, 200, 2700, 1800)
    found = sliced(bed(place, empty=(0, 7)), rectangle(*place), merge=rule, merge_metric=metric)
    assert (found.count(PLANT), found.count(EMPTY)) == (598, 2)
    assert found.centres.min(axis=0) == pytest.approx((340, 240), abs=2)
    assert found.centres.max(axis=0) == pytest.approx((2660, 1760), abs=2)


def test_boxes_outside_the_container_are_dropped() -> None:
    rgb = bed((0, 0, 3000, 2000))
    found = sliced(rgb, rectangle(600, 400, 1200, 900))
    inside = (found.centres >= (600, 400)) & (found.centres <= (1200, 900))
    assert len(found) == 30
    assert inside.all()


def test_progress_counts_only_slices_that_touch_the_mask() -> None:
    triangle = Container("segment", ((0, 0), (2999, 0), (0, 1999)), 0.9)
    steps: list[tuple[int, int]] = []
    sliced(bed((0, 0, 3000, 2000)), triangle, on_tile=lambda done, total: steps.append((done, total)))
    assert steps == [(n, len(steps)) for n in range(1, len(steps) + 1)]
    assert len(steps) < len(SahiSlicer().windows((3000, 2000), slice_wh=(640, 640), overlap_px=128))


@pytest.mark.parametrize("size", [(300, 200), (60, 40), (640, 640), (641, 300)])
def test_a_small_photo_is_looked_at_whole(size) -> None:
    width, height = size
    side = max(3, height // 20)
    rgb = bed((0, 0, width, height), size=size, rows=3, columns=4, side=side)
    found = sliced(rgb, rectangle(0, 0, width, height), target_plant_px=float(side))
    assert found.count(PLANT) == 12


def test_large_plants_are_shown_smaller() -> None:
    detector = PaintedDetector()
    rgb = bed((0, 0, 3000, 2000), rows=4, columns=6, side=270)
    found = sliced(rgb, rectangle(0, 0, 3000, 2000), detector)
    assert found.count(PLANT) == 24
    assert found.sizes.mean() == pytest.approx(270, abs=8)
    assert max(max(shape) for shape in detector.shown) <= 640


def test_too_few_plants_in_every_look_leave_the_scale_alone() -> None:
    detector = PaintedDetector(smallest_px=25)
    rgb = bed((0, 0, 3000, 2000))
    assert sliced(rgb, rectangle(0, 0, 3000, 2000), detector).count(PLANT) == 600
    assert [max(shape) for shape in detector.shown[:3]] == [640, 1280, 864]


@pytest.mark.parametrize(("target", "shown"), [(16.0, [640]), (26.0, [640]), (2.0, [640]), (45.0, [640, 832])])
def test_a_look_near_the_chosen_scale_is_the_answer(target, shown) -> None:
    detector, steps = PaintedDetector(), []
    rgb = bed((0, 0, 1280, 960), size=(1280, 960), rows=10, columns=14, side=40)
    found = sliced(
        rgb,
        rectangle(0, 0, 1280, 960),
        detector,
        on_tile=lambda *step: steps.append(step),
        target_plant_px=target,
        legible_plant_px=10.0,
    )
    assert [max(shape) for shape in detector.shown[:2]] == shown
    assert (found.count(PLANT), steps[-1][0]) == (140, steps[-1][1])
    assert found.centres.max(axis=0) == pytest.approx((1280 - 1280 / 28, 960 - 960 / 20), abs=2)


@pytest.mark.parametrize(("side", "looks"), [(45, [640, 1280]), (120, [640])])
def test_small_plants_are_looked_at_again_more_finely(side, looks) -> None:
    detector = PaintedDetector()
    place = (0, 0, 3000, 2000)
    sliced(bed(place, rows=10, columns=15, side=side), rectangle(*place), detector, max_slice_px=600)
    shown = [max(shape) for shape in detector.shown]
    assert shown[: len(looks)] == looks
    assert max(shown[len(looks) :]) <= 600


@given(length=st.integers(1, 9000), longest=st.sampled_from([640, 960, 1280]), overlap=st.sampled_from([0, 96, 128]))
def test_slices_are_as_few_as_can_be_and_all_alike(length, longest, overlap) -> None:
    parameters = SlicingParameters(max_slice_px=longest, overlap_px=overlap)
    side = fit_slice(length, parameters)
    pieces = max(1, math.ceil((length - overlap) / (longest - overlap)))
    assert side <= longest
    assert side % 32 == 0
    assert pieces * side - (pieces - 1) * overlap >= length
    assert pieces * (side - 32) - (pieces - 1) * overlap < length


def test_a_count_that_touches_the_cap_says_so() -> None:
    rgb, place = bed((0, 0, 3000, 2000)), rectangle(0, 0, 3000, 2000)
    assert not sliced(rgb, place).capped
    assert sliced(rgb, place, max_detections_per_slice=20).capped


@pytest.mark.parametrize("place", [(700, 300, 2700, 1300), (700, 300, 1300, 600), (700, 300, 800, 380)])
@pytest.mark.parametrize(("share", "looks"), [(10, [512]), (20, [512, 768])])
def test_a_tray_is_looked_at_whole_and_again_when_its_plants_are_small(place, share, looks) -> None:
    rgb = paint_picture(3000, 2000)
    side = (place[2] - place[0]) // share
    paint_grid(rgb, place, rows=4, columns=6, side=side, empty=(3,))
    detector = PaintedDetector()
    found = detect_cropped(
        Pyramid.of(rgb), rectangle(*place, kind="plug"), detector=detector, parameters=CropParameters()
    )
    assert [max(shape) for shape in detector.shown] == looks
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
