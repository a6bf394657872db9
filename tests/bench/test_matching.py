import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accuracy.matching import box_ious, match_boxes, match_outlines, match_points
from processing.counting.containers import Container


def boxes(*xyxy):
    return np.array(xyxy, dtype=float).reshape(-1, 4)


def container(kind, x1, y1, x2, y2):
    return Container(kind, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), 0.9)


def wanted(count):
    return np.ones(count, dtype=bool)


def test_iou_of_known_boxes():
    ious = box_ious(boxes((0, 0, 10, 10)), boxes((0, 0, 10, 10), (5, 0, 15, 10), (20, 20, 30, 30)))
    assert ious.tolist() == [[1, pytest.approx(1 / 3), 0]]


def test_each_true_box_is_found_once_by_the_most_confident():
    found = boxes((0, 0, 10, 10), (1, 0, 11, 10), (50, 50, 60, 60))
    matches = match_boxes(found, np.array([0.5, 0.9, 0.8]), boxes((0, 0, 10, 10)), wanted(1))
    assert matches.hit.tolist() == [False, True, False]
    assert matches.found.tolist() == [True]


def test_a_box_on_a_hidden_plant_is_neither_right_nor_wrong():
    true = boxes((0, 0, 10, 10), (40, 0, 50, 10))
    matches = match_boxes(true, np.array([0.9, 0.8]), true, np.array([True, False]))
    assert (matches.hit.tolist(), matches.ignored.tolist()) == ([True, False], [False, True])
    assert matches.found.tolist() == [True, False]


def test_a_wanted_plant_is_preferred_to_a_hidden_one_that_fits_better():
    true = boxes((0, 0, 10, 10), (0, 0, 10, 12))
    matches = match_boxes(boxes((0, 0, 10, 12)), np.array([0.9]), true, np.array([True, False]))
    assert matches.hit.tolist() == [True]


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1000))
def test_hits_and_found_are_the_same_number(n, m, seed):
    rng = np.random.default_rng(seed)
    corners = [rng.uniform(0, 30, (count, 2)) for count in (n, m)]
    found, true = (np.concatenate([low, low + 12], axis=1) for low in corners)
    matches = match_boxes(found, rng.random(n), true, rng.random(m) < 0.7)
    assert matches.hit.sum() == matches.found.sum()
    assert not (matches.hit & matches.ignored).any()


def test_points_take_one_box_each():
    two = boxes((0, 0, 10, 10), (5, 5, 30, 30))
    assert match_points(np.array([[4.0, 4.0], [6.0, 6.0], [90.0, 90.0]]), two) == 2
    assert match_points(np.array([[4.0, 4.0], [3.0, 4.0]]), two) == 1
    assert match_points(np.zeros((0, 2)), two) == 0


def test_right_outlines():
    true = [container("box", 0, 0, 100, 100), container("plug", 200, 0, 300, 100)]
    matches = match_outlines(true, list(reversed(true)))
    assert matches.ious == (1, 1)
    assert (matches.missed, matches.split, matches.merged, matches.misnamed, matches.invented) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("found", "mistakes"),
    [
        ([], {"missed": 2}),
        ([("box", 0, 0, 300, 100)], {"missed": 2, "merged": 2}),
        ([("plug", 0, 0, 100, 100), ("box", 200, 0, 300, 100)], {"missed": 1, "misnamed": 1}),
        ([("box", 0, 0, 60, 100), ("box", 60, 0, 100, 100), ("box", 200, 0, 300, 100)], {"split": 1}),
        ([("box", 0, 0, 100, 100), ("box", 200, 0, 300, 100), ("box", 0, 400, 90, 500)], {"invented": 1}),
    ],
)
def test_mistakes_of_outlines(found, mistakes):
    true = [container("box", 0, 0, 100, 100), container("box", 200, 0, 300, 100)]
    matches = match_outlines(true, [container(*one) for one in found])
    counted = {name: getattr(matches, name) for name in ("missed", "split", "merged", "misnamed", "invented")}
    assert {name: count for name, count in counted.items() if count} == mistakes


def test_outlines_of_a_photo_without_containers():
    matches = match_outlines([], [container("box", 0, 0, 10, 10)])
    assert (matches.ious, matches.missed, matches.invented) == ((), 0, 1)
