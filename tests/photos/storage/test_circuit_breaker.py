import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos.storage.circuit_breaker import (
    BreakerOpenError,
    BreakerState,
    CircuitBreaker,
    Mode,
    after_call,
    before_call,
    retry_delay_seconds,
)


class OutageError(Exception):
    pass


class Store:
    def __init__(self):
        self.state = BreakerState()

    def update(self, change):
        self.state = change(self.state)
        return self.state


class World:
    """A breaker with a clock in the test's hand."""

    def __init__(self):
        self.now = 1_000_000.0
        self.store = Store()
        self.breaker = CircuitBreaker(
            store=self.store, clock=lambda: self.now, is_outage=lambda error: isinstance(error, OutageError)
        )

    def call(self, good=True):
        def function():
            if not good:
                raise OutageError
            return "answer"

        try:
            return self.breaker.call(function)
        except OutageError:
            return None

    @property
    def mode(self):
        return self.store.state.mode


@pytest.fixture
def world():
    return World()


def test_breaker_opens_at_ten_failures_in_a_row_however_many_calls_were_good(world):
    for _ in range(100):
        world.call()
    for _ in range(9):
        world.call(good=False)
    assert world.mode is Mode.CLOSED
    world.call(good=False)
    assert world.mode is Mode.OPEN
    with pytest.raises(BreakerOpenError):
        world.call()


def test_breaker_opens_at_half_failures_of_ten_calls(world):
    for number in range(9):
        world.call(good=number % 2 == 0)
    assert world.mode is Mode.CLOSED
    world.call(good=False)
    assert world.mode is Mode.OPEN


def test_failures_of_an_earlier_minute_do_not_count_in_the_share(world):
    for _ in range(5):
        world.call(good=False)
    world.now += 61
    for good in (True, False) * 4:
        world.call(good=good)
    assert world.mode is Mode.CLOSED


def open_breaker(world):
    for _ in range(10):
        world.call(good=False)
    assert world.mode is Mode.OPEN


def test_open_breaker_calls_nothing_for_a_minute(world):
    open_breaker(world)
    world.now += 59.9
    with pytest.raises(BreakerOpenError):
        world.breaker.call(lambda: pytest.fail("called"))
    world.now += 0.1
    assert world.call() == "answer"
    assert world.mode is Mode.HALF_OPEN


def test_half_open_breaker_closes_after_three_good_calls(world):
    open_breaker(world)
    world.now += 60
    for _ in range(3):
        world.call()
    assert world.mode is Mode.CLOSED


def test_half_open_breaker_opens_again_at_the_first_failure(world):
    open_breaker(world)
    world.now += 60
    world.call()
    world.call(good=False)
    assert world.mode is Mode.OPEN
    world.now += 59
    with pytest.raises(BreakerOpenError):
        world.call()


def test_errors_that_are_no_outage_pass_through_and_count_as_good(world):
    def ask_for_nothing():
        raise KeyError("missing")

    for _ in range(30):
        with pytest.raises(KeyError):
            world.breaker.call(ask_for_nothing)
    assert world.mode is Mode.CLOSED


def test_call_that_began_before_it_opened_changes_nothing():
    state = BreakerState(Mode.OPEN, since=5.0)
    assert after_call(state, 10.0, good=True) == state
    assert after_call(state, 10.0, good=False) == state


QUARTERS = st.integers(0, 400).map(lambda number: number / 4)  # of a second: sums of them are exact


@given(st.lists(st.tuples(st.booleans(), QUARTERS), max_size=200))
def test_breaker_always_lets_calls_through_again(steps):
    state, now = BreakerState(), 0.0
    for good, pause in steps:
        now += pause
        state = before_call(state, now)
        if state.mode is not Mode.OPEN:
            state = after_call(state, now, good=good)
        assert before_call(state, now + 60).mode is not Mode.OPEN


@pytest.mark.parametrize(("attempt", "longest"), [(0, 60), (1, 120), (3, 480), (4, 600), (50, 600)])
def test_retry_delay_has_full_jitter(attempt, longest):
    rng = random.Random(7)
    delays = [retry_delay_seconds(attempt, rng) for _ in range(2000)]
    assert 0 <= min(delays) < longest * 0.02
    assert longest * 0.98 < max(delays) <= longest
