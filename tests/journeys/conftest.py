"""Who goes on a journey, and the workers behind it: the real stages in this process, with painted models."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.models import User
from processing.models import Job
from processing.runtime import inference
from tests.browsing import open_browser
from tests.journeys.people import Keyboard, Mouse, Person
from tests.processing.fakes import PaintedDetector, PaintedSegmenter
from tests.processing.pipeline.test_stages import run

PASSWORD = "greenhouse-42"
Start = Callable[[ViewportSize], Person]


@pytest.fixture(autouse=True)
def _painted_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


@pytest.fixture(params=["mouse", "keyboard", "no scripts"])
def way(request: pytest.FixtureRequest) -> str:
    """How somebody goes on a journey: each is made in every way."""
    return str(request.param)


@pytest.fixture
def start(way: str, browser: Browser, live_server: LiveServer) -> Iterator[Start]:
    """A person before a screen of this size, not signed in; at the end the browser must not have complained."""
    with ExitStack() as opened:

        def open_one(size: ViewportSize) -> Person:
            scripts = way != "no scripts"
            page = opened.enter_context(
                open_browser(browser, live_server, viewport=size, java_script_enabled=scripts, accept_downloads=True)
            )
            return Keyboard(page) if way == "keyboard" else Mouse(page)

        yield open_one


def sign_in(person: Person, user: User) -> None:
    """Through the form."""
    user.set_password(PASSWORD)
    user.save()
    person.page.goto("/login/")
    person.write(person.page.get_by_label("User name"), user.username)
    person.write(person.page.get_by_label("Password"), PASSWORD)
    person.press(person.page.get_by_role("button", name="Sign in"))
    person.page.wait_for_url("**/")


def work_off_the_queue() -> None:
    """Let the workers finish every photo that waits, oldest first."""
    for job in Job.objects.unfinished().order_by("pk"):
        run(job)


def save(person: Person, button_name: str, folder: Path) -> Path:
    """Download what a link or button leads to."""
    target = person.page.get_by_role("link", name=button_name).or_(person.page.get_by_role("button", name=button_name))
    with person.page.expect_download() as download:
        person.press(target)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
