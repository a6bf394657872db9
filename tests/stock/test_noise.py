"""Which differences may be chance: one count alone, a wrong count, several counts together."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stock.noise import DOUBTFUL_SHARE, HAND_SHARE, Observation, judge


def counted(*plants: int, share: float = 0.2) -> list[Observation]:
    """Counts of a place where nothing is recorded, each compared with the one before."""
    return [
        Observation(before, after, share=share) for before, after in zip((plants[0], *plants), plants, strict=False)
    ]


def reported(*plants: int, **more: float) -> list[int]:
    return [judgement.unexplained for judgement in judge(counted(*plants, **more))]


@pytest.mark.parametrize(
    ("plants", "unexplained"),
    [
        ((100, 58), [0, -42]),
        ((100, 80), [0, 0]),
        ((100, 150), [0, 50]),
        ((3, 1), [0, 0]),
        ((0, 50), [0, 50]),
        ((100, 40, 98), [0, 0, 0]),  # the next count takes it back
        ((100, 40, 41), [0, -60, 0]),  # reported once
        ((100, 100, 100, 100, 100, 78, 78, 78), [0, 0, 0, 0, 0, 0, 0, -22]),  # three together
        ((100, 98, 103, 99, 101, 97, 104, 100), [0] * 8),
    ],
)
def test_reports(plants, unexplained):
    assert reported(*plants) == unexplained


def test_how_far_a_count_may_be_off_depends_on_the_count():
    assert reported(100, 85, share=HAND_SHARE) == [0, -15]
    assert reported(100, 45, share=DOUBTFUL_SHARE) == [0, 0]
    assert reported(*[100] * 6, 72) == [0] * 6 + [-28]  # many counts before say more than one


def test_what_people_explained_is_left_out():
    history = [Observation(100, 100), Observation(100, 58, explained=-42), Observation(58, 58)]
    assert [judgement.unexplained for judgement in judge(history)] == [0, 0, 0]
    history[1] = Observation(100, 20, explained=-42)
    assert judge(history)[1].unexplained == -38


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(-50, 50)), max_size=12))
def test_every_history_is_judged(rows):
    history = [Observation(*row) for row in rows]
    judged = judge(history)
    assert len(judged) == len(history)
    for seen, judgement in zip(history, judged, strict=True):
        assert judgement.unexplained == 0 or abs(judgement.unexplained) >= 2
        assert judgement.counts > 1 or judgement.unexplained in (0, seen.rest)
        assert not (judgement.taken_back and judgement.unexplained)
