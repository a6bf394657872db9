"""How many unregistered sales the counts of a year uncover: `python -m bench.year [bays [seed]]`, on its own servers.

`bench.simulated_year` says what happens. All of it is written through the functions of the ledger, as people and
photos would. A sale that was not registered is found if one of the next WITHIN counts of its bay is reported as
missing plants; every other report is a false alarm. Prints both, and the share of counts that raised a false alarm.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from bench.pages.__main__ import stop_services  # prepares Django and its servers
from bench.simulated_year import WEEKS, Event, read_errors, simulate_year
from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from locations.models import LocationConfig
from stock.documents import record_document
from stock.ledger import record_count, review_count
from stock.lines import Header, Line, Plants
from stock.models import Difference, DocumentSource, LossReason, MovementKind
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory

BAYS, SEED, WITHIN = 40, 1, 5
KINDS = {"sowing": MovementKind.SOWING, "sale": MovementKind.SALE, "loss": MovementKind.DEATH}
START = timezone.now() - timedelta(weeks=WEEKS)


@dataclass(frozen=True)
class Found:
    """Unregistered sales, those that were found, and what was reported without any."""

    planted: int
    found: int
    false_alarms: int
    counts: int


def write_year(events: Iterable[Event], bays: Sequence[LocationConfig], user: User) -> int:
    """Write every photo and what was registered; returns how often a bay had to be counted by hand before.

    That is where the last photo shows fewer plants than people took out since, and the ledger refuses the document.
    """
    dice, by_hand = Random(0), 0
    for event in events:
        if event.kind == "photo":
            _count(bays[event.bay], event, UUID(int=dice.getrandbits(128), version=4))
        elif event.is_registered and not _record(bays[event.bay], event, user):
            _write(bays[event.bay], MovementKind.HAND_COUNT, event.there, event.day - 0.01, user)
            _record(bays[event.bay], event, user)
            by_hand += 1
    return by_hand


def _count(config: LocationConfig, event: Event, image: UUID) -> None:
    record_count(
        image_id=image,
        session_id=image,
        location=config.location,
        config=config,
        quantity=event.plants,
        quantity_empty=0,
        user=None,
        happened_at=START + timedelta(days=event.day),
    )
    review_count(session_id=image, signed_off=False, in_doubt=event.is_doubtful)


def _record(config: LocationConfig, event: Event, user: User) -> bool:
    """False if the ledger has too few plants."""
    try:
        _write(config, KINDS[event.kind], event.plants, event.day, user)
    except ConflictError:
        return False
    return True


def _write(config: LocationConfig, kind: MovementKind, plants: int, day: float, user: User) -> None:
    moment = START + timedelta(days=day)
    header = Header(kind, moment, user, uuid4().hex, DocumentSource.API)
    reason = LossReason.objects.get(code="PEST") if kind == MovementKind.DEATH else None
    there = Plants(config.location, config.product, config.packaging, config.expected_state)
    record_document(header, [Line(there, plants, loss_reason=reason)])


def compare(events: Iterable[Event], bays: Sequence[LocationConfig]) -> Found:
    """What was reported beside what was not registered. Each report explains one sale."""
    events = list(events)
    photos, planted, found, reports = 0, 0, 0, 0
    for number, config in enumerate(bays):
        own = [event for event in events if event.bay == number]
        counted = sorted(START + timedelta(days=event.day) for event in own if event.kind == "photo")
        reported = Difference.objects.filter(batch__config=config).exclude(unexplained=0).order_by("moment")
        open_reports = list(reported.values_list("moment", "unexplained"))
        photos, reports = photos + len(counted) - 1, reports + len(open_reports)
        for sale in (event for event in own if not event.is_registered):
            planted += 1
            at = START + timedelta(days=sale.day)
            until = [moment for moment in counted if moment > at][:WITHIN]
            hits = [row for row in open_reports if until and at < row[0] <= until[-1] and row[1] < 0]
            if hits:
                found += 1
                open_reports.remove(hits[0])
    return Found(planted, found, reports - found, photos)


def main() -> None:
    """A database of its own, filled, compared and dropped."""
    numbers = [int(number) for number in sys.argv[1:]]
    count, seed = (*numbers, *(BAYS, SEED)[len(numbers) :])
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        started = time.monotonic()
        events = simulate_year(seed=seed, bays=count, errors=read_errors())
        bays = [LocationConfigFactory(started_at=START - timedelta(days=1)) for _ in range(count)]
        by_hand = write_year(events, bays, UserFactory())
        found = compare(events, bays)
        print(f"{len(events)} events in {count} bays, seed {seed}, written in {time.monotonic() - started:.0f} s")
        print(f"unregistered sales: {found.planted}, found within {WITHIN} counts: {found.found}")
        print(f"false alarms: {found.false_alarms} of {found.counts} counts ({found.false_alarms / found.counts:.1%})")
        print(f"counted by hand because the last photo showed too few: {by_hand}")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        stop_services()


if __name__ == "__main__":
    main()
