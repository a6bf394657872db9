"""The web under gunicorn: slow uploads hold no thread, and what finds no room is not read."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from waitress.adjustments import Adjustments

from demeter.gunicorn_worker import FrugalParser
from demeter.local.programs import Folders
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor
from demeter.local.workers import make_web
from photos.storage import disk_space
from tests.demeter.local.test_supervisor import wait_for

SLOW_UPLOADS = 40  # the web has 16 threads


def status_of(port: int, path: str = "/livez") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def begin_slow_upload(port: int, size_bytes: int = 1_000_000) -> socket.socket:
    """A connection that has sent the beginning of a form; Django reads it whole before it looks at anything."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(
        f"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {size_bytes}\r\n\r\nusername=".encode()
    )
    return connection


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[int, Folders]]:
    port, folders = LocalState.load(tmp_path).port("web"), Folders.of(tmp_path)
    supervisor = Supervisor(folders, announce=print)
    supervisor.start([make_web(host="127.0.0.1", port=port)])
    wait_for(lambda: status_of(port) == 200, seconds=60)
    yield port, folders
    supervisor.stop()


@pytest.mark.slow
def test_pages_are_served_beside_slow_uploads_and_a_stop_waits_for_no_upload(web: tuple[int, Folders]) -> None:
    port, folders = web
    with ExitStack() as uploads:
        connections = [uploads.enter_context(begin_slow_upload(port)) for _ in range(SLOW_UPLOADS)]
        took = []
        for _ in range(5):
            for connection in connections:
                connection.sendall(b"x" * 1000)
            began = time.monotonic()
            assert status_of(port) == 200
            took.append(time.monotonic() - began)
        assert max(took) < 5, "they would hold all threads for a quarter of an hour"
        pid = int((folders.run / "web.pid").read_text().split()[0])
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: status_of(port) == 0, seconds=8)


@pytest.mark.slow
def test_a_slow_upload_arrives_whole(web: tuple[int, Folders]) -> None:
    port, _folders = web
    with begin_slow_upload(port, size_bytes=9 + 300_000) as connection:
        for _ in range(3):
            connection.sendall(b"x" * 100_000)
            time.sleep(0.2)
        answer = connection.recv(1000)
    assert answer.startswith(b"HTTP/1.1 403"), "the form was read, and has no CSRF token"


def parse(size_bytes: int) -> FrugalParser:
    parser = FrugalParser(Adjustments(max_request_body_size=disk_space.largest_bytes() + 1))
    parser.received(b"POST /upload HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % size_bytes)
    return parser


def test_a_body_that_finds_room_is_received_first() -> None:
    assert not parse(1_000_000).completed


@pytest.mark.parametrize("size_bytes", [600_000_000, 1_000_000])
def test_a_body_that_may_not_arrive_is_not_read(size_bytes: int, settings) -> None:
    if size_bytes < settings.UPLOAD_MAX_TOTAL_BYTES:
        settings.STAGING_RESERVE_BYTES = 10**18
    parser = parse(size_bytes)
    assert (parser.completed, parser.error) == (True, None)
    assert parser.get_body_stream().read() == b""
    assert (parser.headers["CONTENT_LENGTH"], parser.headers["CONNECTION"]) == (str(size_bytes), "close")
    assert not parser.expect_continue


def test_what_is_small_is_always_read(settings) -> None:
    settings.STAGING_RESERVE_BYTES = 10**18
    assert not parse(1000).completed, "people sign in while the disk is full"
