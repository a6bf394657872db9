"""Two photos of a visit are compared by a worker: sent, claimed, recorded, put off, given up."""

from datetime import timedelta
from unittest import mock

import cv2
import pytest
from django.utils import timezone

from demeter.common.exceptions import UnavailableError
from photos.storage import object_store
from processing import lifecycle, overlaps, recovery
from processing.models import Detection
from stock.models import Overlap, StockCount, Visit
from tests.locations.factories import LocationConfigFactory
from tests.processing.drawn_beds import draw_bed, photograph
from tests.processing.factories import CorrectionFactory, ProcessingSessionFactory, SegmentFactory
from tests.stock.visits.test_records import answer, shoot, sketch

pytestmark = pytest.mark.django_db
SCALE = 2  # of the original to the preview


def store_photo(part, place):
    """A counted photo with its preview in S3; its plants are in pixels of an original of twice the size."""
    rgb, boxes, _plants = part
    height, width = rgb.shape[:2]
    session = ProcessingSessionFactory(
        ready=True,
        total_detected=len(boxes),
        total_estimated=len(boxes),
        job__image__width_px=width * SCALE,
        job__image__height_px=height * SCALE,
        job__image__sketch=sketch(place),
    )
    segment = SegmentFactory(session=session, status="done", detected=len(boxes), estimated=len(boxes))
    Detection.objects.bulk_create(
        Detection(
            segment=segment,
            class_id=0,
            center_x_px=(x0 + x1) / 2 * SCALE,
            center_y_px=(y0 + y1) / 2 * SCALE,
            width_px=(x1 - x0) * SCALE,
            height_px=(y1 - y0) * SCALE,
            confidence=0.9,
        )
        for x0, y0, x1, y1 in boxes
    )
    picture = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    object_store.put_object(session.original_image.s3_key_preview, picture, content_type="image/jpeg")
    return session


@pytest.fixture
def bay():
    """A bay in two photos that overlap, and how many plants it has."""
    bed, config = draw_bed(), LocationConfigFactory()
    parts = [photograph(bed, 0, 600, seed=1), photograph(bed, 360, 960, seed=2)]
    for number, part in enumerate(parts):
        session = store_photo(part, number + 1)
        shoot(config, len(part[1]), minute=number, image=session.original_image, session=session.session_id)
    answer(config, "parts")
    return len({*parts[0][2].tolist(), *parts[1][2].tolist()})


def stall(overlap, *, held_by=""):
    past = timezone.now() - timedelta(seconds=1)
    Overlap.objects.filter(pk=overlap.pk).update(lease_until=past, held_by=held_by)


def test_a_visit_counts_each_plant_once(bay):
    overlap = Overlap.objects.get()
    overlaps.compare_photos(overlap.pk, worker="cpu@a")
    overlap.refresh_from_db()
    assert (overlap.verdict, overlap.awaits_comparison, overlap.held_by) == ("joined", False, "")
    assert len(overlap.homography) == 9
    assert Visit.objects.get().quantity == pytest.approx(bay, rel=0.02)
    for x, y, to_x, to_y in overlap.shared:
        assert all(-200 <= part <= 10_200 for part in (x, y, to_x, to_y))


def test_a_second_message_changes_nothing(bay):
    overlap = Overlap.objects.get()
    overlaps.compare_photos(overlap.pk, worker="cpu@a")
    assert overlaps.compare_photos(overlap.pk, worker="cpu@a") == {"overlap": overlap.pk, "skipped": True}


def test_plants_that_a_person_removed_are_not_compared(bay):
    overlap = Overlap.objects.get()
    image = StockCount.objects.order_by("happened_at").first()
    CorrectionFactory(image_id=image.image_id, action="remove", x=0.05, y=0.05)
    overlaps.compare_photos(overlap.pk, worker="cpu@a")
    overlap.refresh_from_db()
    assert overlap.first_located in (overlap.first_quantity, overlap.first_quantity - 1)


def test_photos_without_a_picture_are_asked_about(bay):
    overlap = Overlap.objects.get()
    for image in StockCount.objects.values_list("image_id", flat=True):
        object_store.delete_object(f"previews/2025/10/08/{image}.jpg")
    overlaps.compare_photos(overlap.pk, worker="cpu@a")
    overlap.refresh_from_db()
    assert (overlap.verdict, overlap.reason) == ("doubtful", "no_picture")
    assert Visit.objects.get().is_open


def test_an_error_of_ours_is_asked_about(bay):
    overlap = Overlap.objects.get()
    with mock.patch.object(overlaps, "compare", side_effect=ZeroDivisionError):
        overlaps.compare_photos(overlap.pk, worker="cpu@a")
    overlap.refresh_from_db()
    assert (overlap.verdict, overlap.reason) == ("doubtful", "failed")


def test_an_outage_of_the_storage_postpones_the_comparison(bay):
    overlap = Overlap.objects.get()
    with mock.patch.object(overlaps, "read_preview", side_effect=UnavailableError("down")):
        overlaps.compare_photos(overlap.pk, worker="cpu@a")
    overlap.refresh_from_db()
    assert (overlap.verdict, overlap.awaits_comparison, overlap.awaits_storage) == ("waiting", True, True)
    assert lifecycle.has_postponed()


def test_recovery_sends_what_waits_and_gives_up_after_three_lost_workers(bay, django_capture_on_commit_callbacks):
    overlap = Overlap.objects.get()
    with mock.patch("celery.app.task.Task.apply_async") as sent, django_capture_on_commit_callbacks(execute=True):
        stall(overlap)
        assert recovery.recover_overlaps() == 1
    assert sent.call_count == 1
    for _ in range(3):
        stall(overlap, held_by="cpu@a/1")
        recovery.recover_overlaps()
    overlap.refresh_from_db()
    assert (overlap.verdict, overlap.reason, overlap.awaits_comparison) == ("doubtful", "failed", False)


def test_a_worker_that_starts_lets_go_of_what_it_compared(bay):
    overlap = lifecycle.claim_overlap(Overlap.objects.get().pk, worker="cpu@a")
    assert lifecycle.claim_overlap(overlap.pk, worker="cpu@b") is None
    assert lifecycle.release_worker("cpu@a") == 1
    assert lifecycle.claim_overlap(overlap.pk, worker="cpu@b") is not None
