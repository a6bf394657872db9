"""Into the trash, back again, and gone for good: what is shown, what is stored, what is known afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils import timezone

from demeter.celery import app
from demeter.common.exceptions import UnavailableError
from photos.models import PhotoEvent, S3Image
from photos.storage import object_store
from processing import periodic_tasks, trash
from processing.models import Detection, Job, ProcessingSession, Segment
from processing.trash import delete_photos, deleted_photos, purge_expired, restore_photos
from stock.ledger import record_count
from stock.models import Overlap, StockBatch, StockCount, StockMovement
from tests.factories import UserFactory
from tests.gallery.factories import EstimationFactory, SegmentFactory
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=31)


@pytest.fixture
def user():
    return UserFactory(supervisor=True)


def make_counted(*, config=None, quantity=120, **fields) -> ProcessingSession:
    """A ready photo in a configured location, counted into the stock."""
    config = config or LocationConfigFactory()
    session = ProcessingSessionFactory(ready=True, storage_location=config.location, **fields)
    record_count(
        image_id=session.original_image_id,
        session_id=session.session_id,
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=5,
        user=session.job.requested_by,
        happened_at=session.original_image.created_at,
    )
    return session


def stock() -> int:
    return StockBatch.objects.get().quantity_current


def delete(session: ProcessingSession, user) -> None:
    assert delete_photos(image_ids=[session.original_image_id], user=user).moved


def put_long_ago(image_id) -> None:
    S3Image.objects.filter(pk=image_id).update(deleted_at=timezone.now() - LONG_AGO)


# --- Delete and restore ---------------------------------------------------------------------------------------------
def test_deleted_photo_is_out_of_sight_and_out_of_the_stock(user):
    session = make_counted()
    moved = delete_photos(image_ids=[session.original_image_id], user=user)
    assert [image.pk for image in moved.moved] == [session.original_image_id]
    assert not S3Image.objects.photos().visible().exists()
    assert stock() == 0
    assert StockMovement.objects.count() == 2
    [image] = deleted_photos()
    assert [event.user for event in image.deletions] == [user]


def test_restored_photo_counts_again_at_its_moment(user):
    session = make_counted()
    first = StockMovement.objects.get()
    delete(session, user)
    assert restore_photos(image_ids=[session.original_image_id], user=user).moved
    assert stock() == 120
    assert StockCount.objects.in_force().get().session_id == session.session_id
    assert set(StockMovement.objects.values_list("happened_at", flat=True)) == {first.happened_at}
    assert [event.action for event in PhotoEvent.objects.all()] == ["restored", "deleted"]


def test_deleting_again_and_again_adds_up(user):
    session = make_counted()
    for _ in range(3):
        delete(session, user)
        assert stock() == 0
        restore_photos(image_ids=[session.original_image_id], user=user)
        assert stock() == 120


def test_a_later_photo_keeps_its_word_when_an_earlier_one_is_deleted(user):
    config = LocationConfigFactory()
    earlier, later = make_counted(config=config, quantity=100), make_counted(config=config, quantity=90)
    delete(earlier, user)
    assert stock() == 90
    delete(later, user)
    assert stock() == 0
    restore_photos(image_ids=[earlier.original_image_id], user=user)
    assert stock() == 100


def test_photo_that_was_counted_again_comes_back_with_its_last_count(user):
    config = LocationConfigFactory()
    first = make_counted(config=config, quantity=100)
    image = first.original_image
    again = ProcessingSessionFactory(ready=True, job__image=image, storage_location=config.location)
    moment = {"happened_at": image.created_at, "location": config.location, "config": config, "user": None}
    record_count(image_id=image.pk, session_id=again.session_id, quantity=110, quantity_empty=0, **moment)
    delete(again, user)
    restore_photos(image_ids=[image.pk], user=user)
    assert stock() == 110


def test_photo_without_a_count_goes_and_comes(user):
    image = S3ImageFactory(needs_location=True)
    assert delete_photos(image_ids=[image.pk], user=user).moved
    assert restore_photos(image_ids=[image.pk], user=user).moved
    assert not StockCount.objects.exists()


def test_many_photos_go_together_and_each_only_once(user):
    images = S3ImageFactory.create_batch(3, ready=True)
    ids = [image.pk for image in images]
    moved = delete_photos(image_ids=[*ids, ids[0], uuid4()], user=user)
    assert [image.pk for image in moved.moved] == ids
    assert moved.skipped == ()
    assert delete_photos(image_ids=ids, user=user).moved == ()
    assert PhotoEvent.objects.count() == 3


def test_photo_with_an_unfinished_run_stays(user):
    session = ProcessingSessionFactory(processing=True)
    moved = delete_photos(image_ids=[session.original_image_id], user=user)
    assert (moved.moved, [image.pk for image in moved.skipped]) == ((), [session.original_image_id])
    assert S3Image.objects.visible().filter(pk=session.original_image_id).exists()


def test_photo_uploaded_again_meanwhile_stays_in_the_trash(user):
    image = S3ImageFactory(ready=True)
    delete_photos(image_ids=[image.pk], user=user)
    S3ImageFactory(ready=True, sha256=image.sha256)
    moved = restore_photos(image_ids=[image.pk], user=user)
    assert (moved.moved, [left.pk for left in moved.skipped]) == ((), [image.pk])
    image.refresh_from_db()
    assert image.deleted_at is not None


# --- Purge ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def old(user):
    """A counted photo with files and findings, deleted 31 days ago."""
    picture = S3ImageFactory(annotated=True, s3_key_original=f"annotated/2025/10/08/{uuid4()}.jpg")
    session = make_counted(
        processed_image=picture,
        location_evidence={"text": "GPS"},
        job__image__exif_metadata={"camera_make": "Apple"},
        job__image__gps_coordinates={"lat": -33.4, "lon": -70.6},
    )
    segment = SegmentFactory(session=session, number=1)
    EstimationFactory(segment=segment)
    box = {"center_x_px": 1, "center_y_px": 1, "width_px": 1, "height_px": 1, "confidence": 0.9}
    Detection.objects.create(segment=segment, class_id=0, **box)
    for key in files_of(session):
        object_store.put_object(key, b"pixels", content_type="image/jpeg")
    delete(session, user)
    put_long_ago(session.original_image_id)
    return session


def files_of(session: ProcessingSession) -> list[str]:
    image, picture = session.original_image, session.processed_image
    return [image.s3_key_original, image.s3_key_thumbnail, image.s3_key_preview, picture.s3_key_original]


def test_purge_removes_files_metadata_and_findings(old):
    runs = {"first_session": uuid4(), "second_session": uuid4(), "first_quantity": 1, "second_quantity": 1}
    Overlap.objects.create(first_id=old.original_image_id, second_id=uuid4(), shared=[[1, 2, 3, 4]], **runs)
    assert purge_expired() == 1
    assert not any(object_store.has_object(key) for key in files_of(old))
    assert not Segment.objects.exists()
    assert not Detection.objects.exists()
    assert not Overlap.objects.exists()
    image = S3Image.objects.get()
    assert (image.exif_metadata, image.gps_coordinates, image.s3_key_preview) == (None, None, None)
    assert not deleted_photos().exists()


def test_purge_keeps_who_did_what_and_the_stock_history(old, user):
    movements = list(StockMovement.objects.values())
    counts = list(StockCount.objects.values())
    purge_expired()
    image = S3Image.objects.get()
    assert image.uploaded_by_user == old.original_image.uploaded_by_user
    assert (image.original_filename, image.sha256) == (old.original_image.original_filename, old.original_image.sha256)
    assert [(event.action, event.user) for event in image.events.all()] == [("purged", None), ("deleted", user)]
    session = ProcessingSession.objects.get()
    assert (session.total_detected, session.category_counts["plant"]) == (120, 120)
    assert Job.objects.get().requested_by is not None
    assert list(StockMovement.objects.values()) == movements
    assert list(StockCount.objects.values()) == counts


def test_purge_takes_only_what_has_been_in_the_trash_for_thirty_days(user):
    recent, visible = S3ImageFactory(ready=True), S3ImageFactory(ready=True)
    delete_photos(image_ids=[recent.pk], user=user)
    S3Image.objects.filter(pk=recent.pk).update(deleted_at=timezone.now() - timedelta(days=29, hours=23))
    assert purge_expired() == 0
    assert set(S3Image.objects.filter(purged_at=None)) == {recent, visible}


def test_photo_that_was_brought_back_and_deleted_anew_is_not_purged(old, user, monkeypatch):
    """Between the list of what is due and the lock of the photo."""
    due = trash._due

    def meanwhile():
        monkeypatch.setattr(trash, "_due", due)
        ids = [image.pk for image in due()]
        restore_photos(image_ids=ids, user=user)
        delete_photos(image_ids=ids, user=user)
        return S3Image.objects.filter(pk__in=ids)

    monkeypatch.setattr(trash, "_due", meanwhile)
    assert purge_expired() == 0
    assert not S3Image.objects.exclude(purged_at=None).exists()


def test_purged_photo_cannot_come_back(old, user):
    purge_expired()
    assert restore_photos(image_ids=[old.original_image_id], user=user).moved == ()
    assert purge_expired() == 0


def test_purge_waits_while_storage_is_away_and_goes_on_afterwards(old, monkeypatch):
    def away(key):
        raise UnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(object_store, "delete_object", away)
        with pytest.raises(UnavailableError):
            purge_expired()
    assert deleted_photos().exists()
    assert purge_expired() == 1


def test_record_of_a_purged_photo_cannot_be_removed(old):
    purge_expired()
    with pytest.raises((ProtectedError, ValidationError)):
        S3Image.objects.get().delete()


def test_beat_runs_the_purge_on_a_queue_that_is_served(old):
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    tasks = (periodic_tasks.purge_trash, periodic_tasks.clean_staging, periodic_tasks.verify_originals)
    assert {task.name for task in tasks} <= names
    assert {app.amqp.router.route({}, task.name)["queue"].name for task in tasks} == {"io"}
    periodic_tasks.purge_trash()
    assert not deleted_photos().exists()
    assert trash.KEPT_FOR.days == 30
