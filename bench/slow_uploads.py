"""How phones on a weak network affect pages: `python -m bench.slow_uploads [--phones 50] [--seconds 60]`.

On servers of its own, all on the loopback: phones that each send a photo at 4 KB/s, and beside them somebody who loads
the gallery every half second. First under gunicorn's own thread worker, then as Demeter is served
(`demeter.gunicorn_worker`). Every request has a timeout. Prints the results and writes docs/slow-uploads.md.
"""

import argparse
import http.client
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import django

from bench.accuracy.markdown import table
from demeter.local.programs import PROJECT_DIR, Folders, Program
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor
from demeter.local.workers import make_web
from tests.services import start_services, stop_services

FOLDER = Path(tempfile.mkdtemp(prefix="demeter-bench-"))
os.environ.update(start_services(str(FOLDER)))
os.environ.update(DEMETER_DATA_DIR=str(FOLDER), DJANGO_SETTINGS_MODULE="demeter.settings", SECRET_KEY="bench")
django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from demeter.accounts.models import User  # noqa: E402
from demeter.accounts.tokens import issue_token  # noqa: E402
from tests.factories import UserFactory  # noqa: E402
from tests.gallery.factories import SegmentFactory  # noqa: E402

BYTES_A_SECOND, PIECE_SECONDS = 4000, 0.25
PHOTO_BYTES = 3_000_000
PAGE_EVERY_SECONDS, PATIENCE_SECONDS = 0.5, 30.0
PHOTOS_IN_THE_GALLERY = 60
PAGE = """# Slow uploads

Written by `python -m bench.slow_uploads` on {cores} cores shared with other work (load {load:.1f}). {phones} phones
send a photo of 3 MB each at 4 KB/s for {seconds:.0f} seconds; meanwhile somebody signed in loads `/gallery/` with
{photos} photos every half second, and waits for {patience:.0f} seconds at most each time. *Alone* is the gallery
without uploads. Two processes with eight threads each, all on the loopback.

{table}
"""


@dataclass(frozen=True)
class Served:
    """One way of serving, and the seconds that pages took, alone and beside the uploads; failed ones count too."""

    name: str
    alone: list[float]
    beside: list[float]
    failed: int


@dataclass
class Gallery:
    """Somebody who is signed in and looks at the gallery."""

    port: int
    cookie: str
    failed: int = 0

    def load(self) -> float:
        """Seconds for one page."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/gallery/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookie}"})
            answer = connection.getresponse()
            answer.read()
            self.failed += answer.status != 200
        except OSError:
            self.failed += 1
        finally:
            connection.close()
        return time.perf_counter() - began

    def load_for(self, seconds: float) -> list[float]:
        """One page after the other until the time is over."""
        deadline, took = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            took.append(self.load())
            time.sleep(PAGE_EVERY_SECONDS)
        return took


@contextmanager
def sending(port: int, token: str, phones: int) -> Iterator[None]:
    """So many phones are in the middle of an upload; they hang up in the end."""
    over = Event()
    threads = [Thread(target=send_slowly, args=(port, token, over)) for _ in range(phones)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def send_slowly(port: int, token: str, over: Event) -> None:
    """A photo, piece by piece. It is never whole, so nothing of it is kept."""
    head = (
        f"POST /api/v1/photos/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=photo\r\nContent-Length: {PHOTO_BYTES}\r\n\r\n"
        '--photo\r\nContent-Disposition: form-data; name="files"; filename="photo.jpg"\r\n\r\n'
    )
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head.encode())
        while not over.wait(PIECE_SECONDS):
            connection.sendall(bytes(int(BYTES_A_SECOND * PIECE_SECONDS)))


def serve(name: str, web: Program, port: int, user: User, *, phones: int, seconds: float) -> Served:
    """The gallery under one way of serving."""
    client = Client()
    client.force_login(user)
    gallery = Gallery(port, client.cookies[settings.SESSION_COOKIE_NAME].value)
    supervisor = Supervisor(Folders.of(FOLDER), announce=print)
    supervisor.start([web])
    try:
        wait_for(port)
        gallery.load_for(3)
        alone = gallery.load_for(seconds / 4)
        with sending(port, issue_token(user=user, name=name), phones):
            time.sleep(2)
            gallery.failed = 0
            beside = gallery.load_for(seconds)
    finally:
        supervisor.stop()
    return Served(name, alone, beside, gallery.failed)


def wait_for(port: int) -> None:
    """Until the web listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def with_thread_worker(web: Program) -> Program:
    """The same under gunicorn's own worker."""
    argv = ("--worker-class=gthread" if word.startswith("--worker-class") else word for word in web.argv)
    return replace(web, argv=tuple(argv))


def describe(name: str, took: Sequence[float], failed: int) -> list[object]:
    """A row of the table."""
    ordered = sorted(took)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return [name, len(took), failed, f"{statistics.median(took):.2f}", f"{p95:.2f}", f"{ordered[-1]:.2f}"]


def main() -> None:
    """Send, look, write."""
    parser = argparse.ArgumentParser(prog="bench.slow_uploads", description=__doc__)
    parser.add_argument("--phones", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "docs" / "slow-uploads.md")
    options = parser.parse_args()
    try:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        user = UserFactory(is_superuser=True)
        SegmentFactory.create_batch(PHOTOS_IN_THE_GALLERY)
        port = LocalState.load(FOLDER).port("web")
        web = make_web(host="127.0.0.1", port=port)
        ways = {"before: gunicorn's thread worker": with_thread_worker(web), "now: requests received whole": web}
        limits = {"phones": options.phones, "seconds": options.seconds}
        served = [serve(name, program, port, user, **limits) for name, program in ways.items()]
    finally:
        stop_services()
    rows = [
        row
        for one in served
        for row in (
            describe(f"{one.name}, alone", one.alone, 0),
            describe(f"{one.name}, beside {options.phones} slow uploads", one.beside, one.failed),
        )
    ]
    figures = table(["", "pages", "failed", "median, s", "p95, s", "longest, s"], rows)
    print(figures)
    about = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "photos": PHOTOS_IN_THE_GALLERY, **limits}
    options.out.write_text(PAGE.format(table=figures, patience=PATIENCE_SECONDS, **about))


if __name__ == "__main__":
    main()
