"""What every page must keep to: axe finds nothing, in light and in dark colours, and nothing scrolls sideways."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe, AxeResults
from playwright.sync_api import Page

AXE = Axe()
ALL_RULES = {"resultTypes": ["violations"]}
# Colours on their way from light to dark are neither.
END_TRANSITIONS = "document.getAnimations().filter(it => it instanceof CSSTransition).forEach(it => it.finish())"
CONTRAST = {**ALL_RULES, "runOnly": {"type": "rule", "values": ["color-contrast"]}}


def assert_accessible(page: Page) -> None:
    """All rules in light colours, and what changes in the dark."""
    assert_no_violation(page)
    assert_contrast_in_the_dark(page)
    assert_fits(page)


def assert_contrast_in_the_dark(page: Page) -> None:
    """Only the rules about colours: the rest is the same page."""
    page.emulate_media(color_scheme="dark")
    assert_no_violation(page, CONTRAST, "dark")
    page.emulate_media(color_scheme="light")


def assert_no_violation(page: Page, rules: dict[str, Any] = ALL_RULES, what: str = "light") -> None:
    """Axe itself is half a megabyte, so a page that has it already does not get it again."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    page.evaluate(END_TRANSITIONS)
    found = AxeResults(page.evaluate("rules => axe.run(rules)", rules))
    assert found.violations_count == 0, f"{page.url}, {what}: {found.generate_report()}"


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"
