"""`/healthz`: green only when every part is there; open to all; says nothing secret."""

import hashlib
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import run

import pytest
import redis
from botocore.exceptions import EndpointConnectionError
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test import Client

from demeter.monitoring import health, heartbeat
from photos.storage import connections, object_store
from processing.runtime.weights import WeightFile, WeightsError
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ALL = ("io", "gpu", "cpu", "beat")


@pytest.fixture
def broker(settings: LazySettings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both weight files, as if trained."""
    model = tmp_path / "model.pt"
    model.write_bytes(b"trained")
    sha256 = hashlib.sha256(b"trained").hexdigest()
    monkeypatch.setattr(health, "read_weights", lambda name: WeightFile(name, model, sha256, ("plant",), tmp_path, {}))


def test_healthz_is_green_when_everything_is_there(client: Client, broker: redis.Redis, weights: None) -> None:
    for name in ALL:
        heartbeat.record_sign_of_life(broker, name, "host:1")
    heartbeat.record_sign_of_life(broker, "io", "host:2")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert body["services"] == {"database": "ok", "broker": "ok", "storage": "ok"}
    assert body["storage_breaker"] == "closed"
    assert body["workers"] == {"io": 2, "gpu": 1, "cpu": 1, "beat": 1}
    assert [weight["name"] for weight in body["weights"]] == ["segmenter", "detector"]


def test_healthz_tells_what_the_workers_know_of_the_storage(client: Client, open_breaker: None) -> None:
    assert client.get("/healthz").json()["storage_breaker"] == "open"


def test_healthz_is_not_green_without_one_of_the_workers(client: Client, broker: redis.Redis, weights: None) -> None:
    for name in ALL:
        heartbeat.record_sign_of_life(broker, name, "host:1")
    broker.delete("demeter:alive:gpu")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["workers"] == {"io": 1, "gpu": 0, "cpu": 1, "beat": 1}


def test_a_silent_worker_is_lost_after_twenty_seconds(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat.record_sign_of_life(broker, "gpu", "host:1")
    now = time.time()
    monkeypatch.setattr(heartbeat.time, "time", lambda: now + 21)
    assert heartbeat.count_alive(broker)["gpu"] == 0


def test_healthz_names_missing_services_and_weights_but_no_reasons(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    def no_database() -> None:
        raise OperationalError("password of demeter at 10.0.0.1 refused")

    def no_storage(**_question: str) -> None:
        raise EndpointConnectionError(endpoint_url="http://10.0.0.1:8333")

    def no_weights(name: str) -> WeightFile:
        raise WeightsError("/srv/demeter/processing/trained/weights.json is missing")

    monkeypatch.setattr(connection, "cursor", no_database)
    monkeypatch.setattr(connections.quick_client(), "head_object", no_storage)
    monkeypatch.setattr(health, "read_weights", no_weights)
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["services"] == dict.fromkeys(("database", "broker", "storage"), "unreachable")
    assert answer.json()["weights"] == [
        {"name": "segmenter", "sha256": "", "present": False},
        {"name": "detector", "sha256": "", "present": False},
    ]
    for secret in (b"10.0.0.1", b"password", b"/srv", b"secret"):
        assert secret not in answer.content


def test_livez_touches_nothing(client: Client, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """Not even with a session cookie, with no database, cache, broker or storage to ask."""
    client.force_login(UserFactory())
    settings.CACHES = {name: {**found, "LOCATION": "redis://127.0.0.1:1/0"} for name, found in settings.CACHES.items()}
    monkeypatch.setattr(object_store, "client", lambda: pytest.fail("the storage is asked"))
    monkeypatch.setattr(connection, "cursor", lambda: pytest.fail("the database is asked"))
    assert (client.get("/livez").status_code, client.get("/livez").content) == (200, b"ok\n")


def test_healthz_answers_soon_while_the_storage_hangs(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_server() as address:
        quick = connections.session().client(
            "s3", region_name="us-east-1", endpoint_url=address, config=connections.quick_client().meta.config
        )
        monkeypatch.setattr(object_store, "quick_client", lambda: quick)
        began = time.monotonic()
        assert client.get("/healthz").json()["services"]["storage"] == "unreachable"
        assert time.monotonic() - began < 4


@contextmanager
def silent_server() -> Iterator[str]:
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_the_web_process_never_loads_the_model_runtime() -> None:
    code = (
        "import demeter.wsgi, sys\n"
        "print([name for name in ('torch', 'ultralytics', 'openvino') if name in sys.modules])"
    )
    shown = run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_web_process_has_every_view_before_its_first_request() -> None:
    code = "import demeter.wsgi, sys; print('gallery.browse.views' in sys.modules)"
    shown = run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "True"


def test_the_web_process_waits_for_the_storage_for_some_seconds_only() -> None:
    code = (
        "import demeter.wsgi; from photos.storage import connections; config = connections.client().meta.config\n"
        "print(config.connect_timeout, config.read_timeout, config.retries['total_max_attempts'])"
    )
    shown = run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "1 5 1"
