"""The breaker's state in Redis, shared by all workers. Used by `photos.storage.object_store` only."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from typing import Any

import redis

from demeter.common import broker
from photos.storage.circuit_breaker import BreakerState, Mode

KEPT_SECONDS = 3600
logger = logging.getLogger(__name__)


class RedisBreakerStore:
    """One JSON value under one key. If Redis cannot be reached the breaker is treated as closed."""

    def __init__(self, *, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._key = f"demeter:breaker:{name}"

    def update(self, change: Callable[[BreakerState], BreakerState]) -> BreakerState:
        """See `breaker.BreakerStore`; a state that does not change costs one read."""
        try:
            with broker.asking(self._url):
                state = _parse(self._client.get(self._key))
                return state if change(state) == state else self._write(change)
        except redis.RedisError:
            return change(BreakerState())

    def _write(self, change: Callable[[BreakerState], BreakerState]) -> BreakerState:
        before = BreakerState()

        def step(pipe: Any) -> BreakerState:
            nonlocal before
            before = _parse(pipe.get(self._key))
            state = change(before)
            pipe.multi()
            pipe.set(self._key, json.dumps(asdict(state)), ex=KEPT_SECONDS)
            return state

        written: BreakerState = self._client.transaction(step, self._key, value_from_callable=True)
        if written.mode is not before.mode:
            logger.warning("circuit breaker %s: %s after %s", self._name, written.mode, before.mode)
        return written

    @cached_property
    def _client(self) -> Any:
        return broker.make_client(self._url)


def _parse(raw: bytes | None) -> BreakerState:
    if raw is None:
        return BreakerState()
    fields = json.loads(raw)
    return BreakerState(**{**fields, "mode": Mode(fields["mode"])})
