"""The pages that are measured on a large ledger, the closing of a stocktake, and the writer beside them."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from bench.pages.measuring import busy_ms
from demeter.accounts.models import User
from locations.models import StorageLocation, Warehouse
from stock.models import MovementKind, SourceType, StockBatch, StockMovement, Stocktake
from stock.stocktakes import Place, close_stocktake, discard_stocktake, open_stocktake

WRITES_A_MINUTE = 1000
PAGE_MS, WHOLE_NURSERY_MS, CLOSING_MS = 150.0, 1_000.0, 3_000.0


def plan_pages() -> dict[str, tuple[str, float]]:
    """The address of each page, and the milliseconds that 95 of 100 answers may take."""
    year_ago = (timezone.localdate() - timedelta(days=365)).isoformat()
    week_ago = (timezone.localdate() - timedelta(days=7)).isoformat()
    warehouse = Warehouse.objects.order_by("pk").values_list("pk", flat=True)[0]
    location, code = StorageLocation.objects.order_by("pk").values_list("pk", "code")[0]
    stock, plan, changes = reverse("stock"), reverse("counting-plan"), reverse("stock-changes")
    addresses = {
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
        "changes of a week": f"{changes}?date_from={week_ago}",
        "counting plan": plan,
        "counting plan, all bays": f"{plan}?show=all",
        "counting plan, one warehouse": f"{plan}?place=warehouse:{warehouse}",
        "walk": reverse("counting-walk"),
        "map": reverse("map"),
    }
    return {name: (address, PAGE_MS) for name, address in addresses.items()} | {
        "map as JSON, 10,000 bays": (reverse("api-map"), WHOLE_NURSERY_MS)
    }


@contextmanager
def open_nursery() -> Iterator[Stocktake]:
    """An open stocktake of everything that began 20 weeks ago; discarded afterwards."""
    user, now = User.objects.get(username="supervisor"), timezone.now()
    opened = open_stocktake(
        day=timezone.localdate(), counted_from=now - timedelta(weeks=20), end_of_day=now, place=Place(), user=user
    ).stocktake
    try:
        yield opened
    finally:
        discard_stocktake(opened.pk)


def close_once(stocktake: Stocktake) -> tuple[float, float]:
    """Milliseconds that closing it takes, busy and on the clock; it is open again afterwards."""
    start, busy = time.perf_counter(), busy_ms()
    with transaction.atomic():
        close_stocktake(
            stocktake.pk,
            end_of_day=timezone.now(),
            user=stocktake.opened_by,
            accepts_gaps=True,
            find_signers=lambda _sessions: {},
        )
        took = busy_ms() - busy, (time.perf_counter() - start) * 1000
        transaction.set_rollback(True)
    return took


@contextmanager
def writing() -> Iterator[None]:
    """Another connection writes movements meanwhile, some of them dated back."""
    done = threading.Event()

    def write() -> None:
        dice = random.Random(2)
        batches = list(StockBatch.objects.filter(config__active=True).values_list("pk", flat=True)[:1000])
        while not done.wait(60 / WRITES_A_MINUTE):
            StockMovement.objects.create(
                batch_id=dice.choice(batches),
                kind=MovementKind.ADJUSTMENT,
                quantity=dice.choice((-1, 1)),
                source_type=SourceType.MANUAL,
                happened_at=timezone.now() - timedelta(days=dice.choice((0, 0, 0, 1, 40))),
            )
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
