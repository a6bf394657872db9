"""The whole pipeline with real workers and the trained models; also when the gpu worker is killed in the middle."""

import os
import signal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum

from locations.demo import load_demo_nursery
from locations.models import StorageLocation
from photos.models import S3Image
from photos.statuses import UploadSource
from photos.storage import bucket, object_store
from photos.upload.accepting import accept_upload
from processing import jobs
from processing.jobs import reprocess, start_jobs
from processing.models import Detection, Job, ProcessingSession, Segment
from processing.review import corrections
from processing.statuses import RunStatus
from stock.models import StockBatch, StockMovement
from tests.factories import UserFactory
from tests.processing.live import DEMO_PHOTOS, make_photos, running_workers, wait_until, worker_pid

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(420)]


@pytest.fixture
def nursery():
    load_demo_nursery()
    bucket.ensure_bucket()
    return UserFactory()


def upload(user, files) -> list[Job]:
    accepted = accept_upload(user=user, files=files, source=UploadSource.API)
    assert accepted.refused == ()
    return list(start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=accepted.storage_location))


def photo_without_gps() -> SimpleUploadedFile:
    path = DEMO_PHOTOS / "plug-tray-square-cells.jpg"
    return SimpleUploadedFile(path.name, path.read_bytes(), content_type="image/jpeg")


def all_finished() -> bool:
    return not Job.objects.unfinished().exists()


def test_gpu_worker_killed_in_the_middle_of_ten_photos(nursery, tmp_path):
    with running_workers(tmp_path) as supervisor:
        upload(nursery, make_photos(10))
        wait_until(lambda: Job.objects.filter(status=RunStatus.COMPLETED).count() >= 2, supervisor, seconds=180)
        killed = worker_pid(tmp_path, "worker-gpu")
        os.kill(killed, signal.SIGKILL)
        wait_until(all_finished, supervisor, seconds=240)
        assert worker_pid(tmp_path, "worker-gpu") != killed

    jobs = Job.objects.select_related("session", "image")
    assert {job.status for job in jobs} == {RunStatus.COMPLETED}
    assert len(jobs) == ProcessingSession.objects.count() == 10
    for job in jobs:
        counts = job.session.category_counts
        boxes = Detection.objects.filter(segment__session=job.session, counted=True)
        assert boxes.filter(class_id=0).count() == job.session.total_detected == counts["plant"]
        assert job.session.processed_image is not None
        assert not job.session.partial
    # Photos of one place replace each other's count: the stock of a batch is that of its latest photo.
    moved = StockMovement.objects.aggregate(total=Sum("quantity"))["total"]
    assert moved == StockBatch.objects.aggregate(total=Sum("quantity_current"))["total"]
    assert S3Image.objects.photos().filter(status="processing").count() == 0


def test_photo_without_gps_is_ready_after_a_location_is_chosen(nursery, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "DRAWING_SECONDS", 60.0)  # of a busy machine
    with running_workers(tmp_path) as supervisor:
        [job] = upload(nursery, [photo_without_gps()])
        wait_until(all_finished, supervisor, seconds=180)
        image = job.image
        image.refresh_from_db()
        assert (image.status, image.problem) == ("failed", "needs_location")
        assert image.error_details.code == "no_gps"
        first = ProcessingSession.objects.get(job=job)

        place = StorageLocation.objects.filter(configs__active=True).first()
        again = reprocess(image=image, user=nursery, reason="Location chosen", chosen_location=place)
        wait_until(all_finished, supervisor, seconds=60)
        second = ProcessingSession.objects.get(job=again)
        corrections.correct(image=image, user=nursery, action="add", x=0.99, y=0.99, class_id=0)
        second.refresh_from_db()
        assert object_store.has_object(jobs.draw_annotated(second)), "drawn by the cpu worker"
        corrections.undo(image=image, user=nursery)

    image.refresh_from_db()
    second.refresh_from_db()
    assert image.status == "ready"
    assert second.storage_location == place
    assert second.detections_from == first
    assert (second.total_detected, second.category_counts) == (first.total_detected, first.category_counts)
    assert Segment.objects.filter(session=second).count() == Segment.objects.filter(session=first).count()
    assert StockBatch.objects.get().quantity_current == second.total_estimated
