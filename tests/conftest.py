"""Fixtures every test may use. The servers are started by `tests.settings` and ended here."""

import functools
import os
import threading
import time
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.core import signals
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from playwright.sync_api import Browser, expect, sync_playwright

from locations.nursery import CACHE_KEY, UNSET
from photos.storage.bucket import ensure_bucket
from photos.storage.circuit_breaker import BreakerState, Mode
from photos.storage.circuit_breaker_store import RedisBreakerStore
from tests.chromium import FLAGS, find_chromium
from tests.services import stop_services

NO_BROWSER = "no Chromium here"
# A busy machine is slow, and that is no fault: no example has a time limit.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")
LONGEST_ANSWER_SECONDS, LOOKS = 10, 2
BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
PATIENCE_MS = 20_000  # several polls on a busy machine; costs nothing where the page is quick


def pytest_unconfigure() -> None:
    """The run is over."""
    stop_services()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the browser tests that could not run."""
    not_run = [report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if not_run:
        terminalreporter.section("browser tests NOT RUN: no Chromium was found and none could be fetched")
        for report in not_run:
            terminalreporter.write_line(report.nodeid)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """No test meets another one's cache entries, progress or circuit breaker; none counts the read of the nursery."""
    cache.clear()
    cache.set(CACHE_KEY, {**UNSET, "blind_recount_percent": 0})  # which photos is a matter of chance


@pytest.fixture(autouse=True)
def _english() -> None:
    """No test meets the language that another one's last request left in this thread."""
    translation.deactivate()


answering: set[int] = set()  # threads


@pytest.fixture(scope="session", autouse=True)
def _notes_answers() -> None:
    """Which threads answer a request."""
    signals.request_started.connect(lambda **_: answering.add(threading.get_ident()), weak=False)
    signals.request_finished.connect(lambda **_: answering.discard(threading.get_ident()), weak=False)


@pytest.fixture(autouse=True)
def _answers_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """A request that the live server still answers when a test ends would hold the tables that are emptied then."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("live_server")
    yield
    deadline, looks_quiet = time.monotonic() + LONGEST_ANSWER_SECONDS, 0
    while looks_quiet < LOOKS and time.monotonic() < deadline:  # a request may have come that no thread has begun
        looks_quiet = 0 if is_answering() else looks_quiet + 1
        time.sleep(0.05)


def is_answering() -> bool:
    """Whether a thread answers a request, between two queries too, or a query still runs."""
    alive = {thread.ident for thread in threading.enumerate()}
    with connection.cursor() as cursor:
        cursor.execute(BUSY)
        [busy] = cursor.fetchone()
    return bool(busy or answering & alive - {threading.get_ident()})


@pytest.fixture
def open_breaker() -> None:
    """All workers know that S3 does not answer."""
    store = RedisBreakerStore(url=settings.REDIS_URL, name="s3")
    store.update(lambda _state: BreakerState(Mode.OPEN, since=time.time()))


@pytest.fixture(scope="session", autouse=True)
def _bucket() -> None:
    """The bucket of this process."""
    ensure_bucket()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; make a context of your own in each test."""
    path = find_chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    # Playwright's synchronous API runs an event loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        # Only tests that are about the service worker have it: routes do not see what goes through one.
        chromium.new_context = functools.partial(chromium.new_context, service_workers="block")
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
