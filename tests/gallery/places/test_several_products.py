"""Several products in one place: the form that lists them, and the pages, tables and JSON that show each."""

import csv
import io
import zipfile

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.live_server_helper import LiveServer

from locations.catalogue import find_or_make_mixed
from locations.configuration import active_config
from locations.models import ConfigPart, DensityParameters, LocationConfig, Product
from processing.models import Job, ProcessingSession
from processing.review.outcome import record_stock
from stock.models import StockCount
from tests.accessibility import assert_accessible
from tests.browsing import DESK, PHONE, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.gallery.factories import EstimationFactory, make_session_waiting
from tests.locations.factories import (
    ConfigPartFactory,
    ContainerTypeFactory,
    LocationConfigFactory,
    ProductFactory,
)
from tests.processing.factories import make_bed
from tests.stock.visits.test_records import sketch

pytestmark = pytest.mark.django_db


@pytest.fixture
def agave() -> Product:
    return ProductFactory(common_name="Agave", scientific_name="")


@pytest.fixture
def config(agave: Product) -> LocationConfig:
    """Container 1 is Agave, everything else mixed."""
    config = LocationConfigFactory(product=find_or_make_mixed(), packaging=None, location__code="N1-N-04")
    ConfigPartFactory(config=config, product=agave)
    return config


def count(config: LocationConfig, *, plants: int = 5, place: int = 1) -> ProcessingSession:
    """A photo of one bed in the stock, with one plant that somebody added outside it."""
    session = make_bed(*[0] * plants, location=config.location)
    image = session.original_image
    image.storage_location, image.sketch = config.location, sketch(place)
    image.save()
    session.total_estimated += 1
    session.save()
    record_stock(session, active_config(config.location), problem=None, user=None)
    return session


def post(client: Client, config: LocationConfig, rows: list[tuple[object, str]], **fields: object):
    values = {"product": "mixed", "packaging": "", "expected_state": config.expected_state_id, "mode": "update"}
    values["parts"] = str(len(rows))
    for number, (product, where) in enumerate(rows):
        values |= {f"part{number}_product": getattr(product, "pk", ""), f"part{number}_where": where}
    return client.post(f"/locations/{config.location.code}/configure/", values | fields, follow=True)


def test_products_are_listed_in_the_form_of_the_location(worker: Client, agave: Product):
    config, aloe = LocationConfigFactory(), ProductFactory(common_name="Aloe", scientific_name="")
    page = post(worker, config, [(agave, "3,1-2"), (None, ""), (aloe, "40%")])
    listed = active_config(config.location)
    assert [str(part) for part in listed.listed_parts] == ["Agave: 1-3", "Aloe: 40 %"]
    assert listed.product.is_mixed
    for words in ("Agave: containers 1-3", "Aloe: 40 % of the rest", "Mixed plants (not identified): everything else"):
        assertContains(page, words)
    assertContains(worker.get(f"/locations/{config.location.code}/changes/"), "Agave")


def test_a_form_without_rows_keeps_what_is_listed_and_emptied_rows_remove_it(worker: Client, config: LocationConfig):
    values = {"product": "mixed", "expected_state": config.expected_state_id, "mode": "update"}
    worker.post(f"/locations/{config.location.code}/configure/", values)
    assert ConfigPart.objects.count() == 1
    post(worker, config, [(None, ""), (None, "")])
    assert not ConfigPart.objects.exists()


def test_configuring_several_places_removes_no_list_but_may_write_one(worker: Client, config: LocationConfig):
    aloe, other = ProductFactory(common_name="Aloe", scientific_name=""), LocationConfigFactory()
    values = {"location_id": [config.location_id, other.location_id], "product": "mixed", "mode": "update"}
    values |= {"expected_state": config.expected_state_id, "parts": "1", "part0_product": "", "part0_where": ""}
    worker.post("/configure/", values)
    assert [str(part) for part in ConfigPart.objects.all()] == ["Agave: 1"]
    worker.post("/configure/", values | {"part0_product": aloe.pk, "part0_where": "2"})
    assert [str(part) for part in ConfigPart.objects.all()] == ["Aloe: 2", "Aloe: 2"]
    assertContains(worker.get("/configure/", {"location_id": values["location_id"]}), "Aloe: container 2")


def test_a_wrong_row_is_shown_again_and_nothing_is_written(worker: Client, config: LocationConfig, agave: Product):
    page = post(worker, config, [(agave, "left half")])
    assertContains(
        page,
        "a side of the photo (left 40 %), the corners of a drawn part (10 10, 60 10, 60 50) or a share",
        status_code=422,
    )
    assert ConfigPart.objects.get().containers == "1"


def test_pages_and_json_show_each_product(viewer: Client, config: LocationConfig):
    session = count(config)
    photo = viewer.get(f"/gallery/{session.original_image_id}/")
    place = viewer.get("/locations/N1-N-04/")
    for page in (photo, place):
        assertContains(page, "Agave")
        assertContains(page, "Mixed plants (not identified)")
    answer = viewer.get(f"/api/v1/photos/{session.original_image_id}").json()
    assert answer["processing_session"]["total_estimated"] == 6
    named = [(line["name"], line["plants"], line["mixed"]) for line in answer["products"]]
    assert named == [("Agave", 5, False), ("Mixed", 1, True)]


def test_the_containers_of_a_photo_say_what_they_hold(viewer: Client, config: LocationConfig):
    session = count(config)
    page = f"/gallery/{session.original_image_id}/?tab=containers"
    assertContains(viewer.get(page), '<span class="hint">Agave</span>', html=True)
    config.parts.update(containers="", share_percent=50)
    assertContains(viewer.get(page), '<span class="hint">several products</span>', html=True)
    config.parts.all().delete()
    assertNotContains(viewer.get(page), '<span class="hint">Mixed plants (not identified)</span>', html=True)


def test_json_of_one_product_is_as_before(viewer: Client):
    session = count(LocationConfigFactory())
    assert "products" not in viewer.get(f"/api/v1/photos/{session.original_image_id}").json()
    assertNotContains(viewer.get(f"/gallery/{session.original_image_id}/"), 'id="products"')


def test_the_manifest_of_a_download_names_the_products(viewer: Client, config: LocationConfig):
    session = count(config)
    store_pictures(session.original_image)
    answer = viewer.post("/gallery/download/", {"image_ids": [session.original_image_id]})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        [row] = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")))
    assert row["products"] == "Agave: 5; Mixed plants (not identified): 1"


def test_the_gallery_finds_photos_of_a_listed_product(viewer: Client, config: LocationConfig, agave: Product):
    session = count(config)
    found = viewer.get("/gallery/", {"product_id": agave.pk})
    assertContains(found, str(session.original_image_id))
    other = ProductFactory()
    assertNotContains(viewer.get("/gallery/", {"product_id": other.pk}), str(session.original_image_id))


def test_a_corrected_list_processes_the_photos_of_the_last_visit_again(worker: Client, config: LocationConfig):
    session = count(config)
    aloe = ProductFactory()
    assertContains(post(worker, config, [(aloe, "1")]), "1 photo: processing again.")
    assert Job.objects.get(kind="reprocess").image_id == session.original_image_id
    post(worker, config, [(aloe, "1")])
    assert Job.objects.filter(kind="reprocess").count() == 1, "nothing has changed"


def test_a_new_cycle_leaves_the_photos_before_it_alone(worker: Client, config: LocationConfig, agave: Product):
    count(config)
    post(worker, config, [(agave, "2")], mode="new_cycle")
    assert not Job.objects.filter(kind="reprocess").exists()


def test_several_photos_of_one_visit_ask_to_check_the_numbers(viewer: Client, config: LocationConfig):
    for place in (1, 2):
        count(config, place=place)
    assert StockCount.objects.filter(is_counted=True).count() == 2
    words = "the numbers of containers and the parts of the picture are those of each photo"
    assertContains(viewer.get("/locations/N1-N-04/"), words)
    config.parts.update(containers="", share_percent=50)
    assertNotContains(viewer.get("/locations/N1-N-04/"), words)


def test_the_density_of_a_listed_product_is_set_from_its_photo(supervisor: Client, config: LocationConfig, agave):
    waiting = make_session_waiting("needs_calibration", location=config.location)
    EstimationFactory(segment__session=waiting, method="none", count=1)
    assertContains(supervisor.get(f"/gallery/{waiting.original_image_id}/problem/"), "Agave, no packaging")
    values = {"container_type": ContainerTypeFactory(kind="segment").pk, "plants_per_m2": "160"}
    assert supervisor.post(f"/gallery/{waiting.original_image_id}/fix/", values).status_code == 302
    assert DensityParameters.objects.get().product == agave


def test_mixed_plants_are_not_in_the_catalogue(supervisor: Client, config: LocationConfig):
    assertNotContains(supervisor.get("/catalogue/"), "Mixed")
    assert supervisor.get(f"/catalogue/products/{config.product_id}/").status_code == 404


@pytest.fixture
def empty_place() -> LocationConfig:
    return LocationConfigFactory(product__common_name="Aloe", location__code="N1-N-05")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_products_are_listed_on_a_phone(
    browser: Browser, live_server: LiveServer, agave: Product, empty_place: LocationConfig, has_scripts: bool
):
    with open_browser(browser, live_server, viewport=PHONE, java_script_enabled=has_scripts) as page:
        sign_in(page.context, UserFactory(), live_server)
        page.goto("/locations/N1-N-05/")
        page.get_by_text("Change it").click()
        page.get_by_text("Several products in this place").click()
        first = page.get_by_role("group", name="Listed product 1")
        first.get_by_label("Product").select_option(str(agave.pk))
        first.get_by_label("Where it stands").fill("1-3")
        if has_scripts:
            for size in (DESK, PHONE):
                page.set_viewport_size(size)
                assert_accessible(page)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#configuration")).to_contain_text("Agave: containers 1-3")
        expect(page.locator("#configuration")).to_contain_text("everything else")
    assert [str(part) for part in active_config(empty_place.location).listed_parts] == ["Agave: 1-3"]
