"""The shared cache, which pages can do without: while Valkey does not answer, it is empty and stores nothing."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from demeter.common import broker

Answer = TypeVar("Answer")
# How long a session may be read from the cache before it is read from the database again. A person who signs out while
# the cache is down is signed out in the database only.
SESSION_SECONDS = 60


class DispensableClient(RedisCacheClient):
    """Django's client, with fallbacks for when Valkey does not answer."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **broker.CONNECTION_OPTIONS, **options)
        self._url = servers[0]

    def _ask(self, question: Callable[[], Answer], without: Answer) -> Answer:
        try:
            with broker.asking(self._url):
                return question()
        except redis.RedisError:
            return without

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """True, as if the key were new: every request starts a new counter."""
        return self._ask(partial(super().add, key, value, timeout), without=True)

    def get(self, key: Any, default: Any) -> Any:
        return self._ask(partial(super().get, key, default), without=default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._ask(partial(super().set, key, value, timeout), without=None)

    def touch(self, key: Any, timeout: Any) -> bool:
        return self._ask(partial(super().touch, key, timeout), without=False)

    def delete(self, key: Any) -> bool:
        return self._ask(partial(super().delete, key), without=False)

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        return self._ask(partial(super().get_many, keys), without={})

    def has_key(self, key: Any) -> bool:
        return self._ask(partial(super().has_key, key), without=False)

    def incr(self, key: Any, delta: int) -> int:
        return self._ask(partial(super().incr, key, delta), without=delta)

    def set_many(self, data: Mapping[Any, Any], timeout: Any) -> None:
        self._ask(partial(super().set_many, data, timeout), without=None)

    def delete_many(self, keys: Iterable[Any]) -> None:
        self._ask(partial(super().delete_many, keys), without=None)


class DispensableCache(RedisCache):
    """Django's cache in Valkey with this client."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = DispensableClient


class SessionCache(DispensableCache):
    """Cached sessions, in addition to their rows in the database, for a minute at a time."""

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int:
        """At most SESSION_SECONDS."""
        seconds = super().get_backend_timeout(timeout)
        return SESSION_SECONDS if seconds is None else min(int(seconds), SESSION_SECONDS)
