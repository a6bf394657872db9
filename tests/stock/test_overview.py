"""The stock by product or by place at any moment, and how sure its sums are."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from locations.models import LocationConfig, Product
from stock.amounts import Value, percent
from stock.models import Difference, MovementKind, StockBatch, Visit
from stock.overview import Group, StockFilter, StockPage, read_stock
from tests.locations.factories import (
    LocationConfigFactory,
    PackagingFactory,
    ProductFactory,
    StorageAreaFactory,
    StorageLocationFactory,
)
from tests.stock.factories import StockBatchFactory, StockMovementFactory
from tests.stock.recording import hours, photo

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)


def days(number: float) -> datetime:
    return NOON + timedelta(days=number)


def read(day: float = 100, **wanted: object) -> StockPage:
    limit = wanted.pop("limit", 50)
    skipped = wanted.pop("skipped", 0)
    return read_stock(StockFilter(before=days(day), **wanted), skipped=skipped, limit=limit)


def move(batch: StockBatch, quantity: int, day: float = 0) -> None:
    StockMovementFactory(batch=batch, quantity=quantity, kind=MovementKind.ADJUSTMENT, happened_at=days(day))


def visit(config: LocationConfig, day: float, **columns: object) -> Visit:
    columns = {"photos": 1, "quantity": 10, "is_open": False, **columns}
    return Visit.objects.create(location=config.location, first_at=days(day), last_at=days(day), **columns)


def plants(page: StockPage) -> list[int]:
    return [row.amounts.plants for row in page.rows]


def test_without_stock_there_is_a_total_of_nothing():
    page = read()
    assert (page.rows, page.total_rows, page.total.plants) == ((), 0, 0)
    assert page.total.signed_off_percent is None
    batch = StockBatchFactory()
    move(batch, 5)
    move(batch, -5, 1)
    assert read().total_rows == 0


def test_rows_are_product_packaging_state_and_size_by_name():
    agave, echeveria = ProductFactory(common_name="Agave"), ProductFactory(common_name="Echeveria")
    pot = PackagingFactory(name="Pot 8 cm")
    for product, packaging, quantity in ((echeveria, pot, 3), (agave, pot, 2), (agave, None, 1), (agave, pot, 20)):
        move(StockBatchFactory(config=LocationConfigFactory(product=product, packaging=packaging)), quantity)
    page = read()
    assert plants(page) == [1, 22, 3]
    assert [row.keys["packaging_id"] for row in page.rows] == [None, pot.pk, pot.pk]
    assert (page.total.plants, page.total.batches, page.total_rows) == (26, 4, 3)
    assert plants(read(group=Group.PRODUCT)) == [23, 3]
    assert plants(read(chosen={"packaging_id": 0})) == [1]
    assert plants(read(chosen={"packaging_id": pot.pk, "product_id": agave.pk})) == [22]


def test_rows_are_places_and_filters_narrow_them():
    here, there = StorageLocationFactory(code="A-1"), StorageLocationFactory(code="B-1")
    for location, quantity in ((there, 5), (here, 7)):
        move(StockBatchFactory(config=LocationConfigFactory(location=location)), quantity)
    assert plants(read(group=Group.LOCATION)) == [7, 5]
    assert sorted(plants(read(group=Group.AREA))) == sorted(plants(read(group=Group.WAREHOUSE))) == [5, 7]
    one = {"warehouse_id": here.storage_area.warehouse_id}
    assert plants(read(group=Group.LOCATION, chosen=one)) == plants(read(chosen=one)) == [7]
    assert read(group=Group.AREA, chosen={"area_id": there.storage_area_id}).total.plants == 5
    assert read(chosen={"location_id": 2**60}).total_rows == 0


def test_places_are_in_natural_order():
    for quantity, number in enumerate((10, 2, 1), start=1):
        area = StorageAreaFactory(code=f"A{number}", warehouse__code=f"H{number}", warehouse__name=f"House {number}")
        place = StorageLocationFactory(code=f"B{number}", storage_area=area)
        move(StockBatchFactory(config=LocationConfigFactory(location=place)), quantity)
    for group in (Group.WAREHOUSE, Group.AREA, Group.LOCATION):
        assert plants(read(group=group)) == [3, 2, 1]


def test_the_stock_is_that_of_the_moment_and_can_be_compared():
    batch, sold_out = StockBatchFactory.create_batch(2)
    for day, quantity in ((0, 100), (10, -30), (20, 5)):
        move(batch, quantity, day)
    move(sold_out, 40, 0)
    move(sold_out, -40, 15)
    assert [read(day).total.plants for day in (0, 0.1, 10.1, 15.1, 20.1)] == [0, 140, 110, 70, 75]
    page = read(20.1, compared_before=days(10.1))
    assert (page.total.plants, page.total.earlier, page.total.change) == (75, 110, -35)
    assert sorted((row.amounts.plants, row.amounts.earlier) for row in page.rows) == [(0, 40), (75, 70)]
    assert page.total.batches == 1


def test_the_stock_of_a_moment_to_come_is_that_of_now_less_what_comes_later():
    now = timezone.now()
    grows, leaves, comes, left = StockBatchFactory.create_batch(4)
    for batch, quantity, day in ((grows, 10, 0), (grows, 4, 2), (leaves, 5, 0), (leaves, -5, 2), (comes, 3, 2)):
        StockMovementFactory(
            batch=batch, quantity=quantity, kind=MovementKind.ADJUSTMENT, happened_at=now + timedelta(days=day)
        )
    for quantity in (7, -7):
        move(left, quantity)
    page = read_stock(StockFilter(before=now + timedelta(days=1)), limit=50)
    assert (sorted(plants(page)), page.total.plants, page.total.batches) == ([5, 10], 15, 2)
    compared = read_stock(StockFilter(before=now + timedelta(days=1), compared_before=days(-1)), limit=50)
    assert (sorted(plants(compared)), compared.total.earlier) == ([5, 10], 0)
    assert sorted(plants(read_stock(StockFilter(before=now + timedelta(days=3)), limit=50))) == [3, 14]


def test_what_is_unexplained_is_that_of_the_moment():
    config = LocationConfigFactory()
    for day, quantity in ((0, 100), (1, 60), (2, 140)):
        photo(config, quantity, hour=24 * day)
    assert [row.unexplained for row in Difference.objects.order_by("moment")] == [-40, 80]
    assert [read_stock(StockFilter(before=hours(24 * day + 1)), limit=1).total.unexplained for day in (0, 1, 2)] == [
        0,
        40,
        120,
    ]


def test_shares_follow_the_newest_visit_before_the_moment():
    signed, doubtful, opened, old, never = [LocationConfigFactory() for _ in range(5)]
    for config in (signed, doubtful, opened, old, never):
        move(StockBatchFactory(config=config), 20, -90)
    visit(signed, 0, signed_off=True)
    visit(doubtful, 0, in_doubt=True)
    visit(opened, 0, is_open=True, photos=2, signed_off=True)
    visit(old, -80)
    total = read(1).total
    assert (total.signed_off_percent, total.recent_percent, total.uncertain_percent) == (20, 60, 40)
    assert (total.never_counted_percent, total.is_uncertain) == (20, True)
    assert read(-1).total.uncertain == 0
    assert read(40).total.recent_percent == 0
    visit(doubtful, 2, signed_off=True)
    assert read(3).total.signed_off_percent == 40
    visit(signed, 4, photos=0, quantity=0)
    assert read(5).total.signed_off_percent == 40


@pytest.mark.parametrize(
    ("text", "found"),
    [("agav", 7), ("AGAVE pot", 7), ("pot", 12), ("B-1", 5), ("agave b-1", 0), ("100%", 0), ("_", 0), ("n\u0303", 5)],
)
def test_search_finds_every_word_in_products_packagings_and_places(text: str, found: int):
    for name, code, quantity in (("Agave", "A-1", 7), ("Pi\u00f1uela", "B-1", 5)):
        config = LocationConfigFactory(product__common_name=name, location__code=code, location__name="Bay")
        move(StockBatchFactory(config=config), quantity)
    assert read(text=text).total.plants == found


def test_pages_are_parts_of_one_order_with_the_same_total():
    for number in range(5):
        move(StockBatchFactory(config=LocationConfigFactory(location__code=f"L-{number}")), 10 + number)
    pages = [read(group=Group.LOCATION, skipped=skipped, limit=2) for skipped in (0, 2, 4, 6)]
    assert [plants(page) for page in pages] == [[10, 11], [12, 13], [14], []]
    assert {(page.total.plants, page.total_rows) for page in pages} == {(60, 5)}


def test_value_is_known_where_there_is_a_price():
    batches = StockBatchFactory.create_batch(3)
    for batch in batches:
        move(batch, 10)
    assert (read().total.values, read().total.unpriced) == ((), 30)
    for batch, price, currency in zip(batches, (Decimal("2.50"), Decimal(3)), ("MXN", "EUR"), strict=False):
        Product.objects.filter(pk=batch.product_id).update(price=price, currency=currency)
    total = read().total
    assert total.values == (Value(Decimal("30.00"), "EUR"), Value(Decimal("25.00"), "MXN"))
    assert (total.unpriced, total.unpriced_percent) == (10, 33)
    assert len(read(group=Group.WAREHOUSE).rows[0].amounts.values) <= 1


def test_any_question_is_one_query_with_one_for_prices_and_one_for_quantiles(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    move(StockBatchFactory(), 10)
    for group in Group.values:
        with django_assert_num_queries(3):
            read(group=group, compared_before=NOON, text="pot", chosen={"warehouse_id": 1, "size_id": 0})


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(0, 0, None), (0, 9, 0), (9, 9, 100), (1, 1000, 1), (999, 1000, 99), (1, 3, 33)]
)
def test_percent_is_0_or_100_only_for_none_or_all(part: int, whole: int, shown: int | None):
    assert percent(part, whole) == shown
