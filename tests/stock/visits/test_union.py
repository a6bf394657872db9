"""Plants that several photos of a visit show are counted once, whatever overlaps with whatever."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock.visits.union import Shared, Shown, pairs_of, seen_before, take_off

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def places(*plants):
    return tuple(((plant, 0), (plant, 0)) for plant in plants)


def test_a_plant_belongs_to_the_first_photo_that_shows_it():
    photos = [Shown(A, 100, 100), Shown(B, 80, 80)]
    assert seen_before(photos, [Shared(A, B, places(*range(30)))]) == {A: 0, B: 30}
    assert seen_before(photos[::-1], [Shared(A, B, places(*range(30)))]) == {A: 30, B: 0}


def test_a_plant_that_three_photos_show_counts_once():
    photos = [Shown(A, 10, 10), Shown(B, 10, 10), Shown(C, 10, 10)]
    shared = [Shared(A, B, places(1, 2)), Shared(B, C, places(1, 2)), Shared(A, C, places(1, 2, 3))]
    assert seen_before(photos, shared) == {A: 0, B: 2, C: 3}


def test_hidden_plants_are_shared_as_the_located_ones_are():
    """Of 50 located plants that stand for 100, ten were seen before: they stand for twenty."""
    assert seen_before([Shown(A, 70, 70), Shown(B, 100, 50)], [Shared(A, B, places(*range(10)))]) == {A: 0, B: 20}


def test_what_a_person_says_replaces_the_places():
    photos = [Shown(A, 100, 50), Shown(B, 100, 50)]
    assert seen_before(photos, [Shared(A, B, places(1), number=7)]) == {A: 0, B: 7}
    assert seen_before(photos, [Shared(A, B, places(1), number=0)]) == {A: 0, B: 0}


def test_photos_that_do_not_count_take_nothing_off():
    assert seen_before([Shown(B, 10, 10)], [Shared(A, B, places(1)), Shared(B, C, number=3)]) == {B: 0}


bays = st.lists(st.frozensets(st.integers(0, 25)), min_size=1, max_size=5)


@given(bays)
def test_sum_without_what_was_seen_before_is_the_number_of_plants(shown):
    images = [UUID(int=index + 1) for index in range(len(shown))]
    plants = dict(zip(images, shown, strict=True))
    photos = [Shown(image, len(plants[image]), len(plants[image])) for image in images]
    shared = [Shared(one, other, places(*(plants[one] & plants[other]))) for one, other in pairs_of(images)]
    repeated = seen_before(photos, shared)
    assert sum(photo.quantity - repeated[photo.image] for photo in photos) == len(frozenset().union(*shown))


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3), st.lists(st.integers(0, 99), min_size=3, max_size=3))
def test_no_photo_loses_more_than_it_has(quantities, said):
    photos = [Shown(image, quantity) for image, quantity in zip((A, B, C), quantities, strict=True)]
    shared = [Shared(*pair, number=number) for pair, number in zip(pairs_of([A, B, C]), said, strict=True)]
    for photo in photos:
        assert 0 <= seen_before(photos, shared)[photo.image] <= photo.quantity


@given(st.dictionaries(st.integers(), st.integers(0, 50), min_size=1), st.data())
def test_batches_lose_their_share(plants, data):
    repeated = data.draw(st.integers(0, sum(plants.values())))
    left = take_off(plants, repeated)
    assert sum(left.values()) == sum(plants.values()) - repeated
    total = sum(plants.values()) or 1
    for batch, number in plants.items():
        assert 0 <= left[batch] <= number
        assert abs(number - left[batch] - number * repeated / total) < 1


def test_more_than_there_is_cannot_be_taken_off():
    with pytest.raises(ValueError, match="more plants"):
        take_off({1: 3}, 4)
