"""The accuracy page: validated photos and blind recounts apart, by what people ask for, with alarms and advice."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from locations.nursery import write_nursery
from photos.models import S3Image
from processing.models import ProcessingSession
from processing.review.blind_counts import record_blind_count
from processing.review.known_counts import record_known_count
from tests.factories import UserFactory
from tests.gallery.accuracy.judging import count_photo
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import refuse

pytestmark = pytest.mark.django_db
PAGE, API = "/accuracy/", "/api/v1/accuracy"
EXIF = {"camera_make": "Acme", "camera_model": "Acme One"}


@pytest.fixture
def config():
    return LocationConfigFactory(product__common_name="Opuntia", packaging=None)


@pytest.fixture
def photos(config):
    """Three photos with known counts, two of them counted too low, one seen by a person who did not know the count."""
    ana = UserFactory(supervisor=True)
    sessions = [count_photo(config, 100) for _number in range(4)]
    for session, plants in zip(sessions, (110, 120, 100), strict=False):
        S3Image.objects.filter(pk=session.original_image_id).update(exif_metadata=EXIF)
        record_known_count(image=session.original_image, user=ana, plants=plants)
    record_blind_count(image=sessions[3].original_image, user=ana, seen=80)
    return sessions


def read(client, **asked):
    return client.get(API, asked).json()


def test_page_without_anything_says_how_to_begin(viewer):
    page = viewer.get(PAGE)
    assertContains(page, "No photo of these months is validated.")
    assertContains(page, "No photo of these months was counted blind.")
    assertNotContains(page, '<svg class="chart"')


def test_validations_and_blind_recounts_are_apart(viewer, photos):
    answer = read(viewer)
    known, seen = answer["validations"]["total"], answer["recounts"]["total"]
    assert (known["photos"], known["bias"]) == (3, pytest.approx((-10 / 110 - 20 / 120) / 3, abs=1e-4))
    assert (seen["photos"], seen["bias"], seen["with_interval"]) == (1, 0.25, 0)
    page = viewer.get(PAGE)
    assertContains(page, "Opuntia")
    assertContains(page, 'class="chart"')
    assertContains(page, "8.6 %")


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("product", "Opuntia"),
        ("container", "Loose pots"),
        ("phone", "Acme One"),
        ("model", "d" * 12),
        ("month", None),
    ],
)
def test_rows_are_by_what_people_ask_for(viewer, photos, by, name):
    rows = read(viewer, by=by)["validations"]["rows"]
    judged = [row for row in rows if row["measures"]]
    assert len(judged) == 1
    assert judged[0]["measures"]["photos"] == 3
    assert name is None or judged[0]["name"] == name
    assertContains(viewer.get(PAGE, {"by": by}), judged[0]["name"])


def test_share_answered_counts_refused_and_partial_photos(viewer, config, photos):
    refuse(count_photo(config))
    partial = count_photo(config)
    ProcessingSession.objects.filter(pk=partial.pk).update(partial=True)
    answer = read(viewer, by="container")
    assert (answer["answered"], answer["asked"]) == (4, 6)
    assertContains(viewer.get(PAGE), "4 of 6 photos could be counted in full: 67 %.")


def test_period_narrows_the_photos(viewer, photos):
    S3Image.objects.filter(pk=photos[0].original_image_id).update(dated_at="2020-01-01T00:00:00Z")
    ProcessingSession.objects.filter(pk=photos[0].pk).update(created_at="2020-01-01T00:00:00Z")
    record_known_count(
        image=S3Image.objects.get(pk=photos[0].original_image_id), user=UserFactory(supervisor=True), plants=111
    )
    assert read(viewer, months="3")["validations"]["total"]["photos"] == 2
    assert read(viewer, months="all")["validations"]["total"]["photos"] == 3
    assert viewer.get(API, {"months": "7"}).status_code == 400
    assertRedirects(viewer.get(PAGE, {"by": "luck"}), PAGE)


def test_advice_names_what_is_missing(viewer, config, photos):
    write_nursery(blind_recount_percent=0)
    first, *_, last = read(viewer)["advice"]
    assert (first["code"], first["kind"], first["photos"]) == ("interval", "Opuntia, Loose pots", 6)
    assert last["code"] == "recounts"
    page = viewer.get(PAGE)
    assertContains(page, "6 more validated photos of Opuntia, Loose pots, and Demeter knows")
    assertContains(page, "Have some photos counted blind")


def test_drift_is_an_alarm_on_the_page_and_in_the_to_do_list(viewer, config):
    ana = UserFactory(supervisor=True)
    assertNotContains(viewer.get("/todo/"), "their accuracy")
    for number in range(20):
        session = count_photo(config, 100)
        moment = f"2026-10-{1 + number:02}T10:00:00Z"
        S3Image.objects.filter(pk=session.original_image_id).update(dated_at=moment)
        session.original_image.refresh_from_db()
        record_known_count(image=session.original_image, user=ana, plants=100 if number < 12 else 140)
    assertContains(viewer.get(PAGE), "the counts have drifted")
    assertContains(viewer.get("/todo/"), "their accuracy")
    [drift] = read(viewer)["alarms"]["drifts"]
    assert (drift["kind"], drift["before"]) == ("Opuntia, Loose pots", 0)
    assert drift["since"].startswith("2026-10-13")


def test_page_needs_few_queries(viewer, photos, django_assert_max_num_queries):
    viewer.get(PAGE)
    with django_assert_max_num_queries(30):
        viewer.get(PAGE)
