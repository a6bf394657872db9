"""An owner sets a nursery up: from an empty database to a photo that is counted in a configured bay.

No command line and no JSON; at most 25 forms sent. Fields are found by their names, so that the journey is the same in
both languages.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.first_run import setup_code
from demeter.accounts.models import User
from locations.models import LocationConfig, Packaging, Product, ProductState, StorageLocation
from processing.models import ProcessingSession
from tests.browsing import DESK, PHONE, open_browser
from tests.journeys.conftest import work_off_the_queue
from tests.journeys.people import Keyboard, Mouse, Person
from tests.processing.fakes import paint_container, paint_grid, paint_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "greenhouse-42"
MOST_FORMS = 25
GENERA = ("Aloe", "Agave", "Echeveria", "Sedum", "Haworthia", "Crassula", "Kalanchoe")
TRAY = (20, 20, 380, 280)


class Owner:
    """Sets the nursery up, and counts the forms that are sent."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page
        self.forms: list[str] = []

    def fill(self, **values: str) -> None:
        for name, text in values.items():
            self.person.write(self.page.locator(f"main [name={name}]"), text)

    def send(self, what: str, button: Locator | None = None) -> None:
        self.forms.append(what)
        self.person.press(button or self.page.locator("main form [type=submit]").first)


@pytest.fixture(params=[("es", PHONE), ("en", DESK)], ids=["Spanish phone", "English desk"])
def owner(browser: Browser, live_server: LiveServer, way: str, request: pytest.FixtureRequest) -> Iterator[Owner]:
    language, size = request.param
    with open_one(browser, live_server, way, language, size) as page:
        yield Owner(Keyboard(page) if way == "keyboard" else Mouse(page))


def open_one(browser: Browser, live_server: LiveServer, way: str, language: str, size: ViewportSize):
    return open_browser(browser, live_server, viewport=size, locale=language, java_script_enabled=way != "no scripts")


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Path:
    """Fourteen products as the owner has them."""
    rows = [
        f"{genus} {number};{genus} species{number};Suculentas;{number}5,50;MXN" for genus in GENERA for number in (1, 2)
    ]
    path = tmp_path / "productos.csv"
    path.write_text("Nombre;Nombre científico;Categoría;Precio;Moneda\n" + "\n".join(rows), encoding="cp1252")
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rgb = paint_picture(400, 300)
    paint_container(rgb, "plug", TRAY)
    paint_grid(rgb, TRAY, rows=4, columns=6, side=24)
    path = tmp_path / "tray.jpg"
    Image.fromarray(rgb).save(path, quality=95)
    return path


def make_places(owner: Owner, way: str) -> StorageLocation:
    """Two greenhouses of four benches with ten bays each."""
    owner.page.goto("/places/build/")
    owner.fill(houses="2", benches="4", bays="10")
    if way == "no scripts":
        owner.send("preview of the places", owner.page.locator("main [name=preview]"))
    expect(owner.page.locator("#build-preview")).to_contain_text("80")
    owner.send("places", owner.page.locator("main [name=make]"))
    owner.page.wait_for_url("**/places/made/**")
    return StorageLocation.objects.get(code="G1-B1-01")


def set_up(owner: Owner) -> None:
    owner.page.goto(f"/setup/?code={setup_code()}")
    owner.fill(name="Vivero El Sol", owner="Ana Ruiz", username="ana", password=PASSWORD, again=PASSWORD)
    owner.send("first run")
    owner.page.wait_for_url("**/places/build/")


def import_products(owner: Owner, spreadsheet: Path) -> None:
    owner.page.goto("/catalogue/import/")
    owner.person.choose_files(owner.page.locator("#file"), [spreadsheet])
    owner.send("spreadsheet")
    expect(owner.page.locator("#kind-made")).to_contain_text("14")
    owner.send("import")
    owner.page.wait_for_url("**/catalogue/")


def add_person(owner: Owner, name: str) -> str:
    """The link to sign in with."""
    owner.page.goto("/people/new/")
    owner.fill(name=name)
    owner.send(f"account of {name}")
    owner.page.wait_for_url("**/link/")
    return str(owner.page.locator("#link").input_value())


def print_labels(owner: Owner) -> None:
    owner.page.goto("/labels/")
    warehouse = owner.page.locator("[name=warehouse_id]")
    owner.person.select(warehouse, str(warehouse.locator("option").nth(1).text_content()))
    owner.send("labels")
    expect(
        owner.page.locator("a[href*='labels.pdf'], [formaction*='labels.pdf'], form[action*='labels.pdf']")
    ).not_to_have_count(0)
    sheet = owner.page.request.get(f"/labels/labels.pdf?warehouse_id={warehouse.input_value()}")
    assert sheet.body().startswith(b"%PDF")


def configure(owner: Owner, bay: StorageLocation, way: str) -> None:
    """With a product and a pot that the catalogue lacks."""
    page = owner.page
    page.goto(f"/locations/{bay.code}/")
    owner.person.press(page.locator("#new-product"))
    form = page.locator("#modal form" if way != "no scripts" else "main form")
    owner.person.write(form.locator("[name=common_name]"), "Nopal")
    owner.send("product in the form", form.locator("[type=submit]"))
    chosen = page.locator("#configuration [name=product] option:checked")
    expect(chosen).to_have_text("Nopal")
    pot = Packaging.objects.get(sku="POT-10")
    owner.person.select(page.locator("#configuration [name=packaging]"), str(pot))
    state = ProductState.objects.get(code="ADULT")
    owner.person.select(page.locator("#configuration [name=expected_state]"), str(state))
    owner.send("configuration", page.locator("#configuration form [type=submit]"))
    expect(page.locator(".messages .banner--success")).to_be_visible()


def count_photo(owner: Owner, bay: StorageLocation, photo: Path) -> None:
    owner.page.goto(f"/?location={bay.code}")
    expect(owner.page.locator("#checklist-title")).to_be_visible()
    owner.person.choose_files(owner.page.locator("#id_files"), [photo])
    owner.send("photo", owner.page.locator("#upload-send"))
    expect(owner.page.locator("#job-rows > li")).to_have_count(1)
    work_off_the_queue()


def test_nursery_is_set_up_in_the_browser(
    owner: Owner, way: str, browser: Browser, live_server: LiveServer, spreadsheet: Path, photo: Path, record_property
):
    set_up(owner)
    bay = make_places(owner, way)
    import_products(owner, spreadsheet)
    links = [add_person(owner, name) for name in ("José Núñez", "Eva")]
    print_labels(owner)
    configure(owner, bay, way)
    count_photo(owner, bay, photo)

    with open_one(browser, live_server, way, "es", PHONE) as page:
        page.goto(links[0])
        worker = Owner(Keyboard(page) if way == "keyboard" else Mouse(page))
        worker.fill(new_password1=PASSWORD, new_password2=PASSWORD)
        worker.send("password of the worker")
        expect(page.locator("#id_files")).to_be_attached()

    assert (StorageLocation.objects.count(), Product.objects.count(), User.objects.count()) == (80, 15, 3)
    assert LocationConfig.objects.get().product.common_name == "Nopal"
    counted = ProcessingSession.objects.get()
    assert (counted.storage_location, counted.total_detected) == (bay, 24)
    forms = [*owner.forms, *worker.forms]
    record_property("forms", ", ".join(forms))
    assert len(forms) <= MOST_FORMS
