from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.counting.boxes import make_detections
from processing.counting.containers import (
    Container,
    crop_window,
    draw_mask,
    find_in_photo,
    outline_mask,
    owned_detections,
    points_inside,
    resolve_overlaps,
)
from processing.counting.parameters import SegmentationParameters
from processing.counting.pyramid import Pyramid
from tests.processing.fakes import PaintedSegmenter, paint_container, paint_grid, paint_picture

PARAMETERS = SegmentationParameters()


def rectangle(x1, y1, x2, y2, *, kind="segment", confidence=0.9) -> Container:
    return Container(kind, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), confidence)


def points(*xy):
    return np.array(xy, dtype=np.float32).reshape(-1, 2)


def dots(*xy):
    return make_detections([(x - 1, y - 1, x + 1, y + 1) for x, y in xy], [0.5] * len(xy), [0] * len(xy))


@pytest.mark.parametrize(("kind", "polygon"), [("pallet", ((0, 0), (1, 0), (1, 1))), ("box", ((0, 0), (1, 1)))])
def test_nonsense_is_refused(kind, polygon) -> None:
    with pytest.raises(ValueError, match="container"):
        Container(kind, polygon, 0.5)


def test_a_self_crossing_outline_still_has_an_area() -> None:
    bow = Container("segment", ((0, 0), (10, 10), (10, 0), (0, 10)), 0.5)
    assert bow.shape.is_valid
    assert bow.area_px == pytest.approx(25)


def test_mask_gaps_are_closed_and_holes_filled() -> None:
    mask = np.zeros((400, 400), dtype=bool)
    mask[100:300, 100:300] = True
    mask[150:180, 150:180] = False  # a plant seen as a hole
    mask[100:300, 200:204] = False  # a gap between two rows
    corners = outline_mask(mask, close_share=0.015, simplify_share=0.002)
    assert cv2.contourArea(corners) == pytest.approx(200 * 200, rel=0.03)


def test_a_mask_at_the_border_reaches_the_border() -> None:
    mask = np.zeros((200, 200), dtype=bool)
    mask[:, :80] = True
    corners = outline_mask(mask, close_share=0.02, simplify_share=0.002)
    assert corners.min() == 0
    assert corners[:, 1].max() == 199


def test_an_empty_mask_has_no_outline() -> None:
    assert outline_mask(np.zeros((50, 50), dtype=bool), close_share=0.015, simplify_share=0.002) is None


@pytest.mark.parametrize("size", [(4000, 3000), (1000, 750), (400, 300)])
def test_containers_are_found_in_full_image_pixels(size) -> None:
    width, height = size
    rgb = paint_picture(width, height)
    place = (width // 8, height // 4, width // 2, height * 3 // 4)
    paint_container(rgb, "box", place)
    paint_grid(rgb, place, rows=4, columns=5, side=max(2, width // 200))
    (found,) = find_in_photo(Pyramid.of(rgb), PaintedSegmenter(), PARAMETERS)
    assert found.kind == "box"
    assert found.xyxy == pytest.approx(place, abs=width / 100)


def test_nothing_in_the_photo_is_no_container() -> None:
    assert find_in_photo(Pyramid.of(paint_picture(300, 200)), PaintedSegmenter(), PARAMETERS) == ()


class UnsureSegmenter(PaintedSegmenter):
    """The crates of a photo with the given confidences, those of at least the asked one."""

    def __init__(self, *confidences):
        self.confidences = confidences

    def segment(self, rgb, *, confidence, **options):
        found = super().segment(rgb, confidence=confidence, **options)
        told = [replace(mask, confidence=own) for mask, own in zip(found, self.confidences, strict=True)]
        return [mask for mask in told if mask.confidence >= confidence]


@pytest.mark.parametrize(
    ("confidences", "found"), [((0.8, 0.3), [0.8]), ((0.35, 0.3), [0.35, 0.3]), ((0.35, 0.1), [0.35]), ((0.1, 0.1), [])]
)
def test_what_is_unsure_counts_only_where_nothing_is_sure(confidences, found) -> None:
    rgb = paint_picture(600, 400)
    for left in (50, 350):
        paint_container(rgb, "box", (left, 100, left + 200, 300))
    containers = find_in_photo(Pyramid.of(rgb), UnsureSegmenter(*confidences), PARAMETERS)
    assert [container.confidence for container in containers] == found


def test_a_second_look_at_the_same_thing_is_dropped_whatever_its_kind() -> None:
    tray = rectangle(0, 0, 100, 100, kind="plug", confidence=0.8)
    again = rectangle(3, 2, 104, 99, kind="box", confidence=0.5)
    assert resolve_overlaps([again, tray], PARAMETERS) == (tray,)


def test_two_pieces_of_one_bed_are_joined() -> None:
    bed, piece = rectangle(0, 0, 200, 100), rectangle(160, 0, 240, 100, confidence=0.4)
    assert resolve_overlaps([bed, piece], PARAMETERS)[0] == bed
    piece = rectangle(120, 0, 220, 100, confidence=0.4)
    (joined,) = resolve_overlaps([bed, piece], PARAMETERS)
    assert joined.area_px == pytest.approx(220 * 100)
    assert joined.confidence == bed.confidence


def test_cells_found_as_crates_in_a_tray_are_dropped_and_so_is_a_group_of_crates() -> None:
    tray = rectangle(0, 0, 400, 400, kind="plug", confidence=0.9)
    cells = [rectangle(x, 10, x + 90, 100, kind="box", confidence=0.6) for x in (10, 110, 210)]
    assert resolve_overlaps([tray, *cells], PARAMETERS) == (tray,)
    group = rectangle(0, 0, 400, 400, kind="box", confidence=0.4)
    assert resolve_overlaps([group, *cells], PARAMETERS) == tuple(cells)


def test_a_crate_on_a_bed_and_neighbours_stay() -> None:
    bed, crate, neighbour = (
        rectangle(0, 0, 400, 300),
        rectangle(50, 50, 120, 120, kind="box", confidence=0.95),
        rectangle(390, 0, 700, 300, confidence=0.7),
    )
    assert set(resolve_overlaps([bed, crate, neighbour], PARAMETERS)) == {bed, crate, neighbour}


def test_points_on_the_outline_are_inside() -> None:
    inside = points_inside(rectangle(10, 10, 20, 20), points((15, 15), (10, 15), (9.9, 15), (30, 30)))
    assert inside.tolist() == [True, True, False, False]


def test_mask_over_a_window_is_in_the_window_s_pixels() -> None:
    mask = draw_mask(rectangle(100, 50, 200, 150), (80, 40, 220, 160), 0.5)
    assert mask.shape == (60, 70)
    ys, xs = np.nonzero(mask)
    assert (xs.min(), ys.min()) == (10, 5)
    assert mask.sum() == pytest.approx(50 * 50, rel=0.06)


def test_crop_window_stays_inside_the_photo() -> None:
    assert crop_window(rectangle(-5, 10.2, 300, 70.1), (100, 80)) == (0, 10, 100, 71)
    assert crop_window(rectangle(150, 150, 160, 160), (100, 80)) == (99, 79, 100, 80)


def test_a_plant_on_a_crate_belongs_to_the_crate_not_to_the_bed_around_it() -> None:
    bed, crate = rectangle(0, 0, 100, 100), rectangle(40, 40, 60, 60, kind="box", confidence=0.5)
    on_bed, on_crate = owned_detections([bed, crate], [dots((10, 10), (50, 50)), dots((50, 50), (10, 10))])
    assert on_bed.centres.tolist() == [[10, 10]]
    assert on_crate.centres.tolist() == [[50, 50]]


def test_each_container_needs_its_detections() -> None:
    with pytest.raises(ValueError, match="one set"):
        owned_detections([rectangle(0, 0, 1, 1)], [])


corner = st.integers(0, 80)
side = st.integers(10, 60)


@settings(max_examples=60)
@given(
    places=st.lists(st.tuples(corner, corner, side, side), min_size=1, max_size=5),
    plants=st.lists(st.tuples(st.integers(1, 139), st.integers(1, 139)), max_size=30, unique=True),
)
def test_no_plant_is_counted_twice_and_none_in_a_container_is_lost(places, plants) -> None:
    containers = [rectangle(x, y, x + w, y + h) for x, y, w, h in places]
    owned = owned_detections(containers, [dots(*plants)] * len(containers))
    kept = [tuple(centre) for boxes in owned for centre in boxes.centres.tolist()]
    assert len(kept) == len(set(kept))
    covered = [p for p in plants if any(points_inside(c, points(p)).any() for c in containers)]
    assert set(kept) == {(float(x), float(y)) for x, y in covered}
