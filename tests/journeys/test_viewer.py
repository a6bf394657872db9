"""A viewer at a desk: how much Agave is there, where, since when, and the table for the accountant; nothing changes."""

import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from locations.models import StorageLocation
from stock.ledger import record_count
from stock.models import MovementKind, StockBatch, StockMovement
from tests.browsing import DESK, PHONE
from tests.factories import UserFactory
from tests.journeys.conftest import Start, save, sign_in
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockMovementFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bay() -> StorageLocation:
    """1,234 agaves counted ten days ago, 34 sold yesterday; and some other plants elsewhere."""
    for name, bay_name, plants in (("Echeveria", "Bay 8", 55), ("Agave", "Bay 7", 1234)):
        config = LocationConfigFactory(product__common_name=name, location__name=bay_name)
        record_count(
            image_id=S3ImageFactory(ready=True, s3_key_thumbnail=None).pk,
            session_id=uuid.uuid4(),
            location=config.location,
            config=config,
            quantity=plants,
            quantity_empty=0,
            user=None,
            happened_at=timezone.now() - timedelta(days=10),
        )
    StockMovementFactory(
        batch=StockBatch.objects.get(config=config),
        kind=MovementKind.SALE,
        quantity=-34,
        user=UserFactory(username="ana"),
        happened_at=timezone.now() - timedelta(days=1),
    )
    return config.location


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_viewer_finds_stock_its_movements_and_exports_it(start: Start, bay: StorageLocation, tmp_path: Path, size, way):
    person = start(size)
    page = person.page
    before = list(StockMovement.objects.values_list("pk", flat=True))
    sign_in(person, UserFactory(viewer=True))
    began, taps = time.monotonic(), person.taps
    person.press(page.get_by_role("link", name="Stock", exact=True))
    expect(page.get_by_text("1,255", exact=True)).to_be_visible()
    person.press(page.locator("#filters > summary"))
    person.write(page.get_by_label("Search"), "agave")
    person.press(page.get_by_role("button", name="Show"))
    expect(page.get_by_role("link", name="Echeveria")).to_have_count(0)
    person.press(page.get_by_role("link", name="Agave"))
    person.press(page.get_by_role("link", name="Bay 7"))
    expect(page.get_by_role("heading", name="Stock of Bay 7")).to_be_visible()
    expect(page.get_by_text("Counted 1,234.")).to_be_visible()
    expect(page.locator(".movement").first).to_contain_text("ana")
    assert page.locator("main form[method=post]").count() == 0
    person.press(page.get_by_role("link", name="Stock", exact=True))
    table = save(person, "CSV", tmp_path).read_text("utf-8-sig")
    assert "Agave" in table
    assert ",1200," in table
    print(f"stock of a product found and exported, {way}: {person.taps - taps} taps, {time.monotonic() - began:.0f} s")
    person.press(page.get_by_role("link", name="What changed"))
    expect(page.get_by_role("heading", name="By kind")).to_be_visible()
    assert list(StockMovement.objects.values_list("pk", flat=True)) == before
