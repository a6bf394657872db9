"""An administrator at a desk: a new bed of 25 bays is configured at once, and the photos that waited run."""

import pytest
from playwright.sync_api import expect

from locations.configuration import active_configs
from locations.models import StorageLocation
from processing.models import Job
from tests.browsing import DESK, store_pictures
from tests.factories import UserFactory
from tests.gallery.factories import make_session_waiting
from tests.journeys.conftest import Start, sign_in
from tests.journeys.people import Person
from tests.locations.factories import (
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageAreaFactory,
    StorageLocationFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BAYS = 25


@pytest.fixture
def bays() -> list[StorageLocation]:
    return StorageLocationFactory.create_batch(BAYS, storage_area=StorageAreaFactory())


def choose_all(person: Person, way: str) -> None:
    """By the box in the head of the list, which needs scripts; else one by one."""
    boxes = person.page.locator("input.action-select")
    if way != "no scripts":
        person.tick(person.page.locator("#action-toggle"))
    else:
        for number in range(BAYS):
            person.tick(boxes.nth(number))
    person.select(person.page.get_by_label("Action:"), "Configure selected locations")


def test_a_bed_is_configured_at_once(start: Start, way: str, bays: list[StorageLocation]):
    product = ProductFactory(common_name="Echeveria", scientific_name="Echeveria elegans")
    packaging, state = PackagingFactory(), ProductStateFactory()
    waiting = [make_session_waiting("needs_config", location=bay).original_image for bay in bays[:2]]
    for image in waiting:
        store_pictures(image)
    person = start(DESK)
    page = person.page
    sign_in(person, UserFactory(admin=True))
    person.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Nursery"))
    person.press(page.get_by_role("link", name="Admin", exact=True))
    person.press(page.locator("#content-main").get_by_role("link", name="Storage locations", exact=True))
    choose_all(person, way)
    person.press(page.get_by_role("button", name="Go", exact=True))
    expect(page.get_by_role("heading", name="Configure 25 locations")).to_be_visible()

    person.select(page.locator("#id_product"), str(product))
    person.select(page.locator("#id_packaging"), str(packaging))
    person.select(page.locator("#id_expected_state"), str(state))
    expect(page.get_by_text("2 photos are waiting for this and will be processed again.")).to_be_visible()
    person.press(page.get_by_role("button", name="Save for all 25 locations"))
    expect(page.get_by_text("25 locations are configured.")).to_be_visible()
    expect(page.get_by_text("2 photos: processing again.")).to_be_visible()
    configs = active_configs(bays)
    assert [(configs[bay.pk].product, configs[bay.pk].packaging) for bay in bays] == [(product, packaging)] * BAYS
    assert set(Job.objects.filter(kind="reprocess").values_list("image_id", flat=True)) == {
        image.pk for image in waiting
    }
