"""Requests a page many times, as a supervisor's browser would, and takes the time: for `bench.pages` and `.places`.

The time of an answer is how long it keeps processors busy: the web process (middleware, queries, template) and that of
PostgreSQL that serves it. Other work on the machine hardly changes that, unlike the elapsed time.
"""

import os
import platform
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.pages.visits import Visit
from demeter.accounts.models import User
from demeter.accounts.roles import SUPERVISOR

TIMES = 20


@dataclass(frozen=True)
class Measured:
    """Milliseconds of the answers of one page, busy (median, 95th percentile) and on the clock, and its queries."""

    median_ms: float
    slow_ms: float
    clock_ms: float
    queries: int


def sign_in(username: str) -> Client:
    """A supervisor's browser."""
    user, _ = User.objects.get_or_create(username=username)
    user.groups.add(Group.objects.get(name=SUPERVISOR))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def measure(visit: Visit, client: Client, *, times: int = TIMES) -> Measured:
    """Request the page `times` times, after one request to warm up and to count its queries."""
    with CaptureQueriesContext(connection) as queries:
        ask(client, visit.address(), visit.headers, visit.data and visit.data())
        asked = len(queries)  # before the next request empties the log
    wanted = [(visit.address(), visit.data and visit.data()) for _ in range(times)]
    return summarise([ask(client, address, visit.headers, data) for address, data in wanted], asked)


def ask(
    client: Client, address: str, headers: Mapping[str, str], data: Mapping[str, Any] | None = None
) -> tuple[float, float]:
    """Milliseconds of one answer, busy and on the clock; to a form with `data`.

    Raises RuntimeError when it is not the page.
    """
    start, busy = time.perf_counter(), busy_ms()
    response = client.get(address, headers=headers) if data is None else client.post(address, data, headers=headers)
    answer = busy_ms() - busy, (time.perf_counter() - start) * 1000
    if response.status_code not in (200, 302):
        raise RuntimeError(f"{address}: {response.status_code}")
    return answer


def busy_ms() -> float:
    """How long this thread and its PostgreSQL have been busy so far; the kernel counts nanoseconds. Other threads, such
    as one that writes meanwhile, are not part of the answer."""
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    return time.thread_time() * 1000 + int(server) / 1e6


def summarise(answers: Sequence[tuple[float, float]], queries: int) -> Measured:
    """Median and 95th percentile."""
    busy = [answer[0] for answer in answers]
    clock = statistics.median(answer[1] for answer in answers)
    return Measured(statistics.median(busy), statistics.quantiles(busy, n=20)[-1], clock, queries)


def describe_machine() -> str:
    """When and where this was measured."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [version] = cursor.fetchone()
    when = time.strftime("%d %B %Y", time.gmtime()).lstrip("0")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.0f}"
    return f"Measured on {when}: {machine}; PostgreSQL {version.split()[0]}, Python {platform.python_version()}."
