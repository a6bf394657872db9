"""An owner sets a nursery up in the browser: from an empty database to the first count that is signed off.

No command line, no JSON, and at most 25 forms sent, those of the second phone included. Every page but the first is
reached by its links. Fields and links are found by their names and addresses, so that the journey is the same in both
languages. Photos are counted by the real stages with painted models (`conftest.py`), in this process: the trained ones
take too long here, and are tried by `tests/processing/test_real_photos.py`.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Request, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.first_run import setup_code
from demeter.accounts.models import User
from locations.models import LocationConfig, Packaging, Product, ProductState, StorageArea, StorageLocation
from locations.nursery import write_nursery
from processing.models import ProcessingSession
from tests.browsing import DESK, PHONE, open_browser
from tests.journeys.conftest import work_off_the_queue
from tests.journeys.people import Keyboard, Mouse, Person
from tests.processing.fakes import paint_container, paint_grid, paint_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "greenhouse-42"
MOST_FORMS = 25
HOUSES, BENCHES, BAYS = 2, 4, 10
BAY = "G1-B1-01"
GENERA = ("Aloe", "Agave", "Echeveria", "Sedum", "Haworthia", "Crassula", "Kalanchoe")
TRAY = (20, 20, 380, 280)
# Each language, size and way of using the pages at least once; not all 12 of them, which take minutes.
WAYS = {
    "Spanish phone": ("es", PHONE, Mouse, True),
    "Spanish desk": ("es", DESK, Mouse, True),
    "English desk by keys": ("en", DESK, Keyboard, True),
    "English phone without scripts": ("en", PHONE, Mouse, False),
}


@dataclass
class Journey:
    """What was done so far: the seconds of each step, and the forms that were sent."""

    seconds: dict[str, float] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - start

    def note(self, request: Request) -> None:
        """Counts what a person sent, not what scripts ask for while somebody types or chooses files."""
        by_itself = request.headers.get("hx-target") == "build-preview" or request.url.endswith("/photos/known")
        asks = "/labels/?" in request.url  # the one form that is sent by GET
        if asks or (request.method == "POST" and not by_itself):
            self.forms.append(request.url.split("/", 3)[3])

    def __str__(self) -> str:
        steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())
        return f"{len(self.seconds)} steps, {len(self.forms)} forms, {sum(self.seconds.values()):.0f} s: {steps}"


class Visitor:
    """Somebody before a screen."""

    def __init__(self, person: Person, journey: Journey, *, has_scripts: bool) -> None:
        self.person, self.page, self.journey, self.has_scripts = person, person.page, journey, has_scripts
        self.page.on("request", journey.note)

    def fill(self, **values: str) -> None:
        for name, text in values.items():
            self.person.write(self.page.locator(f"main [name={name}]"), text)

    def choose(self, name: str, words: object) -> None:
        self.person.select(self.page.locator(f"main [name={name}]"), str(words))

    def send(self, button: Locator | None = None) -> None:
        self.person.press(button or self.page.locator("main form [type=submit]").first)

    def follow(self, address: str) -> None:
        """A link of the page."""
        self.person.press(self.page.locator(f"main a[href='{address}']").first)
        self.page.wait_for_url(f"**{address}")

    def go_on_from_checklist(self, address: str) -> None:
        """By the first page, where one step of the checklist leads to the address."""
        self.person.press(self.page.locator(".brand"))
        self.person.press(self.page.locator(f"section[aria-labelledby=checklist-title] a[href='{address}']"))
        self.page.wait_for_url(f"**{address}")


class Screens:
    """The devices of one way to go on the journey."""

    def __init__(self, browser: Browser, live_server: LiveServer, way: str) -> None:
        self.browser, self.live_server, self.opened, self.journey = browser, live_server, ExitStack(), Journey()
        self.language, self.size, self.kind, self.has_scripts = WAYS[way]

    def open(self, size: ViewportSize, language: str) -> Visitor:
        """A browser of its own."""
        options = {"viewport": size, "locale": language, "java_script_enabled": self.has_scripts}
        page: Page = self.opened.enter_context(open_browser(self.browser, self.live_server, **options))
        return Visitor(self.kind(page), self.journey, has_scripts=self.has_scripts)


@pytest.fixture(params=WAYS)
def screens(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Screens]:
    screens = Screens(browser, live_server, request.param)
    with screens.opened:
        yield screens


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
    """A tray of 24 plants."""
    rgb = paint_picture(400, 300)
    paint_container(rgb, "plug", TRAY)
    paint_grid(rgb, TRAY, rows=4, columns=6, side=24)
    path = tmp_path / "tray.jpg"
    Image.fromarray(rgb).save(path, quality=95)
    return path


# --- The steps -------------------------------------------------------------------------------------------------------
def set_up(owner: Visitor) -> None:
    """On the page whose address `bin/up` prints."""
    owner.page.goto(f"/setup/?code={setup_code()}")
    owner.fill(name="Vivero El Sol", owner="Ana Ruiz", username="ana", password=PASSWORD, again=PASSWORD)
    owner.send()
    owner.page.wait_for_url("**/places/build/")
    write_nursery(blind_recount_percent=0)  # which photos is a matter of chance


def build_places(owner: Visitor) -> None:
    owner.fill(houses=str(HOUSES), benches=str(BENCHES), bays=str(BAYS))
    if not owner.has_scripts:
        owner.send(owner.page.locator("main [name=preview]"))
    make = owner.page.locator("main [name=make]")
    expect(make).to_contain_text("80")
    owner.send(make)
    owner.page.wait_for_url("**/places/made/**")


def print_labels(owner: Visitor) -> None:
    """The PDF of each greenhouse."""
    owner.follow("/labels/")
    for house in range(1, HOUSES + 1):
        warehouse = owner.page.locator("main [name=warehouse_id]")
        owner.choose("warehouse_id", warehouse.locator("option").nth(house).inner_text())
        owner.send()
        expect(owner.page.locator("main [name=location_id]")).to_have_count(BENCHES * BAYS)
        address = owner.page.locator("main a[href*='labels.pdf']").get_attribute("href")
        assert owner.page.request.get(str(address)).body().startswith(b"%PDF")


def import_products(owner: Visitor, spreadsheet: Path) -> None:
    owner.go_on_from_checklist("/catalogue/")
    owner.follow("/catalogue/import/")
    owner.person.choose_files(owner.page.locator("#file"), [spreadsheet])
    owner.send()
    expect(owner.page.locator("#kind-made")).to_contain_text(str(2 * len(GENERA)))
    owner.send()
    owner.page.wait_for_url("**/catalogue/")


def add_people(owner: Visitor) -> str:
    """The link with which the first one signs in."""
    owner.go_on_from_checklist("/people/")
    links = []
    for name in ("José Núñez", "Eva"):
        owner.follow("/people/new/")
        owner.fill(name=name)
        owner.send()
        owner.page.wait_for_url("**/link/")
        links.append(owner.page.locator("#link").input_value())
    return links[0]


def configure_bench(owner: Visitor) -> None:
    """With a product that the spreadsheet lacks, and a pot of the catalogue that every nursery begins with."""
    page = owner.page
    owner.go_on_from_checklist("/map/")
    bench = StorageArea.objects.get(code="G1-B1")
    owner.follow(f"/configure/?area_id={bench.pk}")
    owner.person.press(page.locator("#new-product"))
    form = page.locator("#modal form" if owner.has_scripts else "main form")
    owner.person.write(form.locator("[name=common_name]"), "Nopal")
    owner.send(form.locator("[type=submit]"))
    expect(page.locator("main [name=product] option:checked")).to_have_text("Nopal")
    owner.choose("packaging", Packaging.objects.get(sku="POT-10"))
    owner.choose("expected_state", ProductState.objects.get(code="ADULT"))
    owner.send(page.locator("main form [type=submit]"))
    expect(page.locator(".messages .banner--success")).to_be_visible()


def count_photo(owner: Visitor, photo: Path) -> None:
    """Of a bay of that bench; it ends in the list of photos, counted."""
    owner.person.press(owner.page.locator(f"#{BAY}"))
    owner.follow(f"/?location={BAY}")
    owner.person.choose_files(owner.page.locator("#id_files"), [photo])
    owner.send(owner.page.locator("#upload-send"))
    row = owner.page.locator("#job-rows > li").filter(has_text=photo.name)
    expect(row).to_have_count(1)
    work_off_the_queue()
    while not owner.has_scripts and not row.locator(".badge--ready").is_visible():
        owner.page.reload()  # lists may be a second old
    expect(row.locator(".badge--ready")).to_be_visible()


def sign_off(owner: Visitor) -> None:
    """The last step of the checklist, which is gone then."""
    owner.go_on_from_checklist("/review/")
    owner.person.press(owner.page.locator(".row__title"))
    owner.send(owner.page.locator("#sign-off"))
    signed = owner.page.locator("#sign-off[name=reopen]")
    expect(signed.or_(owner.page.locator(".empty-state"))).to_be_visible()  # by keys the review goes on by itself
    owner.person.press(owner.page.locator(".brand"))
    expect(owner.page.locator("#upload-form")).to_be_visible()
    expect(owner.page.locator("#checklist-title")).to_have_count(0)


def sign_in_by_link(worker: Visitor, link: str) -> None:
    worker.page.goto(link)
    worker.fill(new_password1=PASSWORD, new_password2=PASSWORD)
    worker.send()
    expect(worker.page.locator("#id_files")).to_be_attached()


def test_nursery_is_set_up_in_the_browser(screens: Screens, spreadsheet: Path, photo: Path, record_property, capsys):
    journey = screens.journey
    owner = screens.open(screens.size, screens.language)
    with journey.step("first run"):
        set_up(owner)
    with journey.step("places"):
        build_places(owner)
    with journey.step("labels"):
        print_labels(owner)
    with journey.step("products"):
        import_products(owner, spreadsheet)
    with journey.step("people"):
        link = add_people(owner)
    with journey.step("a bench configured"):
        configure_bench(owner)
    with journey.step("first photo"):
        count_photo(owner, photo)
    with journey.step("signed off"):
        sign_off(owner)
    with journey.step("the worker's phone"):
        sign_in_by_link(screens.open(PHONE, "es"), link)

    record_property("journey", str(journey))
    with capsys.disabled():
        print(f"\n{journey}")
    assert len(journey.forms) <= MOST_FORMS
    assert (StorageLocation.objects.count(), Product.objects.count(), User.objects.count()) == (80, 15, 3)
    assert list(LocationConfig.objects.values_list("product__common_name", flat=True)) == ["Nopal"] * BAYS
    counted = ProcessingSession.objects.get()
    assert (counted.storage_location.code, counted.total_detected, counted.validated) == (BAY, 24, True)
