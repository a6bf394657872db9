import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accuracy.metrics import average_precision, band_of, count_error, off_by, precision_recall


def test_count_error_of_known_counts():
    error = count_error([10, 20, 4], [11, 16, 8])
    assert (error.photos, error.true, error.found) == (3, 34, 35)
    assert error.mae == 3
    assert error.mape == pytest.approx((0.1 + 0.2) / 2), "four plants are too few for a share"
    assert error.bias == pytest.approx(35 / 34 - 1)
    spread = (10 - 34 / 3) ** 2 + (20 - 34 / 3) ** 2 + (4 - 34 / 3) ** 2
    assert error.r2 == pytest.approx(1 - (1 + 16 + 16) / spread)


def test_count_error_has_an_interval_around_the_mape():
    error = count_error([100] * 8, [90, 95, 100, 105, 110, 100, 100, 120])
    low, high = error.mape_interval
    assert low < error.mape < high


def test_count_error_of_nothing_is_nothing():
    error = count_error([], [])
    assert (error.photos, error.mae, error.mape, error.mape_interval, error.bias, error.r2) == (0, *[None] * 5)


def test_count_error_refuses_unequal_lengths():
    with pytest.raises(ValueError, match="one count"):
        count_error([1], [])


@given(st.lists(st.integers(5, 900), min_size=2, max_size=30))
def test_right_counts_have_no_error(true):
    error = count_error(true, true)
    assert (error.mae, error.mape, error.bias) == (0, 0, 0)
    assert error.r2 in (None, 1)


def test_average_precision_of_a_known_ranking():
    confidence, hit = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True])
    assert average_precision(confidence, hit, 4) == pytest.approx((1 + 0.75 + 0.75) / 4)


def test_average_precision_without_truth_is_none():
    assert average_precision(np.array([0.5]), np.array([False]), 0) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40), st.integers(0, 10))
def test_average_precision_is_between_nothing_and_recall(boxes, missed):
    confidence = np.array([one for one, _ in boxes])
    hit = np.array([one for _, one in boxes], dtype=bool)
    there = int(hit.sum()) + missed
    if there:
        assert 0 <= average_precision(confidence, hit, there) <= hit.sum() / there + 1e-9


def test_precision_and_recall_by_confidence():
    confidence, hit = np.array([0.9, 0.5, 0.4]), np.array([True, False, True])
    rows = precision_recall(confidence, hit, 4, [0.3, 0.5, 0.95])
    assert rows == [(0.3, pytest.approx(2 / 3), 0.5), (0.5, 0.5, 0.25), (0.95, None, 0.0)]


@pytest.mark.parametrize(
    ("value", "name"), [(5, "below 10 px"), (10, "10 to 20 px"), (19.9, "10 to 20 px"), (20, "from 20 px")]
)
def test_bands_hold_their_lower_edge(value, name):
    assert band_of(value, (10, 20), " px") == name


@pytest.mark.parametrize(("count", "off"), [(8, 0), (10, 0), (11, 1), (6, -2), (15, 1)])
def test_off_by_is_the_distance_to_the_nearest_right_count(count, off):
    assert off_by(count, [8, 9, 10, 14]) == off
