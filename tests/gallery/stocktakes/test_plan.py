"""The counting plan and the walk: what they show, their number of queries, and uploads that lead to the next bay."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from locations.models import StorageLocation
from locations.models.places import OUTLINE_COLUMNS
from processing.jobs import start_jobs
from stock.ledger import review_count
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import photo as picture
from tests.stock.recording import hours_ago, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def bays() -> list[StorageLocation]:
    """Three bays of one bench that were never counted, in walking order."""
    first = StorageLocationFactory(code="N1-1", name="Bay 1")
    others = [StorageLocationFactory(code=f"N1-{n}", name=f"Bay {n}", storage_area=first.storage_area) for n in (2, 10)]
    for bay in (first, *others):
        LocationConfigFactory(location=bay)
    return [first, *others]


def test_plan_says_why_bays_are_due(viewer: Client, bays):
    count = photo(bays[0].configs.get(), 1234, hour=hours_ago(24 * 40))
    review_count(session_id=count.session_id, signed_off=False, in_doubt=True)
    photo(bays[1].configs.get(), 10, hour=hours_ago(24))
    page = viewer.get("/stock/plan/")
    for words in ("Bay 1", "1,234", "In doubt or open", "More than 30 days ago", "Bay 10", "Never counted"):
        assertContains(page, words)
    assertContains(page, "<span>\N{EN DASH}</span>", html=True)
    assertNotContains(page, ">0</strong>")
    assertNotContains(page, "Bay 2</a>")
    assertNotContains(page, "/stock/plan/walk/", msg_prefix="viewers do not upload")
    assertContains(viewer.get("/stock/plan/?show=all"), "Not due")
    assertContains(viewer.get("/stock/plan/?show=off"), "None.")


def test_plan_of_a_part_of_the_nursery(viewer: Client, bays):
    LocationConfigFactory(location=StorageLocationFactory(name="Elsewhere"))
    area = bays[0].storage_area
    for place in (f"area:{area.pk}", f"warehouse:{area.warehouse_id}"):
        page = viewer.get("/stock/plan/", {"place": place})
        assertContains(page, "Bay 10")
        assertNotContains(page, "Elsewhere</a>")
    for wrong in ("place=area:999999", "place=x", "show=soon", "page=0"):
        assertRedirects(viewer.get(f"/stock/plan/?{wrong}"), "/stock/plan/")


def test_plan_takes_the_same_queries_for_any_number(viewer: Client, bays, django_assert_max_num_queries):
    for _ in range(10):
        photo(LocationConfigFactory(), 10, hour=hours_ago(24 * 40))
    with django_assert_max_num_queries(10):  # sign-in and permissions 3, places, bays, prices, stocktakes, intervals 2
        viewer.get("/stock/plan/")


def test_walk_shows_the_next_bay_with_the_upload_form(worker: Client, bays):
    page = worker.get("/stock/plan/walk/")
    assertContains(page, 'value="N1-1"')
    assertContains(page, "3 bays to count")
    assertContains(page, "/?next=%2Fstock%2Fplan%2Fwalk%2F%3Fafter%3DN1-1")
    assert [step["code"] for step in page.context["steps"]] == ["N1-1", "N1-2", "N1-10"]
    assertContains(worker.get("/stock/plan/walk/?after=N1-1"), 'value="N1-2"')
    over = worker.get("/stock/plan/walk/?after=N1-10")
    assertContains(over, "No further bay")
    assertContains(over, "Begin again")


def test_photo_without_scripts_leads_to_the_next_bay(worker: Client, bays):
    answer = worker.post("/?next=/stock/plan/walk/%3Fafter%3DN1-1", {"files": picture(), "storage_location": "N1-1"})
    assertRedirects(answer, "/stock/plan/walk/?after=N1-1", fetch_redirect_response=False)
    assertContains(worker.get("/stock/plan/walk/?after=N1-1"), 'Next bay: </span><span id="walk-name">Bay 2')
    steps = worker.get("/stock/plan/walk/").context["steps"]
    assert [step["code"] for step in steps] == ["N1-2", "N1-10"], "the photo of the first is being counted"
    elsewhere = worker.post("/?next=https://example.com/", {"files": picture(), "storage_location": "N1-2"})
    assert elsewhere["Location"].startswith("/jobs/")


def test_bays_whose_photos_are_under_way_are_passed_over(worker: Client, bays):
    image = S3ImageFactory()
    start_jobs(upload=image.upload, images=[image], chosen_location=bays[0])
    assert [bay.code for bay in worker.get("/stock/plan/walk/").context["bays"]] == ["N1-2", "N1-10"]


def test_walk_of_a_stocktake_that_is_not_open_is_not_found(worker: Client):
    assert worker.get("/stock/plan/walk/?stocktake=999").status_code == 404
    assertRedirects(worker.get("/stock/plan/walk/?stocktake=x"), "/stock/plan/")


def test_map_marks_due_bays(viewer: Client, bays):
    photo(bays[0].configs.get(), 10, hour=hours_ago(24))
    answer = viewer.get("/api/v1/locations/map").json()
    assert {row["code"]: row["due"] for row in answer["locations"]} == {"N1-1": False, "N1-2": True, "N1-10": True}
    StorageLocation.objects.update(polygon=None, **dict.fromkeys(OUTLINE_COLUMNS))
    page = viewer.get("/map/")
    for words in ("bay--due", "2 bays due", "Due for counting"):
        assertContains(page, words)
