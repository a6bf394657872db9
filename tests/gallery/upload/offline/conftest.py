"""Phones on which Demeter was opened once, photos, and bays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.models import User
from tests.browsing import sign_in
from tests.gallery.upload.offline.phones import make_person, visit
from tests.locations.factories import StorageLocationFactory
from tests.photos.files import make_picture


@pytest.fixture(autouse=True)
def _bays() -> None:
    for letter in "ABC":
        StorageLocationFactory(code=f"BAY-{letter}", name=f"Bay {letter}", qr_code=f"DEM-BAY-{letter}")


@pytest.fixture
def ana() -> User:
    return make_person("ana", "Ana")


@pytest.fixture
def android(browser: Browser, live_server: LiveServer, ana: User) -> Iterator[BrowserContext]:
    """Ana's phone, on which Demeter was opened once."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, service_workers="allow"
    )
    sign_in(context, ana, live_server)
    visit(context)
    yield context
    context.close()


@pytest.fixture
def phone(android: BrowserContext) -> BrowserContext:
    """The same without background sync, as on an iPhone."""
    android.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
    return android


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"photo{number}.jpg" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(make_picture(size=(400 + number, 300)))
    return paths
