"""The page of changes: any period, by kind, place, product and person, and every movement behind it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from stock.models import MovementKind, StockBatch
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db


def day(ago: int) -> str:
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


def move(batch: StockBatch, quantity: int, days_ago: float, **fields: object) -> None:
    moment = timezone.now() - timedelta(days=days_ago)
    StockMovementFactory(batch=batch, quantity=quantity, happened_at=moment, **fields)


@pytest.fixture
def batch(db: None) -> StockBatch:
    """100 plants for a month, of which 12 were sold yesterday."""
    made = StockBatchFactory(config=LocationConfigFactory(product__common_name="Agave"))
    move(made, 100, 30, kind=MovementKind.PLANTING)
    move(made, -12, 1, kind=MovementKind.SALE, user=UserFactory(username="ana"))
    return made


def test_last_seven_days_are_shown_with_both_ends(viewer: Client, batch: StockBatch):
    page = viewer.get("/stock/changes/")
    for words in (
        "100",
        "\N{MINUS SIGN}12",
        "88",
        "Sale",
        "Agave",
        "ana",
        "Warehouse A",
        "1 movement",
        "Counts that surprise",
    ):
        assertContains(page, words)
    assertContains(page, f"kind={MovementKind.SALE.value}")
    assertNotContains(page, "+100")


def test_any_period_and_every_filter(viewer: Client, batch: StockBatch):
    assertContains(viewer.get(f"/stock/changes/?date_from={day(40)}"), "+100")
    sale = viewer.get(f"/stock/changes/?date_from={day(40)}&kind={MovementKind.SALE.value}")
    assertNotContains(sale, "+100")
    assertContains(sale, "Remove this filter")
    product = viewer.get(f"/stock/changes/?product_id={batch.product_id + 99}")
    assertContains(product, "Nothing changed")
    warehouse = batch.location.storage_area.warehouse_id
    assertContains(viewer.get(f"/stock/changes/?warehouse_id={warehouse}"), f"area_id={batch.location.storage_area_id}")


def test_what_was_recorded_for_earlier_days_is_told(viewer: Client, batch: StockBatch):
    assertContains(viewer.get("/stock/changes/"), "It changed the stock before them by 100.")


def test_quiet_days_say_so(viewer: Client):
    page = viewer.get(f"/stock/changes/?date_from={day(400)}&date_to={day(300)}")
    assertContains(page, "Nothing changed")


@pytest.mark.parametrize(
    "query", ["date_from=soon", "date_from=2999-01-01", "kind=" + "x" * 17, "area_id=-1", f"date_to={day(9)}&page=0"]
)
def test_bad_input_is_told(viewer: Client, query: str):
    page = viewer.get(f"/stock/changes/?{query}")
    assertContains(page, "Some filters could not be read", status_code=400)


def test_a_period_that_ends_before_it_begins_is_told(viewer: Client):
    page = viewer.get(f"/stock/changes/?date_from={day(1)}&date_to={day(9)}")
    assertContains(page, "The end must not be before the start.", status_code=400)


def test_rows_do_not_add_queries(viewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries):
    for number in range(5):
        move(StockBatchFactory(), 10 + number, 1, user=UserFactory())
    with django_assert_max_num_queries(4 + 11):
        viewer.get("/stock/changes/")
