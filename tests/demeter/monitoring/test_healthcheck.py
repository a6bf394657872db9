"""The health checks of containers: a process of this host answers, or gave a sign of life."""

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import redis

from demeter.monitoring import healthcheck, heartbeat


class Ill(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(503)

    def log_message(self, *_args):
        pass


@pytest.fixture
def broker(settings):
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


def test_web_that_answers_is_alive_even_where_other_parts_are_ill(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), Ill) as server:
        monkeypatch.setattr(healthcheck, "WEB_PORT", server.server_port)
        thread = Thread(target=server.handle_request)
        thread.start()
        assert healthcheck.is_alive("web")
        thread.join()
    assert not healthcheck.is_alive("web"), "nobody listens any more"


def test_worker_is_alive_by_the_signs_of_its_own_host(broker):
    heartbeat.record_sign_of_life(broker, "gpu", "elsewhere:7")
    assert not healthcheck.is_alive("gpu")
    heartbeat.record_sign_of_life(broker, "gpu", f"{socket.gethostname()}:7")
    assert healthcheck.is_alive("gpu")
    assert not healthcheck.is_alive("io")


def test_worker_without_a_broker_is_not_alive(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not healthcheck.is_alive("gpu")
