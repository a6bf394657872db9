"""What browser tests share: signing in, pages that complain, pictures in storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.models import User
from photos.models import S3Image
from photos.storage.object_store import put_object

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


def sign_in(context: BrowserContext, user: User, live_server: LiveServer) -> None:
    """Without the form."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])


@contextmanager
def open_browser(
    browser: Browser, live_server: LiveServer, *, expected: tuple[str, ...] = (), **options: Any
) -> Iterator[Page]:
    """A page of a browser of its own; AssertionError at the end when its console complained of more than
    refused forms and what is expected."""
    context = browser.new_context(base_url=live_server.url, **options)
    page = context.new_page()
    complaints: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if said.type == "error" and "status of 422" not in said.text:
            complaints.append(f"{said.text} {said.location['url']}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    unexpected = [text for text in complaints if not any(words in text for words in expected)]
    assert not unexpected, unexpected


def store_pictures(image: S3Image) -> None:
    """Plain green pictures under the photo's keys."""
    for key in filter(None, (image.s3_key_thumbnail, image.s3_key_preview, image.s3_key_original)):
        data = BytesIO()
        Image.new("RGB", (400, 300), (70, 120, 70)).save(data, "JPEG")
        put_object(key, data.getvalue(), content_type="image/jpeg")
