import numpy as np
import pytest

from bench.accuracy.doubt import TOGETHER, write_tables
from bench.accuracy.separation import (
    choose_threshold,
    fill_gaps,
    measure_auc,
    predict,
    predict_left_out,
    separate,
    separate_together,
)

FAR = np.array([False] * 8 + [True] * 4)
RISING = np.arange(12.0)
APART = RISING + 10 * FAR


def test_auc_is_the_share_of_pairs_in_the_right_order():
    assert measure_auc(np.array([1, 2, 3, 3]), np.array([False, True, False, True])) == pytest.approx(
        (1 + 0 + 1 + 0.5) / 4
    )


def test_auc_of_one_class_is_refused():
    with pytest.raises(ValueError, match="both classes"):
        measure_auc(RISING, np.zeros(12, dtype=bool))


@pytest.mark.parametrize(("values", "threshold", "is_above"), [(RISING, 7.5, True), (-RISING, -7.5, False)])
def test_the_threshold_lies_between_the_two_kinds(values, threshold, is_above):
    assert choose_threshold(values, FAR) == (threshold, is_above)


def test_a_sign_that_says_all_catches_all():
    found = separate(-APART, FAR)
    assert (found.auc, found.is_above, found.caught, found.false_alarms) == (0, False, 1, 0)


def test_a_sign_that_says_nothing_does_not_look_good_when_left_out():
    rng = np.random.default_rng(1)
    found = [separate(rng.random(40), np.arange(40) < 10) for _ in range(30)]
    gain = np.mean([one.caught - one.false_alarms for one in found])
    assert abs(gain) < 0.15


def test_too_few_photos_far_off_choose_no_threshold():
    assert separate(RISING, np.arange(12) < 2) is None
    assert separate_together(RISING[:, None], np.zeros(12), 0.15) is None


def test_unknown_signs_become_the_median_of_the_others():
    filled = fill_gaps(np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]]))
    assert filled.tolist() == [[1, 0], [2, 0], [3, 0]]
    values = APART.copy()
    values[0] = np.nan
    assert separate(values, FAR).caught == 1


def test_the_predicted_error_follows_the_signs():
    rng = np.random.default_rng(0)
    signs = rng.random((30, 3))
    errors = 0.5 * signs[:, 0]
    low, high = predict(signs, errors, np.array([[0.1, 0.5, 0.5], [0.9, 0.5, 0.5]]))
    assert low < errors.mean() < high
    assert np.corrcoef(predict_left_out(signs, errors), errors)[0, 1] > 0.9
    found = separate_together(signs, errors, 0.3)
    assert found.auc > 0.95
    assert found.caught - found.false_alarms > 0.7


def test_the_tables_name_the_best_sign_first_and_say_where_there_are_too_few():
    rows = [
        {
            "error": 0.3 if far else 0.05,
            "is_answered": True,
            "is_marked": number in (0, 11),
            "signs": {"useless": float(number % 2), "mean_vote": -float(APART[number])},
        }
        for number, far in enumerate(FAR)
    ]
    text = write_tables("Photos", [*rows, {"error": 1.0, "signs": {}}])
    assert "Photos: 12 of 13 with signs" in text
    doubtful, refused = text.split("### ")[1:]
    names = [line.split(" | ")[0].strip("| ") for line in doubtful.splitlines() if line.startswith("| ")][2:]
    assert names[0] == "mean vote"
    assert set(names) == {"mean vote", "useless", TOGETHER}
    assert "| mean vote | kept boxes | 1.00 | below -12.500 | 100 % | 0 % |" in doubtful
    assert "By the thresholds of now: caught 25 %, false alarms 12 %." in doubtful
    assert "By the thresholds of now: caught -, false alarms 0 %." in refused
    assert "Too few are far off" in refused


def test_no_signs_are_no_table():
    assert "0 of 1 with signs" in write_tables("Photos", [{"error": 0.1, "signs": {}}])
