"""Fill, ask for each page, make the table: `python -m bench.pages [10000 100000 1000000]`, with servers of its own.

The time of an answer is how long it keeps processors busy: the web process (middleware, queries, template) and that of
PostgreSQL that serves it. Other work on the machine changes that little, unlike the time on the clock beside it.
"""

import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # starts the servers of a test run

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - Django first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

import demeter.wsgi  # noqa: E402, F401 - the process that is measured is prepared as the web process is
from bench.pages.fill import fill_database  # noqa: E402
from bench.pages.visits import HTMX, POLL, Visit, plan_visits  # noqa: E402
from demeter.accounts.models import User  # noqa: E402
from demeter.accounts.roles import SUPERVISOR  # noqa: E402
from processing.job_list.queries import recent_jobs  # noqa: E402
from tests.services import stop_services  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
TIMES = 20
POLLERS, POLLS, POLL_SECONDS = 200, 5, 2.0
POLL_NAME = f"jobs poll, {POLLERS} pollers"
LARGEST_GROWTH = 1.5
PAGE = Path("docs/pages.md")


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


def measure(visit: Visit, client: Client) -> Measured:
    """The page asked for TIMES times, after once to warm up and once to count its queries."""
    with CaptureQueriesContext(connection) as queries:
        ask(client, visit.address(), visit.headers)
        asked = len(queries)  # before the next request empties the log
    addresses = [visit.address() for _ in range(TIMES)]
    times = [ask(client, address, visit.headers) for address in addresses]
    return summarise(times, asked)


def measure_poll() -> Measured:
    """Pollers of the jobs page, each every two seconds, one after the other at their pace."""
    clients = [sign_in(f"poller{number}") for number in range(POLLERS)]
    times, queries = [], 0
    start = time.monotonic()
    for number, client in enumerate(clients * POLLS):
        time.sleep(max(0.0, start + number * POLL_SECONDS / POLLERS - time.monotonic()))
        jobs = recent_jobs()
        address = f"{reverse('job-rows')}?order={jobs.order}&since={jobs.made_at:%Y-%m-%dT%H:%M:%S.%fZ}"
        with CaptureQueriesContext(connection) as seen:
            times.append(ask(client, address, HTMX))
        queries = max(queries, len(seen))
    return summarise(times[POLLERS:], queries)


def ask(client: Client, address: str, headers: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds of one answer, busy and on the clock. Raises RuntimeError when it is not the page."""
    start, busy = time.perf_counter(), busy_ms()
    response = client.get(address, headers=headers)
    answer = busy_ms() - busy, (time.perf_counter() - start) * 1000
    if response.status_code not in (200, 302):
        raise RuntimeError(f"{address}: {response.status_code}")
    return answer


def busy_ms() -> float:
    """How long this process and its PostgreSQL have been busy so far; the kernel counts nanoseconds."""
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    return time.process_time() * 1000 + int(server) / 1e6


def summarise(answers: Sequence[tuple[float, float]], queries: int) -> Measured:
    """Median and 95th percentile."""
    busy = [answer[0] for answer in answers]
    clock = statistics.median(answer[1] for answer in answers)
    return Measured(statistics.median(busy), statistics.quantiles(busy, n=20)[-1], clock, queries)


def measure_all(sizes: Sequence[int], tell: Callable[[str], None]) -> dict[str, dict[int, Measured]]:
    """Each page with each number of photos, by the name of the page."""
    found: dict[str, dict[int, Measured]] = {}
    for photos in sizes:
        tell(f"{photos:,} photos written in {fill_database(photos):.0f} s")
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that one process does all of it
        client = sign_in("supervisor")
        for visit in plan_visits(random.Random(1)):
            found.setdefault(visit.name, {})[photos] = measure(visit, client)
            tell(f"  {visit.name}: {found[visit.name][photos]}")
        found.setdefault(POLL_NAME, {})[photos] = measure_poll()
        tell(f"  {POLL_NAME}: {found[POLL_NAME][photos]}")
    return found


def make_table(found: Mapping[str, Mapping[int, Measured]], targets: Mapping[str, float]) -> list[str]:
    """Markdown: busy milliseconds as median / 95th percentile; what misses its target is bold."""
    sizes = list(next(iter(found.values())))
    heads = [f"{size:,} photos" for size in sizes]
    rows = [
        f"| Page | {' | '.join(heads)} | target | growth | queries | clock |",
        "|---|" + "---:|" * (len(sizes) + 4),
    ]
    for name, measured in found.items():
        cells = [
            _bold(f"{one.median_ms:.0f} / {one.slow_ms:.0f} ms", one.slow_ms > targets[name])
            for one in measured.values()
        ]
        growth = measured[sizes[-1]].median_ms / measured[sizes[0]].median_ms
        queries = sorted({one.queries for one in measured.values()})
        cells += [f"{targets[name]:.0f} ms", _bold(f"{growth:.2f}", growth > LARGEST_GROWTH)]
        cells += [" to ".join(map(str, queries)), f"{measured[sizes[-1]].clock_ms:.0f} ms"]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def _bold(text: str, missed: bool) -> str:
    return f"**{text}**" if missed else text


def write_page(table: Sequence[str]) -> None:
    """Replace the table of docs/pages.md and the line that says where it was measured."""
    head, _, rest = PAGE.read_text().partition("<!-- measured -->\n")
    _, _, tail = rest.partition("<!-- /measured -->\n")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [version] = cursor.fetchone()
    when = time.strftime("%d %B %Y", time.gmtime()).lstrip("0")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.0f}"
    where = f"Measured on {when}: {machine}; PostgreSQL {version.split()[0]}, Python {platform.python_version()}."
    lines = [where, "", *table]
    PAGE.write_text(f"{head}<!-- measured -->\n" + "\n".join(lines) + f"\n<!-- /measured -->\n{tail}")


def main() -> None:
    """A database of its own, filled with each size in turn, and dropped."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        found = measure_all(sizes, lambda text: print(text, flush=True))
        targets = {visit.name: visit.target_ms for visit in plan_visits(random.Random(1))} | {POLL_NAME: POLL}
        table = make_table(found, targets)
        print("\n".join(table))
        if sizes == list(SIZES):
            write_page(table)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        stop_services()


if __name__ == "__main__":
    main()
