"""Fill, request each page, write the table: `python -m bench.pages [10000 100000 1000000]`, with servers of its own.

The time of an answer is how long it keeps processors busy: the web process (middleware, queries, template) and that of
PostgreSQL that serves it. Other work on the machine hardly changes that, unlike the elapsed time.
"""

import csv
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # starts the servers of a test run

import django

django.setup()

from django.db import connection  # noqa: E402 - Django first
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

import demeter.wsgi  # noqa: E402, F401 - the process that is measured is prepared as the web process is
from bench.pages.fill import fill_database  # noqa: E402
from bench.pages.measuring import Measured, ask, describe_machine, measure, sign_in, summarise  # noqa: E402
from bench.pages.visits import HTMX, POLL, plan_visits  # noqa: E402
from processing.job_list.queries import recent_jobs  # noqa: E402
from tests.services import stop_services  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
POLLERS, POLLS, POLL_SECONDS = 200, 5, 2.0
POLL_NAME = f"jobs poll, {POLLERS} pollers"
LARGEST_GROWTH = 1.5
PAGE = Path("docs/pages.md")


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


def make_rows(found: Mapping[str, Mapping[int, Measured]], targets: Mapping[str, float]) -> list[dict[str, str]]:
    """A row for each page: busy milliseconds (median, 95th percentile) by size, then the largest size's others."""
    rows = []
    for name, measured in found.items():
        row = {"page": name}
        for size, one in measured.items():
            row |= {
                f"{size} photos, median ms": f"{one.median_ms:.0f}",
                f"{size} photos, 95 % ms": f"{one.slow_ms:.0f}",
            }
        sizes = list(measured)
        growth = measured[sizes[-1]].median_ms / measured[sizes[0]].median_ms
        row |= {"target ms": f"{targets[name]:.0f}", "growth": f"{growth:.2f}"}
        row |= {"queries": str(measured[sizes[-1]].queries), "clock ms": f"{measured[sizes[-1]].clock_ms:.0f}"}
        rows.append(row)
    return rows


def summarise_rows(rows: Sequence[Mapping[str, str]]) -> str:
    """What docs/pages.md says of all rows."""
    slow = [
        row["page"]
        for row in rows
        if any(float(row[key]) > float(row["target ms"]) for key in row if key.endswith("95 % ms"))
    ]
    growing = [f"{row['page']} ({row['growth']})" for row in rows if float(row["growth"]) > LARGEST_GROWTH]
    return "\n".join(
        [
            f"- {len(rows) - len(slow)} of {len(rows)} pages answer within their target at every size"
            + (f", all but: {'; '.join(slow)}." if slow else "."),
            f"- Growth over {LARGEST_GROWTH}: {'; '.join(growing) or 'none'}.",
            "- Every page is a row of [pages.csv](pages.csv).",
        ]
    )


def write_page(rows: Sequence[Mapping[str, str]]) -> None:
    """Write docs/pages.csv, and the part of docs/pages.md that says what was measured and where."""
    with PAGE.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    head, _, rest = PAGE.read_text().partition("<!-- measured -->\n")
    _, _, tail = rest.partition("<!-- /measured -->\n")
    PAGE.write_text(
        f"{head}<!-- measured -->\n{describe_machine()}\n\n{summarise_rows(rows)}\n<!-- /measured -->\n{tail}"
    )


def main() -> None:
    """A database of its own, filled with each size in turn, and dropped."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        found = measure_all(sizes, lambda text: print(text, flush=True))
        targets = {visit.name: visit.target_ms for visit in plan_visits(random.Random(1))} | {POLL_NAME: POLL}
        rows = make_rows(found, targets)
        print(*rows, summarise_rows(rows), sep="\n")
        if sizes == list(SIZES):
            write_page(rows)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        stop_services()


if __name__ == "__main__":
    main()
