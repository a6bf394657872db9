"""`/api/v1/stock/plan` and `/api/v1/stock/stocktakes`."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from processing.stocktake_reports import write_report
from stock.models import Stocktake
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.stock.recording import hours_ago, photo

pytestmark = pytest.mark.django_db
LIST = "/api/v1/stock/stocktakes"


@pytest.fixture
def config():
    """Agaves at half a euro in bay 7."""
    bay = StorageLocationFactory(code="N1-7", name="Bay 7")
    agave = {"product__common_name": "Agave", "product__price": Decimal("0.50"), "product__currency": "EUR"}
    return LocationConfigFactory(location=bay, **agave)


@pytest.fixture(autouse=True)
def _nothing_ordered():
    cache.clear()


def post(client: Client, path: str, **body):
    return client.post(path, body, content_type="application/json")


def open_today(client: Client, **other: str):
    today = timezone.localdate().isoformat()
    return post(client, LIST, day=today, counted_from=today, **other)


def test_plan_says_which_bays_are_due_and_why(viewer: Client, config):
    other = LocationConfigFactory(
        location=StorageLocationFactory(code="N1-8", storage_area=config.location.storage_area)
    )
    photo(config, 100, hour=hours_ago(24 * 40))
    photo(config, 50, hour=hours_ago(24 * 35))
    answer = viewer.get("/api/v1/stock/plan").json()
    assert answer["totals"] == {"all": 2, "due": 2, "never": 1, "doubt": 0, "off": 1, "old": 1}
    first, second = answer["bays"]
    assert (first["location"], first["reasons"], first["plants"]) == ("N1-7", ["off", "old"], 50)
    assert (first["expected"], first["counted"], first["value"], answer["currency"]) == (100, 50, "25.00", "EUR")
    assert (second["location"], second["reasons"], second["counted_at"]) == ("N1-8", ["never"], None)
    walk = viewer.get(
        f"/api/v1/stock/plan?order=walk&per_page=1&page=2&area={config.location.storage_area.code}"
    ).json()
    assert [bay["location"] for bay in walk["bays"]] == ["N1-8"]
    assert walk["pagination"]["total_items"] == 2
    elsewhere = LocationConfigFactory().location.storage_area.warehouse.code
    assert viewer.get(f"/api/v1/stock/plan?warehouse={elsewhere}&show=all").json()["totals"]["all"] == 1
    assert viewer.get("/api/v1/stock/plan?warehouse=NOWHERE").status_code == 400
    both = f"warehouse={elsewhere}&area={other.location.storage_area.code}"
    assert viewer.get(f"/api/v1/stock/plan?{both}").status_code == 400


def test_stocktake_is_opened_followed_signed_and_read(supervisor: Client, viewer: Client, config):
    area = config.location.storage_area.code
    first, again = open_today(supervisor, area=area), open_today(supervisor, area=area)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    path = f"{LIST}/{first.json()['id']}"
    assert viewer.get(path).json()["bays"] == {
        "all": 1,
        "missing": 1,
        "doubt": 0,
        "unsigned": 0,
        "signed": 0,
        "changed_since": None,
    }
    assert [row["location"] for row in viewer.get(f"{path}/bays?show=missing").json()["bays"]] == ["N1-7"]
    assert viewer.get(f"{path}/bays?show=changed").status_code == 400
    refused = post(supervisor, f"{path}/sign")
    assert (refused.status_code, "missing or in doubt" in refused.json()["error"]["message"]) == (400, True)
    photo(config, 80, hour=hours_ago(0))
    signed = post(supervisor, f"{path}/sign")
    assert signed.status_code == 200
    answer = signed.json()
    assert (answer["bays"]["unsigned"], answer["bays"]["changed_since"], answer["area"]) == (1, 0, area)
    assert answer["products"] == [
        {
            "sku": config.product.sku,
            "product": "Agave",
            "expected": 0,
            "plants": 80,
            "value": "40.00",
            "currency": "EUR",
        }
    ]
    [bay] = viewer.get(f"{path}/bays").json()["bays"]
    assert (bay["state"], bay["counted"], bay["plants"], bay["lines"][0]["price"]) == ("photo", 80, 80, "0.50")
    assert post(supervisor, f"{path}/sign").json() == answer, "sent again"
    other = Client()
    other.force_login(UserFactory(supervisor=True))
    assert post(other, f"{path}/sign").status_code == 409
    assert supervisor.delete(path).status_code == 409
    [listed] = viewer.get(LIST).json()["stocktakes"]
    assert (listed["number"], listed["signed_by"]) == (answer["number"], answer["signed_by"])


def test_report_is_being_written_and_then_there(supervisor: Client, viewer: Client, config):
    photo(config, 80, hour=hours_ago(1))
    path = f"{LIST}/{open_today(supervisor).json()['id']}"
    assert viewer.get(f"{path}/report").status_code == 409
    post(supervisor, f"{path}/sign", accepts_gaps=True)
    waiting = viewer.get(f"{path}/report?language=es")
    assert (waiting.status_code, waiting.json()) == (202, {"url": None})
    write_report(Stocktake.objects.get(), language="es")
    ready = viewer.get(f"{path}/report?language=es")
    assert (ready.status_code, ready.json()["url"].startswith("http")) == (200, True)


def test_others_of_the_same_places_are_refused_until_it_is_discarded(supervisor: Client, config):
    opened = open_today(supervisor).json()
    other = Client()
    other.force_login(UserFactory(supervisor=True))
    refused = open_today(other, area=config.location.storage_area.code)
    assert (refused.status_code, opened["number"] in refused.json()["error"]["message"]) == (409, True)
    assert supervisor.delete(f"{LIST}/{opened['id']}").status_code == 200
    assert supervisor.get(f"{LIST}/{opened['id']}").status_code == 404
    assert open_today(other).status_code == 201


def test_workers_may_not_open_or_sign(worker: Client, supervisor: Client):
    path = f"{LIST}/{open_today(supervisor).json()['id']}"
    assert open_today(worker).status_code == 403
    assert post(worker, f"{path}/sign").status_code == 403
    assert worker.delete(path).status_code == 403
