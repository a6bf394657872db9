"""Corrections by position: exact on the run they were made on, and still true on a run that found other things."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.boxes import DEAD, EMPTY, PLANT, make_detections
from processing.counting.containers import Container
from processing.counting.corrections import (
    ADDED,
    FOUND,
    NO_CONTAINER,
    RETYPED,
    SAME_PLACE_SHARE,
    Change,
    Counts,
    FoundPhoto,
    Mark,
    apply_marks,
    find_change,
)

SIDE = 40.0
COLUMNS = 6
BED = Container("segment", ((0, 0), (480, 0), (480, 480), (0, 480)), 0.9)
TRAY = Container("plug", ((240, 0), (480, 0), (480, 240), (240, 240)), 0.8)
CLASSES = st.sampled_from((PLANT, EMPTY, DEAD))
PLACES = st.integers(0, COLUMNS * COLUMNS - 1)
DRIFT = st.floats(-0.15 * SIDE, 0.15 * SIDE)


def place_xy(place: int) -> tuple[float, float]:
    """Places a plant's side apart."""
    row, column = divmod(place, COLUMNS)
    return 40 + column * SIDE * 1.5, 40 + row * SIDE * 1.5


def photo_of(things: dict[int, tuple[int, float, float]], containers=(BED,)) -> FoundPhoto:
    """A photo with things at places: {place: (class, dx, dy)}."""
    boxes = []
    for place, (_, dx, dy) in things.items():
        x, y = place_xy(place)
        boxes.append((x + dx - SIDE / 2, y + dy - SIDE / 2, x + dx + SIDE / 2, y + dy + SIDE / 2))
    detections = make_detections(boxes, [0.9] * len(boxes), [thing[0] for thing in things.values()])
    return FoundPhoto(containers, detections, np.zeros(len(boxes), dtype=np.intp), (600, 500))


def mark_at(place: int, action: str, class_id: int = PLANT) -> Mark:
    return Mark(action, *place_xy(place), class_id)


MARKS = st.lists(st.builds(mark_at, PLACES, st.sampled_from(("add", "remove", "retype")), CLASSES), max_size=12)
THINGS = st.dictionaries(PLACES, st.tuples(CLASSES, DRIFT, DRIFT), max_size=20)


def standing(corrected) -> dict[int, int]:
    """What stands at each place."""
    found = {}
    for (x, y), class_id in zip(corrected.centres[corrected.alive], corrected.class_id[corrected.alive], strict=True):
        place = min(range(COLUMNS**2), key=lambda p: (place_xy(p)[0] - x) ** 2 + (place_xy(p)[1] - y) ** 2)
        assert place not in found, "one thing at each place"
        found[place] = int(class_id)
    return found


@given(THINGS, MARKS)
def test_the_last_word_about_a_place_stands_whatever_a_run_found(things, marks) -> None:
    expected = {place: class_id for place, (class_id, _, _) in things.items()}
    by_xy = {place_xy(place): place for place in range(COLUMNS**2)}
    for mark in marks:
        place = by_xy[(mark.x_px, mark.y_px)]
        if mark.action != "remove":
            expected[place] = mark.class_id
        elif expected.get(place) == mark.class_id:
            del expected[place]
    assert standing(apply_marks(photo_of(things), marks)) == expected


@given(THINGS, MARKS)
def test_a_run_that_finds_what_people_said_is_not_changed_by_it(things, marks) -> None:
    after = apply_marks(photo_of(things), marks)
    learnt = photo_of({place: (class_id, 0.0, 0.0) for place, class_id in standing(after).items()})
    assert standing(apply_marks(learnt, marks)) == standing(after)


@given(THINGS, MARKS)
def test_changes_are_the_difference_between_what_was_found_and_what_stands(things, marks) -> None:
    photo = photo_of(things, containers=(BED, TRAY))
    corrected = apply_marks(photo, marks)
    changes = [find_change(corrected, index) for index in (0, 1, NO_CONTAINER)]
    plants = sum(change.plants_added + change.plants_changed for change in changes)
    empty, dead = sum(change.empty for change in changes), sum(change.dead for change in changes)
    after = list(standing(corrected).values())
    before = [class_id for class_id, _, _ in things.values()]
    assert [plants, empty, dead] == [after.count(c) - before.count(c) for c in (PLANT, EMPTY, DEAD)]


@given(
    st.builds(Counts, st.integers(0, 99), st.integers(0, 99), st.integers(0, 9), st.integers(0, 9)),
    st.builds(Change, st.integers(0, 20), st.integers(-20, 20), st.integers(-9, 9), st.integers(-9, 9)),
)
def test_no_count_is_negative_or_estimated_below_what_is_seen(counts, change) -> None:
    after = counts.corrected(change)
    assert after.estimated >= after.detected >= 0
    assert min(after.empty, after.dead) >= 0


def test_added_plants_are_first_taken_from_the_hidden_ones() -> None:
    counts = Counts(detected=100, estimated=110)
    assert counts.corrected(Change(plants_added=4)) == Counts(detected=104, estimated=110)
    assert counts.corrected(Change(plants_added=12)) == Counts(detected=112, estimated=112)
    assert counts.corrected(Change(plants_changed=-3)) == Counts(detected=97, estimated=107)


def test_a_place_means_its_plant_and_not_the_neighbour() -> None:
    photo = photo_of({0: (PLANT, 0.0, 0.0)})
    x, y = place_xy(0)
    beside = SIDE * (SAME_PLACE_SHARE + 0.02)
    assert apply_marks(photo, [Mark("remove", x + beside, y, PLANT)]).alive.all()
    assert len(apply_marks(photo, [Mark("add", x + beside, y, PLANT)]).alive) == 2


def test_removing_a_plant_leaves_the_empty_place_that_was_seen_with_it() -> None:
    x, y = place_xy(0)
    box = (x - 20, y - 20, x + 20, y + 20)
    both = FoundPhoto((), make_detections([box, box], [0.9, 0.9], [EMPTY, PLANT]), np.array([-1, -1]), (600, 500))
    assert apply_marks(both, [Mark("remove", x, y, PLANT)]).alive.tolist() == [True, False]


def test_what_is_added_lies_in_the_smallest_container_and_has_its_usual_size() -> None:
    photo = photo_of({0: (PLANT, 0.0, 0.0)}, containers=(BED, TRAY))
    marks = [Mark("add", 300, 100, PLANT), Mark("add", 100, 300, PLANT), Mark("add", 590, 490, DEAD)]
    corrected = apply_marks(photo, marks)
    assert corrected.container_index.tolist() == [0, 1, 0, NO_CONTAINER]
    assert corrected.side_px.tolist() == [SIDE] * 4
    empty = FoundPhoto((), make_detections([], [], []), np.zeros(0, dtype=np.intp), (600, 500))
    assert apply_marks(empty, marks[:1]).side_px.tolist() == [12.0]


def test_each_box_tells_where_it_comes_from() -> None:
    photo = photo_of({0: (PLANT, 0.0, 0.0), 1: (PLANT, 0.0, 0.0)})
    corrected = apply_marks(photo, [mark_at(1, "retype", DEAD), mark_at(2, "add", EMPTY)])
    assert corrected.origin.tolist() == [FOUND, RETYPED, ADDED]
    assert photo.detections.class_id.tolist() == [PLANT, PLANT], "what was found stays as it is"


def test_a_tap_finds_the_nearest_box_by_its_own_size() -> None:
    corrected = apply_marks(photo_of({0: (PLANT, 0.0, 0.0), 1: (EMPTY, 0.0, 0.0)}), [])
    x, y = place_xy(0)
    assert corrected.nearest(x + 29, y, within_sides=0.75) == 0
    assert corrected.nearest(x + 31, y, within_sides=0.75) == 1
    assert corrected.nearest(x + 29, y, within_sides=0.75, class_id=EMPTY) is None
    assert corrected.nearest(x, y + 400, within_sides=0.75) is None


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown class"):
        Mark("add", 1, 1, 3)
    with pytest.raises(ValueError, match="needs a container"):
        FoundPhoto((), make_detections([(0, 0, 1, 1)], [0.5], [0]), np.zeros(0, dtype=np.intp), (10, 10))
