"""What grows in several locations at once: from the admin's list to the configurations and the photos that waited."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from locations.configuration import active_configs
from locations.forms import MOST_AT_ONCE
from locations.models import LocationConfig, StorageLocation
from processing.models import Job
from tests.factories import UserFactory
from tests.gallery.factories import make_session_waiting
from tests.locations.factories import (
    LocationConfigFactory,
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageAreaFactory,
    StorageLocationFactory,
)

pytestmark = pytest.mark.django_db
PATH = "/configure/"
ADMIN_LIST = "/admin/locations/storagelocation/"


@pytest.fixture
def administrator(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(admin=True))
    return client


def make_bays(number: int) -> list[StorageLocation]:
    return StorageLocationFactory.create_batch(number, storage_area=StorageAreaFactory())


def values(bays: list[StorageLocation], **fields: object) -> dict[str, object]:
    chosen = {"product": ProductFactory(), "packaging": PackagingFactory(), "expected_state": ProductStateFactory()}
    ids = {name: row.pk for name, row in chosen.items()}
    return {"location_id": [bay.pk for bay in bays], "mode": "new_cycle", **ids, **fields}


def test_the_admin_leads_from_its_list_to_the_page(administrator: Client):
    bays = make_bays(25)
    chosen = {"action": "configure", "_selected_action": [bay.pk for bay in bays]}
    page = administrator.post(ADMIN_LIST, chosen, follow=True)
    assertContains(page, "Configure 25 locations")
    assertContains(page, "Save for all 25 locations")
    assertContains(page, 'name="location_id"', count=25)


def test_all_are_configured_and_the_photos_that_waited_run(administrator: Client):
    bays = make_bays(3)
    waiting = [make_session_waiting("needs_config", location=bay).original_image_id for bay in bays[:2]]
    make_session_waiting("needs_config", location=StorageLocationFactory())
    assertContains(
        administrator.get(PATH, {"location_id": [bay.pk for bay in bays]}),
        "2 photos are waiting for this and will be processed again.",
    )
    sent = values(bays)
    answer = administrator.post(PATH, sent)
    assertRedirects(answer, ADMIN_LIST, fetch_redirect_response=False)
    configs = active_configs(bays)
    assert [configs[bay.pk].product_id for bay in bays] == [sent["product"]] * 3
    assert set(Job.objects.filter(kind="reprocess").values_list("image_id", flat=True)) == set(waiting)
    page = administrator.get(ADMIN_LIST)
    assertContains(page, "3 locations are configured.")
    assertContains(page, "2 photos: processing again.")


def test_running_cycles_are_shown_and_corrected_or_ended(administrator: Client):
    running = LocationConfigFactory(product__common_name="Agave")
    bays = [running.location, *make_bays(1)]
    page = administrator.get(PATH, {"location_id": [bay.pk for bay in bays]})
    for words in ("Agave", "not configured", "1 of them is configured already", "Start a new cultivation cycle"):
        assertContains(page, words)
    administrator.post(PATH, values(bays, mode="update"))
    assert LocationConfig.objects.filter(location=running.location).count() == 1
    administrator.post(PATH, values(bays))
    assert LocationConfig.objects.filter(location=running.location).count() == 2
    assert len(active_configs(bays)) == 2


def test_a_wrong_choice_is_shown_again_and_nothing_is_written(administrator: Client):
    bays = make_bays(2)
    page = administrator.post(PATH, values(bays, product=""))
    assertContains(page, "This field is required.", status_code=422)
    assertNotContains(page, "configured already", status_code=422)
    assert not LocationConfig.objects.exists()


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([], "Choose at least one location."),
        ([0], "Select a valid choice. 0 is not one of the available choices"),
        (["x"], "is not a valid value"),
    ],
)
def test_what_cannot_be_configured_is_told_in_the_list(administrator: Client, worker: Client, ids, words):
    assertContains(administrator.get(PATH, {"location_id": ids}, follow=True), words)
    assertRedirects(worker.get(PATH, {"location_id": ids}), "/map/")


def test_all_of_a_bed_are_configured_from_its_row_and_from_a_bay(supervisor: Client):
    area = StorageAreaFactory()
    bays = StorageLocationFactory.create_batch(3, storage_area=area, polygon=None)
    inactive = StorageLocationFactory(storage_area=area, active=False)
    address = f"{PATH}?area_id={area.pk}"
    assertContains(supervisor.get("/map/"), address)
    assertContains(supervisor.get(f"/locations/{bays[0].code}/"), address)
    assertContains(supervisor.get(address), "Save for all 3 locations")
    saved = supervisor.post(PATH, values(bays, area_id=area.pk))
    assertRedirects(saved, f"/map/?warehouse_id={area.warehouse_id}")
    assert set(active_configs([*bays, inactive])) == {bay.pk for bay in bays}


def test_a_bed_that_is_not_there_is_refused(supervisor: Client):
    for area in ("0", "x", "9" * 30, "\0"):
        assertRedirects(supervisor.get(PATH, {"area_id": area}), "/map/")


def test_more_than_a_person_can_look_through_are_refused(administrator: Client):
    make_bays(MOST_AT_ONCE + 1)
    everything = {"action": "configure", "_selected_action": ["1"], "select_across": "1"}
    page = administrator.post(ADMIN_LIST, everything, follow=True)
    assertContains(page, "At most 100 locations at a time.")


def test_page_takes_the_same_queries_for_any_number_of_locations(worker: Client, django_assert_num_queries):
    for number in (1, 5):
        ids = [LocationConfigFactory().location_id for _ in range(number)]
        # sign-in and permissions 3, locations, cycles 2, waiting, choices 3
        with django_assert_num_queries(10):
            worker.get(PATH, {"location_id": ids})
