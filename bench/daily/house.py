"""Demeter as `bin/up` serves it, on servers and a database of its own, and browsers in front of it.

Import this before anything of Django. Photos are counted in this process, with painted models.
"""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from demeter.local.programs import Folders
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor
from demeter.local.workers import make_web
from tests.services import start_services, stop_services

FOLDER = Path(tempfile.mkdtemp(prefix="demeter-bench-"))
os.environ.update(start_services(str(FOLDER)))
os.environ.update(DEMETER_DATA_DIR=str(FOLDER), DJANGO_SETTINGS_MODULE="demeter.settings", SECRET_KEY="bench")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread
django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from demeter.accounts.models import User  # noqa: E402
from locations.models import Nursery  # noqa: E402
from locations.nursery import write_nursery  # noqa: E402
from photos.storage.bucket import ensure_bucket  # noqa: E402
from processing.models import Job  # noqa: E402
from processing.runtime import inference  # noqa: E402
from tests.chromium import FLAGS, find_chromium  # noqa: E402
from tests.processing.fakes import PaintedDetector, PaintedSegmenter  # noqa: E402
from tests.processing.pipeline.test_stages import run  # noqa: E402

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 360, "height": 740}
START_SECONDS = 60
inference.load_detector = PaintedDetector
inference.load_segmenter = PaintedSegmenter


class House:
    """The running Demeter."""

    def __init__(self, address: str, chromium: Browser) -> None:
        self.address = address
        self._chromium = chromium

    @contextmanager
    def page(self, user: User, size: ViewportSize, **options: Any) -> Iterator[Page]:
        """A page of a browser of its own, signed in; a phone where it is narrow."""
        if size["width"] < DESK["width"]:
            options = {"has_touch": True, "is_mobile": True, "device_scale_factor": 3, **options}
        context = self._chromium.new_context(base_url=self.address, viewport=size, **options)
        context.set_default_timeout(120_000)
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.address}])
        yield context.new_page()
        context.close()


@contextmanager
def open_house() -> Iterator[House]:
    """Start it; everything is thrown away afterwards."""
    supervisor = Supervisor(Folders.of(FOLDER), announce=print)
    try:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        ensure_bucket()
        if hasattr(Nursery, "blind_recount_percent"):
            write_nursery(blind_recount_percent=0)  # which photos is a matter of chance
        port = LocalState.load(FOLDER).port("web")
        supervisor.start([make_web(host="127.0.0.1", port=port)])
        _wait_for(port)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            yield House(f"http://127.0.0.1:{port}", chromium)
            chromium.close()
    finally:
        supervisor.stop()
        stop_services()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise RuntimeError("the web does not start")


def count_waiting() -> None:
    """Count every photo that waits, oldest first."""
    for job in Job.objects.unfinished().order_by("pk"):
        run(job)
