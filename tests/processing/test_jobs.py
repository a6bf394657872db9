"""Starting work: first runs of an upload, and new runs of a photo."""

from unittest import mock

import pytest
from django.utils import timezone

from demeter.common.exceptions import ConflictError, NotFoundError
from demeter.common.i18n.messages import TEXT
from processing import jobs
from processing.job_list import queries
from processing.models import Job
from processing.statuses import JobKind, Phase, RunStatus
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory, UploadFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """Runs a call and tells which tasks it sent after the commit, with their arguments."""

    def run(call):
        messages = []

        def note(self, args=None, kwargs=None, **options):
            messages.append((self.name.rpartition(".")[2], args, options.get("task_id")))

        with mock.patch("celery.app.task.Task.apply_async", note), django_capture_on_commit_callbacks(execute=True):
            result = call()
        return result, messages

    return run


def test_start_jobs_sends_chunks_of_twenty(sent):
    upload, place = UploadFactory(), StorageLocationFactory()
    images = S3ImageFactory.create_batch(41, upload=upload)
    started, messages = sent(lambda: jobs.start_jobs(upload=upload, images=images, chosen_location=place))
    assert [(name, len(args[0])) for name, args, _ in messages] == [("upload_s3_batch", n) for n in (20, 20, 1)]
    assert Job.objects.filter(status=RunStatus.PENDING, session__isnull=False).count() == 41
    assert {job.chosen_location for job in started} == {place}


def test_lists_from_before_a_start_are_not_shown_after_it(sent):
    assert queries.recent_jobs().jobs == ()
    upload = UploadFactory()
    [job], _ = sent(lambda: jobs.start_jobs(upload=upload, images=[S3ImageFactory(upload=upload)]))
    assert [row.job_id for row in queries.recent_jobs().jobs] == [job.pk]
    Job.objects.update(
        status=RunStatus.COMPLETED, phase=Phase.DONE, started_at=timezone.now(), finished_at=timezone.now()
    )
    assert [row.status for row in queries.recent_jobs().jobs] == [RunStatus.PENDING], "shared for a second"
    again, _ = sent(lambda: jobs.reprocess(image=job.image, user=upload.user, reason=""))
    assert [row.job_id for row in queries.recent_jobs().jobs] == [again.pk]


def test_reprocess_starts_from_the_stored_original(sent):
    session = ProcessingSessionFactory(needs_location=True)
    image, place = session.original_image, StorageLocationFactory()
    reason = TEXT(text="Found it")
    call = lambda: jobs.reprocess(image=image, user=image.uploaded_by_user, reason=reason, chosen_location=place)  # noqa: E731
    job, messages = sent(call)
    assert messages == [("process_photo_ml", (str(image.pk),), str(job.pk))]
    assert (job.kind, job.phase, job.chosen_location, job.reason) == (
        JobKind.REPROCESS,
        Phase.LOCATE,
        place,
        reason,
    )
    image.refresh_from_db()
    assert (image.status, image.problem, image.error_details) == ("processing", "", None)
    assert session.job.session.total_detected == 120


def test_reprocess_keeps_an_earlier_choice_of_location(sent):
    place = StorageLocationFactory()
    session = ProcessingSessionFactory(ready=True, job__chosen_location=place)
    job, _ = sent(lambda: jobs.reprocess(image=session.original_image, user=session.job.requested_by, reason=""))
    assert job.chosen_location == place


def test_reprocess_of_photo_that_never_reached_storage_begins_there(sent):
    session = ProcessingSessionFactory(failed=True, job__image__stored_at=None)
    job, messages = sent(lambda: jobs.reprocess(image=session.original_image, user=session.job.requested_by, reason=""))
    assert job.phase == Phase.STORE
    assert [name for name, *_ in messages] == ["upload_s3_batch"]


def test_reprocess_refuses_photo_under_way():
    session = ProcessingSessionFactory(processing=True)
    with pytest.raises(ConflictError, match="already being processed"):
        jobs.reprocess(image=session.original_image, user=session.job.requested_by, reason="")


def test_reprocess_refuses_deleted_photo():
    session = ProcessingSessionFactory(ready=True, job__image__deleted_at="2026-01-01T00:00:00Z")
    with pytest.raises(NotFoundError, match="deleted"):
        jobs.reprocess(image=session.original_image, user=session.job.requested_by, reason="")
