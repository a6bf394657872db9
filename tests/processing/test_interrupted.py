"""A worker that dies at any write of any phase, and another that does the phase again: the same count, once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from photos.decoding.pixels import encode_jpeg
from photos.storage import object_store
from photos.upload.accepting import accept_upload
from processing import lifecycle
from processing.jobs import start_jobs
from processing.models import Detection, Job, Segment
from processing.pipeline import stages
from processing.runtime import inference
from processing.statuses import RunStatus
from stock.models import StockBatch, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture

pytestmark = pytest.mark.django_db(transaction=True)  # what was committed before the death stays
WORKER, TRAY = "gpu@test", (40, 40, 440, 340)
WRITES = ("INSERT", "UPDATE", "DELETE")


class WorkerDies(BaseException):
    """As SIGKILL: nothing in the way of it."""


class Death:
    """Lets `writes` writes to the database or S3 pass and none after them."""

    def __init__(self, monkeypatch, writes):
        self.left = writes
        self.put_object = object_store.put_object
        monkeypatch.setattr(object_store, "put_object", self.put)

    def count(self):
        if self.left == 0:
            raise WorkerDies
        self.left -= 1

    def put(self, *args, **kwargs):
        self.count()
        self.put_object(*args, **kwargs)

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(WRITES):
            self.count()
        return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def painted_models(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


def upload(place, shade):
    rgb = paint_picture(480, 380)
    paint_container(rgb, "plug", TRAY)
    paint_grid(rgb, TRAY, rows=4, columns=6, side=30, empty=(3, 10))
    rgb[0, 0] = shade % 256
    file = SimpleUploadedFile("photo.png", encode_jpeg(rgb, 95) + bytes([shade]))
    accepted = accept_upload(user=UserFactory(), files=[file], source="api", storage_location=place)
    [job] = start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=place)
    return job


def steps(job):
    """The phases in order, each as its task calls it."""
    yield lambda: stages.store_photos([job.image_id], worker=WORKER)
    yield lambda: stages.open_photo(job.image_id, worker=WORKER)
    yield lambda: [stages.detect(pk, worker=WORKER) for pk in _segments(job)]
    yield lambda: stages.close_photo(job.pk, worker=WORKER)


def _segments(job):
    return list(Segment.objects.filter(session__job=job).values_list("pk", flat=True))


def outcome(job):
    job = Job.objects.select_related("session", "image").get(pk=job.pk)
    found, batch = Detection.objects.filter(segment__session=job.session), StockBatch.objects.last()
    return {
        "status": (job.status, job.image.status, job.problem),
        "counts": (job.session.category_counts, job.session.total_detected, job.session.total_estimated),
        "detections": found.count(),
        "segments": len(_segments(job)),
        "movements": StockMovement.objects.filter(batch=batch).count(),
        "stock": batch.quantity_current,
        "staged": job.image.staging_name,
    }


@pytest.mark.parametrize("phase", range(4), ids=["store", "open", "detect", "close"])
def test_phase_that_is_cut_short_at_any_write_and_done_again_counts_once(phase, monkeypatch):
    undisturbed = upload(StorageLocationFactory(configured=True), 0)
    for step in steps(undisturbed):
        step()
    expected, deaths = outcome(undisturbed), 0
    assert expected["status"][0] == RunStatus.COMPLETED
    while True:
        job = upload(StorageLocationFactory(configured=True), deaths + 1)
        with monkeypatch.context() as patch:
            for number, step in enumerate(steps(job)):
                if number == phase:
                    death = Death(patch, deaths)
                    try:
                        with connection.execute_wrapper(death):
                            step()
                    except WorkerDies:
                        patch.undo()
                        lifecycle.release_worker(WORKER)
                        step()
                    else:
                        break
                step()  # each of them twice
            else:
                assert outcome(job) == expected, f"died at write {deaths + 1}"
                deaths += 1
                continue
        break
    assert deaths > 2
