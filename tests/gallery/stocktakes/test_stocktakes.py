"""The pages of a stocktake, its files and its report."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO

import pypdfium2
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from locations.models import LocationConfig
from photos.storage import keys, object_store
from processing import tasks
from processing.models import ProcessingSession
from processing.stocktake_reports import find_report, write_report
from stock.ledger import record_count
from stock.models import Stocktake
from tests.browsing import store_pictures
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory
from tests.stock.recording import hours_ago, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def config() -> LocationConfig:
    """Agaves at half a euro in bay 7."""
    bay = StorageLocationFactory(code="N1-7", name="Bay 7")
    agave = {"product__common_name": "Agave", "product__price": Decimal("0.50"), "product__currency": "EUR"}
    return LocationConfigFactory(location=bay, **agave)


def opened(supervisor: Client, **other: str) -> Stocktake:
    today = timezone.localdate().isoformat()
    answer = supervisor.post("/stock/stocktakes/", {"day": today, "counted_from": today, **other})
    stocktake = Stocktake.objects.latest("pk")
    assertRedirects(answer, f"/stock/stocktakes/{stocktake.pk}/")
    return stocktake


def closed(supervisor: Client, stocktake: Stocktake) -> Stocktake:
    supervisor.post(f"/stock/stocktakes/{stocktake.pk}/close/", {"accepts_gaps": "on"})
    stocktake.refresh_from_db()
    return stocktake


def signed_count(config: LocationConfig, plants: int, *, signer=None) -> ProcessingSession:
    """A photo of this moment with pictures in the storage, perhaps signed off."""
    session = ProcessingSessionFactory(ready=True, storage_location=config.location)
    store_pictures(session.original_image)
    if signer:
        ProcessingSession.objects.filter(pk=session.pk).update(
            validated=True, validated_by_user=signer, validation_date=timezone.now()
        )
    record_count(
        image_id=session.original_image_id,
        session_id=session.session_id,
        location=config.location,
        config=config,
        quantity=plants,
        quantity_empty=0,
        user=UserFactory(first_name="Ana", last_name="Luz"),
        happened_at=timezone.now(),
    )
    return session


@pytest.fixture(autouse=True)
def _nothing_ordered():
    cache.clear()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_supervisor_opens_follows_and_signs(supervisor: Client, viewer: Client, config):
    LocationConfigFactory(location__name="Bay 8")
    photo(config, 100, hour=hours_ago(60))
    stocktake = opened(supervisor)
    page = viewer.get(f"/stock/stocktakes/{stocktake.pk}/")
    for words in ("0 of 2 bays counted", "Bay 7", "Not counted"):
        assertContains(page, words)
    assertNotContains(page, "Close this stocktake")
    signed_count(config, 90)
    page = supervisor.get(f"/stock/stocktakes/{stocktake.pk}/")
    for words in ("1 of 2 bays counted", ">\N{MINUS SIGN}10<", "Close it although 1 bay is missing"):
        assertContains(page, words)
    refused = supervisor.post(f"/stock/stocktakes/{stocktake.pk}/close/")
    assertContains(refused, "Confirm that the stocktake is closed", status_code=422)
    stocktake = closed(supervisor, stocktake)
    page = viewer.get(f"/stock/stocktakes/{stocktake.pk}/")
    for words in ("Stock until", "Agave", "45.00 EUR", "Signed report", "Ana Luz"):
        assertContains(page, words)
    assertContains(viewer.get(f"/stock/stocktakes/{stocktake.pk}/?show=missing"), "Bay 8")
    assertContains(viewer.get("/stock/stocktakes/"), stocktake.number)


def test_wrong_dates_and_overlaps_are_said_in_the_form(supervisor: Client, config):
    today = timezone.localdate().isoformat()
    for values, words in (
        ({}, "This field is required"),
        ({"day": "2020-01-01", "counted_from": "2019-12-01"}, "within a year"),
        ({"day": "x", "counted_from": today}, "Enter a valid date"),
        ({"day": today, "counted_from": today, "place": "area:999999"}, "Select a valid choice"),
        ({"day": today, "counted_from": "2100-01-01"}, "must begin before"),
    ):
        assertContains(supervisor.post("/stock/stocktakes/", values), words, status_code=422)
    opened(supervisor, place=f"area:{config.location.storage_area_id}")
    answer = supervisor.post("/stock/stocktakes/", {"day": today, "counted_from": today})
    assertContains(answer, "still open", status_code=422)


def test_discarded_stocktake_is_gone(supervisor: Client, config):
    stocktake = opened(supervisor)
    assertContains(supervisor.get(f"/stock/stocktakes/{stocktake.pk}/"), "Discard this stocktake</summary>")
    assertRedirects(supervisor.post(f"/stock/stocktakes/{stocktake.pk}/discard/"), "/stock/stocktakes/")
    assert supervisor.get(f"/stock/stocktakes/{stocktake.pk}/").status_code == 404
    other = closed(supervisor, opened(supervisor))
    answer = supervisor.post(f"/stock/stocktakes/{other.pk}/discard/", follow=True)
    assertContains(answer, "closed already")


def test_late_count_is_marked(supervisor: Client, config):
    photo(config, 100, hour=hours_ago(2))
    stocktake = closed(supervisor, opened(supervisor))
    photo(config, 120, hour=hours_ago(1))
    page = supervisor.get(f"/stock/stocktakes/{stocktake.pk}/?show=changed")
    for words in ("is another now", "Changed since", "Bay 7", "100"):
        assertContains(page, words)


def test_table_has_a_row_for_each_batch_and_sums(supervisor: Client, viewer: Client, config):
    LocationConfigFactory(location__name="Bay 8")
    signed_count(config, 90)
    stocktake = closed(supervisor, opened(supervisor))
    answer = viewer.get(f"/stock/stocktakes/{stocktake.pk}/stocktake.csv")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["plants"] for row in rows] == ["90", "0"]
    assert (rows[0]["product"], rows[0]["value"], rows[0]["counted_by"]) == ("Agave", "45.0", "Ana Luz")
    sheet = load_workbook(BytesIO(viewer.get(f"/stock/stocktakes/{stocktake.pk}/stocktake.xlsx").content)).active
    assert sheet.max_row == 3
    other = opened(supervisor)
    assertRedirects(viewer.get(f"/stock/stocktakes/{other.pk}/stocktake.csv"), f"/stock/stocktakes/{other.pk}/")
    assertRedirects(viewer.get(f"/stock/stocktakes/{other.pk}/report.pdf"), f"/stock/stocktakes/{other.pk}/")


def test_report_has_totals_signers_and_each_photo(supervisor: Client, config):
    signer = UserFactory(first_name="Eva", last_name="Sol")
    signed_count(config, 1090, signer=signer)
    LocationConfigFactory(location__name="Bay 8")
    stocktake = closed(supervisor, opened(supervisor))
    write_report(stocktake, language="en")
    pdf = object_store.read_object(keys.stocktake_key(stocktake.number, "en"))
    words = text_of(pdf)
    for part in (
        stocktake.number,
        "Agave",
        "545.00 EUR",
        "N1-7",
        "1,090 plants in the photo",
        "Ana Luz",
        "signed off by Eva Sol",
        "Not counted",
        "Signed in Demeter by",
    ):
        assert part in words, part
    assert len([item for item in pypdfium2.PdfDocument(pdf)[0].get_objects() if item.type == 3]) == 1, "one photo"


def test_report_without_its_photo_says_so_and_is_in_the_language_asked_for(supervisor: Client, config):
    session = signed_count(config, 12)
    type(session.original_image).objects.update(deleted_at=timezone.now())
    stocktake = closed(supervisor, opened(supervisor))
    write_report(stocktake, language="es")
    key = keys.stocktake_key(stocktake.number, "es")
    first = object_store.written_at(key)
    write_report(stocktake, language="es")
    assert object_store.written_at(key) == first, "written once"
    assert not find_report(stocktake, language="en")


def test_report_is_ordered_once_and_downloaded_when_it_is_there(supervisor: Client, config, monkeypatch):
    photo(config, 12, hour=hours_ago(0))
    sent = []
    monkeypatch.setattr(tasks.write_stocktake_report, "delay", lambda *given: sent.append(given))
    stocktake = closed(supervisor, opened(supervisor))
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_: act())
    address = f"/stock/stocktakes/{stocktake.pk}/report.pdf"
    cache.clear()
    for _ in range(2):
        answer = supervisor.get(address)
        assertContains(answer, "being written", status_code=202)
        assertContains(answer, 'id="report-look"', status_code=202)
    assert sent == [(stocktake.pk, "en")]
    tasks.write_stocktake_report.run(stocktake.pk, "en")
    assert supervisor.get(address).status_code == 302


def test_thousand_bays_are_listed_in_pages_with_few_queries(supervisor: Client, config, django_assert_max_num_queries):
    for _ in range(5):
        photo(LocationConfigFactory(), 10, hour=hours_ago(0))
    stocktake = opened(supervisor)
    with django_assert_max_num_queries(10):
        supervisor.get(f"/stock/stocktakes/{stocktake.pk}/")
    closed(supervisor, stocktake)
    with django_assert_max_num_queries(14):
        supervisor.get(f"/stock/stocktakes/{stocktake.pk}/")
