import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum

from demeter.common.i18n.messages import TEXT
from locations.configuration import ConfigureMode, configure_location
from locations.models import LocationConfig
from stock.ledger import correct_count, record_count, reverse_image_counts
from stock.models import MovementKind, SourceType, StockBatch, StockCount, StockMovement
from stock.queries import stock_of
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, ProductFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockMovementFactory

NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def count(config, quantity, *, image=None, session=None, empty=0, hour=0, user=None):
    return record_count(
        image_id=(image or S3ImageFactory()).pk,
        session_id=session or uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=empty,
        user=user,
        happened_at=hours(hour),
    )


def ledger():
    return list(StockMovement.objects.order_by("created_at", "happened_at").values_list("quantity", flat=True))


def stock_now(location):
    return [line.quantity for line in stock_of(location, hours(1000))]


@pytest.fixture
def config(db):
    """A configured location; after the test each batch's stock must be the sum of its movements."""
    yield LocationConfigFactory()
    for batch in StockBatch.objects.annotate(total=Sum("movements__quantity", default=0)):
        assert batch.quantity_current == batch.total


def test_first_count_makes_the_batch_and_a_photo_movement(config):
    user = UserFactory()
    image = S3ImageFactory()
    session = uuid.uuid4()
    counted = count(config, 100, image=image, session=session, empty=5, user=user)
    batch = StockBatch.objects.get()
    assert counted.batch == batch
    assert batch.batch_code == f"{config.location.code}/{config.product.sku}/20251008/1"
    assert (batch.location, batch.product, batch.packaging) == (config.location, config.product, config.packaging)
    assert (batch.config, batch.state) == (config, config.expected_state)
    assert (batch.quantity_initial, batch.quantity_current, batch.quantity_empty_containers) == (100, 100, 5)
    movement = StockMovement.objects.get()
    assert (movement.kind, movement.source_type) == (MovementKind.PHOTO, SourceType.AI)
    assert (movement.quantity, movement.happened_at, movement.user) == (100, NOON, user)
    assert (movement.image_id, movement.session_id) == (image.pk, session)
    assert (movement.source_location, movement.destination_location) == (None, config.location)


def test_later_photo_writes_the_difference(config):
    count(config, 100)
    count(config, 96, hour=1, empty=3)
    assert ledger() == [100, -4]
    batch = StockBatch.objects.get()
    assert (batch.quantity_initial, batch.quantity_current, batch.quantity_empty_containers) == (100, 96, 3)
    out = StockMovement.objects.get(quantity=-4)
    assert (out.source_location, out.destination_location) == (config.location, None)


def test_same_count_writes_no_movement_but_is_known(config):
    count(config, 100)
    second = count(config, 100, hour=1)
    assert ledger() == [100]
    assert second.quantity == 100
    assert StockCount.objects.in_force().count() == 2


def test_count_of_zero_plants_is_a_count(config):
    count(config, 0)
    assert ledger() == []
    assert StockBatch.objects.get().quantity_current == 0


def test_same_session_twice_changes_nothing(config):
    image, session = S3ImageFactory(), uuid.uuid4()
    first = count(config, 100, image=image, session=session)
    assert count(config, 100, image=image, session=session) == first
    assert ledger() == [100]


def test_late_duplicate_of_a_replaced_session_changes_nothing(config):
    image, session = S3ImageFactory(), uuid.uuid4()
    count(config, 100, image=image, session=session)
    count(config, 90, image=image)
    count(config, 100, image=image, session=session)
    assert stock_now(config.location) == [90]


def test_rerun_replaces_its_own_count_and_reverses_its_movement(config):
    image = S3ImageFactory()
    count(config, 100, image=image)
    count(config, 95, image=image)
    assert sorted(ledger()) == [-100, 95, 100]
    reversal = StockMovement.objects.get(quantity=-100)
    assert reversal.reverses.quantity == 100
    assert stock_now(config.location) == [95]
    assert StockBatch.objects.get().quantity_initial == 95
    assert StockCount.objects.in_force().get().quantity == 95


def test_rerun_with_the_same_result_writes_no_movement(config):
    image = S3ImageFactory()
    count(config, 100, image=image)
    again = count(config, 100, image=image)
    assert ledger() == [100]
    assert StockCount.objects.in_force().get() == again


def test_rerun_of_an_older_photo_leaves_the_newer_count_true(config):
    old = S3ImageFactory()
    count(config, 100, image=old)
    count(config, 110, hour=2)
    count(config, 95, image=old)
    assert stock_now(config.location) == [110]
    assert [line.quantity for line in stock_of(config.location, hours(1))] == [95]


def test_rerun_many_times_stays_true(config):
    images = S3ImageFactory.create_batch(3)
    for run in range(4):
        for hour, image in enumerate(images):
            count(config, 50 + 10 * hour + run, image=image, hour=hour)
    assert stock_now(config.location) == [73]
    for hour in range(3):
        assert [line.quantity for line in stock_of(config.location, hours(hour))] == [53 + 10 * hour]


def test_photos_processed_out_of_order_end_at_the_newest(config):
    count(config, 120, hour=3)
    count(config, 100, hour=1)
    count(config, 110, hour=2)
    assert stock_now(config.location) == [120]
    assert [line.quantity for line in stock_of(config.location, hours(1.5))] == [100]
    assert StockBatch.objects.get().quantity_initial == 100


def test_sale_between_two_photos_is_not_counted_twice(config):
    batch = count(config, 100).batch
    StockMovementFactory(batch=batch, sale=True, quantity=-30, happened_at=hours(1))
    count(config, 70, hour=2)
    assert sorted(ledger()) == [-30, 100]
    assert stock_now(config.location) == [70]


def test_sale_after_the_last_photo_survives_a_rerun(config):
    image = S3ImageFactory()
    batch = count(config, 100, image=image).batch
    StockMovementFactory(batch=batch, sale=True, quantity=-30, happened_at=hours(1))
    count(config, 90, image=image)
    assert stock_now(config.location) == [60]


def test_photo_moved_to_another_location_leaves_the_first(config):
    image = S3ImageFactory()
    right = LocationConfigFactory()
    count(config, 100, image=image)
    count(right, 100, image=image)
    assert stock_now(config.location) == []
    assert stock_now(right.location) == [100]


def test_photo_moved_away_gives_the_count_before_it_back(config):
    image = S3ImageFactory()
    count(config, 80)
    count(config, 100, image=image, hour=1)
    count(config, 90, hour=2)
    count(LocationConfigFactory(), 100, image=image, hour=1)
    assert stock_now(config.location) == [90]
    assert [line.quantity for line in stock_of(config.location, hours(1.5))] == [80]


def test_new_cycle_is_a_new_batch_and_empties_the_old_one(config):
    count(config, 100)
    LocationConfig.objects.update(started_at=hours(-24))
    cycle = configure_location(
        location=config.location,
        product=config.product,
        packaging=config.packaging,
        expected_state=config.expected_state,
        mode=ConfigureMode.NEW_CYCLE,
    )
    second = count(cycle, 60, hour=1)
    assert second.batch.batch_code == f"{config.location.code}/{config.product.sku}/20251008/2"
    assert stock_now(config.location) == [60]
    assert [line.quantity for line in stock_of(config.location, hours(0.5))] == [100]


def test_corrected_product_moves_the_count_to_a_batch_of_its_own(config):
    image = S3ImageFactory()
    count(config, 100, image=image)
    corrected = configure_location(
        location=config.location,
        product=ProductFactory(),
        packaging=None,
        expected_state=config.expected_state,
        mode=ConfigureMode.UPDATE,
    )
    count(corrected, 100, image=image)
    (line,) = stock_of(config.location, NOON)
    assert (line.batch.product, line.batch.packaging, line.quantity) == (corrected.product, None, 100)


def test_reverse_image_counts_takes_the_photo_out(config):
    image = S3ImageFactory()
    count(config, 80)
    count(config, 100, image=image, empty=7, hour=1)
    assert reverse_image_counts(image.pk, user=None, reason="No location any more.")
    assert stock_now(config.location) == [80]
    assert StockMovement.objects.get(reverses__isnull=False).reason == TEXT(text="No location any more.")
    assert StockBatch.objects.get().quantity_empty_containers == 0


def test_reverse_image_counts_of_an_uncounted_photo_does_nothing(config):
    assert not reverse_image_counts(S3ImageFactory().pk, user=None, reason="Nothing to do.")


def test_reversed_photo_can_be_counted_again(config):
    image = S3ImageFactory()
    count(config, 100, image=image)
    reverse_image_counts(image.pk, user=None, reason="Trash")
    reverse_image_counts(image.pk, user=None, reason="Trash again")
    count(config, 101, image=image)
    assert stock_now(config.location) == [101]


def test_codes_that_look_alike_have_batches_of_their_own(db):
    first = LocationConfigFactory(location__code="A-B", product__sku="C")
    second = LocationConfigFactory(location__code="A", product__sku="B-C")
    codes = {count(first, 1).batch.batch_code, count(second, 1).batch.batch_code}
    assert codes == {"A-B/C/20251008/1", "A/B-C/20251008/1"}


def test_stock_of_a_location_that_was_never_counted(db):
    assert stock_of(StorageLocationFactory(), NOON) == ()


def run_together(*jobs):
    """Run functions in threads of their own; the first error of any is raised."""

    def run(job):
        try:
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
def test_counts_at_the_same_time_follow_each_other():
    config = LocationConfigFactory()
    images = S3ImageFactory.create_batch(6)
    sessions = [uuid.uuid4() for _ in images]

    def message(number):
        return lambda: count(config, 100 + number, image=images[number], session=sessions[number], hour=number)

    # The last photo's message is delivered three times.
    run_together(*(message(number) for number in (0, 1, 2, 3, 4, 5, 5, 5)))
    assert stock_now(config.location) == [105]
    assert StockCount.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_photos_swapped_between_two_locations_do_not_deadlock():
    left, right = LocationConfigFactory(), LocationConfigFactory()
    images = S3ImageFactory.create_batch(2)
    count(left, 10, image=images[0])
    count(right, 10, image=images[1])

    def swap(image, *places):
        return lambda: [count(place, 10, image=image) for place in places * 3]

    run_together(swap(images[0], right, left), swap(images[1], left, right))
    assert stock_now(left.location) == [10]
    assert stock_now(right.location) == [10]


def test_corrected_count_moves_the_difference_and_the_next_photo_absorbs_it(config):
    image, session, user = S3ImageFactory(), uuid.uuid4(), UserFactory()
    count(config, 100, image=image, session=session)
    count(config, 90, hour=1)
    corrected = correct_count(image_id=image.pk, session_id=session, quantity=97, quantity_empty=2, user=user)
    assert (corrected.quantity, corrected.quantity_empty) == (97, 2)
    assert sorted(ledger()) == [-10, -3, 3, 100]
    assert [line.quantity for line in stock_of(config.location, hours(0.5))] == [97]
    assert stock_now(config.location) == [90]
    # A new run reverses all of it.
    count(config, 95, image=image)
    assert [line.quantity for line in stock_of(config.location, hours(0.5))] == [95]
    assert stock_now(config.location) == [90]


def test_correcting_a_run_that_no_longer_stands_changes_nothing(config):
    image, session = S3ImageFactory(), uuid.uuid4()
    count(config, 100, image=image, session=session)
    count(config, 95, image=image)
    for wrong in (session, uuid.uuid4()):
        assert correct_count(image_id=image.pk, session_id=wrong, quantity=1, quantity_empty=0, user=None) is None
    assert stock_now(config.location) == [95]
