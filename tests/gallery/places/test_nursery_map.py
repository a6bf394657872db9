"""The map: its data, the list under it, and in Chromium what is drawn, clicked and asked of whom."""

import gzip
import json
from datetime import timedelta
from itertools import combinations

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.live_server_helper import LiveServer

from gallery.places import label_sheet_views, nursery_map
from locations.models import LocationConfig
from tests.accessibility import assert_accessible
from tests.browsing import open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.gallery.factories import placed, uploaded_at
from tests.locations.factories import (
    LocationConfigFactory,
    ProductFactory,
    StorageAreaFactory,
    StorageLocationFactory,
    WarehouseFactory,
    square,
)
from tests.processing.factories import ProcessingSessionFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db


def make_bay(*, days_ago: int | None = None, **fields: object):
    bay = StorageLocationFactory(**fields)
    if days_ago is not None:
        session = placed(ProcessingSessionFactory(ready=True, total_estimated=125), bay)
        uploaded_at(session, timezone.now() - timedelta(days=days_ago))
    return bay


def test_data_have_outlines_counts_and_ages_of_what_is_in_use(viewer: Client):
    area = StorageAreaFactory(name="Bed 1", warehouse__name="Nave 1")
    make_bay(code="A1", name="Bay 1", storage_area=area, days_ago=12)
    make_bay(code="A2", name="Bay 2", storage_area=area, east_m=5)
    make_bay(code="A3", storage_area=area, active=False)
    make_bay(code="B1", storage_area__active=False)
    data = viewer.get("/api/v1/locations/map").json()
    assert {key: len(value) for key, value in data.items() if key != "more"} == {
        "warehouses": 2,
        "areas": 1,
        "locations": 2,
    }
    first, second = data["locations"]
    assert (first["code"], first["age"], first["plants"], first["area"]) == ("A1", "month", 125, area.pk)
    assert first["words"] == "125 plants, 12 days ago"
    assert (second["age"], second["plants"], second["words"]) == ("never", None, "never counted")
    [ring] = first["rings"]
    assert len(ring) == 5
    assert ring[0] == pytest.approx(square()["coordinates"][0][0], abs=1e-7)
    assert data["more"] is False


def test_data_of_one_warehouse_and_a_bad_one(viewer: Client):
    bay, _ = make_bay(code="A1"), make_bay(code="B1")
    data = viewer.get("/api/v1/locations/map", {"warehouse_id": bay.storage_area.warehouse_id}).json()
    assert [place["code"] for place in data["locations"]] == ["A1"]
    assert len(data["warehouses"]) == len(data["areas"]) == 1
    assert viewer.get("/api/v1/locations/map", {"warehouse_id": "x"}).status_code == 400


def test_data_are_limited_and_say_so(viewer: Client, monkeypatch):
    monkeypatch.setattr(nursery_map, "MOST_ON_MAP", 2)
    area = StorageAreaFactory()
    for number in range(3):
        make_bay(code=f"A{number}", storage_area=area)
    data = viewer.get("/api/v1/locations/map").json()
    assert ([place["code"] for place in data["locations"]], data["more"]) == (["A0", "A1"], True)


def test_data_travel_compressed(viewer: Client):
    area = StorageAreaFactory()
    for number in range(20):
        make_bay(storage_area=area, east_m=5 * number)
    answer = viewer.get("/api/v1/locations/map", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) * 3 < len(gzip.decompress(answer.content))
    assert len(json.loads(gzip.decompress(answer.content))["locations"]) == 20


def test_data_and_list_take_the_same_queries_for_any_number(viewer: Client, django_assert_num_queries):
    area = StorageAreaFactory()
    for number in range(2):
        for bay in range(4):
            make_bay(storage_area=area, days_ago=bay if number else None)
        with django_assert_num_queries(7):  # sign-in and permissions 3, warehouses, areas, locations, due
            viewer.get("/api/v1/locations/map")
        with django_assert_num_queries(9):  # sign-in 3, warehouses, list 2, what is drawn, schematic, due
            viewer.get("/map/")


def test_the_list_has_the_same_in_pages(viewer: Client, monkeypatch):
    monkeypatch.setattr(nursery_map, "LOCATIONS_A_PAGE", 2)
    area = StorageAreaFactory(name="Bed 1", warehouse__name="Nave 1")
    for number in range(3):
        make_bay(code=f"A{number}", name=f"Bay {number}", storage_area=area, days_ago=number + 1)
    page = viewer.get("/map/", {"warehouse_id": area.warehouse_id})
    assertContains(page, "Locations of Nave 1")
    assertContains(page, '<a href="/locations/A0/">')
    assertContains(page, "125 plants, 1 day ago")
    assertContains(page, "Page 1 of 2")
    assertNotContains(page, "Bay 2")
    assertContains(viewer.get("/map/", {"page": 2}), "Bay 2")
    assert viewer.get("/map/", {"page": "x"})["Location"] == "/map/"


def test_an_empty_nursery_says_what_will_be_here(viewer: Client):
    assertContains(viewer.get("/map/"), "once a supervisor has made them")


def test_an_empty_nursery_leads_those_who_may_to_the_builder(supervisor: Client, worker: Client):
    for path in ("/", "/gallery/", "/todo/", "/map/", "/labels/"):
        assertContains(supervisor.get(path), 'href="/places/build/"')
        answer = worker.get(path)
        assertContains(answer, "upervisor")
        assertNotContains(answer, "/places/build/")


def test_locations_without_outlines_are_a_schematic_in_natural_order(viewer: Client):
    area = StorageAreaFactory(code="B1", name="Bed 1", polygon=None, warehouse__polygon=None, warehouse__name="Nave 1")
    for number in (10, 2, 1):
        make_bay(code=f"A{number}", name=f"Bay {number}", storage_area=area, polygon=None, days_ago=number)
    page = viewer.get("/map/")
    assertNotContains(page, 'id="nursery"')
    assertContains(page, '<h2 id="schematic-title">Schematic</h2>', html=True)
    [bed] = page.context["schematic"].beds
    assert [(bay.code, bay.age, bay.plants) for bay in bed.bays] == [
        ("A1", "week", 125),
        ("A2", "week", 125),
        ("A10", "month", 125),
    ]
    assertContains(page, '<a id="A10" class="bay" href="/locations/A10/" title="125 plants, 10 days ago">')
    data = viewer.get("/api/v1/locations/map").json()
    assert [place["code"] for place in data["locations"]] == ["A1", "A2", "A10"]
    assert {tuple(place["rings"]) for layer in ("warehouses", "areas", "locations") for place in data[layer]} == {()}
    assertContains(viewer.get("/locations/A10/"), "A10")


def test_drawn_locations_are_not_in_the_schematic(viewer: Client):
    drawn = make_bay(code="A1")
    page = viewer.get("/map/")
    assertContains(page, 'id="nursery"')
    assertNotContains(page, 'id="schematic"')
    make_bay(code="A2", storage_area=drawn.storage_area, polygon=None)
    page = viewer.get("/map/")
    assertContains(page, "Not drawn on the map yet")
    assert [bay.code for bed in page.context["schematic"].beds for bay in bed.bays] == ["A2"]


def test_a_large_schematic_comes_in_pages(viewer: Client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(nursery_map, "MOST_IN_SCHEMATIC", 2)
    area = StorageAreaFactory(polygon=None)
    for number in range(3):
        make_bay(code=f"A{number}", storage_area=area, polygon=None)
    with django_assert_num_queries(9):
        page = viewer.get("/map/")
    assertContains(page, "?part=2#schematic")
    assert len(page.context["schematic"].beds[0].bays) == 2
    with django_assert_num_queries(10):
        page = viewer.get("/map/", {"part": "2", "warehouse_id": area.warehouse_id})
    assert [bay.code for bay in page.context["schematic"].beds[0].bays] == ["A2"]
    assertContains(page, f"?part=1&amp;warehouse_id={area.warehouse_id}#schematic")
    assertNotContains(page, "part=3")
    assertContains(viewer.get("/map/", {"part": "9"}), "Page 9")
    assert viewer.get("/map/", {"part": "0"})["Location"] == "/map/"


def test_doubtful_outlines_are_said_to_those_who_can_correct_them(
    supervisor: Client, viewer: Client, django_assert_max_num_queries
):
    area = StorageAreaFactory(code="BED-1", warehouse__name="Nave 1")
    make_bay(code="A1", name="Bay 1", storage_area=area)
    make_bay(code="A2", name="Bay 2", storage_area=area, east_m=0.5)
    with django_assert_max_num_queries(14):
        page = supervisor.get("/map/")
    assertContains(page, "Bay 1 (A1) and Bay 2 (A2) overlap by")
    assert page.context["marks"].keys() == {"location:A1", "location:A2"}
    assertNotContains(viewer.get("/map/"), "overlap")
    make_bay(code="B1")  # in another warehouse
    assertNotContains(supervisor.get("/map/"), "overlap by")
    assertContains(supervisor.get("/map/", {"warehouse_id": area.warehouse_id}), "Bay 1 (A1) and Bay 2 (A2) overlap by")


def test_many_labels_come_as_several_files(viewer: Client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(label_sheet_views, "MAX_LABELS", 2)
    area = StorageAreaFactory()
    for number in (1, 2, 10):
        make_bay(code=f"A{number}", storage_area=area)
    with django_assert_num_queries(7):
        page = viewer.get("/labels/", {"warehouse_id": area.warehouse_id})
    assertContains(page, "A1 \u2013 A2")
    assertContains(page, "A10 \u2013 A10")
    for part, status in (("1", 200), ("2", 200), ("3", 302), ("", 302)):
        answer = viewer.get("/labels/labels.pdf", {"warehouse_id": area.warehouse_id, "part": part})
        assert answer.status_code == status, part


def open_map(page: Page, path: str, *, places: int) -> None:
    page.goto(path)
    expect(page.locator("#nursery")).to_have_attribute("data-opened", str(places))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_map_is_drawn_clicked_and_asks_nobody_else(browser: Browser, live_server: LiveServer):
    area = StorageAreaFactory(name="Bed 1", warehouse__name="Nave 1")
    for number, days_ago in enumerate((1, 12, 50, 200, None)):
        make_bay(code=f"A{number}", name=f"Bay {number}", storage_area=area, east_m=4 * number, days_ago=days_ago)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    sign_in(context, UserFactory(viewer=True), live_server)
    page = context.new_page()
    complaints, asked = [], set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.add(request.url.partition("/")[0] + request.url.split("/")[2]))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        open_map(page, "/map/#A1", places=5)
        page.get_by_role("application").hover()  # the named bay is in the middle
        expect(page.get_by_role("tooltip")).to_contain_text("Bed 1 · Bay 1: 125 plants, 12 days ago")
        assert_accessible(page)
    assert len(asked) == 1
    page.get_by_role("application").click()
    expect(page).to_have_url(f"{live_server.url}/locations/A1/")
    page.get_by_role("link", name="On the map").click()
    expect(page).to_have_url(f"{live_server.url}/map/#A1")
    page.get_by_role("link", name="Bay 4").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bay 4")
    assert complaints == []
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_doubtful_outlines_are_marked_and_explained(browser: Browser, live_server: LiveServer):
    area = StorageAreaFactory(name="Bed 1")
    make_bay(code="A1", name="Bay 1", storage_area=area)
    make_bay(code="A2", name="Bay 2", storage_area=area, east_m=0.5)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    sign_in(context, UserFactory(supervisor=True), live_server)
    page = context.new_page()
    open_map(page, "/map/#A1", places=2)
    page.get_by_role("application").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Bay 1 (A1) and Bay 2 (A2) overlap by")
    expect(page.get_by_text("Overlaps or sticks out")).to_be_visible()
    page.get_by_text("Look at these outlines again").click()
    assert_accessible(page)
    page.locator("details").get_by_role("link", name="Draw outlines").click()
    expect(page).to_have_url(f"{live_server.url}/map/draw/")
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_from_afar_a_click_comes_closer_first(browser: Browser, live_server: LiveServer):
    """The bay in the middle of a warehouse of 200 m is a few pixels wide."""
    make_bay(code="A1", name="Bay 1", storage_area__polygon=square(side_m=6))
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    sign_in(context, UserFactory(viewer=True), live_server)
    page = context.new_page()
    open_map(page, "/map/", places=1)
    words = page.locator(".nursery__plants")
    expect(words).to_have_count(0)
    page.get_by_role("application").click()
    expect(words).to_have_text("Bay 1")
    page.get_by_role("application").click()
    expect(page).to_have_url(f"{live_server.url}/locations/A1/")
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_scripts_the_list_leads_to_a_location_its_configuration_and_its_label(
    browser: Browser, live_server: LiveServer
):
    config = LocationConfigFactory(location__name="Bay 4", product__common_name="Agave")
    ProductFactory(common_name="Echeveria")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, UserFactory(), live_server)
    page = context.new_page()
    page.goto("/map/")
    expect(page.locator("#nursery")).to_be_hidden()
    page.get_by_role("link", name="Bay 4").click()
    page.get_by_text("Change it").click()
    page.get_by_label("Start a new cultivation cycle").check()
    page.locator("#id_product").select_option(label="Echeveria (Mammillaria elongata)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A new cycle has begun.")).to_be_visible()
    expect(page.locator(".timeline__event")).to_contain_text("Agave")
    label = page.request.get(page.get_by_role("link", name="QR label").get_attribute("href"))
    assert label.body().startswith(b"%PDF")
    assert not LocationConfig.objects.get(pk=config.pk).active
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_a_location_and_the_labels(browser: Browser, live_server: LiveServer):
    config = LocationConfigFactory(location__name="Bay 4")
    LocationConfigFactory(location=config.location, active=False, closed_at=timezone.now())
    StockMovementFactory(batch=StockBatchFactory(config=config))
    for days_ago in (12, 3):
        session = placed(ProcessingSessionFactory(ready=True), config.location)
        uploaded_at(session, timezone.now() - timedelta(days=days_ago))
        store_pictures(session.original_image)
    empty = StorageLocationFactory(storage_area=config.location.storage_area, qr_code=None)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    sign_in(context, UserFactory(), live_server)
    page = context.new_page()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"/locations/{config.location.code}/")
        page.get_by_text("Change it").click()
        assert_accessible(page)
        for path in (f"/locations/{empty.code}/", f"/labels/?warehouse_id={empty.storage_area.warehouse_id}"):
            page.goto(path)
            assert_accessible(page)
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_28_houses_are_in_natural_order_and_their_names_do_not_overprint(browser: Browser, live_server: LiveServer):
    """The last one was drawn 60 km away: it does not shrink the others, and a person can ask for it."""
    for number in range(1, 29):
        east, north = (60_000, 60_000) if number == 28 else (12 * (number % 7), 12 * (number // 7))
        outline = square(east_m=east, north_m=north, side_m=10)
        house = WarehouseFactory(code=f"N{number}", name=f"Greenhouse number {number}", polygon=outline)
        bed = StorageAreaFactory(code=f"N{number}-B", warehouse=house, polygon=outline)
        make_bay(code=f"N{number}-B-1", name=f"Bay {number}", storage_area=bed, east_m=east, north_m=north, side_m=8)
    with open_browser(browser, live_server, viewport={"width": 390, "height": 844}) as page:
        sign_in(page.context, UserFactory(viewer=True), live_server)
        open_map(page, "/map/", places=28)
        chips = page.locator(".facets .chip").all_inner_texts()
        assert chips == ["All", *(f"Greenhouse number {number}" for number in range(1, 29))]
        first_bays = page.locator(".places tbody th a").all_text_contents()[:11]
        assert [words.partition(",")[0].strip() for words in first_bays] == [f"Bay {number}" for number in range(1, 12)]
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            open_map(page, "/map/", places=28)
            assert 3 <= assert_labels_apart(page) < 28 + 28
            shown_m = float(page.locator(".leaflet-control-scale-line").inner_text().partition(" ")[0])
            assert shown_m <= 30, "the houses fill the map"
        page.get_by_role("button", name="Show all").click()
        expect(page.locator(".leaflet-control-scale-line")).to_contain_text("km")
        assert assert_labels_apart(page) == 2
        assert_accessible(page)


def assert_labels_apart(page: Page) -> int:
    """How many names are written; none covers another."""
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('.nursery__name, .nursery__plants')].map(it => it.getBoundingClientRect())"
        ".map(({left, right, top, bottom}) => ({left, right, top, bottom}))"
    )
    for one, other in combinations(boxes, 2):
        across = one["left"] < other["right"] and other["left"] < one["right"]
        assert not (across and one["top"] < other["bottom"] and other["top"] < one["bottom"]), (one, other)
    return len(boxes)
