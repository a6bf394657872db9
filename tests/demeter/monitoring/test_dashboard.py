"""The state of Demeter for admins: what is stuck, what failed, how long phases take, where the photos are."""

from datetime import timedelta

import pytest
import redis
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.live_server_helper import LiveServer

from demeter.monitoring import heartbeat
from demeter.monitoring.dashboard import read_dashboard
from photos.storage.circuit_breaker import Mode
from processing.models import Job
from processing.statuses import Phase
from tests.accessibility import assert_accessible
from tests.factories import UserFactory
from tests.gallery.browse.test_browser import sign_in
from tests.photos.factories import S3ImageFactory, UploadFactory
from tests.processing.factories import JobFactory, ProcessingSessionFactory, SegmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(admin=True))
    return client


def queues():
    return {row.name.split("(")[1].rstrip(")"): row for row in read_dashboard(timezone.now()).queues}


def test_work_that_waits_for_a_missing_worker_stands_out(admin, settings):
    old = JobFactory()
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    JobFactory(phase=Phase.AGGREGATE)
    SegmentFactory(held_by="gpu@host")
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        heartbeat.record_sign_of_life(broker, "cpu", "host:1")
    rows = queues()
    assert (rows["io"].queue.waiting, rows["io"].is_stuck) == (1, True)
    assert (rows["gpu"].queue.running, rows["gpu"].is_stuck) == (1, True)
    assert (rows["cpu"].queue.waiting, rows["cpu"].workers, rows["cpu"].is_stuck) == (1, 1, False)
    page = admin.get("/status/")
    assertContains(page, "No worker", count=2)
    assertContains(page, "5\xa0minutes")


def test_failures_of_a_day_lead_to_their_photos(admin):
    ProcessingSessionFactory.create_batch(2, needs_location=True, phase_seconds={})
    ProcessingSessionFactory(failed=True)
    ProcessingSessionFactory(ready=True, phase_seconds={"detect": 12.34, "store": 1})
    found = read_dashboard(timezone.now())
    assert [(problem.code, number) for problem, number in found.causes] == [
        ("needs_location", 2),
        ("detection_failed", 1),
    ]
    assert [number for _label, number in found.statuses] == [0, 0, 3, 1]
    page = admin.get("/status/")
    assertContains(page, "/gallery/?status=needs_location")
    assertContains(page, "12.3 s", count=2)


def test_storage_says_what_was_received_and_what_is_wrong(admin, settings, monkeypatch):
    UploadFactory(accepted_files=1500, accepted_bytes=3 * 1024**3)
    S3ImageFactory(ready=True, original_fault="missing")
    S3ImageFactory(ready=True, deleted_at=timezone.now())
    JobFactory(awaits_storage=True)
    settings.STAGING_RESERVE_BYTES = 10**18
    monkeypatch.setattr("demeter.monitoring.dashboard.breaker_mode", lambda: Mode.OPEN)
    storage = read_dashboard(timezone.now()).storage
    assert (storage.put_off, storage.in_trash, storage.is_away, storage.is_full) == (1, 1, True, True)
    page = admin.get("/status/")
    assertContains(page, "1,500 photos, 3.0\xa0GB")
    assertContains(page, "uploads are refused")
    assertContains(page, "Unavailable: photos wait in staging")


def test_page_costs_the_same_however_much_there_is(admin, django_assert_num_queries):
    ProcessingSessionFactory.create_batch(4, ready=True)
    JobFactory.create_batch(4)
    with django_assert_num_queries(2 + 11):  # sign-in, then one for each question
        admin.get("/status/")


def test_poll_gets_the_figures_alone(admin):
    assertNotContains(admin.get("/status/", headers={"HX-Request": "true"}), "<html")


@pytest.mark.parametrize("role", ["viewer", "supervisor"])
def test_only_admins_see_it(client: Client, role):
    client.force_login(UserFactory(**{role: True}))
    assert client.get("/status/").status_code == 403


def test_admin_leads_to_it(admin):
    assertContains(admin.get("/admin/"), 'href="/status/"')


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width_px", [390, 1280])
def test_state_is_accessible(browser: Browser, live_server: LiveServer, width_px):
    ProcessingSessionFactory(needs_location=True)
    ProcessingSessionFactory(ready=True)
    JobFactory()
    context = browser.new_context(base_url=live_server.url, viewport={"width": width_px, "height": 844})
    sign_in(context, UserFactory(admin=True), live_server)
    page = context.new_page()
    page.goto("/status/")
    expect(page.get_by_role("heading", name="Queues")).to_be_visible()
    assert_accessible(page)
    context.close()
