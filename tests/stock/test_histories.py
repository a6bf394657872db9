"""Generated histories: people, photos, counts by hand, late entries and undoing, in any order.

After each step the ledger must be sound, and the stock at every moment must be what a plain replay of the facts gives.
"""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from demeter.common.exceptions import ConflictError, InvalidInputError
from stock.ledger import correct_count, reverse_image_counts
from stock.messages import COUNTED_AGAIN
from stock.models import (
    DERIVED_KINDS,
    MovementKind,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
)
from stock.timeline import Change, VisitTotal, find_due, find_shortfalls
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, PackagingFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.recording import assert_ledger_is_sound, hand_count, hours, photo, plants_of, record, undo

# --- The arithmetic, over thousands of histories ----------------------------------------------------------------------
batches = st.integers(1, 3)
moments = st.integers(0, 8).map(hours)
numbers = st.integers(0, 60)
full = st.dictionaries(batches, numbers, min_size=1, max_size=2).flatmap(
    lambda plants: st.tuples(
        st.just(plants),
        moments,
        st.just(True),
        st.dictionaries(batches, st.lists(st.sampled_from(sorted(plants)), unique=True)),
    )
)
by_hand = st.tuples(st.dictionaries(batches, numbers, min_size=1, max_size=1), moments, st.just(False), st.just({}))
visits = st.lists(st.one_of(full, by_hand), max_size=6)
changes = st.lists(st.builds(Change, batches, st.integers(-60, 60).filter(bool), moments), max_size=10)
noise = st.dictionaries(st.tuples(batches, moments), st.integers(-30, 30), max_size=3)


@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(visits=visits, changes=changes, written_short=noise)
def test_stock_is_never_negative_and_every_count_is_true(visits, changes, written_short):
    counts = [VisitTotal(UUID(int=n), *row[:2], is_full=row[2], beside=row[3]) for n, row in enumerate(visits)]
    rows = [(change.moment, change.batch, change.quantity) for change in changes]
    rows += [(due.visit.moment, due.batch, due.quantity) for due in find_due(counts, changes, {})]
    rows += [(at, batch, quantity) for (batch, at), quantity in written_short.items()]
    rows += [(row.moment, row.batch, row.quantity) for row in find_shortfalls(counts, changes, written_short)]
    for moment in {row[0] for row in rows}:
        stock = defaultdict(int)
        for at, batch, quantity in rows:
            stock[batch] += quantity if at <= moment else 0
        assert all(quantity >= 0 for quantity in stock.values())
    last_at = {count.moment: count for count in sorted(counts, key=lambda count: (count.moment, count.image))}
    for moment, count in last_at.items():
        there = sum(
            quantity for at, batch, quantity in rows if at <= moment and (count.is_full or batch in count.plants)
        )
        assert there == sum(count.plants.values())


@settings(max_examples=300)
@given(visits=visits, changes=changes)
def test_what_was_written_is_not_due_again(visits, changes):
    counts = [VisitTotal(UUID(int=n), *row[:2], is_full=row[2], beside=row[3]) for n, row in enumerate(visits)]
    written = {(due.visit.image, due.batch): due.quantity for due in find_due(counts, changes, {})}
    short = {(row.batch, row.moment): row.quantity for row in find_shortfalls(counts, changes, {})}
    assert find_due(counts, changes, written) == []
    assert find_shortfalls(counts, changes, short) == []
    assert all(quantity > 0 for quantity in short.values())


# --- The ledger itself, on PostgreSQL --------------------------------------------------------------------------------
@dataclass
class World:
    """Two bays, each of one batch, and a batch in pots beside the first."""

    user: object = field(default_factory=lambda: UserFactory(supervisor=True))
    bays: list = field(default_factory=lambda: [LocationConfigFactory(), LocationConfigFactory()])
    pots: object = field(default_factory=PackagingFactory)
    photos: list = field(default_factory=list)

    def plants(self, number):
        first, second = self.bays
        return (plants_of(first), plants_of(second, product=first.product), plants_of(first, packaging=self.pots))[
            number
        ]

    def batch(self, number):
        plants = self.plants(number)
        batches = StockBatch.objects.filter(
            location=plants.location, product=plants.product, packaging=plants.packaging
        )
        return batches.first()


def step(world: World, kind: str, where: int, quantity: int, hour: float, number: int) -> None:
    """One thing that happens; what does not apply is left out."""
    batch, other = world.batch(where), world.plants((where + 1 + number % 2) % 3)
    match kind:
        case "photo":
            config = world.bays[where % 2]
            world.photos.append((S3ImageFactory(), config))
            photo(config, quantity, image=world.photos[-1][0], hour=hour)
        case "again" if world.photos:
            image, config = world.photos[number % len(world.photos)]
            photo(config, quantity, image=image, hour=hour)
        case "corrected" if world.photos:
            image, _config = world.photos[number % len(world.photos)]
            for count in StockCount.objects.in_force().filter(image_id=image.pk):
                correct_count(
                    image_id=image.pk, session_id=count.session_id, quantity=quantity, quantity_empty=0, user=None
                )
        case "deleted" if world.photos:
            reverse_image_counts(world.photos[number % len(world.photos)][0].pk, user=None, reason=COUNTED_AGAIN())
        case "by hand" if batch:
            hand_count(batch, quantity, hour=hour, user=world.user)
        case "undo" if StockDocument.objects.exists():
            documents = StockDocument.objects.order_by("pk")
            undo(documents[number % documents.count()], user=world.user)
        case MovementKind.PLANTING | MovementKind.SOWING | MovementKind.INITIAL if quantity:
            record(kind, world.plants(where), quantity, hour=hour, user=world.user)
        case MovementKind.SALE | MovementKind.DEATH if quantity and batch:
            record(kind, batch, quantity, hour=hour, user=world.user)
        case MovementKind.ADJUSTMENT if quantity and batch:
            record(kind, batch, quantity if number % 2 else -quantity, hour=hour, user=world.user)
        case MovementKind.TRANSPLANT | MovementKind.TRANSFER if quantity and batch:
            record(kind, batch, quantity, to=other, hour=hour, user=world.user)


def facts_replayed(moment) -> dict[int, int]:
    """The stock at a moment from counts and documents alone, gone through one after the other."""
    stock: dict[int, int] = defaultdict(int)
    events = [
        (at, 0, batch, quantity)
        for batch, quantity, at in StockMovement.objects.exclude(kind__in=DERIVED_KINDS).values_list(
            "batch", "quantity", "happened_at"
        )
    ]
    counts = StockCount.objects.in_force().filter(is_counted=True).select_related("batch").order_by("happened_at")
    # At one moment photos come first, then counts by hand (`stock.timeline.in_order`).
    events += [(count.happened_at, 1, (count.document_id or 0, count.image_id), count) for count in counts]
    first_seen = {}
    for count in StockCount.objects.of_photos().order_by("-happened_at"):
        first_seen[count.batch_id] = count.happened_at
    times = sorted({event[0] for event in events if event[0] <= moment})
    for at in times:
        now = sorted((event for event in events if event[0] == at), key=lambda event: event[1:3])
        for _at, _order, batch, quantity in (event for event in now if event[1] == 0):
            stock[batch] += quantity
        for count in (event[3] for event in now if event[1] == 1):
            if count.document_id is None:
                rest = count.quantity
                for batch in StockBatch.objects.filter(location=count.batch.location_id).order_by("pk"):
                    is_beside = batch.config_id == count.batch.config_id and first_seen.get(batch.pk, hours(99)) > at
                    stock[batch.pk] = min(rest, max(0, stock[batch.pk])) if is_beside else 0
                    rest -= stock[batch.pk]
                stock[count.batch_id] = rest
            else:
                stock[count.batch_id] = count.quantity
        stock |= {batch: max(0, quantity) for batch, quantity in stock.items()}
    return {batch: quantity for batch, quantity in stock.items() if quantity}


def assert_stock_is_the_replay() -> None:
    for moment in sorted(set(StockMovement.objects.values_list("happened_at", flat=True))):
        stock: dict[int, int] = defaultdict(int)
        for batch, quantity in StockMovement.objects.filter(happened_at__lte=moment).values_list("batch", "quantity"):
            stock[batch] += quantity
        assert {batch: n for batch, n in stock.items() if n} == facts_replayed(moment), moment


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["photo", "photo", "again", "corrected", "deleted", "by hand", "undo", "undo"]
            + [kind for kind in MovementKind if kind not in DERIVED_KINDS]
        ),
        st.integers(0, 2),
        st.integers(0, 40),
        st.integers(0, 20),  # hours apart, so that each photo is a visit of its own
        st.integers(0, 20),
    ),
    min_size=4,
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(steps=steps)
@example(steps=[("photo", 0, 0, 0, 0), ("by hand", 0, 1, 0, 0)] * 2)
def test_ledger_stays_sound_through_every_history(steps):
    with transaction.atomic():
        world = World()
        for kind, where, quantity, hour, number in steps:
            with suppress(ConflictError, InvalidInputError):  # refused as a whole
                step(world, kind, where, quantity, hour, number)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            assert_ledger_is_sound()
        assert_stock_is_the_replay()
        transaction.set_rollback(True)
