"""The stock of one location: its batches, its last count, and every movement with who and why."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from locations.models import LocationConfig
from photos.models import S3Image
from stock.ledger import record_count
from stock.models import MovementKind
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db


def count(config: LocationConfig, quantity: int, *, days_ago: float, image: S3Image | None = None) -> S3Image:
    image = image or S3ImageFactory(ready=True)
    record_count(
        image_id=image.pk,
        session_id=uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=0,
        user=image.uploaded_by_user,
        happened_at=timezone.now() - timedelta(days=days_ago),
    )
    return image


def day(ago: int) -> str:
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


@pytest.fixture
def config(db: None) -> LocationConfig:
    return LocationConfigFactory(location__code="N1-N-04", location__name="Bay 4", product__common_name="Agave")


def test_page_shows_batches_count_photos_and_movements(viewer: Client, config: LocationConfig):
    first = count(config, 100, days_ago=9)
    newest = count(config, 90, days_ago=2)
    batch = config.batches.get()
    StockMovementFactory(
        batch=batch,
        kind=MovementKind.SALE,
        quantity=-12,
        happened_at=timezone.now() - timedelta(days=1),
        user=first.uploaded_by_user,
    )
    page = viewer.get("/stock/locations/n1-n-04/")
    for words in (
        "Stock of Bay 4",
        "78",
        "Agave",
        batch.batch_code,
        "Sale",
        "\N{MINUS SIGN}12",
        "= 78",
        "Counted 90.",
        "\N{MINUS SIGN}10",
    ):
        assertContains(page, words)
    assertContains(page, first.uploaded_by_user.username)
    for image in (first, newest):
        assertContains(page, f"/gallery/{image.pk}/")
    earlier = viewer.get(f"/stock/locations/N1-N-04/?as_of={day(5)}")
    assertContains(earlier, "100")
    assertNotContains(earlier, "Sale")


def test_a_reversed_movement_is_named_and_a_late_one_says_when_it_was_recorded(viewer: Client, config: LocationConfig):
    image = count(config, 100, days_ago=9)
    count(config, 90, days_ago=9, image=image)
    page = viewer.get("/stock/locations/N1-N-04/")
    assertContains(page, "Reversed later; it does not count.", count=1)
    assertContains(page, "Reverses an earlier movement.", count=1)
    assertContains(page, "The photo was counted again.")
    assertContains(page, "recorded ", count=3)


def test_movements_of_one_batch_and_pages_of_them(viewer: Client, config: LocationConfig):
    batch, other = (
        StockBatchFactory(config=config),
        StockBatchFactory(
            config=LocationConfigFactory(location=config.location, active=False, closed_at=timezone.now())
        ),
    )
    for _ in range(60):
        StockMovementFactory(batch=batch, quantity=1)
    StockMovementFactory(batch=other, quantity=777)
    page = viewer.get(f"/stock/locations/N1-N-04/?batch_id={batch.pk}")
    assertContains(page, "Page 1 of 2")
    assertContains(page, "= 60")
    assertNotContains(page, "+777")
    assertContains(viewer.get(f"/stock/locations/N1-N-04/?batch_id={batch.pk}&page=2"), "= 1<")
    assert viewer.get(f"/stock/locations/N1-N-04/?batch_id={batch.pk + 99}").status_code == 404


def test_an_open_or_doubtful_count_is_told(viewer: Client, config: LocationConfig):
    count(config, 100, days_ago=2)
    count(config, 40, days_ago=2)
    page = viewer.get("/stock/locations/N1-N-04/")
    assertContains(page, "Open: parts or retakes?")
    assertContains(page, "may be wrong until a person has looked at this count")
    assertContains(page, "Does not count towards the visit")


def test_a_deleted_photo_has_no_link(viewer: Client, config: LocationConfig):
    image = count(config, 100, days_ago=2)
    S3Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
    page = viewer.get("/stock/locations/N1-N-04/")
    assertContains(page, "The photo was deleted.")
    assertNotContains(page, f"/gallery/{image.pk}/")


def test_empty_bay_unknown_bay_and_bad_days(viewer: Client, stranger: Client, config: LocationConfig):
    page = viewer.get("/stock/locations/N1-N-04/")
    for words in ("No plants here on that day", "Never counted until that day", "None yet."):
        assertContains(page, words)
    assert viewer.get("/stock/locations/NO-SUCH/").status_code == 404
    assert viewer.get("/stock/locations/N1-N-04/?as_of=soon").status_code == 400
    assert viewer.post("/stock/locations/N1-N-04/").status_code == 405
    assert stranger.get("/stock/locations/N1-N-04/").status_code == 403


def test_movements_do_not_add_queries(
    viewer: Client, config: LocationConfig, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for number in range(5):
        count(config, 100 + number, days_ago=number)
    with django_assert_max_num_queries(4 + 11):
        viewer.get("/stock/locations/N1-N-04/")
