"""Light and dark: chosen by a switch without scripts, kept in a cookie, there from the first byte; all components."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.live_server_helper import LiveServer

from tests.browsing import sign_in
from tests.factories import UserFactory

DARK = "rgb(16, 22, 18)"
LIGHT = "rgb(245, 246, 241)"
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def person(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory())
    return client


@pytest.mark.parametrize(
    ("theme", "sheet"),
    [("light", None), ("dark", 'css/dark.css">'), ("automatic", 'css/dark.css" media="(prefers-color-scheme: dark)">')],
)
def test_the_chosen_colours_come_with_the_page(person: Client, theme, sheet):
    answer = person.post("/theme/", {"theme": theme, "next": "/gallery/?days=7"})
    assertRedirects(answer, "/gallery/?days=7", fetch_redirect_response=False)
    page = person.get("/gallery/")
    assertContains(page, f"Theme: {theme}. Switch to")
    assertContains(page, sheet) if sheet else assertNotContains(page, "dark.css")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_switch_leads_nowhere_else(person: Client, back):
    assert person.post("/theme/", {"theme": "dark", "next": back})["Location"] == "/"


def test_unknown_colours_are_not_kept(person: Client):
    person.post("/theme/", {"theme": "pink", "next": "/jobs/"})
    assert "theme" not in person.cookies
    person.cookies["theme"] = "<script>"
    assertContains(person.get("/jobs/"), "Theme: automatic. Switch to light.")


def test_components_are_for_staff(person: Client):
    assert person.get("/design/").status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_colours_follow_the_browser_until_somebody_chooses(browser: Browser, live_server: LiveServer):
    context = browser.new_context(base_url=live_server.url, color_scheme="dark", viewport={"width": 390, "height": 844})
    sign_in(context, UserFactory(is_staff=True), live_server)
    page = context.new_page()
    for path in ("/design/", "/"):
        page.goto(path)
        assert page.evaluate(GROUND) == DARK
    page.get_by_role("button", name="Theme: automatic. Switch to light.").click()
    expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    assert page.evaluate(GROUND) == LIGHT
    page.get_by_role("button", name="Theme: light. Switch to dark.").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    page.emulate_media(color_scheme="light")
    assert page.evaluate(GROUND) == DARK
    context.close()
