"""The wizard of known counts, the page of a factor, and the switch; all without scripts."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gallery.accuracy.kinds import list_kinds
from stock.models import Calibration, Validation
from tests.gallery.accuracy.judging import count_photo
from tests.locations.factories import ConfigPartFactory, LocationConfigFactory

pytestmark = pytest.mark.django_db
LIST, KIND, KNOWN = "/accuracy/calibration/", "/accuracy/calibration/kind/", "/accuracy/calibration/known/"


@pytest.fixture
def config():
    return LocationConfigFactory(product__common_name="Opuntia", packaging=None)


@pytest.fixture
def photos(config):
    return [count_photo(config, 100 + number) for number in range(6)]


def query(config) -> str:
    return f"?product={config.product_id}&packaging=&container=segment"


def numbers(sessions, plants: int) -> dict[str, str]:
    return {f"plants-{session.original_image_id}": str(plants) for session in sessions}


def enter(client: Client, config, sessions, plants=125):
    return client.post(KNOWN + query(config), numbers(sessions, plants), follow=True)


def test_kinds_are_those_that_are_counted(supervisor, config, photos):
    [kind] = list_kinds()
    assert (kind.name, kind.counts, kind.validated, kind.missing) == ("Opuntia, Loose pots", 6, 0, 3)
    page = supervisor.get(LIST)
    assertContains(page, "Opuntia")
    assertContains(page, "No validated photos yet")
    divided = LocationConfigFactory()
    ConfigPartFactory(config=divided, containers="", share_percent=40)
    count_photo(divided)
    assert len(list_kinds()) == 1, "several products have no factor"


def test_wizard_shows_photos_but_not_their_counts(supervisor, config, photos):
    page = supervisor.get(KNOWN + query(config))
    assertContains(page, 'name="plants-', count=5)
    for session in photos:
        assertNotContains(page, f">{session.total_estimated}<")
    first = supervisor.get(f"{KNOWN}?photo={photos[0].original_image_id}")
    assertContains(first, f'name="plants-{photos[0].original_image_id}"')


def test_three_known_counts_give_a_factor_that_is_explained(supervisor, config, photos):
    page = enter(supervisor, config, photos[:3])
    assertContains(page, "3 known counts are saved.")
    assertContains(page, "The counts lean one way")
    assertContains(page, "Counted 100, really 125")
    row = Calibration.objects.in_force().get()
    assertContains(page, f"{row.factor:.3f}")
    assert [kind.known for kind in list_kinds()] == [3]
    assertContains(supervisor.get(KNOWN + query(config)), 'name="plants-', count=3)


def test_factor_is_switched_off_and_on_by_one_click(supervisor, config, photos):
    enter(supervisor, config, photos[:3])
    row = Calibration.objects.in_force().get()
    named = {"product": config.product_id, "packaging": "", "container": "segment"}
    page = supervisor.post(f"{LIST}{row.pk}/", {**named, "on": "0"}, follow=True)
    assertContains(page, "New counts are no longer calibrated.")
    assertContains(page, "Use the factor again")
    again = supervisor.post(f"{LIST}{row.pk}/", {**named, "on": "1"}, follow=True)
    assertContains(again, "has changed in the meantime")
    newest = Calibration.objects.in_force().get()
    supervisor.post(f"{LIST}{newest.pk}/", {**named, "on": "1"})
    assert Calibration.objects.in_force().get().is_used
    assert Calibration.objects.count() == 3


def test_photos_counted_with_a_factor_can_be_processed_again_without_it(supervisor, config, photos):
    enter(supervisor, config, photos[:3])
    row = Calibration.objects.in_force().get()
    calibrated = count_photo(config, 120, calibration=row, uncalibrated=110)
    page = supervisor.get(KIND + query(config))
    assertContains(page, "1 photo in the stock was counted with a factor.")
    assertNotContains(page, "Process again without it")
    supervisor.post(f"{LIST}{row.pk}/", {"on": "0"})
    page = supervisor.get(KIND + query(config))
    assertContains(page, f'name="image_ids" value="{calibrated.original_image_id}"')


def test_known_count_is_withdrawn(supervisor, config, photos):
    enter(supervisor, config, photos[:3])
    path = reverse("calibration-withdraw", args=[photos[0].original_image_id])
    page = supervisor.post(path, {"product": config.product_id, "container": "segment"}, follow=True)
    assertContains(page, "is withdrawn")
    assert Validation.objects.in_force().count() == 2
    assert not Calibration.objects.in_force().exists()


def test_bad_numbers_are_asked_for_again_and_none_is_saved(supervisor, config, photos):
    sent = numbers(photos[:2], 120) | numbers(photos[2:3], -4)
    page = supervisor.post(KNOWN + query(config), sent)
    assertContains(page, "greater than or equal to 0", status_code=422)
    assertContains(page, 'value="120"', status_code=422)
    assert not Validation.objects.exists()
    empty = supervisor.post(KNOWN + query(config), {f"plants-{photos[0].original_image_id}": ""})
    assertContains(empty, "Enter the number of plants of at least one photo.", status_code=422)


def test_count_that_teaches_nothing_is_refused_by_name(supervisor, config, photos):
    unsure = count_photo(config, 50)
    unsure.predicted_error = None
    unsure.save()
    page = enter(supervisor, config, [unsure, *photos[:1]])
    assertContains(page, "Process the photo again first.")
    assertContains(page, "1 known count is saved.")


@pytest.mark.parametrize(
    "address",
    [
        f"{KIND}?product=999999&container=segment",
        f"{KIND}?product=word",
        KIND,
        f"{KIND}?photo={uuid.UUID(int=1)}",
        f"{KNOWN}?product=9223372036854775808",
        KNOWN,
    ],
)
def test_unknown_kinds_lead_to_the_list(supervisor, photos, address):
    assertRedirects(supervisor.get(address), LIST)


def test_viewers_see_factors_and_change_none(viewer, supervisor, config, photos):
    enter(supervisor, config, photos[:3])
    page = viewer.get(KIND + query(config))
    assertContains(page, "The counts lean one way")
    assertNotContains(page, "Stop using the factor")
    assertNotContains(viewer.get(LIST), "Enter known counts")
    assert viewer.get(KNOWN + query(config)).status_code == 403


def test_photo_page_and_api_say_that_a_count_is_calibrated(supervisor, viewer, config, photos):
    enter(supervisor, config, photos[:3])
    row = Calibration.objects.in_force().get()
    counted = count_photo(config, 140, calibration=row, uncalibrated=131)
    page = supervisor.get(f"/gallery/{counted.original_image_id}/")
    assertContains(page, "Counted 131, 140 after calibration by 3 photos.")
    assertContains(page, f"{KIND}?photo={counted.original_image_id}")
    answer = viewer.get(f"/api/v1/photos/{counted.original_image_id}").json()["processing_session"]
    assert answer["total_estimated"] == 140
    assert answer["calibration"] == {
        "before": 131,
        "factor": row.factor,
        "photos": 3,
        "calibration_id": row.pk,
    }
    plain = viewer.get(f"/api/v1/photos/{photos[0].original_image_id}").json()["processing_session"]
    assert plain["calibration"] is None
    movements = viewer.get(f"/stock/locations/{config.location.code}/")
    assertContains(movements, "131 before calibration")


def test_calibrations_in_the_api(supervisor, viewer, config, photos):
    path = f"/api/v1/photos/{photos[0].original_image_id}/known-count"
    json = {"content_type": "application/json"}
    assert supervisor.post(path, {"plants": 125}, **json).json()["counted"] == 100
    assert supervisor.post(path, {"plants": -1}, **json).status_code == 400
    assert viewer.post(path, {"plants": 125}, **json).status_code == 403
    [kind] = viewer.get("/api/v1/calibrations").json()["kinds"]
    assert (kind["product"], kind["known"], kind["missing"], kind["calibration"]) == (config.product.sku, 1, 2, None)
    for session in photos[1:3]:
        supervisor.post(f"/api/v1/photos/{session.original_image_id}/known-count", {"plants": 125}, **json)
    [kind] = viewer.get("/api/v1/calibrations").json()["kinds"]
    factor = kind["calibration"]
    assert (factor["verdict"], factor["used"], factor["photos"]) == ("used", True, 3)
    switched = supervisor.post(f"/api/v1/calibrations/{factor['calibration_id']}", {"on": False}, **json).json()
    assert (switched["off"], switched["used"]) == (True, False)
    again = supervisor.post(f"/api/v1/calibrations/{factor['calibration_id']}", {"on": False}, **json)
    assert again.status_code == 409
    assert supervisor.post(f"{path}/withdraw").json() == {"withdrawn": True}
    assert supervisor.post(f"{path}/withdraw").json() == {"withdrawn": False}
    gone = f"/api/v1/photos/{uuid.uuid4()}/known-count"
    assert supervisor.post(gone, {"plants": 1}, **json).status_code == 404


def test_list_needs_few_queries_for_many_kinds(viewer, django_assert_max_num_queries):
    for _number in range(4):
        count_photo(LocationConfigFactory())
    with django_assert_max_num_queries(14):
        viewer.get(LIST)
