"""The chart: every dot inside, in order, on the right height, whatever the counts."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.places.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Counted, draw_chart

START = datetime(2025, 10, 8, tzinfo=UTC)


def counted(plants: int, *, days: float, off: int = 0) -> Counted:
    return Counted(uuid4(), START + timedelta(days=days), plants, max(0, plants - off), plants + off)


COUNTS = st.lists(
    st.builds(counted, st.integers(0, 100_000), days=st.floats(0, 2000), off=st.integers(0, 200_000)),
    min_size=2,
    max_size=20,
)


@given(COUNTS)
def test_all_dots_lie_inside_in_the_order_of_time(counts) -> None:
    chart = draw_chart(counts)
    assert len(chart.dots) == len(counts)
    assert [dot.x for dot in chart.dots] == sorted(dot.x for dot in chart.dots)
    assert all(LEFT <= dot.x <= WIDTH - RIGHT for dot in chart.dots)
    assert all(TOP <= dot.high <= dot.y <= dot.low <= HEIGHT - BOTTOM for dot in chart.dots)
    assert 2 <= len(chart.heights) <= 7


@given(COUNTS)
def test_more_plants_are_never_drawn_lower(counts) -> None:
    dots = sorted(draw_chart(counts).dots, key=lambda dot: dot.counted.plants)
    assert [dot.y for dot in dots] == sorted((dot.y for dot in dots), reverse=True)


def test_axes_have_round_numbers_and_days() -> None:
    chart = draw_chart([counted(0, days=0), counted(420, days=90)])
    assert [height.plants for height in chart.heights] == [0, 100, 200, 300, 400, 500]
    assert [f"{tick.moment:%-d %b %Y}" for tick in chart.dates] == [
        "8 Oct 2025",
        "7 Nov 2025",
        "7 Dec 2025",
        "6 Jan 2026",
    ]
    assert chart.moment_format == "DATE_FORMAT"
    assert chart.line.startswith(f"{LEFT}.0,{HEIGHT - BOTTOM}.0 ")


def test_an_interval_reaches_from_its_lower_to_its_upper_number() -> None:
    dot, lower, upper = draw_chart([counted(300, days=0, off=100), counted(200, days=1), counted(400, days=2)]).dots
    assert (dot.low, dot.high) == (lower.y, upper.y)


def test_one_day_shows_times() -> None:
    chart = draw_chart([counted(5, days=0), counted(6, days=0.5)])
    assert [f"{tick.moment:%H:%M}" for tick in chart.dates] == ["00:00", "04:00", "08:00", "12:00"]
    assert chart.moment_format == "TIME_FORMAT"


@pytest.mark.parametrize("counts", [[], [counted(5, days=0)]])
def test_one_count_is_no_chart(counts) -> None:
    assert draw_chart(counts) is None
