"""Closings: the stock at any moment equals the replay of all movements, whatever is written when and by whom."""

import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stock.closings import add_closings, check_closings, rebuild_closings
from stock.ledger import record_count, reverse_image_counts
from stock.messages import COUNTED_AGAIN
from stock.models import Closing, ClosingBalance, MovementKind, StockBatch, StockMovement
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory
from tests.stock.recording import assert_newest_visits_are_known, photo

NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)
EVERY = 3  # movements for a closing here


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def stock_before(moment: datetime) -> dict[int, int]:
    """What the pages read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT batch_id, sum(quantity) FROM stock_parts_before(%s) GROUP BY batch_id", [moment])
        return {batch: int(quantity) for batch, quantity in cursor.fetchall() if quantity}


def replay(moment: datetime) -> dict[int, int]:
    """Every movement, one after the other."""
    found: dict[int, int] = defaultdict(int)
    for batch, quantity in StockMovement.objects.filter(happened_at__lt=moment).values_list("batch", "quantity"):
        found[batch] += quantity
    return {batch: quantity for batch, quantity in found.items() if quantity}


def move(batch: StockBatch, quantity: int, hour: float) -> StockMovement:
    return StockMovementFactory(
        batch=batch, quantity=quantity, kind=MovementKind.ADJUSTMENT, happened_at=hours(hour), user=None
    )


@pytest.mark.django_db
def test_a_closing_follows_every_so_many_movements_at_a_full_hour():
    batch = StockBatchFactory()
    for hour in (0, 0.5, 1.2, 4, 5):
        move(batch, 10, hour)
    assert add_closings(every=EVERY) == 1
    closing = Closing.objects.get()
    assert closing.moment == hours(2)
    assert list(closing.balances.values_list("batch", "quantity")) == [(batch.pk, 30)]
    assert add_closings(every=EVERY) == 0
    move(batch, -4, 5.5)
    assert add_closings(every=EVERY) == 1
    assert list(ClosingBalance.objects.order_by("closing").values_list("quantity", flat=True)) == [30, 46]


@pytest.mark.django_db
def test_movements_of_this_hour_wait_for_its_end():
    batch = StockBatchFactory()
    for _ in range(EVERY):
        StockMovementFactory(batch=batch, happened_at=timezone.now())
    assert add_closings(every=EVERY) == 0


@pytest.mark.django_db
def test_an_empty_ledger_has_no_closing_and_no_fault():
    assert (add_closings(), rebuild_closings()) == (0, 0)
    assert not check_closings()


@pytest.mark.django_db
def test_a_movement_dated_back_changes_the_closings_after_it_alone():
    batch, other = StockBatchFactory.create_batch(2)
    for hour in range(9):
        move(batch, 10, hour)
    add_closings(every=EVERY)
    move(batch, -3, 4.5)
    move(other, 7, -100)
    assert list(ClosingBalance.objects.filter(batch=batch).order_by("closing").values_list("quantity", flat=True)) == [
        30,
        57,
        87,
    ]
    assert list(ClosingBalance.objects.filter(batch=other).values_list("quantity", flat=True)) == [7, 7, 7]
    assert check_closings().balances == 0


@pytest.mark.django_db
def test_a_movement_at_the_moment_of_a_closing_comes_after_it():
    batch = StockBatchFactory()
    for hour in range(3):
        move(batch, 10, hour)
    add_closings(every=EVERY)
    [moment] = Closing.objects.values_list("moment", flat=True)
    StockMovementFactory(batch=batch, quantity=5, happened_at=moment)
    assert stock_before(moment) == replay(moment) == {batch.pk: 30}
    assert stock_before(moment + timedelta(microseconds=1)) == {batch.pk: 35}


@pytest.mark.django_db
def test_a_deleted_batch_leaves_the_closings():
    """Only the removal of a demo nursery deletes: the ledger itself refuses."""
    batch, other = StockBatchFactory.create_batch(2)
    for hour in range(6):
        move(batch, 10, hour)
    move(other, 4, 0)
    add_closings(every=EVERY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing is altered while checks are pending
        cursor.execute("ALTER TABLE stock_movements DISABLE TRIGGER stock_movements_append_only")
        cursor.execute("DELETE FROM stock_movements WHERE batch_id = %s AND happened_at = %s", [batch.pk, hours(0)])
        assert check_closings().balances == 0
        cursor.execute("DELETE FROM stock_movements WHERE batch_id = %s", [batch.pk])
        cursor.execute("ALTER TABLE stock_movements ENABLE TRIGGER stock_movements_append_only")
    batch.delete()
    assert check_closings().balances == 0
    assert set(ClosingBalance.objects.values_list("batch", flat=True)) == {other.pk}


HISTORY = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 2), st.integers(-20, 20).filter(bool), st.integers(0, 60)),
        st.tuples(st.just("count"), st.integers(0, 2), st.integers(0, 40), st.integers(0, 60)),
        st.tuples(st.just("delete"), st.integers(0, 9), st.just(0), st.just(0)),
        st.tuples(st.just("close"), st.integers(1, 4), st.just(0), st.just(0)),
        st.tuples(st.just("rebuild"), st.integers(1, 4), st.just(0), st.just(0)),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY)
def test_the_stock_at_any_moment_is_the_replay_of_all_movements(history):
    """Photos, movements of people, reversals, all of them dated back, with closings in between."""
    with transaction.atomic():
        configs = [LocationConfigFactory() for _ in range(3)]
        batches = [StockBatchFactory(config=config, batch_code=uuid.uuid4().hex) for config in configs]
        photos: list[uuid.UUID] = []
        for what, first, second, hour in history:
            match what:
                case "move":
                    move(batches[first], second, hour / 2)
                case "count":
                    photos.append(_count(configs[first], second, hour / 2))
                case "delete" if photos:
                    reverse_image_counts(photos[first % len(photos)], user=None, reason=COUNTED_AGAIN())
                case "close":
                    add_closings(every=first)
                case "rebuild":
                    rebuild_closings(every=first)
        add_closings(every=EVERY)
        moments = [*(hours(number) for number in range(-1, 33)), *Closing.objects.values_list("moment", flat=True)]
        assert [stock_before(moment) for moment in moments] == [replay(moment) for moment in moments]
        assert check_closings().balances == 0
        transaction.set_rollback(True)


def _count(config, quantity, hour):
    image = S3ImageFactory()
    record_count(
        image_id=image.pk,
        session_id=uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=0,
        user=None,
        happened_at=hours(hour),
    )
    return image.pk


@pytest.mark.django_db
def test_the_command_checks_adds_and_rebuilds(capsys):
    batch = StockBatchFactory()
    for hour in range(9):
        move(batch, 10, hour)
    add_closings(every=EVERY)
    call_command("stock_closings", check=True)
    ClosingBalance.objects.filter(quantity=60).update(quantity=61)
    StockBatch.objects.update(quantity_current=91)
    faults = check_closings()
    assert (faults.balances, faults.batches) == (2, 1)
    with pytest.raises(CommandError, match="2 balances of closings and 1 totals"):
        call_command("stock_closings", check=True)
    call_command("stock_closings", rebuild=True)
    call_command("stock_closings")
    assert not check_closings()
    assert StockBatch.objects.get().quantity_current == 90
    assert "0 closings added." in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_no_movement_is_lost_between_writers_and_closings():
    """Two write into the past while a third adds and rebuilds closings."""
    batches = StockBatchFactory.create_batch(2)
    for hour in range(12):
        move(batches[0], 5, hour)

    def write(number: int) -> None:
        for hour in range(40):
            with transaction.atomic():
                move(batches[number], 1, (hour * 7) % 24)
        connection.close()

    def close() -> None:
        for number in range(12):
            with suppress(OperationalError):  # the writers were in the way: an hour later it is tried again
                rebuild_closings(every=4) if number % 4 == 0 else add_closings(every=4)
        connection.close()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(write, 0), pool.submit(write, 1), pool.submit(close)]:
            done.result()
    add_closings(every=4)
    assert Closing.objects.count() > 5
    assert check_closings().balances == 0
    for hour in range(25):
        assert stock_before(hours(hour)) == replay(hours(hour))


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"quantity_current": 11}, {"quantity_unexplained": 1}])
def test_a_wrong_total_alone_is_corrected(wrong):
    batch = StockBatchFactory()
    move(batch, 10, 0)
    StockBatch.objects.update(**wrong)
    assert check_closings().batches == 1
    assert rebuild_closings() == 0
    assert not check_closings()
    assert StockBatch.objects.values_list("quantity_current", "quantity_unexplained").get() == (10, 0)


@pytest.mark.django_db
def test_a_visit_that_is_not_known_as_the_newest_is_corrected():
    config = LocationConfigFactory()
    for hour in range(0, 6, 2):
        photo(config, 9, hour=hour)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # without triggers
        cursor.execute("UPDATE stock_visits SET newest_during = NULL WHERE last_at = %s", [hours(2)])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert check_closings().visits == 1
    rebuild_closings()
    assert not check_closings()
    assert_newest_visits_are_known()
