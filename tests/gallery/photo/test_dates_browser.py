"""A date that cannot be right, settled on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from photos.models import S3Image
from tests.accessibility import assert_accessible, assert_fits
from tests.browsing import PHONE, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.gallery.photo.test_dates import UPLOADED, doubtful, make_count

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    with open_browser(browser, live_server, viewport=PHONE) as page:
        sign_in(page.context, UserFactory(), live_server)
        yield page


def test_typed_date_settles_a_photo_on_a_phone(page: Page):
    session = doubtful()
    bay = session.storage_location
    make_count(bay, plants=17, uploaded=UPLOADED, taken=UPLOADED)
    store_pictures(session.original_image)
    page.goto(f"/locations/{bay.code}/")
    expect(page.get_by_text("1 photo is left out of the count")).to_be_visible()
    assert_accessible(page)

    page.get_by_text("1 photo is left out of the count").click()
    page.get_by_role("link", name="Date to be checked").last.click()
    form = page.locator("#fix-form")
    expect(form).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    form.get_by_label("At another time").check()
    form.get_by_label("Date and time").fill("2026-11-27T09:15")
    form.get_by_role("button", name="Save and process again").click()
    expect(page.get_by_text("processing again")).to_be_visible()
    assert f"{S3Image.objects.get(pk=session.original_image_id).dated_at:%Y-%m-%d %H:%M}" == "2026-11-27 09:15"
