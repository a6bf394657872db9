from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from stock.visits.grouping import (
    CHOSEN,
    LONGEST_BREAK,
    PARTS,
    RETAKE,
    Photo,
    count_visit,
    group_visits,
    suggest,
    suggested_answer,
)

DAY = datetime(2025, 10, 8, tzinfo=UTC)


def photo(number, quantity=100, *, minute=None, **fields):
    minute = number if minute is None else minute
    return Photo(UUID(int=number), 1, quantity, DAY + timedelta(minutes=minute), **fields)


def numbers(photos):
    return [photo.image.int for photo in photos]


def test_photos_within_half_an_hour_are_one_visit_and_later_ones_another():
    visits = group_visits([photo(3, minute=90), photo(2, minute=25), photo(1, minute=0), photo(4, minute=121)])
    assert [numbers(visit) for visit in visits] == [[1, 2], [3], [4]]


def test_a_new_cycle_begins_a_new_visit():
    assert [numbers(visit) for visit in group_visits([photo(1, cycle=1), photo(2, cycle=2)])] == [[1], [2]]


def test_one_photo_asks_nothing():
    outcome = count_visit([photo(1)], "")
    assert (numbers(outcome.counted), outcome.is_open) == ([1], False)


def test_unlike_photos_are_added_and_ask():
    photos = [photo(1, 84, part=1), photo(2, 94, part=2)]
    outcome = count_visit(photos, "")
    assert (numbers(outcome.counted), outcome.is_open) == ([1, 2], True)
    assert suggested_answer(photos) == PARTS


def test_like_photos_replace_each_other_and_ask():
    photos = [photo(1, part=1), photo(2, part=1)]
    outcome = count_visit(photos, "")
    assert (numbers(outcome.counted), outcome.is_open) == ([2], True)
    assert suggested_answer(photos) == RETAKE


def test_parts_with_a_retake_of_one():
    photos = [photo(1, part=1), photo(2, part=2), photo(3, part=1)]
    assert numbers(suggest(photos)) == [2, 3]
    assert suggested_answer(photos) == CHOSEN


def test_without_pictures_the_newest_stands_alone_and_asks():
    photos = [photo(1, 84), photo(2, 94)]
    outcome = count_visit(photos, "")
    assert (numbers(outcome.counted), outcome.is_open) == ([2], True)
    assert suggested_answer(photos) == ""


def test_one_picture_in_two_files_counts_once_and_asks_nothing():
    photos = [photo(1, part=1, minute=0), photo(2, part=1, minute=0)]
    for answer in ("", PARTS, RETAKE):
        outcome = count_visit([*map(covered, photos)] if answer else photos, answer)
        assert (numbers(outcome.counted), outcome.is_open) == ([2], False)


def covered(entry, **fields):
    return Photo(**{**vars(entry), "covered": True, **fields})


def test_answers():
    photos = [covered(photo(number, part=number)) for number in (1, 2, 3)]
    assert numbers(count_visit(photos, PARTS).counted) == [1, 2, 3]
    assert numbers(count_visit(photos, RETAKE).counted) == [3]
    left_out = [photos[0], covered(photos[1], left_out=True), photos[2]]
    assert numbers(count_visit(left_out, CHOSEN).counted) == [1, 3]
    assert not any(count_visit(left_out, answer).is_open for answer in (PARTS, RETAKE, CHOSEN))


def test_a_photo_that_comes_after_the_answer_follows_it_when_its_picture_agrees():
    parts = [covered(photo(1, part=1)), covered(photo(2, part=2)), photo(3, part=3)]
    assert numbers(count_visit(parts, PARTS).counted) == [1, 2, 3]
    retakes = [covered(photo(1, part=1)), covered(photo(2, part=1)), photo(3, part=1)]
    assert numbers(count_visit(retakes, RETAKE).counted) == [3]
    assert not count_visit(parts, PARTS).is_open
    assert not count_visit(retakes, RETAKE).is_open


def test_a_photo_that_contradicts_the_answer_waits_for_another():
    for answer, part in ((PARTS, 2), (RETAKE, 3), (CHOSEN, 3), (PARTS, None)):
        first = 1 if answer != RETAKE else 2
        photos = [covered(photo(1, part=first)), covered(photo(2, part=2)), photo(3, part=part)]
        outcome = count_visit(photos, answer)
        assert outcome.is_open
        assert 3 not in numbers(outcome.counted)


def test_what_the_uploader_said_covers_a_photo():
    photos = [covered(photo(1, part=1)), photo(2, part=1, said=PARTS)]
    assert numbers(count_visit(photos, PARTS).counted) == [1, 2]


def test_an_answer_of_which_no_photo_is_left_asks_again():
    photos = [covered(photo(1, part=1), left_out=True), covered(photo(2, part=2), left_out=True)]
    outcome = count_visit(photos, CHOSEN)
    assert (numbers(outcome.counted), outcome.is_open) == ([1, 2], True)


entries = st.lists(
    st.builds(
        lambda minute, part, said, is_covered, left_out: (minute, part, said, is_covered, left_out),
        st.integers(0, 300),
        st.none() | st.integers(1, 4),
        st.sampled_from(["", PARTS, RETAKE]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


def build(rows):
    return [
        photo(number, 10, minute=minute, part=part, said=said, covered=is_covered, left_out=left_out)
        for number, (minute, part, said, is_covered, left_out) in enumerate(rows)
    ]


@given(rows=entries)
def test_every_photo_is_in_one_visit_whatever_the_order(rows):
    photos = build(rows)
    visits = group_visits(photos)
    assert sorted(entry.image for visit in visits for entry in visit) == sorted(entry.image for entry in photos)
    assert visits == group_visits(reversed(photos))
    for visit in visits:
        assert all(after.moment - before.moment <= LONGEST_BREAK for before, after in pairwise(visit))
    for one, other in pairwise(visits):
        assert other[0].moment - one[-1].moment > LONGEST_BREAK


@given(rows=entries, answer=st.sampled_from(["", PARTS, RETAKE, CHOSEN]))
def test_a_visit_always_has_a_number_and_says_when_it_may_be_wrong(rows, answer):
    for visit in group_visits(build(rows)):
        outcome = count_visit(visit, answer)
        assert outcome.counted
        assert set(outcome.counted) <= set(visit)
        if answer == "" and len(visit) > 1 and len({entry.part for entry in visit}) > 1:
            assert outcome.is_open
        if not outcome.is_open and answer == PARTS:
            assert len(outcome.counted) >= len({entry.part for entry in visit})
