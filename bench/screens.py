"""Renews docs/screens from a running Demeter with its demo nursery: `bench/screens.py ADDRESS USER PASSWORD`.

Every page in its main states as the demo's administrator sees it: on a phone (390 px) and a desk (1280 px),
light and dark in English, light in Spanish. Check them yourself; nothing here compares them.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.chromium import FLAGS, find_chromium

OUT = Path(__file__).parents[1] / "docs" / "screens"
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
QUALITY = 60
PAGES = {
    "upload": "/",
    "jobs": "/jobs/",
    "gallery": "/gallery/",
    "gallery-nothing": "/gallery/?q=nothing-is-called-so",
    "to-do": "/todo/",
    "review": "/review/",
    "trash": "/gallery/trash/",
    "map": "/map/",
    "stock": "/stock/",
    "stock-changes": "/stock/changes/",
    "labels": "/labels/",
    "build-places": "/places/build/",
    "draw-outlines": "/map/draw/",
    "import-places": "/places/import/",
    "nursery": "/nursery/",
    "nursery-settings": "/nursery/settings/",
    "start-my-own": "/nursery/demo/",
    "people": "/people/",
    "new-person": "/people/new/",
    "account": "/account/",
    "products": "/catalogue/",
    "new-product": "/catalogue/new/",
    "import-products": "/catalogue/import/",
    "packaging": "/catalogue/packaging/",
    "new-packaging": "/catalogue/packaging/new/",
    "import-packaging": "/catalogue/packaging/import/",
    "trays": "/catalogue/containers/",
    "new-tray": "/catalogue/containers/new/",
    "status": "/status/",
    "admin": "/admin/",
    "admin-records": "/admin/records/",
    "admin-list": "/admin/locations/storagelocation/",
    "admin-form": "/admin/locations/warehouse/add/",
    "design": "/design/",
    "not-found": "/gallery/nowhere/",
}


def open_photo(page: Page, query: str) -> None:
    """The first photo that a filter finds."""
    page.goto(f"/gallery/?{query}")
    page.locator(".photo-card__link").first.click()
    page.wait_for_load_state()


def open_location(page: Page) -> None:
    """The location of the first photo that has one."""
    open_photo(page, "status=success")
    page.locator("a[href^='/locations/']").first.click()
    page.wait_for_load_state()


def open_problem(page: Page) -> None:
    """The window in which a missing location is chosen."""
    page.goto("/gallery/?status=needs_location")
    page.locator(".photo-card .badge").first.click()
    page.locator("dialog[open]").wait_for()


def choose_cards(page: Page) -> None:
    """Two photos chosen, with what can be done with them."""
    page.goto("/gallery/")
    boxes = page.locator(".photo-card input[type=checkbox]")
    for number in range(2):
        boxes.nth(number).check(force=True)


def configure_bays(page: Page) -> None:
    """The first 25 locations of the admin's list, to be configured at once."""
    page.goto("/admin/locations/storagelocation/")
    for box in page.locator("input.action-select").all()[:25]:
        box.check()
    page.locator("select[name=action]").select_option("configure")
    page.locator(".actions button").click()
    page.locator(".configure-several").wait_for()


def open_first(page: Page, path: str) -> None:
    """The first entry of a list of the catalogue or of people."""
    page.goto(path)
    page.locator(".entry__title").first.click()
    page.wait_for_load_state()


def preview_places(page: Page) -> None:
    """What the builder would make; nothing is made."""
    page.goto("/places/build/")
    page.locator("[name=first_house]").fill("90")
    page.locator("#build-preview [name=make]").wait_for()


def build_on_bench(page: Page) -> None:
    """More bays on the first bench."""
    page.goto("/places/build/")
    bench = page.locator("#within option[value^='area:']").first.get_attribute("value")
    page.goto(f"/places/build/?within={bench}")
    page.locator("#build-preview [name=make]").wait_for()


def map_of_warehouse(page: Page) -> None:
    """The first of several warehouses."""
    page.goto("/map/")
    page.locator(".facets .chip").nth(1).click()
    page.locator("#nursery[data-opened]").wait_for()


def send_table(page: Page, path: str, table: bytes) -> None:
    """The answer to a file; nothing is imported."""
    page.goto(path)
    page.locator("main input[type=file]").set_input_files([{"name": "a.csv", "mimeType": "text/csv", "buffer": table}])
    page.locator("main form [type=submit]").first.click()
    page.wait_for_load_state()


def preview_import(page: Page) -> None:
    """The outcome of each row, with columns as guessed."""
    send_table(page, "/places/import/", HOUSES)
    page.locator(".import__go").click()
    page.wait_for_load_state()


HOUSES = b"layer,code,name\nwarehouses,H1,House 1\nwarehouses,H 2,House 2\n"
PRODUCTS = b"sku,name,category,price,currency\n,Agave,Succulents,45.50,MXN\n,Aloe,Succulents,,\n,,,5,MXN\n"
POTS = b"name,type,material,colour,diameter (cm)\nSquare pot 9 cm,Pot,Plastic,Black,9\nBowl,,,,\n"
STATES: dict[str, Callable[[Page], None]] = {
    "photo": lambda page: open_photo(page, "status=success"),
    "photo-without-location": lambda page: open_photo(page, "status=needs_location"),
    "location": open_location,
    "problem": open_problem,
    "chosen": choose_cards,
    "configure": configure_bays,
    "product": lambda page: open_first(page, "/catalogue/"),
    "one-packaging": lambda page: open_first(page, "/catalogue/packaging/"),
    "tray": lambda page: open_first(page, "/catalogue/containers/"),
    "person": lambda page: open_first(page, "/people/"),
    "build-places-preview": preview_places,
    "build-places-on-bench": build_on_bench,
    "map-of-warehouse": map_of_warehouse,
    "import-products-preview": lambda page: send_table(page, "/catalogue/import/", PRODUCTS),
    "import-packaging-preview": lambda page: send_table(page, "/catalogue/packaging/import/", POTS),
    "import-places-columns": lambda page: send_table(page, "/places/import/", HOUSES),
    "import-places-preview": preview_import,
}


def open_page(browser: Browser, address: str, size: str, *, scheme: str, language: str) -> Page:
    """A page of a context of its own."""
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    context = browser.new_context(base_url=address, viewport=viewport, color_scheme=scheme, locale=language)
    return context.new_page()


def sign_in(page: Page, user: str, password: str) -> None:
    """Through the form."""
    page.goto("/login/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def shots(page: Page, user: str, password: str) -> Iterator[str]:
    """The name of each state once it is on the page."""
    page.goto("/login/")
    yield "sign-in"
    sign_in(page, user, password)
    for name, path in PAGES.items():
        page.goto(path)
        yield name
    for name, go in STATES.items():
        go(page)
        yield name


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("user")
    parser.add_argument("password")
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    looks = [*product(SIZES, ("light", "dark"), ("en",)), *product(SIZES, ("light",), ("es",))]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for size, scheme, language in looks:
            page = open_page(browser, args.address, size, scheme=scheme, language=language)
            for name in shots(page, args.user, args.password):
                page.wait_for_load_state("networkidle")
                file = OUT / f"{name}-{size}-{scheme}-{language}.jpg"
                page.screenshot(path=file, type="jpeg", quality=QUALITY)
                print(file.name, flush=True)
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
