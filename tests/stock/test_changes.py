"""What changed during a period: sums by every column, late records, and counts that surprise."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from locations.models import LocationConfig
from stock.changes import Period, find_surprises, late_movements, sum_movements
from stock.ledger import record_count
from stock.models import MovementKind, StockBatch, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)


def days(number: float) -> datetime:
    return NOON + timedelta(days=number)


WEEK = Period(days(0), days(7))


def move(batch: StockBatch, quantity: int, day: float, **fields: object) -> StockMovement:
    return StockMovementFactory(
        batch=batch, quantity=quantity, happened_at=days(day), **{"kind": MovementKind.ADJUSTMENT, **fields}
    )


def count(config: LocationConfig, quantity: int, day: float, **options: object):
    image = options.pop("image", None) or S3ImageFactory()
    return record_count(
        image_id=image.pk,
        session_id=uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=0,
        user=options.pop("user", None),
        happened_at=days(day),
    )


def test_movements_are_summed_by_kind_product_place_and_person():
    batch, other = StockBatchFactory.create_batch(2)
    ana = UserFactory()
    move(batch, 100, 1, kind=MovementKind.PLANTING, user=ana)
    move(batch, -30, 2, kind=MovementKind.SALE, user=ana)
    move(other, -5, 3, kind=MovementKind.DEATH, user=None)
    for each in (batch, other):
        move(each, 999, -0.01)
    move(batch, 999, 7)
    flows = sum_movements(WEEK, {})
    assert (flows.total.plants_in, flows.total.plants_out, flows.total.movements, flows.total.net) == (100, -35, 3, 65)
    assert list(flows.by["kind"]) == [MovementKind.PLANTING, MovementKind.SALE, MovementKind.DEATH]
    assert flows.by["product_id"][batch.product_id].net == 70
    assert flows.by["area_id"][other.location.storage_area_id].plants_out == -5
    assert {key: flow.movements for key, flow in flows.by["user_id"].items()} == {ana.pk: 2, None: 1}
    assert sum_movements(WEEK, {"product_id": other.product_id}).total.net == -5


def test_reversed_movements_and_their_reversals_are_left_out():
    config = LocationConfigFactory()
    image = S3ImageFactory()
    count(config, 100, 1, image=image)
    count(config, 90, 1, image=image)
    flows = sum_movements(WEEK, {})
    assert (flows.total.plants_in, flows.total.plants_out) == (90, 0)


def test_what_was_recorded_for_earlier_dates_is_told():
    batch = StockBatchFactory()
    now = datetime.now(UTC)
    period = Period(now - timedelta(days=1), now + timedelta(days=1))
    StockMovementFactory(batch=batch, quantity=10, happened_at=now - timedelta(days=30))
    StockMovementFactory(batch=batch, quantity=4, happened_at=now)
    late = late_movements(period, {})
    assert (late.movements, late.plants) == (1, 10)
    assert late_movements(WEEK, {}).movements == 0


def test_counts_that_differ_by_more_than_chance_surprise():
    calm, lost, new = [LocationConfigFactory() for _ in range(3)]
    for config in (calm, lost):
        count(config, 100, -3)
    count(calm, 95, 2)
    move(StockBatch.objects.get(config=lost), -10, 1, kind=MovementKind.SALE)
    count(lost, 50, 2)
    count(new, 500, 2)
    [surprise] = find_surprises(WEEK, {})
    assert surprise.batch.location == lost.location
    assert (surprise.expected, surprise.unexplained, surprise.noise) == (90, -40, 27)
    area = calm.location.storage_area_id
    assert find_surprises(WEEK, {"area_id": area}) == []
    assert find_surprises(WEEK, {"product_id": surprise.batch.product_id}) == [surprise]
    assert find_surprises(Period(days(7), days(14)), {}) == []


def test_a_bay_that_was_empty_surprises_but_a_first_count_does_not():
    config = LocationConfigFactory()
    count(config, 0, -3)
    count(config, 50, 1)
    assert [surprise.difference for surprise in find_surprises(WEEK, {})] == [50]


def test_surprises_are_one_query(django_assert_num_queries: DjangoAssertNumQueries):
    for _ in range(3):
        config = LocationConfigFactory()
        count(config, 100, -3)
        count(config, 10, 2)
    with django_assert_num_queries(1):
        assert len(find_surprises(WEEK, {})) == 3
