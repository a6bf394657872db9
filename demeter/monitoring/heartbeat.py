"""Workers and beat send heartbeats every few seconds; `demeter.monitoring.health` counts recent ones.

A thread sends them, because the `gpu` worker (solo pool) answers no `celery inspect ping` while a task is running. One
sorted set per queue in the broker: member = process, score = time of its last heartbeat.
"""

import logging
import os
import socket
import threading
import time
from typing import Any, cast

import redis
from celery.signals import beat_init, worker_ready

from demeter.common import broker

logger = logging.getLogger(__name__)

# Photos are counted by these.
QUEUES = ("io", "gpu", "cpu")
# Of trainings; without its worker everything but them works.
TRAIN = "train"
BEAT = "beat"
EVERY_SECONDS, LOST_AFTER_SECONDS = 5, 20


def connect_signals() -> None:
    """Start the heartbeat of every Celery process once it is ready."""
    worker_ready.connect(_announce_worker, weak=False)
    beat_init.connect(_announce_beat, weak=False)


def count_alive(client: redis.Redis) -> dict[str, int]:
    """The number of live processes per queue, and of beat."""
    since = time.time() - LOST_AFTER_SECONDS
    return {name: int(client.zcount(_key(name), since, "+inf")) for name in (*QUEUES, BEAT)}


def count_workers() -> dict[str, int] | None:
    """Live workers per queue; None if the broker does not answer."""
    try:
        with broker.connected() as client:
            return count_alive(client)
    except redis.RedisError:
        return None


def is_alive_here(client: redis.Redis, name: str) -> bool:
    """Whether a process on this host serves the queue `name`."""
    members = client.zrangebyscore(_key(name), time.time() - LOST_AFTER_SECONDS, "+inf")
    return any(cast(bytes, member).decode().rpartition(":")[0] == socket.gethostname() for member in members)


def record_sign_of_life(client: redis.Redis, name: str, member: str) -> None:
    """Record a heartbeat of `member` for the queue `name`, and remove expired members."""
    now = time.time()
    client.zadd(_key(name), {member: now})
    client.zremrangebyscore(_key(name), "-inf", now - LOST_AFTER_SECONDS)


def _key(name: str) -> str:
    return f"demeter:alive:{name}"


def _announce_worker(sender: Any, **_signal: Any) -> None:
    _start(queues=tuple(sender.app.amqp.queues.consume_from))


def _announce_beat(**_signal: Any) -> None:
    _start(queues=(BEAT,))


def _start(*, queues: tuple[str, ...]) -> None:
    threading.Thread(target=_beat_forever, args=(queues,), name="heartbeat", daemon=True).start()


def _beat_forever(queues: tuple[str, ...]) -> None:
    member = f"{socket.gethostname()}:{os.getpid()}"
    with broker.make_client(patience_seconds=EVERY_SECONDS) as client:
        while True:
            try:
                for queue in queues:
                    record_sign_of_life(client, queue, member)
            except redis.RedisError:
                logger.warning("the heartbeat could not be sent: the broker does not answer")
            time.sleep(EVERY_SECONDS)
