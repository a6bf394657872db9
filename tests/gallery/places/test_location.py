"""A location's page: last count, stock, history, and its configuration corrected or begun anew."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gallery.places.last_counts import NEVER, read_last_count, with_last_count
from locations.models import LocationConfig, StorageLocation
from photos.models import S3Image
from processing.models import Job, ProcessingSession
from tests.gallery.factories import make_session_waiting, placed, uploaded_at
from tests.locations.factories import LocationConfigFactory, ProductFactory, StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory, refuse
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db
MOMENT = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)


def make_count(location: StorageLocation, *, plants: int, days_ago: float = 0) -> ProcessingSession:
    session = placed(ProcessingSessionFactory(ready=True, total_detected=plants, total_estimated=plants), location)
    return uploaded_at(session, timezone.now() - timedelta(days=days_ago))


def last_count(location: StorageLocation):
    return read_last_count(with_last_count(StorageLocation.objects.filter(pk=location.pk)).get())


def test_last_count_is_that_of_the_newest_photo_not_of_the_newest_run():
    bay = StorageLocationFactory()
    assert last_count(bay) is None
    older, newer = make_count(bay, plants=10, days_ago=9), make_count(bay, plants=20, days_ago=2)
    again = ProcessingSessionFactory(ready=True, job__image=older.original_image, total_detected=11, total_estimated=11)
    placed(again, bay)
    found = last_count(bay)
    assert (found.image_id, found.plants) == (newer.original_image_id, 20)
    S3Image.objects.filter(pk=newer.original_image_id).update(deleted_at=timezone.now())
    assert last_count(bay).plants == 11


def test_last_count_leaves_out_what_moved_away_what_runs_and_what_refuses_itself():
    bay, other = StorageLocationFactory(), StorageLocationFactory()
    make_count(bay, plants=10, days_ago=9)
    moved = make_count(bay, plants=20, days_ago=8)
    placed(ProcessingSessionFactory(ready=True, job__image=moved.original_image), other)
    placed(ProcessingSessionFactory(processing=True), bay)
    refused = refuse(make_count(bay, plants=30, days_ago=1))
    assert last_count(bay).plants == 10
    ProcessingSession.objects.filter(pk=refused.pk).update(
        validated=True, validated_by_user=refused.job.requested_by, validation_date=timezone.now()
    )
    assert last_count(bay).plants == 30


@pytest.mark.parametrize(
    ("days_ago", "code"), [(0.1, "week"), (6.9, "week"), (7.1, "month"), (31, "quarter"), (91, "older")]
)
def test_age_of_a_count_is_that_of_its_photo(days_ago, code):
    bay = StorageLocationFactory()
    session = make_count(bay, plants=10)
    taken_at = timezone.now() - timedelta(days=days_ago)
    S3Image.objects.filter(pk=session.original_image_id).update(taken_at=taken_at)
    found = last_count(bay)
    assert (found.age.code, found.seen_at) == (code, taken_at)
    assert NEVER.code == "never"


def test_a_clock_ahead_makes_no_count_younger_than_its_upload():
    bay = StorageLocationFactory()
    session = make_count(bay, plants=10, days_ago=40)
    S3Image.objects.filter(pk=session.original_image_id).update(taken_at=timezone.now() + timedelta(days=400))
    assert last_count(bay).age.code == "quarter"


def test_page_shows_count_stock_history_and_cycles(viewer: Client):
    running = LocationConfigFactory(location__code="N1-N-04", location__name="Bay 4", product__common_name="Echeveria")
    LocationConfigFactory(
        location=running.location, product__common_name="Agave", active=False, started_at=MOMENT, closed_at=MOMENT
    )
    StockMovementFactory(batch=StockBatchFactory(config=running), quantity=1234)
    for days_ago in (3, 1):
        session = make_count(running.location, plants=1500, days_ago=days_ago)
    page = viewer.get("/locations/n1-n-04/")
    for words in ("Bay 4", "1,500", "1 day ago", "1,234", "Echeveria", "Earlier cycles", "Agave", 'id="chart"'):
        assertContains(page, words)
    assertContains(page, f"/gallery/?location_id={running.location_id}")
    assertContains(page, f"/labels/labels.pdf?location_id={running.location_id}")
    assertContains(page, f"/gallery/{session.original_image_id}/")
    assertNotContains(page, "Change it")  # a viewer


def test_page_of_an_empty_or_unused_location_says_so(viewer: Client):
    bay = StorageLocationFactory(active=False)
    page = viewer.get(f"/locations/{bay.code}/")
    for words in ("Not counted yet", "No stock", "Not configured", "not in use"):
        assertContains(page, words)
    assertNotContains(page, "labels.pdf")


@pytest.mark.parametrize("code", ["NO-SUCH", "N1%00", "N1-N'--", "x" * 500])
def test_unknown_codes_are_not_found(viewer: Client, code):
    assert viewer.get(f"/locations/{code}/").status_code == 404


def test_page_takes_the_same_queries_for_any_number_of_photos(worker: Client, django_assert_num_queries):
    config = LocationConfigFactory()
    for photos in (1, 6):
        for number in range(photos):
            make_count(config.location, plants=10, days_ago=number)
            earlier = LocationConfigFactory(location=config.location, active=False, closed_at=MOMENT)
            StockMovementFactory(batch__config=earlier)
        # sign-in and permissions 3, location 1, photo, stock 2, history 2, cycles 2, undated, visits 8, suggestion 2,
        # waiting, choices 3
        with django_assert_num_queries(19):
            worker.get(f"/locations/{config.location.code}/")


def post(client: Client, config: LocationConfig, **fields: object):
    values = {"product": config.product_id, "packaging": "", "expected_state": config.expected_state_id}
    return client.post(f"/locations/{config.location.code}/configure/", values | fields)


def test_a_mistake_is_corrected_within_the_cycle(worker: Client):
    config = LocationConfigFactory(started_at=MOMENT)
    right = ProductFactory(common_name="Agave")
    answer = post(worker, config, product=right.pk, mode="update")
    assertRedirects(answer, f"/locations/{config.location.code}/#configuration", fetch_redirect_response=False)
    only = LocationConfig.objects.get(location=config.location)
    assert (only.product, only.packaging, only.started_at, only.active) == (right, None, MOMENT, True)


def test_other_plants_begin_a_new_cycle_and_the_old_one_stays(worker: Client):
    config = LocationConfigFactory(started_at=MOMENT, product__common_name="Agave")
    post(worker, config, product=ProductFactory().pk, mode="new_cycle")
    config.refresh_from_db()
    assert not config.active
    assert config.product.common_name == "Agave"
    assert LocationConfig.objects.get(location=config.location, active=True).started_at > config.closed_at - timedelta(
        minutes=1
    )


def test_photos_that_waited_for_the_configuration_run_at_once(worker: Client):
    other = LocationConfigFactory()
    bay = StorageLocationFactory()
    waiting = [make_session_waiting("needs_config", location=bay) for _ in range(2)]
    make_session_waiting("needs_config", location=StorageLocationFactory())
    assertContains(worker.get(f"/locations/{bay.code}/"), "2 photos are waiting for this and will be processed again.")
    values = {"product": other.product_id, "expected_state": other.expected_state_id, "mode": "new_cycle"}
    page = worker.post(f"/locations/{bay.code}/configure/", values, follow=True)
    assertContains(page, "2 photos: processing again.")
    started = set(Job.objects.filter(kind="reprocess").values_list("image_id", flat=True))
    assert started == {session.original_image_id for session in waiting}


def test_a_wrong_configuration_is_shown_again_and_nothing_is_written(worker: Client, viewer: Client):
    config = LocationConfigFactory()
    page = post(worker, config, product="", mode="update")
    assertContains(page, "This field is required.", status_code=422)
    assert post(viewer, config, mode="update").status_code == 403
    assert worker.get(f"/locations/{config.location.code}/configure/").status_code == 405
    assert LocationConfig.objects.get(location=config.location).updated_at == config.updated_at
