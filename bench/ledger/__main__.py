"""Fill, request each page, close a stocktake: `python -m bench.ledger [10000000 [100000]]`, with servers of its own.

Writes that many movements and batches of five years. Then each page is requested TIMES times while another connection
writes a thousand movements a minute. Prints the 95th percentile of the time that an answer keeps processors busy (as
`bench.pages`), and that on the clock.

The database stays in `var/ledger-MOVEMENTS-BATCHES` (10 GB for ten million), so that a run that was ended goes on
where it was, and pages can be measured again; remove the folder afterwards.
"""

import argparse
import os
from pathlib import Path

from tests.services import start_services, stop_services

parser = argparse.ArgumentParser(prog="bench.ledger", description=__doc__)
parser.add_argument("movements", type=int, nargs="?", default=10_000_000)
parser.add_argument("batches", type=int, nargs="?", default=100_000)
parser.add_argument("--only", default="", help="pages whose name begins so, without closing a stocktake")
arguments = parser.parse_args()
FOLDER = Path(f"var/ledger-{arguments.movements}-{arguments.batches}").resolve()
os.environ |= {"DEMETER_TEST_SERVICES": "started", "DEMETER_DATA_DIR": str(FOLDER)}
os.environ |= start_services(str(FOLDER), kept=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402 - Django first

import demeter.wsgi  # noqa: E402, F401 - the process that is measured is prepared as the web process is
from bench.ledger.filling import fill_database  # noqa: E402
from bench.ledger.pages import CLOSING_MS, close_once, open_nursery, plan_pages, writing  # noqa: E402
from bench.pages.measuring import ask, describe_machine, sign_in, summarise  # noqa: E402
from stock.closings import add_closings, check_closings  # noqa: E402
from stock.models import StockMovement  # noqa: E402

TIMES, CLOSINGS = 100, 3  # with 20, the 95th percentile would be the slowest


def measure(only: str) -> None:
    """Request each page and print how long it took; what is over its target is named."""
    client = sign_in("supervisor")
    for name, (address, target_ms) in plan_pages().items():
        if name.startswith(only):
            ask(client, address, {})
            report(name, [ask(client, address, {}) for _ in range(TIMES)], target_ms)
    if only:
        return
    with open_nursery() as stocktake:
        page = f"/stock/stocktakes/{stocktake.pk}/"
        report("an open stocktake", [ask(client, page, {}) for _ in range(TIMES)], 500.0)
        report("closing a stocktake", [close_once(stocktake) for _ in range(CLOSINGS)], CLOSING_MS)


def report(name: str, answers: list[tuple[float, float]], target_ms: float) -> None:
    """A line."""
    measured = summarise(answers, 0)
    late = "" if measured.slow_ms <= target_ms else f"  over {target_ms:.0f}"
    print(
        f"{name:34} busy {measured.median_ms:6.0f} ms, 95 % {measured.slow_ms:6.0f} ms,"
        f" clock {measured.clock_ms:6.0f} ms{late}",
        flush=True,
    )


def main() -> None:
    """A database of its own, filled if it is not, and measured."""
    try:
        connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
        fill_database(arguments.movements, arguments.batches, lambda text: print(text, flush=True))
        print(f"{StockMovement.objects.count():,} movements. {describe_machine()}")
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that one process does all of it
        with writing():
            measure(arguments.only)
        add_closings()
        print(check_closings())
    finally:
        stop_services()


if __name__ == "__main__":
    main()
