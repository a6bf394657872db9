"""The builder: its preview, what it makes once, what it refuses, and its undoing."""

import uuid

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.live_server_helper import LiveServer

from locations.models import LocationConfig, PlaceChange, StorageLocation, Warehouse
from tests.browsing import open_browser, sign_in
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory, WarehouseFactory

pytestmark = pytest.mark.django_db

FORM = {
    "houses": "2",
    "first_house": "1",
    "benches": "4",
    "bays": "10",
    "warehouse_type": "greenhouse",
    "house_code": "G{house}",
    "house_name": "Greenhouse {house}",
    "bench_code": "G{house}-B{bench}",
    "bench_name": "Bench {bench}",
    "bay_code": "G{house}-B{bench}-{bay:02}",
    "bay_name": "Bay {bay}",
}


def send(client: Client, *, button: str = "make", htmx: bool = False, **changes: object):
    data = {"token": uuid.uuid4(), button: "1", **FORM, **changes}
    return client.post("/places/build/", data, headers={"HX-Request": "true"} if htmx else {})


def values_of(page) -> dict[str, object]:
    """What the form on a page begins with."""
    form = page.context["form"]
    return {field.name: field.value() for field in form}


def test_form_begins_after_the_greenhouses_there_are(supervisor: Client):
    assertContains(supervisor.get("/places/build/"), 'name="first_house" value="1"')
    WarehouseFactory(code="G7")
    assertContains(supervisor.get("/places/build/"), 'name="first_house" value="8"')


def test_preview_shows_what_would_be_made_and_makes_nothing(supervisor: Client):
    for htmx in (True, False):
        answer = send(supervisor, button="preview", htmx=htmx, benches="4, 3", bays="10\n5")
        assertContains(answer, "Make 55 bays")
        assertContains(answer, "G1-B1-10")
        assertContains(answer, "<html", count=0 if htmx else 1)
    assert not Warehouse.objects.exists()


def test_preview_takes_the_same_queries_for_any_number(supervisor: Client, django_assert_num_queries):
    for houses in ("1", "200"):
        with django_assert_num_queries(6):  # sign-in and permissions 3, codes of three layers
            assertContains(send(supervisor, button="preview", htmx=True, houses=houses), "Make ")


def test_making_leads_to_the_labels_and_the_undo(supervisor: Client):
    answer = send(supervisor)
    assert answer.status_code == 302
    page = supervisor.get(answer["Location"])
    assertContains(page, "Places made")
    assertContains(page, "80")
    assert StorageLocation.objects.exclude(qr_code=None).count() == 80
    assert PlaceChange.objects.get().made_by is not None
    for _ in range(2):  # sent twice
        again = supervisor.post(f"{answer['Location']}undo/", follow=True)
        assertContains(again, "these places no longer exist")
    assert not Warehouse.objects.exists()


def test_a_form_sent_twice_makes_places_once_and_says_so(supervisor: Client):
    token = uuid.uuid4()
    first = send(supervisor, token=token)
    again = send(supervisor, token=token, houses="3")
    assert first["Location"] == again["Location"]
    assertContains(supervisor.get(again["Location"]), "was sent before")
    assert Warehouse.objects.count() == 2


def test_taken_codes_are_named_in_the_preview_and_refused(supervisor: Client):
    WarehouseFactory(code="G2")
    preview = send(supervisor, button="preview", htmx=True)
    assertContains(preview, "These codes exist already")
    assertContains(preview, "disabled")
    refused = send(supervisor)
    assertContains(refused, "These codes exist already: G2.", status_code=422)
    assert not StorageLocation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"houses": "0"}, "greater than or equal to 1"),
        ({"benches": "4, 3, 2"}, "or 2 numbers"),
        ({"bays": "10\n10\n10"}, "or 2 lines"),
        ({"bays": "9000"}, "72000 bays are more than the 10000"),
        ({"bay_code": "{bay}"}, "would get the same code"),
        ({"bay_code": "{row}"}, "can contain"),
        ({"house_name": ""}, "required"),
        ({"houses": "x\x00"}, "whole number"),
        ({"warehouse_type": "cellar"}, "valid choice"),
        ({"token": "x"}, "too old"),
    ],
)
def test_bad_input_is_refused_at_its_field(supervisor: Client, changes, words):
    answer = send(supervisor, **changes)
    assertContains(answer, words, status_code=422)
    assertContains(send(supervisor, button="preview", htmx=True, **changes), words)
    assert not Warehouse.objects.exists()


def test_undo_says_what_is_in_the_way(supervisor: Client):
    made = send(supervisor)["Location"]
    LocationConfigFactory(location=StorageLocation.objects.first())
    page = supervisor.post(f"{made}undo/", follow=True)
    assertContains(page, "something depends on it: 1 location configuration")
    LocationConfig.objects.all().delete()
    assertNotContains(supervisor.post(f"{made}undo/", follow=True), "depends")


def test_workers_and_strangers_may_not_build(worker: Client, stranger: Client, client: Client):
    for one in (worker, stranger):
        assert send(one).status_code == 403
        assert one.get("/places/build/").status_code == 403
        assert one.post(f"/places/made/{uuid.uuid4()}/undo/").status_code == 403
    assert send(client).status_code == 302
    assert not Warehouse.objects.exists()


def test_unknown_steps_are_not_found(supervisor: Client):
    assert supervisor.get(f"/places/made/{uuid.uuid4()}/").status_code == 404
    assert supervisor.post(f"/places/made/{uuid.uuid4()}/undo/").status_code == 404


def test_form_continues_the_benches_of_a_greenhouse(supervisor: Client):
    send(supervisor)
    page = supervisor.get("/places/build/?within=warehouse:G1")
    assertContains(page, 'name="first_bench" value="5"')
    assertContains(page, 'value="G1-B{bench}"')
    assertContains(page, 'value="G1-B{bench}-{bay:02}"')
    assertNotContains(page, 'name="house_code"')
    answer = supervisor.post("/places/build/", {"within": "warehouse:G1", **values_of(page), "make": "1"})
    assertContains(supervisor.get(answer["Location"]), "Places made")
    assert StorageLocation.objects.get(code="G1-B5-10").storage_area.name == "Bench 5"
    assert Warehouse.objects.count() == 2


def test_form_continues_the_bays_of_a_bench(supervisor: Client):
    send(supervisor)
    page = supervisor.get("/places/build/?within=area:G2-B4")
    assertContains(page, 'name="first_bay" value="11"')
    assertNotContains(page, 'name="bench_code"')
    data = {"within": "area:G2-B4", **values_of(page), "bays": "3"}
    assertContains(supervisor.post("/places/build/", {**data, "preview": "1"}), "Make 3 bays")
    assert supervisor.post("/places/build/", {**data, "make": "1"}).status_code == 302
    assert StorageLocation.objects.filter(storage_area__code="G2-B4").count() == 13
    assert StorageLocation.objects.get(code="G2-B4-13").name == "Bay 13"


def test_numbers_begin_after_those_of_the_same_codes_elsewhere(supervisor: Client):
    bay = StorageLocationFactory(code="L3")
    StorageLocationFactory(code="L17")
    page = supervisor.get("/places/build/", {"within": f"area:{bay.storage_area.code}"})
    assertContains(page, 'name="first_bay" value="18"')


def test_benches_with_other_codes_get_patterns_too(supervisor: Client):
    StorageLocationFactory(code="N1-S-07", storage_area__code="N1-S", storage_area__warehouse__code="N1")
    page = supervisor.get("/places/build/?within=warehouse:N1")
    assertContains(page, 'value="N1-B{bench}"')
    assertContains(page, 'value="N1-B{bench}-{bay:02}"')


def test_form_takes_the_same_queries_for_any_number_of_places(supervisor: Client, django_assert_num_queries):
    for first_house in ("1", "3"):
        send(supervisor, first_house=first_house)
        with django_assert_num_queries(6):  # sign-in and permissions 3, next number, greenhouses, benches
            supervisor.get("/places/build/")
        with django_assert_num_queries(10):  # the greenhouse, its benches, the bays of the last, two numbers
            supervisor.get("/places/build/?within=warehouse:G1")


@pytest.mark.parametrize("within", ["warehouse:GONE", "location:G1-B1-01", "x", "area:"])
def test_places_within_what_is_no_greenhouse_or_bench_are_refused(supervisor: Client, within: str):
    send(supervisor)
    answer = supervisor.get("/places/build/", {"within": within}, follow=True)
    assertContains(answer, "banner--error")
    assertContains(answer, 'name="house_code"')
    assert send(supervisor, within=within, first_house="9").status_code == 302
    htmx = send(supervisor, within=within, button="preview", htmx=True)
    assert htmx["HX-Redirect"] == "/places/build/"
    assert Warehouse.objects.count() == 2


def add_bays(page: Page, *, scripts: bool) -> None:
    """Two more on an existing bench."""
    page.goto("/places/build/")
    page.get_by_label("Where").select_option("Greenhouse 2 - Bench 4: new bays")
    page.get_by_role("button", name="Choose").click()
    page.get_by_label("Bays", exact=True).fill("2")
    if not scripts:
        page.get_by_role("button", name="Show the preview").click()
    page.get_by_role("button", name="Make 2 bays").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Places made")
    assert StorageLocation.objects.filter(storage_area__code="G2-B4").count() == 14


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False])
def test_nursery_is_built_seen_and_undone(browser: Browser, live_server: LiveServer, scripts: bool):
    options = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": scripts}
    with open_browser(browser, live_server, **options) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        page.goto("/map/")
        page.get_by_role("link", name="Build places").click()
        page.get_by_label("Bays on each bench").fill("12")
        if not scripts:
            page.get_by_role("button", name="Show the preview").click()
        page.get_by_role("button", name="Make 96 bays").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Places made")
        page.get_by_role("link", name="See them").click()
        expect(page.locator(".bay")).to_have_count(96)
        page.get_by_role("list", name="Greenhouse 2 - Bench 4").get_by_role("link").last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bay 12")
        add_bays(page, scripts=scripts)
        page.goto(f"/places/made/{PlaceChange.objects.latest('made_at').token}/")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Places undone")
        page.goto(f"/places/made/{PlaceChange.objects.earliest('made_at').token}/")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Places undone")
    assert not StorageLocation.objects.exists()
