"""Adds closings to the ledger, checks them and rebuilds them.

The stock before any moment is the newest closing up to it plus the movements since: the SQL function
`stock_parts_before` of migration 0006. The stock of now is in the batches, kept by a trigger (migration 0012).

A closing follows every MOVEMENTS_PER_CLOSING movements, so that a small nursery has none and a large one never sums
much more than that. `processing.periodic_tasks` adds them every hour and checks them every night;
`manage.py stock_closings` does both by hand.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from stock.models import Closing, StockMovement

MOVEMENTS_PER_CLOSING = 50_000
# A writer waits no longer than this for a closing, and the closing no longer for a writer: it is tried again later.
LOCK_SECONDS = 3
ADD = """
WITH made AS (
    INSERT INTO stock_closings (moment, created_at, updated_at) VALUES (%(moment)s, now(), now()) RETURNING id
)
INSERT INTO stock_closing_balances (closing_id, batch_id, quantity)
SELECT made.id, part.batch_id, sum(part.quantity) FROM made, stock_parts_before(%(moment)s) AS part
GROUP BY made.id, part.batch_id HAVING sum(part.quantity) <> 0
"""
# Batches of a closing that are not the closing before it plus the movements between them.
WRONG_AT_CLOSING = """
SELECT count(*) FROM (
    SELECT batch_id FROM (
        SELECT batch_id, quantity FROM stock_closing_balances WHERE closing_id = %(closing)s
        UNION ALL
        SELECT batch_id, -quantity FROM stock_closing_balances WHERE closing_id = %(previous)s
        UNION ALL
        SELECT batch_id, -quantity FROM stock_movements
        WHERE happened_at < %(moment)s AND happened_at >= %(since)s::timestamptz
    ) AS parts GROUP BY batch_id HAVING sum(quantity) <> 0
) AS wrong
"""
# What the totals of each batch should be, from the newest closing or from all movements.
SUMMED = """
    SELECT batch.id, COALESCE(moved.total, 0) AS current, COALESCE(reported.total, 0) AS unexplained
    FROM stock_batches AS batch
    LEFT JOIN (SELECT batch_id, sum(quantity) AS total FROM {movements} GROUP BY batch_id) AS moved
        ON moved.batch_id = batch.id
    LEFT JOIN (
        SELECT batch_id, sum(abs(unexplained)) AS total FROM stock_differences WHERE unexplained <> 0 GROUP BY batch_id
    ) AS reported ON reported.batch_id = batch.id
"""
WRONG = "(batch.quantity_current, batch.quantity_unexplained) <> (summed.current, summed.unexplained)"
WRONG_TOTALS = f"""
SELECT count(*) FROM stock_batches AS batch
JOIN ({SUMMED.format(movements="stock_parts_before('infinity')")}) AS summed ON summed.id = batch.id WHERE {WRONG}
"""  # noqa: S608
CORRECT_TOTALS = f"""
UPDATE stock_batches AS batch
SET quantity_current = summed.current, quantity_unexplained = summed.unexplained
FROM ({SUMMED.format(movements="stock_movements")}) AS summed WHERE summed.id = batch.id AND {WRONG}
"""  # noqa: S608
NEWEST = """
    SELECT id, CASE WHEN photos > 0 THEN tstzrange(
        last_at, lead(last_at) OVER (PARTITION BY location_id, photos > 0 ORDER BY last_at, id), '(]'
    ) END AS newest_during
    FROM stock_visits
"""
WRONG_VISITS = f"""
SELECT count(*) FROM stock_visits AS visit JOIN ({NEWEST}) AS found ON found.id = visit.id
WHERE visit.newest_during IS DISTINCT FROM found.newest_during
"""  # noqa: S608
CORRECT_VISITS = f"""
UPDATE stock_visits AS visit SET newest_during = found.newest_during FROM ({NEWEST}) AS found
WHERE visit.id = found.id AND visit.newest_during IS DISTINCT FROM found.newest_during
"""  # noqa: S608


@dataclass(frozen=True)
class Faults:
    """How many balances of closings and totals of batches are not the sum of their rows, and how many visits are not
    known as the newest of their location at the right time."""

    balances: int
    batches: int
    visits: int

    def __bool__(self) -> bool:
        return bool(self.balances or self.batches or self.visits)


def add_closings(*, every: int = MOVEMENTS_PER_CLOSING) -> int:
    """Add the closings that are due and return their number. Safe to run twice, and beside writers.

    Raises OperationalError if the ledger stays locked; what was added before stays.
    """
    added = 0
    while moment := _next_moment(every):
        with transaction.atomic():
            _lock_ledger()
            if not Closing.objects.filter(moment__gte=moment).exists():
                _execute(ADD, moment=moment)
                added += 1
    return added


def rebuild_closings(*, every: int = MOVEMENTS_PER_CLOSING) -> int:
    """Correct batches and visits, replace all closings by new ones, and return their number. Meanwhile pages are right,
    but slower."""
    with transaction.atomic():
        _lock_ledger()
        _execute(CORRECT_TOTALS)
        _execute(CORRECT_VISITS)
        _execute("DELETE FROM stock_closing_balances")
        _execute("DELETE FROM stock_closings")
    return add_closings(every=every)


@transaction.atomic
def check_closings() -> Faults:
    """Compare every closing with the movements, every batch with its own, and every visit with the next one."""
    _execute("LOCK TABLE stock_closings IN SHARE MODE")  # none is added or removed meanwhile
    closings = list(Closing.objects.all())
    balances = sum(
        _number(
            WRONG_AT_CLOSING,
            closing=closing.pk,
            previous=previous.pk if previous else None,
            moment=closing.moment,
            since=previous.moment if previous else "-infinity",
        )
        for previous, closing in zip([None, *closings], closings, strict=False)
    )
    return Faults(balances=balances, batches=_number(WRONG_TOTALS), visits=_number(WRONG_VISITS))


def _next_moment(every: int) -> datetime | None:
    """The full hour after the next `every` movements; None while there are fewer, or until that hour is over."""
    last = Closing.objects.order_by("-moment").values_list("moment", flat=True).first()
    later = StockMovement.objects.filter(happened_at__gte=last) if last else StockMovement.objects.all()
    found = later.order_by("happened_at").values_list("happened_at", flat=True)[every - 1 : every]
    if not found:
        return None
    moment = found[0].replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment if moment <= timezone.now() else None


def _lock_ledger() -> None:
    """No movement is written until the transaction ends, and all that were being written are visible."""
    _execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    _execute("LOCK TABLE stock_movements IN SHARE ROW EXCLUSIVE MODE")


def _execute(statement: str, **parameters: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def _number(statement: str, **parameters: int | datetime | str | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        [number] = cursor.fetchone()
    return int(number)
