"""The navigation: at most five items on a phone, one row on a desktop, the rest under "More"; the page is marked."""

from itertools import pairwise

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.accessibility import assert_accessible
from tests.browsing import open_browser, sign_in
from tests.factories import UserFactory
from tests.gallery.factories import make_session_waiting
from tests.locations.factories import StorageLocationFactory

pytestmark = pytest.mark.django_db(transaction=True)
SUPERVISOR_BAR = ["Upload", "Review", "Stock", "To do"]
BARS = {
    "viewer": ["Upload", "Jobs", "Gallery", "Stock", "Map"],
    "worker": ["Upload", "To do", "Map", "Gallery"],
    "supervisor": SUPERVISOR_BAR,
    "admin": SUPERVISOR_BAR,
}
ROLES = {"viewer": {"viewer": True}, "worker": {}, "supervisor": {"supervisor": True}, "admin": {"admin": True}}
MEASURE = """() => [...document.querySelectorAll('.site-nav a, .site-nav summary')]
    .filter((it) => it.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
    .map((it) => {
        const box = it.getBoundingClientRect();
        return {width: box.width, height: box.height, top: box.top, clipped: it.scrollWidth > it.clientWidth,
                left: box.left, right: box.right};
    })"""


def shown_links(page: Page) -> list[str]:
    return [words for words in page.locator(".site-nav > a").all_inner_texts() if words]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("role", ROLES)
def test_navigation_fits_every_width(browser: Browser, live_server: LiveServer, role: str, language: str):
    with open_browser(browser, live_server, locale=language, viewport={"width": 360, "height": 740}) as page:
        person = UserFactory(**ROLES[role], first_name="Guadalupe M.", last_name="", language=language)
        sign_in(page.context, person, live_server)
        page.goto("/jobs/")
        if language == "en":
            assert [words.strip() for words in shown_links(page)] == BARS[role]
        for width in (360, 390, 1024, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            items = page.evaluate(MEASURE)
            assert len(items) <= (5 if width < 1280 else 8)
            assert len({item["top"] for item in items}) == 1, "one row"
            assert all(item["height"] >= 44 and item["width"] >= 44 for item in items)
            assert not any(item["clipped"] for item in items), f"words do not fit at {width} px"
            assert all(one["right"] <= other["left"] + 0.5 for one, other in pairwise(items))
            assert items[-1]["right"] <= page.locator(".language").bounding_box()["x"] or width < 1024
            assert page.locator(".account__name > span").bounding_box()["width"] > 60 or width < 1280, "the name"
            assert page.locator(".site-header").bounding_box()["height"] < 70
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_more_opens_by_key_with_and_without_scripts(browser: Browser, live_server: LiveServer, scripts: bool):
    size = {"width": 360, "height": 740}
    with open_browser(browser, live_server, viewport=size, java_script_enabled=scripts) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        page.goto("/review/")
        more = page.locator(".site-nav summary")
        nursery = page.get_by_role("navigation", name="Main").get_by_role("link", name="Nursery")
        expect(nursery).to_be_hidden()
        more.focus()
        page.keyboard.press("Enter")
        expect(nursery).to_be_visible()
        if scripts:
            assert_accessible(page)
            page.keyboard.press("Escape")
            expect(nursery).to_be_hidden()
            expect(more).to_be_focused()
            page.keyboard.press("Enter")
        for _ in range(4):
            page.keyboard.press("Tab")
        expect(nursery).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/nursery/")
        expect(page.locator(".site-nav [data-current] > summary")).to_be_visible()


def test_navigation_marks_the_page_and_what_belongs_to_it():
    client = Client()
    client.force_login(UserFactory(admin=True))
    bay = StorageLocationFactory(configured=True)
    photo = make_session_waiting("needs_date", location=bay).original_image_id
    marked = {
        "/": ("page", "Upload"),
        "/gallery/": ("page", "Gallery"),
        "/gallery/trash/": ("true", "Gallery"),
        f"/gallery/{photo}/": ("true", "Gallery"),
        f"/gallery/{photo}/problem/": ("true", "Gallery"),
        "/stock/documents/": ("true", "Stock"),
        f"/locations/{bay.code}/record/": ("true", "Stock"),
        f"/locations/{bay.code}/": ("true", "Map"),
        "/places/build/": ("true", "Map"),
        "/places/import/": ("true", "Map"),
        "/labels/": ("true", "Nursery"),
        "/catalogue/": ("true", "Nursery"),
        "/nursery/": ("page", "Nursery"),
        "/review/": ("page", "Review"),
    }
    for path, (value, words) in marked.items():
        html = client.get(path).content.decode()
        bar = html[html.index('<nav class="site-nav"') : html.index("</nav>")]
        assert bar.count("aria-current") == 1, path
        item = bar[bar.index("aria-current") :]
        assert item.startswith(f'aria-current="{value}"'), path
        assert item[: item.index("</a>")].endswith(words), path


def test_no_item_is_marked_on_ones_own_account():
    client = Client()
    client.force_login(UserFactory())
    html = client.get("/account/").content.decode()
    assert "aria-current" not in html[html.index('<nav class="site-nav"') : html.index("</nav>")]


def test_somebody_without_a_role_is_shown_no_page_that_is_closed_to_them():
    client = Client()
    person = UserFactory()
    person.groups.clear()
    client.force_login(person)
    response = client.get("/account/")
    assert response.status_code == 200
    assert "site-nav" not in response.content.decode()
