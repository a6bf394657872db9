"""Dialogs that are higher than the window: the button that sends the form, and the one that closes it, stay in view."""

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from tests.browsing import open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.gallery.factories import make_session_waiting
from tests.locations.factories import StorageLocationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOW_PHONE: ViewportSize = {"width": 360, "height": 520}
LOW_DESK: ViewportSize = {"width": 1280, "height": 520}


def assert_buttons_stay(page: Page, send: str) -> None:
    """At the top of the dialog and at its end."""
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name=send)
    expect(button).to_be_visible()
    assert dialog.evaluate("it => it.scrollHeight > it.clientHeight"), "nothing to scroll"
    for top in (0, 10_000):
        dialog.evaluate("(it, top) => it.scrollTo(0, top)", top)
        expect(button).to_be_in_viewport(ratio=1)
        expect(dialog.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [LOW_PHONE, LOW_DESK], ids=["phone", "desk"])
def test_a_new_product_can_be_added_from_anywhere_in_its_form(browser: Browser, live_server: LiveServer, size):
    bay = StorageLocationFactory()
    with open_browser(browser, live_server, viewport=size) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        page.goto(f"/locations/{bay.code}/")
        page.get_by_role("link", name="New product").click()
        assert_buttons_stay(page, "Add to the catalogue")


@pytest.mark.parametrize("size", [LOW_PHONE, LOW_DESK], ids=["phone", "desk"])
def test_a_problem_can_be_solved_from_anywhere_in_its_form(browser: Browser, live_server: LiveServer, size):
    waiting = make_session_waiting("needs_config", location=StorageLocationFactory())
    store_pictures(waiting.original_image)
    with open_browser(browser, live_server, viewport=size) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        page.goto("/gallery/")
        page.locator("a.badge--warning").first.click()
        assert_buttons_stay(page, "Save and process again")
