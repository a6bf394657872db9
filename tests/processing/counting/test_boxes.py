import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.boxes import EMPTY, NO_DETECTIONS, PLANT, concatenate, make_detections


def boxes(*xyxy, class_id=PLANT, capped=False):
    return make_detections(xyxy, [0.5] * len(xyxy), [class_id] * len(xyxy), capped=capped)


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same boxes"):
        make_detections([[0, 0, 1, 1]], [0.5, 0.6], [0])


def test_classes_are_counted() -> None:
    both = concatenate([boxes((0, 0, 2, 2), (4, 4, 6, 6)), boxes((1, 1, 2, 2), class_id=EMPTY)])
    assert (both.count(PLANT), both.count(EMPTY), len(both.of_class(EMPTY))) == (2, 1, 1)


def test_concatenation_of_nothing_is_nothing() -> None:
    assert len(concatenate([])) == 0
    assert len(concatenate([NO_DETECTIONS, NO_DETECTIONS])) == 0


def test_one_capped_part_makes_the_whole_capped() -> None:
    assert concatenate([boxes((0, 0, 1, 1)), boxes((0, 0, 1, 1), capped=True)]).capped


@given(
    x=st.floats(0, 5000),
    y=st.floats(0, 5000),
    side=st.floats(2, 300),
    scale=st.floats(0.05, 2),
    left=st.integers(0, 5000),
    top=st.integers(0, 5000),
)
def test_placing_undoes_cutting_and_scaling(x, y, side, scale, left, top) -> None:
    seen = boxes(tuple(np.array([x - left, y - top, x - left + side, y - top + side]) * scale))
    placed = seen.placed(scale=scale, offset_xy=(left, top))
    assert np.allclose(placed.xyxy[0], [x, y, x + side, y + side], atol=0.02)
    assert np.allclose(placed.sizes, side, atol=0.02)


def test_choice_is_found_again_in_what_it_was_chosen_from() -> None:
    found = make_detections(
        [(0, 0, 9, 9), (0, 0, 9, 9), (5, 5, 9, 9), (0, 0, 9, 9)], [0.9, 0.9, 0.5, 0.9], [0, 0, 1, 0]
    )
    assert found.holds(found.select(np.array([0, 2]))).tolist() == [True, False, True, False]
    assert found.holds(found).all()
    assert not found.holds(NO_DETECTIONS).any()
    with pytest.raises(ValueError, match="not among"):
        found.holds(found.placed(scale=2, offset_xy=(1, 1)))
