"""Outlines pasted, uploaded and drawn; a bench split into bays; what overlaps is said."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.live_server_helper import LiveServer

from locations.models import PlaceChange, StorageLocation
from locations.outlines import slice_polygon
from tests.browsing import open_browser, sign_in
from tests.factories import UserFactory
from tests.locations.factories import StorageAreaFactory, StorageLocationFactory, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def bed(db):
    return StorageAreaFactory(name="Bench 1", polygon=square(side_m=20), warehouse__polygon=None)


def send(client: Client, place, polygon: object = None, **fields: object):
    key = f"{'location' if isinstance(place, StorageLocation) else 'area'}:{place.code}"
    outline = polygon if isinstance(polygon, str) else json.dumps(polygon or square())
    return client.post("/map/draw/", {"place": key, "outline": outline, **fields})


def test_an_empty_nursery_leads_to_the_builder(supervisor: Client):
    assertRedirects(supervisor.get("/map/draw/"), "/places/build/")


def test_pasted_outline_is_written_and_the_next_place_is_chosen(supervisor: Client, bed):
    one, two = (StorageLocationFactory(code=f"B{n}", storage_area=bed, polygon=None) for n in (1, 2))
    for polygon in (square(), {"type": "Feature", "geometry": square(), "properties": {}}):
        answer = send(supervisor, one, polygon)
        assert answer["Location"] == f"/map/draw/?warehouse_id={bed.warehouse_id}"
    page = supervisor.get(answer["Location"])
    assertContains(page, "is drawn")
    one.refresh_from_db()
    assert one.area_m2 == pytest.approx(2.7**2, rel=1e-3)
    assert page.context["chosen"] == f"warehouse:{bed.warehouse.code}"
    assertContains(page, f"location:{two.code}")


def test_uploaded_outline_is_read_and_removed_again(supervisor: Client, bed):
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": square(side_m=9)}]}
    file = SimpleUploadedFile("bed.geojson", b"\xef\xbb\xbf" + json.dumps(collection).encode())
    send(supervisor, bed, "", outline_file=file)
    bed.refresh_from_db()
    assert bed.area_m2 == pytest.approx(81, rel=1e-3)
    for _ in range(2):
        assert send(supervisor, bed, "", remove="1").status_code == 302
    bed.refresh_from_db()
    assert bed.polygon is None


@pytest.mark.parametrize(
    ("outline", "words"),
    [
        ("", "Draw an outline"),
        ("{", "not GeoJSON"),
        ("[" * 5000, "not GeoJSON"),
        ("[1]", "no outline"),
        ('{"type": "Point", "coordinates": [1, 2]}', "must be one Polygon"),
        ('{"features": []}', "several outlines"),
        (json.dumps(square(side_m=500)), "larger than such a place can be"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}', "not valid"),
    ],
)
def test_bad_outlines_are_refused_and_change_nothing(supervisor: Client, bed, outline, words):
    bay = StorageLocationFactory(storage_area=bed)
    answer = send(supervisor, bay, outline)
    assertContains(answer, words, status_code=422)
    before = bay.polygon
    bay.refresh_from_db()
    assert bay.polygon == before


def test_bad_files_and_places_are_refused(supervisor: Client, bed):
    file = SimpleUploadedFile("bed.kmz", b"\xff\xfe\x00")
    assertContains(send(supervisor, bed, "", outline_file=file), "not GeoJSON", status_code=422)
    for place in ("", "cellar:1", "area:NONE", "x"):
        assert supervisor.post("/map/draw/", {"place": place, "outline": "{}"}).status_code == 422
    assert supervisor.get("/map/draw/", {"place": "x"}).status_code == 302
    assert supervisor.get("/map/draw/", {"warehouse_id": "x"}).status_code == 302


def test_overlaps_are_stored_and_said(supervisor: Client, bed):
    StorageLocationFactory(code="A1", name="Bay 1", storage_area=bed)
    StorageLocationFactory(code="A2", name="A2", storage_area=bed, east_m=2)
    StorageLocationFactory(code="A3", storage_area=bed, east_m=4.7)  # touches its neighbour
    StorageLocationFactory(code="A4", name="Bay 4", storage_area=bed, east_m=10)
    page = supervisor.get("/map/draw/")
    assertContains(page, "Bay 1 (A1) and A2 overlap by 1.9 m².")
    assertContains(page, f"Bay 4 (A4) sticks out of Bench 1 ({bed.code}) by 3.6 m².")
    assert len(page.context["drawing"].doubts) == 2


def test_large_overlaps_have_no_decimals(supervisor: Client):
    bed = StorageAreaFactory(code="N", name="North", warehouse__polygon=None, polygon=square(side_m=50))
    StorageAreaFactory(code="S", name="South", warehouse=bed.warehouse, polygon=square(side_m=50, east_m=1))
    page = supervisor.get("/map/draw/")
    assertContains(page, "North (N) and South (S) overlap by 2,450 m².")


def test_outline_is_removed_only_where_one_is_drawn(supervisor: Client):
    bed = StorageAreaFactory(polygon=None, warehouse__polygon=None)
    assertNotContains(supervisor.get("/map/draw/"), "Remove outline")
    send(supervisor, bed)
    assertContains(supervisor.get("/map/draw/"), "Remove outline")


def test_drawing_takes_the_same_queries_for_any_number(supervisor: Client, bed, django_assert_num_queries):
    for number in range(2):
        for _ in range(3):
            StorageLocationFactory(storage_area=bed, polygon=square(east_m=number))
        with django_assert_num_queries(11):
            supervisor.get("/map/draw/")


def split(client: Client, bed, **fields: object):
    return client.post("/map/split/", {"token": uuid.uuid4(), "area": bed.code, **fields})


def test_bench_is_split_into_its_bays_in_natural_order(supervisor: Client):
    bed = StorageAreaFactory(polygon=square(side_m=10))
    for number in (10, 9, 1, 2):
        StorageLocationFactory(code=f"X{number}", storage_area=bed, polygon=None)
    assert split(supervisor, bed).status_code == 302
    bays = list(StorageLocation.objects.order_by("centroid_lon"))
    assert [bay.code for bay in bays] == ["X1", "X2", "X9", "X10"]
    assert [bay.area_m2 for bay in bays] == pytest.approx([25] * 4, rel=1e-3)
    assertContains(split(supervisor, bed), "drawn already", status_code=422)
    split(supervisor, bed, replace="on", from_other_end="on")
    assert StorageLocation.objects.order_by("centroid_lon").first().code == "X10"
    assert supervisor.get("/map/draw/").context["drawing"].doubts == ()


def test_bench_without_bays_gets_some_once_and_undoes_them(supervisor: Client):
    bed = StorageAreaFactory(code="G1-B1", polygon=square(side_m=10))
    assertContains(split(supervisor, bed), "has no bays yet", status_code=422)
    token = uuid.uuid4()
    made = [split(supervisor, bed, bays="12", token=token)["Location"] for _ in range(2)]
    assert made[0] == made[1]
    assert list(StorageLocation.objects.values_list("code", flat=True))[-1] == "G1-B1-12"
    assert StorageLocation.objects.filter(qr_code="G1-B1-12", polygon__isnull=False).exists()
    supervisor.post(f"{made[0]}undo/")
    assert not StorageLocation.objects.exists()
    assert PlaceChange.objects.get().kind == PlaceChange.Kind.SPLIT


def test_bench_that_is_not_drawn_cannot_be_split(supervisor: Client):
    bed = StorageAreaFactory(polygon=None)
    assertContains(split(supervisor, bed, bays="3"), "Draw the bench first", status_code=422)
    assert split(supervisor, bed, area="NONE").status_code == 422


def test_slices_cover_a_turned_outline_without_gaps():
    turned = {"type": "Polygon", "coordinates": [[[0, 0], [4e-5, 4e-5], [3e-5, 5e-5], [-1e-5, 1e-5], [0, 0]]]}
    parts = slice_polygon(turned, 5, from_other_end=False)
    assert len(parts) == 5
    wests = [min(lon for lon, _lat in part["coordinates"][0]) for part in parts]
    assert wests == sorted(wests)


def test_workers_may_not_draw(worker: Client, bed):
    assert worker.get("/map/draw/").status_code == 403
    assert send(worker, bed).status_code == 403
    assert split(worker, bed, bays="2").status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_outline_is_drawn_corrected_and_saved(browser: Browser, live_server: LiveServer):
    bed = StorageAreaFactory(name="Bench 1", polygon=square(side_m=20), warehouse__polygon=None)
    bay = StorageLocationFactory(code="B1", name="Bay 1", storage_area=bed, polygon=None)
    with open_browser(browser, live_server, viewport={"width": 1280, "height": 900}) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        page.goto(f"/map/draw/?warehouse_id={bed.warehouse_id}")
        expect(page.locator("#drawing")).to_have_attribute("data-opened", "1")
        page.get_by_label("Place", exact=True).select_option("location:B1")
        page.get_by_role("button", name="Rectangle").click()
        stage = page.get_by_role("application")
        stage.scroll_into_view_if_needed()
        box = stage.bounding_box()
        for share in (0.45, 0.55):
            page.mouse.move(box["x"] + box["width"] * share - 5, box["y"] + box["height"] * share - 5)
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * share)
            page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * share)
        expect(page.locator("#id_outline")).not_to_have_value("")
        page.get_by_role("button", name="Correct").click()
        page.get_by_role("button", name="Save outline").click()
        expect(page.get_by_text("Bay 1 is drawn.")).to_be_visible()
        expect(page.locator("#drawing")).to_have_attribute("data-opened", "2")
    bay.refresh_from_db()
    assert bay.area_m2 > 0
