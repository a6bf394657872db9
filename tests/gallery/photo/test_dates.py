"""One moment for each photo on every page, days of the nursery, and the question about a date that cannot be right."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gallery.places.history import draw_history, location_history
from gallery.places.last_counts import read_last_count, with_last_count
from locations.models import StorageLocation
from photos.models import S3Image
from processing.models import Job, ProcessingSession
from tests.gallery.factories import make_session_waiting, placed, uploaded_at
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db
UPLOADED = datetime(2026, 11, 28, 18, 0, tzinfo=UTC)
RESET = datetime(2000, 1, 1, 0, 3, 12, tzinfo=UTC)


def make_count(location: StorageLocation, *, plants: int, uploaded: datetime, taken: datetime) -> ProcessingSession:
    session = placed(ProcessingSessionFactory(ready=True, total_detected=plants, total_estimated=plants), location)
    uploaded_at(session, uploaded)
    S3Image.objects.filter(pk=session.original_image_id).update(taken_at=taken)
    return session


@pytest.fixture
def monday_after_friday():
    """A bay whose photo of Friday was sent before that of Monday."""
    bay = StorageLocationFactory()
    friday = make_count(bay, plants=17, uploaded=UPLOADED, taken=UPLOADED - timedelta(days=1))
    monday = make_count(bay, plants=286, uploaded=UPLOADED + timedelta(hours=1), taken=UPLOADED - timedelta(days=5))
    return bay, friday, monday


def test_photos_sent_out_of_order_tell_one_story(viewer: Client, monday_after_friday):
    bay, *_photos = monday_after_friday
    last = read_last_count(with_last_count(StorageLocation.objects.filter(pk=bay.pk)).get())
    assert (last.plants, last.seen_at) == (17, UPLOADED - timedelta(days=1))
    history = location_history(bay.pk)
    assert [event.total_estimated for event in history] == [17, 286]
    assert [event.timestamp for event in history] == [UPLOADED - timedelta(days=1), UPLOADED - timedelta(days=5)]
    assert [dot.counted.plants for dot in draw_history(history).dots] == [286, 17]
    cards = viewer.get("/gallery/").context["cards"].cards
    assert [card.moment for card in cards] == [UPLOADED - timedelta(days=1), UPLOADED - timedelta(days=5)]


def test_pages_of_the_gallery_follow_the_moment(viewer: Client, monday_after_friday):
    _bay, friday, monday = monday_after_friday
    first = viewer.get("/gallery/", {"per_page": 1}).context["cards"]
    assert first.cards[0].image_id == friday.original_image_id
    second = viewer.get("/gallery/", {"per_page": 1, "after": str(first.last)}).context["cards"]
    assert second.cards[0].image_id == monday.original_image_id
    back = viewer.get("/gallery/", {"per_page": 1, "before": str(second.first)}).context["cards"]
    assert back.cards[0].image_id == friday.original_image_id


def test_a_day_is_one_of_the_nursery(viewer: Client):
    evening = S3ImageFactory(ready=True)
    S3Image.objects.filter(pk=evening.pk).update(created_at="2026-11-27T02:30:00Z")
    with override_settings(TIME_ZONE="America/Mexico_City"):
        assertContains(viewer.get("/gallery/", {"date_to": "2026-11-26"}), str(evening.pk))
        assertNotContains(viewer.get("/gallery/", {"date_from": "2026-11-27"}), str(evening.pk))
        page = viewer.get("/gallery/", {"date_from": "2026-11-26", "date_to": "2026-11-26"})
        assertContains(page, "26 Nov 2026, 20:30")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-11-26"])
@pytest.mark.parametrize("name", ["date_from", "date_to"])
@pytest.mark.parametrize("path", ["/gallery/", "/api/v1/photos/gallery"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_any_day_is_answered(viewer: Client, path, name, day, zone):
    with override_settings(TIME_ZONE=zone):
        assert viewer.get(path, {name: day}).status_code == 200


def test_last_day_of_all_hides_no_photo(viewer: Client):
    image = S3ImageFactory(ready=True)
    assertContains(viewer.get("/gallery/", {"date_to": "9999-12-31"}), str(image.pk))


def test_every_page_names_the_zone_once(viewer: Client):
    with override_settings(TIME_ZONE="America/Mexico_City"):
        assertContains(
            viewer.get("/gallery/"), "All times are in the time zone America/Mexico_City (UTC-0600).", count=1
        )
    assertContains(viewer.get("/gallery/"), "All times are in UTC.", count=1)


def test_every_page_of_the_admin_names_the_zone_once(admin_client: Client):
    assertContains(admin_client.get("/admin/photos/s3image/"), "All times are in UTC.", count=1)


# --- The API --------------------------------------------------------------------------------------------------------
def exif_of(client: Client, **fields) -> dict:
    image = S3ImageFactory(ready=True, **fields)
    return client.get(f"/api/v1/photos/{image.pk}").json()["metadata"]["exif"]


def test_clock_without_a_zone_has_none_and_the_assumed_one_is_named(viewer: Client):
    written = {
        "datetime_original": "2026-11-26T12:00:00",
        "datetime_zone_source": "unknown",
        "datetime_assumed_zone": "America/Mexico_City",
    }
    exif = exif_of(viewer, exif_metadata=written, taken_at=datetime(2026, 11, 26, 18, 0, tzinfo=UTC))
    assert {name: exif[name] for name in written} == written


def test_clock_with_a_zone_is_told_in_utc(viewer: Client):
    written = {"datetime_original": "2026-11-26T12:00:00-06:00", "datetime_zone_source": "offset"}
    exif = exif_of(viewer, exif_metadata=written, taken_at=datetime(2026, 11, 26, 18, 0, tzinfo=UTC))
    assert exif["datetime_original"] == "2026-11-26T18:00:00Z"
    assert exif["datetime_assumed_zone"] is None


def test_date_that_no_row_can_hold_is_told_as_it_is_written(viewer: Client):
    written = {"datetime_original": "9999-12-31T23:59:59-06:00", "datetime_zone_source": "offset"}
    assert exif_of(viewer, exif_metadata=written)["datetime_original"] == "9999-12-31T23:59:59-06:00"


# --- The question ---------------------------------------------------------------------------------------------------
def doubtful(location: StorageLocation | None = None, **fields) -> ProcessingSession:
    session = make_session_waiting("needs_date", location=location or LocationConfigFactory().location, **fields)
    uploaded_at(placed(session, session.storage_location), UPLOADED)
    photo = S3Image.objects.filter(pk=session.original_image_id)
    photo.update(taken_at=RESET, date_doubt="before_nursery")
    session.original_image.refresh_from_db()
    return session


def fix(client: Client, session: ProcessingSession, **data):
    return client.post(f"/gallery/{session.original_image_id}/fix/", data)


def test_form_offers_the_upload_the_camera_and_a_date_to_type(worker: Client):
    page = worker.get(f"/gallery/{doubtful().original_image_id}/problem/")
    for words in ("When it was uploaded", "28 Nov 2026, 18:00", "As recorded by the camera", "1 Jan 2000, 00:03"):
        assertContains(page, words)
    assertContains(page, 'type="datetime-local"')


def test_upload_settles_the_date_and_the_photo_runs_again(worker: Client):
    session = doubtful()
    response = fix(worker, session, source="upload")
    assertRedirects(response, f"/gallery/{session.original_image_id}/", fetch_redirect_response=False)
    image = S3Image.objects.get(pk=session.original_image_id)
    assert (image.dated_at, image.date_doubt, image.moment) == (UPLOADED, "", UPLOADED)
    assert str(Job.objects.get(image=image, kind="reprocess").reason) == "Date set: the upload's"


def test_typed_date_is_one_of_the_nurserys_clock(worker: Client):
    session = doubtful()
    with override_settings(TIME_ZONE="America/Mexico_City"):
        fix(worker, session, source="typed", moment="2026-11-27T09:15")
    image = S3Image.objects.get(pk=session.original_image_id)
    assert image.moment == datetime(2026, 11, 27, 15, 15, tzinfo=UTC)
    assert str(Job.objects.get(image=image, kind="reprocess").reason) == "Date set: 2026-11-27 09:15"


def test_camera_may_be_right_and_others_of_the_upload_follow(worker: Client):
    session = doubtful()
    other = doubtful(job__image__upload=session.original_image.upload)
    stranger = doubtful()
    fix(worker, session, source="camera", others="on")
    assert S3Image.objects.filter(dated_at=RESET).count() == 2
    assert S3Image.objects.get(pk=other.original_image_id).moment == RESET
    assert S3Image.objects.get(pk=stranger.original_image_id).date_doubt == "before_nursery"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose one."),
        ({"source": "typed"}, "Type when the photo was taken."),
        ({"source": "typed", "moment": "yesterday"}, "Enter a valid date/time."),
        ({"source": "typed", "moment": "9999-12-31T23:59"}, "Type a date between 1970 and today."),
        ({"source": "typed", "moment": "2026-11-29T23:59"}, "The photo was uploaded before that."),
        ({"source": "upload", "moment": "2026-11-26T09:00"}, "You also typed a date."),
        (
            {"source": "typed", "moment": "2026-11-26T09:00", "others": "on"},
            "A date that you type applies to one photo only.",
        ),
    ],
)
def test_answer_that_cannot_be_is_sent_back_with_what_to_do(worker: Client, data, words):
    session = doubtful()
    doubtful(job__image__upload=session.original_image.upload)
    response = fix(worker, session, **data)
    assertContains(response, words, status_code=422)
    assert S3Image.objects.get(pk=session.original_image_id).date_doubt == "before_nursery"
    assert Job.objects.filter(image=session.original_image_id).count() == 1


def test_viewer_cannot_settle_a_date(viewer: Client):
    session = doubtful()
    assert fix(viewer, session, source="upload").status_code == 403


def test_open_date_is_in_no_count_and_no_history_and_the_page_says_so(viewer: Client):
    bay = StorageLocationFactory()
    make_count(bay, plants=17, uploaded=UPLOADED, taken=UPLOADED - timedelta(days=1))
    doubtful(bay, total_estimated=286)
    last = read_last_count(with_last_count(StorageLocation.objects.filter(pk=bay.pk)).get())
    assert last.plants == 17
    assert [event.total_estimated for event in location_history(bay.pk)] == [17]
    page = viewer.get(f"/locations/{bay.code}/")
    assertContains(page, "1 photo is left out of the count, history and stock until its date is checked")
    assertContains(page, f"location_id={bay.pk}&amp;status=needs_date")


def test_work_list_names_the_upload_whose_dates_are_asked_about(worker: Client):
    doubtful()
    page = worker.get("/todo/")
    assertContains(page, "Date to be checked")
    assertContains(page, "Upload of ")


def test_photo_of_a_settled_date_shows_it(viewer: Client):
    image = S3ImageFactory(ready=True, dated_at=timezone.now())
    assertContains(viewer.get(f"/gallery/{image.pk}/?tab=file"), "Corrected date")
