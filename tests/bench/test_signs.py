import numpy as np
import pytest

from bench.accuracy.models import Models, in_use
from bench.accuracy.signs import (
    Vote,
    look_difference,
    read_signs,
    recorded_votes,
    size_irregularity,
    spacing_irregularity,
    touching_frame,
)
from processing.counting.boxes import make_detections
from processing.counting.containers import Container
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.pyramid import Pyramid
from processing.counting.voting import Look, vote
from processing.pipeline.photo_count import count_picture
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture

VOTING = DEFAULT_PARAMETERS.voting
SIZE = (1000, 1000)
EVERYWHERE = Container("segment", ((0, 0), (1000, 0), (1000, 1000), (0, 1000)), 0.9)


def keep_all(boxes):
    return np.arange(len(boxes))


def plants(number, *, confidence=0.8, side=56, step=100):
    places = [(step * (n % 8), step * (n // 8)) for n in range(number)]
    return make_detections([(x, y, x + side, y + side) for x, y in places], [confidence] * number, [0] * number)


def voted(*looks):
    return Vote(tuple(looks), SIZE, keep_all, vote(looks, SIZE, suppress=keep_all, parameters=VOTING))


def test_looks_differ_by_the_two_in_which_the_plants_are_legible():
    fine, finer, coarse = Look(1.0, plants(10)), Look(1.4, plants(8)), Look(0.1, plants(2))
    assert look_difference([EVERYWHERE], [voted(coarse, fine, finer)], VOTING) == pytest.approx(2 / 10)
    assert look_difference([EVERYWHERE], [voted(fine)], VOTING) is None


def squares(centres_and_sides):
    boxes = [(x - side / 2, y - side / 2, x + side / 2, y + side / 2) for x, y, side in centres_and_sides]
    return make_detections(boxes, [0.9] * len(boxes), [0] * len(boxes))


def test_sizes_that_grow_towards_the_camera_are_regular():
    centres = [(x, y) for y in (100, 400, 700) for x in (100, 400, 700)]
    deep = squares([(x, y, 20 * 2 ** (y / 300)) for x, y in centres])
    uneven = squares([(x, y, 20 * (1 + number % 2)) for number, (x, y) in enumerate(centres)])
    assert size_irregularity(deep, SIZE) < 0.01
    assert size_irregularity(uneven, SIZE) > 0.3
    assert size_irregularity(deep.select(np.arange(3)), SIZE) is None


def test_a_grid_is_spaced_evenly():
    assert spacing_irregularity(plants(16)) == pytest.approx(0, abs=1e-6)
    assert spacing_irregularity(plants(16).select(np.array([0, 1, 2, 9, 15]))) > 0.1
    assert spacing_irregularity(plants(2)) is None


def test_boxes_at_the_border_are_cut_by_the_frame():
    boxes = make_detections([(0, 400, 50, 450), (400, 400, 450, 450), (960, 400, 999, 450)], [0.9] * 3, [0] * 3)
    assert touching_frame(boxes, SIZE).tolist() == [True, False, True]


def test_the_signs_of_a_painted_tray_are_those_of_a_sure_count():
    rgb = paint_picture(800, 600)
    paint_container(rgb, "plug", (100, 100, 700, 500))
    paint_grid(rgb, (100, 100, 700, 500), rows=4, columns=6, side=40, empty=(3, 8))
    with in_use(Models(PaintedDetector(), PaintedSegmenter(), {})), recorded_votes() as votes:
        counted = count_picture(Pyramid.of(rgb))
    signs = read_signs(counted, votes, DEFAULT_PARAMETERS)
    assert signs["mean_vote"] > 0.7
    assert signs["share_of_low_votes"] == signs["uncertain_share"] == signs["difference_of_looks"] == 0
    assert signs["difference_to_whole_photo"] == signs["share_cut_by_frame"] == signs["share_estimated"] == 0
    assert signs["irregular_sizes"] < 0.1
    assert signs["irregular_spacing"] < 0.1
    assert signs["share_empty"] == pytest.approx(2 / 24)
    assert read_signs(counted, votes[:1], DEFAULT_PARAMETERS) == {}, "a container that was not counted has no signs"


def test_a_photo_of_nothing_has_hardly_a_sign():
    with in_use(Models(PaintedDetector(), PaintedSegmenter(), {})), recorded_votes() as votes:
        counted = count_picture(Pyramid.of(paint_picture(400, 300)))
    signs = read_signs(counted, votes, DEFAULT_PARAMETERS)
    assert signs["mean_vote"] is None
    assert signs["container_confidence"] is None
    assert signs["share_estimated"] == 0
