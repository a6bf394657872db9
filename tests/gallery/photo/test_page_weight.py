"""What the page of a photo loads until it can be used: the preview, never the marked picture or the original."""

import gzip
import re
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from photos.decoding.pixels import make_preview
from photos.storage.object_store import put_object
from processing.models import ProcessingSession
from tests.browsing import DESK, PHONE, open_browser, sign_in
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import make_bed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_BYTES = 900_000
MARKERS = re.compile(r"/markers(\?|$)")  # who may propose asks with a query
DENSE_BED = settings.BASE_DIR / "demo" / "photos" / "bed-wide-mixed.jpg"  # hundreds of plants: many bytes


@pytest.fixture
def session() -> ProcessingSession:
    """A counted photo of 12 megapixels with its original, preview and marked picture in the storage."""
    session = make_bed(0, 0, 1, 2, estimated=300)
    image = session.original_image
    type(image).objects.filter(pk=image.pk).update(width_px=4000, height_px=3000)
    with Image.open(DENSE_BED) as photo:
        large = photo.resize((4000, 3000), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    large.save(buffer, "JPEG", quality=95)
    original = buffer.getvalue()
    assert len(original) > 3_000_000
    put_object(image.s3_key_original, original, content_type="image/jpeg")
    put_object(image.s3_key_preview, make_preview(original), content_type="image/jpeg")
    marked = S3ImageFactory(annotated=True, s3_key_original=f"annotated/{image.pk}.jpg")
    put_object(marked.s3_key_original, original, content_type="image/jpeg")
    ProcessingSession.objects.filter(pk=session.pk).update(processed_image=marked)
    return session


def load(page: Page, path: str) -> list[tuple[str, int]]:
    """The addresses that the page loads, each with its bytes; all but pictures compressed, as in production."""
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108  Playwright takes no built-in
    page.goto(path)
    expect(page.locator(".viewer__live")).to_be_visible()
    expect(page.locator(".leaflet-image-layer")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return [(request.url.partition("?")[0], weigh(request)) for request in finished if not request.redirected_to]


def weigh(request: Request) -> int:
    body = request.response().body()
    return len(body) if request.resource_type == "image" else len(gzip.compress(body))


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_only_the_preview_is_loaded(browser: Browser, live_server: LiveServer, session: ProcessingSession, size):
    image = session.original_image
    phone = {"device_scale_factor": 3, "is_mobile": True, "has_touch": True} if size is PHONE else {}
    with open_browser(browser, live_server, viewport=size, **phone) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        loaded = load(page, f"/gallery/{image.pk}/")
        pictures = [address for address, _bytes in loaded if address.endswith(".jpg")]
        assert [address.endswith(image.s3_key_preview) for address in pictures] == [True], pictures
        assert sum(size for _address, size in loaded) < MOST_BYTES, loaded


def test_without_scripts_the_marked_picture_is_shown(browser: Browser, live_server: LiveServer, session):
    with open_browser(browser, live_server, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page.context, UserFactory(), live_server)
        page.goto(f"/gallery/{session.original_image_id}/")
        expect(page.locator(".viewer__picture--marked")).to_be_visible()
        expect(page.locator(".viewer__picture--plain")).to_be_hidden()
        page.get_by_text("Photo only").click()
        expect(page.locator(".viewer__picture--plain")).to_be_visible()


def test_the_preview_stays_when_the_marks_cannot_be_read(browser: Browser, live_server: LiveServer, session):
    context = browser.new_context(base_url=live_server.url, viewport=PHONE)
    sign_in(context, UserFactory(), live_server)
    page = context.new_page()
    page.route(MARKERS, lambda route: route.fulfill(status=503, body="{}"))
    with page.expect_response(MARKERS) as answer:
        page.goto(f"/gallery/{session.original_image_id}/")
    assert answer.value.status == 503
    expect(page.locator(".viewer__picture--plain img")).to_be_visible()
    expect(page.locator(".viewer__picture--marked")).to_be_hidden()
    context.close()
