"""Stocktakes: what belongs to one, what it stores when it is signed, and what is refused or marked afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from locations.models import LocationConfig
from stock.ledger import correct_count, review_count
from stock.models import BayState, StockBatch, Stocktake, StocktakeBay, StocktakeLine
from stock.stocktakes import (
    Place,
    changed_since,
    close_stocktake,
    discard_stocktake,
    open_stocktake,
    read_progress,
)
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, PackagingFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.recording import assert_ledger_is_sound, hand_count, hours_ago, photo, plants_of, record, undo

pytestmark = pytest.mark.django_db


def bay(name="Bay", area=None, price=None) -> LocationConfig:
    place = StorageLocationFactory(name=name, **({"storage_area": area} if area else {}))
    known = {"product__price": price, "product__currency": "EUR"} if price else {}
    return LocationConfigFactory(location=place, **known)


def opened(*, place=None, since_hours=5, user=None) -> Stocktake:
    now = timezone.now()
    return open_stocktake(
        day=timezone.localdate(),
        counted_from=now - timedelta(hours=since_hours),
        end_of_day=now + timedelta(hours=1),
        place=place or Place(),
        user=user or UserFactory(supervisor=True),
    ).stocktake


def closed(stocktake, *, user=None, accepts_gaps=False, signers=None) -> Stocktake:
    return close_stocktake(
        stocktake.pk,
        end_of_day=timezone.now() + timedelta(hours=1),
        user=user or UserFactory(supervisor=True),
        accepts_gaps=accepts_gaps,
        find_signers=lambda sessions: dict.fromkeys(sessions, signers) if signers else {},
    )


def states(stocktake) -> dict[str, int]:
    return dict(read_progress(stocktake, until=timezone.now()).totals)


def test_progress_knows_what_is_counted_signed_in_doubt_and_missing():
    first, second, third, fourth = (bay(name) for name in ("A", "B", "C", "D"))
    StorageLocationFactory(name="Empty, and nothing grows there")
    photo(first, 10, hour=hours_ago(48))
    stocktake = opened()
    assert states(stocktake) == {"missing": 4, "doubt": 0, "signed": 0, "unsigned": 0}, "counted before it began"
    signed, doubtful = photo(first, 12, hour=hours_ago(2)), photo(second, 5, hour=hours_ago(1))
    review_count(session_id=signed.session_id, signed_off=True, in_doubt=False)
    review_count(session_id=doubtful.session_id, signed_off=False, in_doubt=True)
    photo(third, 7, hour=hours_ago(1))
    assert states(stocktake) == {"missing": 1, "doubt": 1, "signed": 1, "unsigned": 1}
    [missing] = read_progress(stocktake, until=timezone.now(), wanted="missing").bays
    assert missing.location_id == fourth.location_id


def test_hand_counts_count_a_bay_once_all_its_batches_are_counted():
    config = bay()
    photo(config, 50, hour=hours_ago(30))
    other = record("plantar", plants_of(config, packaging=PackagingFactory()), 8, hour=0).movements.get().batch
    stocktake = opened()
    for batch, left in ((config.batches.exclude(pk=other.pk).get(), 1), (other, 0)):
        hand_count(batch, 40, hour=hours_ago(1))
        assert states(stocktake)["missing"] == left
    assert states(stocktake)["signed"] == 1
    [row] = read_progress(stocktake, until=timezone.now()).bays
    assert (row.by_hand, row.plants) == (True, 80)


def test_closing_stores_counts_lines_and_prices():
    worker = UserFactory(first_name="Ana", last_name="Luz")
    config, empty = bay("A", price=Decimal("0.50")), bay("B")
    photo(config, 100, hour=hours_ago(30))
    image = S3ImageFactory()
    stocktake = opened()
    photo(config, 90, hour=hours_ago(2), user=worker, image=image)
    batch = config.batches.get()
    record("ventas", batch, 15, hour=hours_ago(1))
    user = UserFactory(supervisor=True)
    with pytest.raises(InvalidInputError, match="missing or in doubt"):
        closed(stocktake, user=user)
    signed = closed(stocktake, user=user, accepts_gaps=True, signers="Eva Sol")
    assert (signed.closed_by, signed.moment == signed.closed_at) == (user, True)
    first, second = StocktakeBay.objects.all()
    assert (first.code, first.state, first.counted, first.image_id) == (config.location.code, "photo", 90, image.pk)
    assert (first.counted_by, first.signed_by) == ("Ana Luz", "Eva Sol")
    assert (first.expected, first.quantity, first.difference) == (85, 75, -10), "what was sold was expected to go"
    assert (second.location, second.state, second.quantity) == (empty.location, BayState.MISSING, 0)
    line = StocktakeLine.objects.get()
    assert (line.batch, line.sku, line.expected, line.quantity) == (batch, config.product.sku, 85, 75)
    assert (line.price, line.currency) == (Decimal("0.50"), "EUR")


def test_signed_stocktake_never_changes():
    stocktake = opened()
    photo(bay(), 10, hour=hours_ago(1))
    closed(stocktake)
    for change in (
        lambda: Stocktake.objects.update(day="2020-01-01"),
        lambda: Stocktake.objects.all().delete(),
        lambda: StocktakeBay.objects.update(quantity=1),
        lambda: StocktakeLine.objects.update(price=1),
        lambda: StocktakeLine.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            change()
    with pytest.raises(ConflictError, match="closed already"):
        closed(stocktake)
    with pytest.raises(ConflictError, match="closed already"):
        discard_stocktake(stocktake.pk)


def test_documents_of_before_are_refused_and_later_ones_are_not():
    config = bay("Bay 7")
    photo(config, 100, hour=hours_ago(3))
    batch = config.batches.get()
    moved = bay("Bay 8", area=config.location.storage_area)
    before = record("ventas", batch, 5, hour=hours_ago(2))
    signed = closed(opened(place=Place(area=config.location.storage_area)), accepts_gaps=True)
    for refused in (
        lambda: record("ventas", batch, 5, hour=0),
        lambda: hand_count(batch, 5, hour=0),
        lambda: record("plantar", plants_of(moved), 5, hour=0),
        lambda: undo(before),
    ):
        with pytest.raises(ConflictError, match=f"{signed.number}.*signed"):
            refused()
    later = hours_ago(0)
    record("ventas", batch, 5, hour=later)
    elsewhere = bay("Bay 9")
    record("plantar", plants_of(elsewhere), 5, hour=0)
    assert StockBatch.objects.get(pk=batch.pk).quantity_current == 90
    assert_ledger_is_sound()


def test_late_counts_mark_what_was_signed_and_leave_its_numbers():
    config, other = bay("A"), bay("B")
    first = photo(config, 100, hour=hours_ago(2))
    photo(other, 30, hour=hours_ago(2))
    stocktake = closed(opened())
    assert changed_since(stocktake) == {}
    record("plantar", plants_of(config), 5, hour=hours_ago(0))
    photo(other, 40, hour=hours_ago(0))
    assert changed_since(stocktake) == {}, "what happens later"
    correct_count(
        image_id=first.image_id, session_id=first.session_id, quantity=96, quantity_empty=0, user=UserFactory()
    )
    late = bay("C")
    photo(late, 12, hour=hours_ago(1))
    assert changed_since(stocktake) == {config.location_id: 4, late.location_id: 12}
    assert StocktakeBay.objects.get(location=config.location).quantity == 100


def test_stocktakes_that_overlap_are_refused():
    config = bay()
    area = config.location.storage_area
    stocktake = opened(place=Place(area=area))
    for place in (Place(), Place(warehouse=area.warehouse), Place(area=area)):
        with pytest.raises(ConflictError, match=stocktake.number):
            opened(place=place)
    opened(place=Place(area=bay().location.storage_area))
    discard_stocktake(stocktake.pk)
    opened(place=Place(area=area))


def test_dates_that_make_no_sense_are_refused():
    user, now = UserFactory(), timezone.now()
    for begin, end, words in (
        (now, now - timedelta(hours=1), "before the end"),
        (now + timedelta(days=1), now + timedelta(days=2), "in the future"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            open_stocktake(day=timezone.localdate(), counted_from=begin, end_of_day=end, place=Place(), user=user)
    stocktake = opened()
    Stocktake.objects.update(day=timezone.localdate() + timedelta(days=3))
    with pytest.raises(ConflictError, match="on that day or later"):
        closed(stocktake)
    with pytest.raises(NotFoundError):
        discard_stocktake(10**9)


def test_stock_at_the_end_of_the_day_is_stored_although_it_is_closed_later():
    config = bay()
    photo(config, 100, hour=hours_ago(4))
    now = timezone.now()
    stocktake = opened(since_hours=5)
    photo(config, 60, hour=hours_ago(1))
    signed = close_stocktake(
        stocktake.pk,
        end_of_day=now - timedelta(hours=2),
        user=UserFactory(),
        accepts_gaps=False,
        find_signers=lambda _: {},
    )
    assert StocktakeBay.objects.get().quantity == 100
    assert (signed.moment, changed_since(signed)) == (now - timedelta(hours=2), {})


@pytest.mark.django_db(transaction=True)
def test_document_and_closing_at_once_leave_no_gap():
    """Whichever is first: the document is in the numbers, or it is refused."""
    config = bay()
    batch = photo(config, 100).batch
    stocktake = opened(since_hours=24 * 900)
    users = UserFactory(), UserFactory(supervisor=True)

    def sell():
        try:
            record("ventas", batch, 5, hour=1, user=users[0])
        except ConflictError:
            return False
        finally:
            connection.close()
        return True

    def close():
        try:
            return closed(stocktake, user=users[1])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sold, signed = pool.submit(sell), pool.submit(close)
        was_sold, signed = sold.result(), signed.result()
    assert StocktakeBay.objects.get().quantity == (95 if was_sold else 100)
    assert changed_since(signed) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("overlapping", [False, True], ids=["same places", "an area of a warehouse"])
def test_two_opened_at_once_do_not_overlap(overlapping):
    area = bay().location.storage_area
    places = Place(warehouse=area.warehouse), Place(area=area) if overlapping else Place(warehouse=area.warehouse)
    users, now = (UserFactory(), UserFactory()), timezone.now()
    together = Barrier(2, timeout=30)

    def open_one(place, user):
        together.wait()
        try:
            return open_stocktake(
                day=timezone.localdate(),
                counted_from=now - timedelta(hours=1),
                end_of_day=now + timedelta(hours=1),
                place=place,
                user=user,
            )
        except ConflictError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(open_one, places, users))
    assert [made is None for made in found].count(True) == 1
    assert Stocktake.objects.open().count() == 1
