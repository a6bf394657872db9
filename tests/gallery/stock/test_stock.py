"""The stock page, its files and its JSON: sums, filters, drilling down, and what each role may do."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from stock.models import MovementKind, StockBatch, StockMovement, Visit
from stock.overview import Group
from tests.locations.factories import LocationConfigFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db


def stocked(name: str, quantity: int, *, code: str = "", days_ago: float = 10) -> StockBatch:
    """A batch of a product with so many plants since some days."""
    place = {"location__code": code} if code else {}
    batch = StockBatchFactory(config=LocationConfigFactory(product__common_name=name, **place))
    move(batch, quantity, days_ago)
    return batch


def move(batch: StockBatch, quantity: int, days_ago: float) -> StockMovement:
    moment = timezone.now() - timedelta(days=days_ago)
    return StockMovementFactory(batch=batch, quantity=quantity, kind=MovementKind.ADJUSTMENT, happened_at=moment)


def ago(number: int) -> str:
    return (timezone.localdate() - timedelta(days=number)).isoformat()


def test_page_shows_rows_and_total_and_leads_to_their_parts(viewer: Client):
    batch = stocked("Agave", 1234)
    stocked("Echeveria", 66)
    page = viewer.get("/stock/")
    for words in ("Agave", "1,234", "Echeveria", "1,300", "Never counted", "no product here has a price"):
        assertContains(page, words)
    assertContains(page, f"product_id={batch.product_id}&amp;packaging_id={batch.packaging_id}")
    assertContains(page, "group=location")
    assertNotContains(page, "may be wrong")


def test_each_group_leads_on_and_the_last_one_to_the_bay(viewer: Client):
    batch = stocked("Agave", 12, code="N1-N-04")
    area = batch.location.storage_area
    for query, address in (
        ("group=product", f"?group=item&amp;product_id={batch.product_id}"),
        ("group=warehouse", f"?group=area&amp;warehouse_id={area.warehouse_id}"),
        ("group=area", f"?group=location&amp;area_id={area.pk}"),
        ("group=location", "/stock/locations/N1-N-04/"),
        (f"group=location&as_of={ago(3)}", f"/stock/locations/N1-N-04/?as_of={ago(3)}"),
    ):
        assertContains(viewer.get(f"/stock/?{query}"), f'href="{address}"')


def test_filters_narrow_and_can_be_taken_away(viewer: Client):
    batch = stocked("Agave", 12)
    stocked("Echeveria", 66)
    page = viewer.get(f"/stock/?product_id={batch.product_id}&size_id=0&q=agave")
    assertContains(page, "Without size")
    assertContains(page, "Remove this filter")
    assertNotContains(page, "Echeveria")
    assertContains(viewer.get("/stock/?q=nothing"), "No stock matches this search")
    assertContains(viewer.get("/stock/?product_id=999999"), "#999999")


def test_another_day_and_two_days_compared(viewer: Client):
    batch = stocked("Agave", 100, days_ago=10)
    move(batch, -30, 5)
    page = viewer.get(f"/stock/?as_of={ago(2)}&compare={ago(7)}")
    for words in ("70", "\N{MINUS SIGN}30", "100", "as they are today"):
        assertContains(page, words)
    assertContains(viewer.get(f"/stock/?as_of={ago(20)}"), "Nothing had been counted or recorded by then")


def test_a_number_that_may_be_wrong_says_so(viewer: Client):
    batch = stocked("Agave", 100)
    moment = timezone.now()
    Visit.objects.create(location=batch.location, first_at=moment, last_at=moment, photos=2, quantity=100, is_open=True)
    page = viewer.get("/stock/")
    assertContains(page, "the last counts of 100 plants are in doubt, or open")
    assertContains(page, "This number may be wrong: </span>", count=1)
    assertNotContains(page, "/review/")


@pytest.mark.parametrize(
    "query",
    [
        "as_of=soon",
        "as_of=9999-12-31",
        "as_of=0001-01-01",
        "compare=2999-01-01",
        "group=colour",
        "product_id=-1",
        "product_id=99999999999999999999999",
        "warehouse_id=x",
        "page=0",
        "per_page=101",
        "q=" + "x" * 101,
    ],
)
def test_bad_input_is_told(viewer: Client, query: str):
    page = viewer.get(f"/stock/?{query}")
    assert page.status_code == 400
    assertContains(page, "Some filters could not be read", status_code=400)
    assert viewer.get(f"/stock/stock.csv?{query}").status_code == 400
    assert viewer.get(f"/api/v1/stock?{query}").json()["error"]["code"] == "invalid"


def test_empty_stock_says_what_will_appear(viewer: Client, worker: Client):
    page = viewer.get("/stock/")
    assertContains(page, "No stock yet")
    assertNotContains(page, "Excel")
    assertNotContains(page, 'class="button button--primary" href="/"')
    assertContains(worker.get("/stock/"), 'class="button button--primary" href="/"')


def test_pages_of_rows(viewer: Client):
    for number in range(3):
        stocked(f"Agave {number}", 10)
    page = viewer.get("/stock/?per_page=2&page=2")
    for words in ("Agave 2", "Page 2 of 2", "30"):
        assertContains(page, words)
    assertNotContains(page, "Agave 0")
    assertContains(viewer.get("/stock/?page=7"), "There are no rows on this page")


@pytest.mark.parametrize("group", Group.values)
def test_rows_do_not_add_queries(viewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries, group: str):
    for number in range(4):
        stocked(f"Agave {number}", 10)
    with django_assert_max_num_queries(4 + 6):  # session, user, two of permissions; stock, intervals, warehouses, names
        viewer.get(f"/stock/?group={group}")


def test_strangers_see_no_stock(stranger: Client, viewer: Client):
    for address in ("/stock/", "/stock/stock.csv", "/stock/changes/"):
        assert stranger.get(address).status_code == 403
        assert viewer.post(address).status_code == 405
    assert stranger.get("/api/v1/stock").status_code == 403
    assertContains(viewer.get("/gallery/"), 'href="/stock/"')
    assertNotContains(stranger.get("/nowhere/"), 'href="/stock/"', status_code=404)


# --- Files -----------------------------------------------------------------------------------------------------------
def read_csv(client: Client, query: str, delimiter: str = ",") -> list[dict[str, str]]:
    response = client.get(f"/stock/stock.csv?{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig")), delimiter=delimiter))


def test_csv_has_every_row_in_the_words_of_the_page(viewer: Client):
    batch = stocked("Agave", 100)
    move(batch, -30, 1)
    [row] = read_csv(viewer, f"compare={ago(5)}&per_page=1&page=3")
    assert (row["product"], row["SKU"], row["plants"], row["earlier"], row["change"]) == (
        "Agave",
        batch.product.sku,
        "70",
        "100",
        "-30",
    )
    assert (row["as_of"], row["compared_with"]) == (ago(0), ago(5))
    [row] = read_csv(viewer, "group=location")
    assert (row["location_code"], row["area"]) == (batch.location.code, batch.location.storage_area.name)
    assert "stock-" in viewer.get("/stock/stock.csv")["Content-Disposition"]


def test_a_cell_cannot_be_a_formula(viewer: Client):
    stocked("=1+1", 5)
    [row] = read_csv(viewer, "")
    assert row["product"] == "'=1+1"


def test_workbook_opens_and_has_numbers(viewer: Client):
    stocked("Agave", 1234)
    response = viewer.get("/stock/stock.xlsx")
    sheet = ZipFile(BytesIO(response.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1234</v>" in sheet


# --- JSON ------------------------------------------------------------------------------------------------------------
def test_json_has_rows_total_and_pages(viewer: Client):
    batch = stocked("Agave", 100, code="A-1")
    stocked("Echeveria", 50, code="B-1")
    answer = viewer.get(f"/api/v1/stock?group=location&per_page=1&compare={ago(20)}").json()
    assert answer["pagination"] == {"page": 1, "per_page": 1, "total_pages": 2, "total_items": 2}
    assert (answer["as_of"], answer["group"], answer["total"]["plants"]) == (ago(0), "location", 150)
    [row] = answer["rows"]
    assert row["location"]["code"] == "A-1"
    assert (row["plants"], row["earlier"], row["change"], row["never_counted"]) == (100, 0, 100, 100)
    item = viewer.get("/api/v1/stock").json()["rows"][0]
    assert (item["product"]["sku"], item["size"]) == (batch.product.sku, None)
    assert "change" not in item
