"""What every page must keep to: axe finds nothing, in light and in dark colours, and nothing scrolls sideways."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def assert_accessible(page: Page) -> None:
    """All rules in the colours that the page is in; in the dark only those about colours, the rest is the same page."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.emulate_media(color_scheme="dark")
    in_the_dark = Axe().run(page, options=CONTRAST)
    page.emulate_media(color_scheme="light")
    assert in_the_dark.violations_count == 0, f"dark: {in_the_dark.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
