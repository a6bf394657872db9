import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.accuracy.judging import Judged, judge, pooled_share, relative_error


@pytest.mark.parametrize(
    ("count", "valid", "error"),
    [
        (10, [10], 0),
        (9, [8, 9, 10, 14], 0),
        (12, [8, 9, 10, 14], 2 / 10),
        (13, [8, 9, 10, 14], 1 / 14),
        (6, [8, 9, 10], 2 / 8),
        (50, [10], 1),
        (0, [0], 0),
        (1, [0], 1),
        (36, [0], 1),
    ],
)
def test_the_error_is_a_share_of_the_nearest_right_count_and_at_most_all_of_it(count, valid, error):
    assert relative_error(count, valid) == pytest.approx(error)


def test_a_photo_without_a_right_count_has_no_error():
    with pytest.raises(ValueError, match="at least one"):
        relative_error(3, [])


def judged_photos() -> list[Judged]:
    return [
        Judged(0.0, is_answered=True, is_marked=False),
        Judged(0.10, is_answered=True, is_marked=True),
        Judged(0.15, is_answered=True, is_marked=False),
        Judged(0.30, is_answered=True, is_marked=False),
        Judged(1.0, is_answered=False, is_marked=True),
    ]


def test_each_figure_is_of_the_photos_that_it_is_about():
    figures = judge(judged_photos())
    values = {name: figure["value"] for name, figure in figures.items() if name != "photos"}
    assert figures["photos"] == 5
    assert values == {
        "mean_error_answered": pytest.approx(0.55 / 4),
        "mean_error_all": pytest.approx(1.55 / 5),
        "answered": 0.8,
        "within_10_answered": 0.5,
        "within_10_all": 0.4,
        "marked_of_wrong": 0.5,
        "marked_of_right": 0.5,
        "median_error_answered": pytest.approx(0.125),
        "median_error_all": pytest.approx(0.15),
    }
    assert [figures[name]["photos"] for name in ("answered", "marked_of_wrong", "marked_of_right")] == [5, 2, 2]


def test_intervals_hold_the_value_and_are_the_same_each_time():
    first, second = judge(judged_photos()), judge(judged_photos())
    assert first == second
    for name in ("mean_error_answered", "mean_error_all", "answered", "median_error_all"):
        low, high = first[name]["interval"]
        assert 0 <= low < first[name]["value"] < high <= 1


def test_one_photo_or_none_has_no_interval():
    assert judge([])["mean_error_all"] == {"value": None, "interval": None, "photos": 0}
    (alone,) = judged_photos()[:1]
    assert judge([alone])["mean_error_all"] == {"value": 0, "interval": None, "photos": 1}


@settings(max_examples=15)
@given(st.lists(st.builds(Judged, st.floats(0, 1), st.booleans(), st.booleans()), max_size=12))
def test_figures_are_shares(photos):
    figures = [figure for name, figure in judge(photos).items() if name != "photos"]
    for figure in figures:
        assert (figure["value"] is None) == (figure["photos"] == 0)
        assert figure["value"] is None or -1e-9 <= figure["value"] <= 1 + 1e-9


def test_a_share_is_pooled_over_photos():
    figure = pooled_share([1, 0, 5], [2, 0, 10])
    assert (figure["value"], figure["of"]) == (0.5, 12)
    assert figure["interval"] == (0.5, 0.5)
    assert pooled_share([1], [4]) == {"value": 0.25, "interval": None, "of": 4}
    assert pooled_share([0], [0]) == {"value": None, "interval": None, "of": 0}
