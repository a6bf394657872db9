"""Circuit breaker around the object storage; pure: shared state, clock and randomness are arguments.

Closed, it counts calls; it opens at half of at least 10 calls failed within a minute or at 10 failures in a row, lets
calls through again after 60 s (half open), and closes after 3 good ones. `photos.storage.object_store` sends every call
through it; a task that meets it open comes back after `retry_delay_seconds`.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeVar

FAILURE_SHARE = 0.5
FAILURE_SHARE_MIN_CALLS = 10
FAILURES_IN_A_ROW = 10
WINDOW_SECONDS = 60.0
REST_SECONDS = 60.0
GOOD_CALLS_TO_CLOSE = 3
FIRST_RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 600

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class Mode(StrEnum):
    """Closed: calls go through. Open: calls are refused. Half open: calls go through on trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class BreakerState:
    """The state that workers share. `since`: when it opened, or when the current counting window began."""

    mode: Mode = Mode.CLOSED
    since: float = 0.0
    calls: int = 0
    failures: int = 0
    failures_in_a_row: int = 0


class BreakerOpenError(Exception):
    """The storage is known to be down; nothing was tried."""


class BreakerStore(Protocol):
    """Where the shared state lives."""

    def update(self, change: Callable[[BreakerState], BreakerState]) -> BreakerState:
        """Replace the state by `change(state)` atomically and return it. `change` may run more than once."""


def before_call(state: BreakerState, now: float) -> BreakerState:
    """An open breaker that has rested long enough becomes half open."""
    if state.mode is Mode.OPEN and now - state.since >= REST_SECONDS:
        return BreakerState(Mode.HALF_OPEN, since=now)
    return state


def after_call(state: BreakerState, now: float, *, good: bool) -> BreakerState:
    """The state once a call has ended. Calls that began before it opened no longer count."""
    if state.mode is Mode.OPEN:
        return state
    if state.mode is Mode.HALF_OPEN:
        return _after_trial(state, now, good=good)
    if now - state.since >= WINDOW_SECONDS:
        state = replace(state, since=now, calls=0, failures=0)
    state = replace(
        state,
        calls=state.calls + 1,
        failures=state.failures + (not good),
        failures_in_a_row=0 if good else state.failures_in_a_row + 1,
    )
    return BreakerState(Mode.OPEN, since=now) if _is_too_much(state) else state


def retry_delay_seconds(attempt: int, rng: random.Random) -> float:
    """How long to wait before try `attempt` + 1, counted from 0: full jitter up to min(600, 60 x 2^attempt) s."""
    longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempt, 10))
    return rng.uniform(0, longest)


class CircuitBreaker:
    """Runs calls unless the breaker is open."""

    def __init__(
        self, *, store: BreakerStore, clock: Callable[[], float], is_outage: Callable[[Exception], bool]
    ) -> None:
        self._store = store
        self._clock = clock
        self._is_outage = is_outage

    @property
    def mode(self) -> Mode:
        """The shared state; the storage itself is not called."""
        return self._store.update(lambda state: state).mode

    def call(self, function: Callable[[], Result]) -> Result:
        """The result of `function`; its errors pass through, those that `is_outage` are counted as failures.

        Raises:
            BreakerOpenError: the breaker is open; `function` was not called.
        """
        state = self._store.update(lambda state: before_call(state, self._clock()))
        if state.mode is Mode.OPEN:
            raise BreakerOpenError
        try:
            result = function()
        except Exception as error:
            is_outage = self._is_outage(error)
            if is_outage:
                logger.warning("the storage failed: %s: %s", type(error).__name__, error)
            self._count(good=not is_outage)
            raise
        self._count(good=True)
        return result

    def _count(self, *, good: bool) -> None:
        self._store.update(lambda state: after_call(state, self._clock(), good=good))


def _after_trial(state: BreakerState, now: float, *, good: bool) -> BreakerState:
    if not good:
        return BreakerState(Mode.OPEN, since=now)
    if state.calls + 1 >= GOOD_CALLS_TO_CLOSE:
        return BreakerState(Mode.CLOSED, since=now)
    return replace(state, calls=state.calls + 1)


def _is_too_much(state: BreakerState) -> bool:
    many = state.calls >= FAILURE_SHARE_MIN_CALLS and state.failures >= FAILURE_SHARE * state.calls
    return many or state.failures_in_a_row >= FAILURES_IN_A_ROW
