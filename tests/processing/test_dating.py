"""The moment of a photo, from the camera's clock to the stock, and the question where that clock cannot be right."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from photos.ingest.storing import store_original
from photos.models import S3Image
from photos.upload.accepting import accept_upload
from processing import dating
from processing.dating import check_date
from processing.models import ProcessingSession
from processing.problems import NEEDS_CONFIG, NEEDS_DATE
from processing.review.outcome import find_problem, record_stock
from stock.models import StockCount, StockMovement, Visit
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import make_exif, photo
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 18, 0, tzinfo=UTC)


def upload(clock: str, offset: str = "", *, uploaded_at: datetime | None = None) -> S3Image:
    """A photo in the bucket whose camera wrote this."""
    details = {0x9003: clock} | ({0x9011: offset} if offset else {})
    files = [photo(exif=make_exif(details=details, gps={}))]
    [image] = accept_upload(user=UserFactory(), files=files, source="api").images
    store_original(image.pk)
    if uploaded_at:
        S3Image.objects.filter(pk=image.pk).update(created_at=uploaded_at)
    return S3Image.objects.get(pk=image.pk)


def exif_clock(moment: datetime) -> str:
    return f"{moment:%Y:%m:%d %H:%M:%S}"


# --- The moment -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("taken_at", "fields", "moment"),
    [
        (None, {}, NOW),
        (NOW - timedelta(days=3), {}, NOW - timedelta(days=3)),
        (NOW + timedelta(hours=5), {}, NOW),
        (NOW - timedelta(days=9000), {"date_doubt": "before_nursery"}, NOW),
        (NOW - timedelta(days=3), {"dated_at": NOW - timedelta(days=2)}, NOW - timedelta(days=2)),
    ],
    ids=["no date", "taken", "clock ahead", "in doubt", "settled"],
)
def test_moment_is_when_it_was_taken_else_uploaded(taken_at, fields, moment):
    image = S3ImageFactory()
    S3Image.objects.filter(pk=image.pk).update(created_at=NOW, taken_at=taken_at, **fields)
    assert S3Image.objects.get(pk=image.pk).moment == moment


def test_clock_without_a_zone_shows_the_nurserys():
    with override_settings(TIME_ZONE="America/Mexico_City"):
        image = upload("2026:11:26 12:00:00")
    assert image.taken_at == datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    assert image.exif_metadata["datetime_original"] == "2026-11-26T12:00:00"
    assert image.exif_metadata["datetime_assumed_zone"] == "America/Mexico_City"


def test_two_phones_in_one_bay_are_in_the_order_of_the_nurserys_clock():
    with override_settings(TIME_ZONE="America/Mexico_City"):
        at_ten, at_noon = upload("2026:11:26 10:00:00", "-06:00"), upload("2026:11:26 12:00:00")
    assert at_ten.moment < at_noon.moment
    assert "datetime_assumed_zone" not in at_ten.exif_metadata


# --- The question ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("clock", "offset", "doubt"),
    [
        ("9999:12:31 23:59:59", "-06:00", "unreadable"),
        ("2569:11:28 09:00:00", "+07:00", "unreadable"),
        ("0000:00:00 00:00:00", "", "unreadable"),
        ("1970:01:01 00:00:00", "", "before_nursery"),
        ("2000:01:01 00:03:12", "", "before_nursery"),
        ("2090:01:01 00:03:12", "", "ahead"),
        (exif_clock(timezone.now() - timedelta(days=2)), "", ""),
    ],
    ids=["year 9999", "year 2569", "zeros", "1970", "reset to 2000", "2090", "two days ago"],
)
def test_clock_is_judged_once_the_location_is_known(clock, offset, doubt):
    image = upload(clock, offset)
    check_date(image)
    image.refresh_from_db()
    assert image.date_doubt == doubt
    assert image.moment == (image.created_at if doubt else image.taken_at)


def test_photo_without_a_date_is_not_asked_about():
    image = upload("    :  :     :  :  ")
    check_date(image)
    assert (image.date_doubt, image.taken_at) == ("", None)


def test_photo_older_than_the_newest_count_of_its_location_is_asked_about():
    config, now = LocationConfigFactory(), timezone.now()
    S3ImageFactory(ready=True, storage_location=config.location)
    late, early = upload(exif_clock(now - timedelta(days=40))), upload(exif_clock(now - timedelta(days=20)))
    for image in (late, early):
        image.storage_location = config.location
        check_date(image)
    assert (late.date_doubt, early.date_doubt) == ("behind_location", "")


def test_photos_uploaded_later_say_nothing_about_a_clock():
    config, now = LocationConfigFactory(), timezone.now()
    old = upload(exif_clock(now - timedelta(days=60)), uploaded_at=now - timedelta(days=60))
    old.storage_location = config.location
    S3ImageFactory(ready=True, storage_location=config.location)
    check_date(old)
    assert old.date_doubt == ""


def counted(clock: str, **config) -> ProcessingSession:
    """A counted photo at a configured location, its date judged."""
    image = upload(clock)
    session = ProcessingSessionFactory(
        ready=True, job__image=image, storage_location=LocationConfigFactory(**config).location, original_image=image
    )
    image.storage_location = session.storage_location
    image.save(update_fields=["storage_location"])
    check_date(image)
    return ProcessingSession.objects.get(pk=session.pk)


def test_photo_of_an_impossible_date_stands_for_no_stock_until_it_is_settled():
    session = counted("2000:01:01 00:03:12")
    config = session.storage_location.configs.get()
    problem, message = find_problem(session, config)
    assert problem == NEEDS_DATE
    assert str(message) == (
        "The camera's date lies more than a year before the first upload of all: 2000-01-01 00:03:12"
    )
    record_stock(session, config, problem=problem, user=None)
    assert not StockMovement.objects.exists()

    dating.date_by_upload([session.original_image_id])
    session = ProcessingSession.objects.get(pk=session.pk)
    problem, _message = find_problem(session, config)
    assert problem is None
    record_stock(session, config, problem=problem, user=None)
    assert StockCount.objects.get().happened_at == session.original_image.created_at


def test_photo_of_an_impossible_date_joins_the_visit_of_its_bay_once_it_is_settled():
    part = counted(exif_clock(timezone.now()))
    config = part.storage_location.configs.get()
    lost = counted("2000:01:01 00:03:12")
    ProcessingSession.objects.filter(pk=lost.pk).update(storage_location=config.location)
    for session in (part, ProcessingSession.objects.get(pk=lost.pk)):
        record_stock(session, config, problem=find_problem(session, config)[0], user=None)
    assert Visit.objects.get(location=config.location).photos == 1

    dating.date_by_upload([lost.original_image_id])
    lost = ProcessingSession.objects.get(pk=lost.pk)
    record_stock(lost, config, problem=find_problem(lost, config)[0], user=None)
    visit = Visit.objects.get(location=config.location)
    assert (visit.photos, visit.last_at, visit.is_open) == (2, lost.original_image.moment, True)


def test_date_comes_before_the_configuration_which_depends_on_it():
    session = counted("2000:01:01 00:03:12")
    assert find_problem(session, None)[0] == NEEDS_DATE
    dating.date_by_upload([session.original_image_id])
    assert find_problem(ProcessingSession.objects.get(pk=session.pk), None)[0] == NEEDS_CONFIG


def test_answer_holds_when_the_photo_is_counted_again():
    image = upload("2000:01:01 00:03:12")
    check_date(image)
    dating.date_by_camera([image.pk])
    image = S3Image.objects.get(pk=image.pk)
    check_date(image)
    assert (image.date_doubt, image.moment) == ("", datetime(2000, 1, 1, 0, 3, 12, tzinfo=UTC))


def test_camera_without_a_date_that_a_row_can_hold_is_dated_by_its_upload():
    image = upload("9999:12:31 23:59:59")
    dating.date_by_camera([image.pk])
    image.refresh_from_db()
    assert image.dated_at == image.created_at
