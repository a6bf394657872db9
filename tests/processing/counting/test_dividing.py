import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.dividing import DrawnPart, Part, SideOfPhoto, apportion, divide, divide_by_regions


def test_listed_containers_go_to_their_product_and_the_others_to_none():
    parts = [Part(frozenset({1, 2})), Part(frozenset({4}))]
    assert divide(100, {1: 10, 2: 20, 3: 30, 4: 40}, parts) == (30, 40, 30)


def test_a_share_is_of_what_is_outside_the_listed_containers():
    parts = [Part(frozenset({1})), Part(share_percent=25)]
    assert divide(100, {1: 20, 2: 80}, parts) == (20, 20, 60)


def test_shares_of_the_whole_leave_nothing_and_lose_nothing():
    parts = [Part(share_percent=33), Part(share_percent=33), Part(share_percent=34)]
    assert divide(10, {}, parts) == (3, 3, 4, 0)
    assert divide(1, {}, parts) == (0, 0, 1, 0)


def test_plants_outside_all_containers_belong_to_none():
    assert divide(57, {1: 50}, [Part(frozenset({1}))]) == (50, 7)


def test_a_container_that_is_not_in_the_photo_has_no_plants():
    assert divide(50, {1: 50}, [Part(frozenset({1})), Part(frozenset({2}))]) == (50, 0, 0)


def test_a_total_below_its_containers_is_reduced_in_proportion():
    assert divide(50, {1: 60, 2: 40}, [Part(frozenset({1})), Part(frozenset({2}))]) == (30, 20, 0)


def test_without_parts_all_belong_to_none():
    assert divide(12, {1: 12}, []) == (12,)


@pytest.mark.parametrize(
    ("total", "containers", "parts"),
    [
        (-1, {}, []),
        (1, {1: -1}, []),
        (1, {}, [Part(frozenset({1})), Part(frozenset({1, 2}))]),
        (1, {}, [Part(share_percent=60), Part(share_percent=50)]),
        (1, {}, [Part(share_percent=-1)]),
    ],
)
def test_nonsense_is_refused(total, containers, parts):
    with pytest.raises(ValueError, match=r"cannot"):
        divide(total, containers, parts)


@st.composite
def places(draw):
    """Parts that share no container and no more than the whole."""
    owner = draw(st.dictionaries(st.integers(1, 8), st.integers(0, 2), max_size=8))
    named = [Part(frozenset(n for n, part in owner.items() if part == index)) for index in range(3)]
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2)))
    found = Part(found=draw(st.integers(0, 300)))
    return [*named, found, Part(share_percent=cuts[0]), Part(share_percent=cuts[1] - cuts[0])]


counts = st.dictionaries(st.integers(1, 8), st.integers(0, 500), max_size=8)


@given(total=st.integers(0, 5000), containers=counts, parts=places())
def test_the_parts_always_sum_to_the_total(total, containers, parts):
    divided = divide(total, containers, parts)
    assert sum(divided) == total
    assert min(divided) >= 0
    assert len(divided) == len(parts) + 1


@given(containers=counts, parts=places(), outside=st.integers(0, 100))
def test_a_listed_container_counts_exactly(containers, parts, outside):
    total = sum(containers.values()) + outside + sum(part.found for part in parts)
    for part, number in zip(parts, divide(total, containers, parts), strict=False):
        if not part.share_percent:
            assert number == part.found + sum(containers.get(name, 0) for name in part.numbers)


@given(number=st.integers(0, 10**6), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
def test_apportioned_numbers_are_within_one_of_their_share(number, weights):
    portions = apportion(number, weights)
    assert sum(portions) == number
    for portion, weight in zip(portions, weights, strict=True):
        assert abs(portion * sum(weights) - number * weight) < sum(weights)
        assert weight or not portion


PHOTO_WH = (1000, 500)
TRIANGLE = DrawnPart(((0, 0), (100, 0), (0, 100)))
CENTRES = np.array([[100, 50], [399, 450], [400, 50], [900, 450]], dtype=np.float64)


@pytest.mark.parametrize(
    ("sides", "divided"),
    [
        ([("left", 40), ("right", 60)], (2, 2, 0)),
        ([("right", 20)], (1, 3)),
        ([("top", 50), ("bottom", 50)], (2, 2, 0)),
        ([("bottom", 5)], (0, 4)),
    ],
)
def test_plants_stand_on_the_side_where_they_are(sides, divided):
    assert divide_by_regions(4, CENTRES, PHOTO_WH, [SideOfPhoto(*side) for side in sides]) == divided


def test_hidden_plants_are_where_the_detected_ones_are():
    assert divide_by_regions(40, CENTRES, PHOTO_WH, [SideOfPhoto("right", 20)]) == (10, 30)


def test_without_a_detected_plant_nobody_knows_the_side():
    assert divide_by_regions(5, CENTRES[:0], PHOTO_WH, [SideOfPhoto("left", 40), TRIANGLE]) == (0, 0, 5)


@pytest.mark.parametrize(
    ("regions", "divided"),
    [
        ([TRIANGLE], (2, 2)),
        ([DrawnPart(((0, 0), (40, 0), (40, 100), (0, 100)))], (3, 1)),
        (
            [DrawnPart(((0, 0), (40, 0), (40, 100), (0, 100))), DrawnPart(((40, 0), (100, 0), (100, 100), (40, 100)))],
            (3, 1, 0),
        ),
        ([SideOfPhoto("left", 20), TRIANGLE], (1, 1, 2)),
    ],
)
def test_plants_stand_in_the_drawn_part_that_holds_their_centre(regions, divided):
    assert divide_by_regions(4, CENTRES, PHOTO_WH, regions) == divided


def test_a_drawn_part_is_of_any_form_and_in_parts_of_the_photo():
    horseshoe = DrawnPart(((0, 0), (100, 0), (100, 100), (0, 100), (0, 60), (60, 60), (60, 40), (0, 40)))
    for width, height in ((1000, 500), (4000, 3000)):
        centres = np.array([[0.1, 0.5], [0.9, 0.5], [0.1, 0.1], [0.1, 0.9]]) * (width, height)
        assert horseshoe.holds(centres, (width, height)).tolist() == [False, True, True, True]


percents = st.integers(0, 100)
side_regions = st.builds(SideOfPhoto, st.sampled_from(["left", "right", "top", "bottom"]), st.integers(1, 100))
drawn_regions = st.builds(
    lambda x, y, width, height: DrawnPart(((x, y), (x + width, y), (x + width, y + height), (x, y + height))),
    percents, percents, st.integers(1, 100), st.integers(1, 100),
)  # fmt: skip


@given(
    count=st.integers(0, 900),
    points=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 500)), max_size=30),
    regions=st.lists(side_regions | drawn_regions, max_size=4),
)
def test_parts_of_a_photo_always_sum_to_the_count(count, points, regions):
    centres = np.array(points, dtype=np.float64).reshape(-1, 2)
    divided = divide_by_regions(count, centres, PHOTO_WH, regions)
    assert (sum(divided), len(divided)) == (count, len(regions) + 1)
    assert min(divided) >= 0
