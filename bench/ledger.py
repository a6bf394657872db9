"""How long the stock pages take with a large ledger: `python -m bench.ledger [10000000 [100000]]`, on its own servers.

`ledger.sql` writes that many movements and batches of five years. Then each page is requested TIMES times while another
connection writes a thousand movements a minute, some of them dated back. Prints the 95th percentile of the time that an
answer keeps processors busy (as `bench.pages`), and that on the clock.
"""

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from bench.pages.__main__ import ask, sign_in, summarise  # prepares Django and its servers
from locations.models import StorageLocation, Warehouse
from stock.closings import add_closings, check_closings, rebuild_closings
from stock.models import MovementKind, SourceType, StockBatch, StockMovement
from tests.services import stop_services

LEDGER = Path(__file__).with_name("ledger.sql")
TIMES, TARGET_MS = 20, 150.0
WRITES_A_MINUTE = 1000
INDEXED = ("stock_movements", "stock_visits", "stock_differences")
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text = ANY (%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill_database(movements: int, batches: int) -> None:
    """Write the ledger without triggers and indexes, then the indexes and the closings."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [list(INDEXED)])
        indexes: list[tuple[str, str]] = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        cursor.execute(LEDGER.read_text().replace(":movements", str(movements)).replace(":batches", str(batches)))
        cursor.execute("RESET session_replication_role")
        for _name, definition in indexes:
            cursor.execute(definition)
    started = time.monotonic()
    print(f"{rebuild_closings()} closings in {time.monotonic() - started:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def writing() -> Iterator[None]:
    """Another connection writes movements meanwhile."""
    done = threading.Event()

    def write() -> None:
        dice = random.Random(2)
        batches = list(StockBatch.objects.filter(config__active=True).values_list("pk", flat=True)[:1000])
        while not done.wait(60 / WRITES_A_MINUTE):
            batch, quantity = dice.choice(batches), dice.choice((-1, 1))
            with transaction.atomic():
                StockMovement.objects.create(
                    batch_id=batch,
                    kind=MovementKind.ADJUSTMENT,
                    quantity=quantity,
                    source_type=SourceType.MANUAL,
                    happened_at=timezone.now() - timedelta(days=dice.choice((0, 0, 0, 1, 40))),
                )
                StockBatch.objects.filter(pk=batch).update(quantity_current=F("quantity_current") + quantity)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    yield
    done.set()
    thread.join()


def plan_pages() -> dict[str, str]:
    """The pages that are measured."""
    year_ago = (timezone.localdate() - timedelta(days=365)).isoformat()
    week_ago = (timezone.localdate() - timedelta(days=7)).isoformat()
    warehouse = Warehouse.objects.order_by("pk").values_list("pk", flat=True)[0]
    location, code = StorageLocation.objects.order_by("pk").values_list("pk", "code")[0]
    stock = reverse("stock")
    return {
        "stock today": stock,
        "stock a year ago": f"{stock}?as_of={year_ago}",
        "stock today, by location": f"{stock}?group=location",
        "stock today, one warehouse": f"{stock}?warehouse_id={warehouse}&group=area",
        "stock compared with a year ago": f"{stock}?compare={year_ago}",
        "stock searched": f"{stock}?q=product+17",
        "stock as JSON": reverse("api-stock"),
        "one bay": reverse("stock-bay", args=[code]),
        "reconcile": reverse("stock-reconcile"),
        "reconcile, a year": f"{reverse('stock-reconcile')}?date_from={year_ago}",
        "reconcile, all of one bay": f"{reverse('stock-reconcile')}?status=all&location_id={location}",
        "shrinkage": reverse("shrinkage"),
        "changes of a week": f"{reverse('stock-changes')}?date_from={week_ago}",
    }


def measure_pages() -> None:
    """Request each page and print how long it took; a page over its target is named."""
    client = sign_in("supervisor")
    for name, address in plan_pages().items():
        ask(client, address, {})
        measured = summarise([ask(client, address, {}) for _ in range(TIMES)], 0)
        late = "" if measured.slow_ms <= TARGET_MS else f"  over {TARGET_MS:.0f}"
        print(
            f"{name:34} busy {measured.median_ms:6.0f} ms, 95 % {measured.slow_ms:6.0f} ms,"
            f" clock {measured.clock_ms:6.0f} ms{late}",
            flush=True,
        )


def main() -> None:
    """A database of its own, filled, measured and dropped."""
    numbers = [int(number) for number in sys.argv[1:]]
    movements, batches = (*numbers, *(10_000_000, 100_000)[len(numbers) :])
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        started = time.monotonic()
        fill_database(movements, batches)
        print(f"{StockMovement.objects.count():,} movements in {time.monotonic() - started:.0f} s", flush=True)
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that one process does all of it
        with writing():
            measure_pages()
        add_closings()
        print(check_closings())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        stop_services()


if __name__ == "__main__":
    main()
