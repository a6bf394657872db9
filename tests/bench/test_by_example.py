"""Counting by example on made-up boxes and features; the photos themselves are not part of the repository."""

from pathlib import Path

import numpy as np
import pytest

from bench.accuracy.truth import RealPhoto
from bench.by_example.judging import Seen, count, error_of, number_of, right_counts, with_marks
from bench.by_example.methods import Places, Rule, expected_sides, keep, resemblance
from bench.by_example.pictures import MARKED, Marked
from bench.by_example.views import Tile, View, read_views, save_views


def boxes_at(*centres, side=40.0):
    return np.array([(x - side / 2, y - side / 2, x + side / 2, y + side / 2) for x, y in centres])


MARKS = boxes_at((50, 50), (150, 50), (250, 50), (350, 50), (450, 50))


def seen_with(boxes, votes, away=None):
    away = np.zeros(len(boxes)) if away is None else np.array(away)
    return Seen(MARKS, boxes, np.array(votes, dtype=float), away, 0.0, {})


def marked_with(valid, total=10, ignored=()):
    photo = RealPhoto(Path("a.jpg"), valid, 0, ignored=ignored, points=np.zeros((total, 2), np.float32))
    return Marked(photo, "worst", total, {number: [0.0, 0.0, 9.0, 9.0] for number in range(total)})


def test_a_plant_farther_up_is_expected_to_be_smaller() -> None:
    marks = np.concatenate([boxes_at((50, 100), (90, 100), side=20), boxes_at((50, 900), (90, 900), (9, 900), side=60)])
    near, far = expected_sides(marks, 1000)(boxes_at((0, 900), (0, 100)))
    assert 50 < near < 70
    assert 18 < far < 30


def test_marks_of_one_size_expect_that_size_everywhere() -> None:
    assert expected_sides(MARKS, 1000)(boxes_at((0, 0), (0, 1000))) == pytest.approx([40, 40])


def test_what_lies_on_a_mark_is_not_counted_again() -> None:
    found = np.concatenate([MARKS + 2, boxes_at((550, 50))])
    assert len(keep(found, np.full(6, 0.9), MARKS, 0.2, Rule())) == 6


def test_boxes_as_sure_as_the_marks_are_counted() -> None:
    found = np.concatenate([MARKS, boxes_at((550, 50), (650, 50))])
    seen = seen_with(found, [0.1] * 5 + [0.09, 0.04])
    assert len(count(seen, Rule(share=0.5))) == 6
    assert len(count(seen, Rule(share=0.3))) == 7


def test_marks_that_the_detector_does_not_see_lower_the_bar_no_further_than_allowed() -> None:
    seen = seen_with(boxes_at((550, 50), (650, 50)), [0.02, 0.06])
    assert len(count(seen, Rule(least_vote=0.05))) == 6


def test_boxes_of_another_size_are_not_counted() -> None:
    found = np.concatenate([MARKS, boxes_at((550, 50))])
    assert len(count(seen_with(found, [0.5] * 6, [0] * 5 + [1.1]), Rule(size_spread=0.4))) == 5


def test_the_plain_count_gets_the_marks_that_it_missed() -> None:
    assert len(with_marks(boxes_at((50, 50), (150, 52), (700, 50)), MARKS)) == 6
    assert len(with_marks(np.zeros((0, 4)), MARKS)) == MARKED


def test_only_what_was_marked_is_right() -> None:
    assert right_counts(marked_with((10, 11, 12, 30))) == [10, 11, 12]
    assert right_counts(marked_with((10, 12))) == [10]
    assert error_of(marked_with((10, 12)), 12) == pytest.approx(0.2)


def test_ignored_areas_are_not_counted() -> None:
    assert number_of(marked_with((10,), ignored=((0, 0, 100, 100),)), MARKS) == 4


def test_the_same_seed_marks_the_same_plants() -> None:
    marked = marked_with((10,))
    assert marked.draw(3).shape == (MARKED, 4)
    assert (marked.draw(3) == marked.draw(3)).all()


@pytest.fixture
def view():
    """A look at 512 px with noise, and a pattern at every plant of two rows."""
    random = np.random.default_rng(1)
    fine, coarse = random.normal(size=(64, 64, 64)), random.normal(size=(128, 32, 32))
    pattern = random.normal(size=64)
    for x in range(50, 500, 100):
        for y in (50, 250):
            fine[:, y // 8 - 2 : y // 8 + 3, x // 8 - 2 : x // 8 + 3] += 3 * pattern[:, None, None]
    tile = Tile((0, 0, 512, 512), fine.astype(np.float16), coarse.astype(np.float16))
    return View(1.0, (512, 512), MARKS.astype(np.float32), np.full((5, 3), 0.5, np.float32), (tile,))


def test_what_looks_like_the_marks_resembles_them(view) -> None:
    places = Places([view], 40)
    others = np.concatenate([boxes_at((50, 250), (250, 250), (450, 250)), boxes_at((50, 450), (250, 450))])
    alike, own = resemblance(places, places.around(others), places.around(MARKS), 0.3)
    assert np.median(own) == pytest.approx(1)
    assert alike[:3].min() > 0.6
    assert alike[3:].max() < 0.4


def test_what_was_seen_is_kept(view, tmp_path) -> None:
    save_views(tmp_path / "a.npz", [view, view])
    first, second = read_views(tmp_path / "a.npz")
    assert (first.scale, second.size) == (1.0, (512, 512))
    assert (first.tiles[0].fine == view.tiles[0].fine).all()
