"""Connections to Valkey with short timeouts; after a failure nobody tries again for a few seconds.

The cache, sessions, heartbeats, the storage's circuit breaker and the sending of messages go through `asking`. While
the broker is down or hangs, the first caller waits for half a second and the others not at all, for some seconds; each
caller decides what to do without it.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 0.5
REST_SECONDS = 3.0
# No retries: requests are either repeated soon anyway, or replaced by recovery.
CONNECTION_OPTIONS: dict[str, Any] = {
    "socket_timeout": PATIENCE_SECONDS,
    "socket_connect_timeout": PATIENCE_SECONDS,
    "retry": Retry(NoBackoff(), 0),
}
logger = logging.getLogger(__name__)
_rests_until: dict[str, float] = {}


class BrokerUnavailableError(redis.ConnectionError):
    """The broker did not answer a moment ago, so it was not contacted."""


@contextmanager
def asking(url: str) -> Iterator[None]:
    """Context for any request to the server at `url`.

    Raises:
        BrokerUnavailableError: it did not answer within the last REST_SECONDS.
    """
    if time.monotonic() < _rests_until.get(url, 0.0):
        raise BrokerUnavailableError("The broker did not answer a moment ago.")
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, OperationalError) as error:
        _rests_until[url] = time.monotonic() + REST_SECONDS
        logger.warning("the broker does not answer: %s", error)
        raise


def make_client(url: str | None = None, *, patience_seconds: float = PATIENCE_SECONDS) -> redis.Redis:
    """The only way to create a client of the broker; it gives up after `patience_seconds`."""
    options = {**CONNECTION_OPTIONS, "socket_timeout": patience_seconds, "socket_connect_timeout": patience_seconds}
    return redis.Redis.from_url(url or settings.REDIS_URL, **options)


@contextmanager
def connected() -> Iterator[redis.Redis]:
    """A short-lived connection. Raises redis.RedisError if the broker does not answer."""
    with asking(settings.REDIS_URL), make_client() as client:
        yield client
