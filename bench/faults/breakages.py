"""The faults, injected while photos are in flight. Each takes some seconds and lets the processes recover."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from random import Random
from uuid import uuid4

import redis

from bench.faults.house import House

Break = Callable[[House, Random], object]

# Some shorter than a worker's lease and some longer.
PAUSE_SECONDS = (3.0, 40.0)
SLOW_SECONDS, SLOW_PULSE_SECONDS, SLOW_GAP_SECONDS = (10.0, 25.0), 0.9, 0.3
MESSAGES_SECONDS, MESSAGES_EVERY_SECONDS = (5.0, 15.0), 0.3
FULL_SECONDS = (5.0, 20.0)
COPIES_AT_MOST = 100
PROGRAMS = {
    "web": "web",
    "io worker": "worker-io",
    "gpu worker": "worker-gpu",
    "cpu worker": "worker-cpu",
    "beat": "beat",
    "broker": "valkey",
    "database": "postgres",
    "storage": "seaweedfs",
}
SERVES_PAGES = ("web", "database")  # no page can be had while they are away


def _kill(name: str, house: House, dice: Random) -> None:
    house.kill(name, with_children=dice.random() < 0.5)


def _pause(name: str, house: House, dice: Random) -> None:
    house.pause(name, dice.uniform(*PAUSE_SECONDS))


def _slow_down(house: House, dice: Random) -> None:
    """A storage that answers only now and then."""
    for _ in range(round(dice.uniform(*SLOW_SECONDS) / (SLOW_PULSE_SECONDS + SLOW_GAP_SECONDS))):
        house.pause("seaweedfs", SLOW_PULSE_SECONDS)
        house.watch(SLOW_GAP_SECONDS)


def _double_messages(house: House, dice: Random) -> None:
    """Each message that is seen waiting is put into its queue a second time, as a delivery of its own or the same."""
    client = _broker()
    seen: set[str] = set()
    for _ in range(round(dice.uniform(*MESSAGES_SECONDS) / MESSAGES_EVERY_SECONDS)):
        for queue in _queues(client):
            for raw in client.lrange(queue, 0, -1):
                message = json.loads(raw)
                if message["headers"]["id"] in seen or len(seen) >= COPIES_AT_MOST:
                    continue
                seen.add(message["headers"]["id"])
                if dice.random() < 0.5:
                    message["properties"]["delivery_tag"] = str(uuid4())
                client.lpush(queue, json.dumps(message))
        house.watch(MESSAGES_EVERY_SECONDS)


def _drop_messages(house: House, dice: Random) -> None:
    """Every second message that is seen waiting is lost."""
    client = _broker()
    for _ in range(round(dice.uniform(*MESSAGES_SECONDS) / MESSAGES_EVERY_SECONDS)):
        for queue in _queues(client):
            for raw in client.lrange(queue, 0, -1):
                if dice.random() < 0.5:
                    client.lrem(queue, 1, raw)  # type: ignore[arg-type]  # bytes are what a queue holds
        house.watch(MESSAGES_EVERY_SECONDS)


def _fill_staging(house: House, dice: Random) -> None:
    """The disk on which photos arrive and wait has not a byte left for some seconds."""
    filler = house.staging / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    house.watch(dice.uniform(*FULL_SECONDS))
    filler.unlink()


def _broker() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def _queues(client: redis.Redis) -> Iterator[bytes]:
    """The lists in which Celery's messages wait; one for each priority."""
    return (key for key in client.scan_iter() if client.type(key) == b"list" and b"pidbox" not in key)


BREAKAGES: dict[str, Break] = {
    **{f"{words} killed": partial(_kill, program) for words, program in PROGRAMS.items()},
    **{f"{words} stopped for a while": partial(_pause, program) for words, program in PROGRAMS.items()},
    "storage slow": _slow_down,
    "broker emptied": lambda _house, _dice: _broker().flushall(),
    "messages doubled": _double_messages,
    "messages dropped": _drop_messages,
    "staging disk full": _fill_staging,
}
