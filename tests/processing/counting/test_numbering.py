import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.numbering import number_containers


def crate(x: float, y: float, *, width: float = 90, height: float = 60) -> tuple[float, float, float, float]:
    return x, y, x + width, y + height


def test_one_row_is_numbered_from_left_to_right():
    boxes = [crate(200, 10), crate(0, 0), crate(100, 5)]
    assert number_containers(boxes) == (3, 1, 2)


def test_several_rows_begin_at_the_top_of_the_picture():
    front = [crate(0, 100), crate(100, 100), crate(200, 100)]
    back = [crate(20, 20), crate(110, 20)]
    assert number_containers([*front, *back]) == (3, 4, 5, 1, 2)


def test_a_row_that_runs_down_the_picture_is_one_row():
    boxes = [crate(100 * number, 25 * number) for number in range(8)]
    assert number_containers(boxes) == tuple(range(1, 9))


def test_two_rows_that_run_down_the_picture_stay_two():
    back = [crate(100 * number, 20 * number) for number in range(5)]
    front = [crate(100 * number, 70 + 20 * number) for number in range(5)]
    assert number_containers([*front, *back]) == (*range(6, 11), *range(1, 6))


def test_containers_of_different_size_side_by_side_are_one_row():
    assert number_containers([crate(300, 0, height=400), crate(0, 150, height=80)]) == (2, 1)


def test_no_container_has_no_number():
    assert number_containers([]) == ()


boxes = st.lists(
    st.builds(
        crate,
        st.integers(0, 500),
        st.integers(0, 500),
        width=st.integers(0, 200),
        height=st.integers(0, 200),
    ),
    max_size=12,
)


@given(boxes=boxes, order=st.randoms(use_true_random=False))
def test_every_container_has_its_own_number_whatever_the_order(boxes, order):
    numbers = number_containers(boxes)
    assert sorted(numbers) == list(range(1, len(boxes) + 1))
    by_number = [box for _, box in sorted(zip(numbers, boxes, strict=True))]
    shuffled = boxes[:]
    order.shuffle(shuffled)
    if len(set(boxes)) == len(boxes) == len({(box[0] + box[2], box[1] + box[3]) for box in boxes}):
        assert [box for _, box in sorted(zip(number_containers(shuffled), shuffled, strict=True))] == by_number


@pytest.mark.parametrize("scale", [0.1, 7])
def test_the_size_of_the_picture_does_not_matter(scale):
    boxes = [crate(0, 100), crate(100, 100), crate(20, 20), crate(110, 20)]
    scaled = [tuple(value * scale for value in box) for box in boxes]
    assert number_containers(scaled) == number_containers(boxes)
