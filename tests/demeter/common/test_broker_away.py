"""Valkey away or hanging: pages, sign-in and uploads go on within a second, and nothing that was stored is lost."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery.exceptions import OperationalError
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.urls import reverse
from django.utils import timezone

from demeter.common import broker
from demeter.local import valkey
from demeter.local.programs import Folders
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor
from photos.models import S3Image
from photos.storage import object_store
from processing import tasks
from processing.job_list import queries
from processing.models import Job
from tests.factories import UserFactory
from tests.photos.files import photo

pytestmark = pytest.mark.django_db
PASSWORD = "greenhouse-42"


@pytest.fixture(autouse=True)
def _breaker_of_each_test() -> Iterator[None]:
    """The breaker remembers the address of the broker."""
    object_store._breaker.cache_clear()
    yield
    object_store._breaker.cache_clear()


@pytest.fixture
def hanging(tmp_path: Path, settings) -> Iterator:
    """A Valkey of its own under the pages; as a context it hangs (SIGSTOP)."""
    port = LocalState.load(tmp_path).port("valkey")
    program = valkey.make_program(tmp_path / "v", port=port, password="x")
    supervisor = Supervisor(Folders.of(tmp_path), announce=print)
    supervisor.start([program])
    supervisor.wait_ready(seconds=20)
    url = valkey.make_url(port=port, password="x")
    settings.REDIS_URL = url
    settings.CACHES = {name: {**options, "LOCATION": url} for name, options in settings.CACHES.items()}
    pid = int((tmp_path / "run" / "valkey.pid").read_text().split()[0])

    @contextmanager
    def stopped() -> Iterator[None]:
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    yield stopped
    supervisor.stop()


@pytest.fixture
def away(settings) -> None:
    """Nobody listens."""
    url = "redis://127.0.0.1:1/0"
    settings.REDIS_URL = url
    settings.CACHES = {name: {**options, "LOCATION": url} for name, options in settings.CACHES.items()}


@pytest.mark.parametrize("page", ["upload", "gallery", "jobs", "work", "dashboard", "healthz"])
def test_pages_of_signed_in_people_go_on_while_the_broker_hangs(client, hanging, page):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(reverse("upload")).status_code == 200
    with hanging():
        began = time.monotonic()
        answers = [client.get(reverse(page)).status_code for _ in range(2)]
        took = time.monotonic() - began
    assert answers == ([503, 503] if page == "healthz" else [200, 200])
    assert took < 2 * 0.5 + 1.5, "one of them waits for half a second, the other for nothing"


def test_people_sign_in_and_out_while_the_broker_hangs(client, hanging):
    UserFactory(username="rosa", password=PASSWORD)
    with hanging():
        assert client.post("/login/", {"username": "rosa", "password": PASSWORD}).status_code == 302
        assert client.get(reverse("gallery")).status_code == 200
        assert client.post("/logout/").status_code == 302
        assert client.get(reverse("gallery")).status_code == 302
    assert not Session.objects.exists()


def test_who_signed_out_meanwhile_is_signed_out_a_minute_later_at_most(client):
    client.force_login(UserFactory())
    client.get(reverse("gallery"))
    keys = [key for key in caches["sessions"]._cache.get_client().scan_iter() if b"sessions" in key]
    assert keys
    assert all(0 < caches["sessions"]._cache.get_client().ttl(key) <= 60 for key in keys)


def test_the_cache_is_used_again_when_the_broker_is_back(hanging, monkeypatch):
    with hanging():
        cache.set("plants", 286)
        assert cache.get("plants") is None
    monkeypatch.setattr(broker, "_rests_until", {})
    cache.set("plants", 286)
    assert cache.get("plants") == 286


def test_an_upload_is_accepted_while_the_broker_is_away(client, away, django_capture_on_commit_callbacks):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("api-upload"), {"files": [photo()]})
    assert answer.status_code == 202
    assert S3Image.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize("error", [OperationalError("no broker"), RuntimeError("anything")])
def test_an_upload_is_accepted_when_its_message_cannot_be_sent(
    client, monkeypatch, django_capture_on_commit_callbacks, error
):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(tasks.upload_s3_batch, "delay", fail)
    monkeypatch.setattr(broker, "_rests_until", {})
    monkeypatch.setattr(broker, "REST_SECONDS", 0)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("api-upload"), {"files": [photo()]})
    assert answer.status_code == 202
    job = Job.objects.get()
    assert job.lease_until is not None
    assert job.lease_until < timezone.now() + tasks.lifecycle.SEND_LEASE, "recovery finds it within a minute"


def test_lists_are_made_anew_without_the_cache(away):
    assert queries.recent_jobs().jobs == ()
    assert queries.recent_jobs().jobs == ()
