"""Bias, mean error, coverage, drift and plots, from photos in memory."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.accuracy.measures import (
    LAST,
    RECENT,
    Judged,
    chance_of_at_most,
    find_drifts,
    find_missed,
    group,
    measure,
)
from gallery.accuracy.plots import HEIGHT, LEFT, WIDTH, draw_months, draw_scatter

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def judged(counted: int, true: int, *, day: int = 0, held: bool | None = None, product: int = 1) -> Judged:
    low, high = {None: (None, None), True: (true, true), False: (true + 1, true + 2)}[held]
    return Judged(
        image_id=uuid.uuid4(),
        moment=START + timedelta(days=day),
        model="m",
        container="segment",
        phone="",
        product=product,
        raw=counted,
        counted=counted,
        true=true,
        low=low,
        high=high,
    )


def test_bias_has_a_sign_and_the_mean_error_none():
    found = measure([judged(90, 100), judged(110, 100), judged(70, 100)])
    assert (found.n, round(found.bias_percent), round(found.error_percent)) == (3, -10, 17)
    assert found.bias_half > 0.1
    assert measure([]) is None
    assert measure([judged(90, 100)]).bias_half is None


def test_one_tiny_photo_weighs_no_more_than_all_of_it():
    assert measure([judged(50, 1)]).error == 1.0
    assert measure([judged(3, 0)]).bias == 1.0
    assert measure([judged(0, 0)]).error == 0.0


def test_coverage_is_of_the_photos_that_had_an_interval():
    found = measure([judged(90, 100, held=True), judged(90, 100, held=False), judged(90, 100)])
    assert (found.covered, found.with_interval, found.covered_percent) == (1, 2, 50.0)
    assert measure([judged(90, 100)]).covered_percent is None


def test_drift_is_found_where_the_newest_photos_lean_otherwise():
    before = [judged(97 + day % 5, 100, day=day) for day in range(12)]
    since = [judged(80 + day % 5, 100, day=20 + day) for day in range(RECENT)]
    [drift] = find_drifts([*since, *before])
    assert (drift.product, drift.since) == (1, since[0].moment)
    assert round(drift.before_percent) == -1
    assert round(drift.since_percent) == -18
    assert find_drifts(before) == []
    assert find_drifts([*before, *[judged(97 + day % 5, 100, day=20 + day) for day in range(RECENT)]]) == []


def test_factor_that_begins_to_work_and_another_model_are_no_drift():
    before = [judged(83 + day % 5, 100, day=day) for day in range(12)]
    since = [judged(83 + day % 5, 100, day=20 + day) for day in range(RECENT)]
    assert find_drifts([*before, *(replace(row, counted=100) for row in since)]) == []
    other = [replace(judged(97 + day % 5, 100, day=20 + day), model="n") for day in range(RECENT)]
    assert find_drifts([*before, *other]) == []


def test_another_mix_of_products_is_no_drift():
    first = [judged(100, 100, day=day, product=1) for day in range(12)]
    other = [judged(70, 100, day=30 + day, product=2) for day in range(12)]
    assert find_drifts([*first, *other]) == []


def test_intervals_that_hold_too_seldom_are_noticed():
    held = [judged(90, 100, day=day, held=True) for day in range(LAST)]
    missed = [judged(90, 100, day=30 + day, held=False) for day in range(7)]
    assert find_missed(held) is None
    assert find_missed(missed) is None, "too few to say so"
    found = find_missed([*held, *missed])
    assert (found.covered, found.n) == (13, LAST)
    assert find_missed([*held, *missed[:6]]) is None, "14 of 20 happen by chance, once in a hundred times"


def test_chance_is_binomial():
    assert chance_of_at_most(20, 20) == pytest.approx(1)
    assert chance_of_at_most(0, 1) == pytest.approx(0.1)
    assert chance_of_at_most(14, 20) == pytest.approx(0.0113, abs=0.0002)


def test_rows_are_grouped_by_any_key():
    rows = [judged(1, 2, product=1), judged(1, 2, product=2), judged(1, 2, product=1)]
    assert {key: len(own) for key, own in group(rows, lambda row: row.product).items()} == {1: 2, 2: 1}


@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), min_size=2, max_size=30))
def test_every_dot_lies_within_the_plot(pairs):
    plot = draw_scatter([judged(counted, true, day=number) for number, (counted, true) in enumerate(pairs)])
    assert len(plot.dots) == len(pairs)
    assert all(LEFT <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in plot.dots)
    assert 2 <= len(plot.ticks_y) <= 6
    assert plot.ticks_x[0].value == 0


@given(st.lists(st.lists(st.integers(-100, 300), min_size=1, max_size=4), min_size=2, max_size=20))
def test_every_month_lies_within_the_plot(months):
    rows = [
        (date(2025 + number // 12, 1 + number % 12, 1), measure([judged(max(0, 100 + off), 100) for off in own]))
        for number, own in enumerate(months)
    ]
    plot = draw_months(rows)
    assert len(plot.marks) == min(12, len(rows))
    assert all(0 <= value <= HEIGHT for mark in plot.marks for value in (mark.y, mark.low, mark.high))
    assert all(mark.high <= mark.y <= mark.low for mark in plot.marks), "SVG counts downwards"
    assert any(tick.value == 0 and tick.at == plot.zero for tick in plot.ticks)


@pytest.mark.parametrize(("held", "explained"), [(None, False), (True, True), (False, True)])
def test_filled_dots_are_explained_where_a_count_had_an_interval(held, explained):
    assert draw_scatter([judged(1, 1), judged(2, 2, held=held)]).has_intervals is explained


def test_one_photo_or_month_is_no_plot():
    assert draw_scatter([judged(1, 1)]) is None
    assert draw_months([(date(2026, 1, 1), measure([judged(1, 1)]))]) is None
