"""Status moves, leases and progress of jobs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from demeter.common.exceptions import ConflictError
from photos.statuses import ImageStatus
from processing import lifecycle
from processing.messages import NO_GPS
from processing.models import Job, Segment
from processing.problems import INTERNAL_ERROR, NEEDS_LOCATION
from processing.statuses import Phase, RunStatus, SegmentStatus
from tests.processing.factories import ProcessingSessionFactory, SegmentFactory

pytestmark = pytest.mark.django_db

COUNTS = {"total_detected": 3, "total_estimated": 4, "total_empty_containers": 1, "category_counts": {"plant": 3}}


def take(job: Job, worker: str = "gpu@a") -> Job | None:
    return lifecycle.claim_job(job.pk, phases=(Phase.STORE,), worker=worker)


def test_transition_moves_job_session_and_image_together():
    session = ProcessingSessionFactory()
    taken = take(session.job)
    assert taken is not None
    session.refresh_from_db()
    assert (taken.status, session.status, session.original_image.status) == ("processing", "processing", "processing")

    lifecycle.transition(taken, RunStatus.COMPLETED, **COUNTS)
    session.refresh_from_db()
    assert (taken.status, session.status) == ("completed", "completed")
    assert session.original_image.status == ImageStatus.READY
    assert session.total_estimated == 4
    assert taken.finished_at is not None
    assert taken.held_by == ""


def test_transition_completed_with_problem_keeps_counts_and_fails_image():
    session = ProcessingSessionFactory()
    job = take(session.job)
    message = NO_GPS()
    lifecycle.transition(job, RunStatus.COMPLETED, problem=NEEDS_LOCATION, message=message, **COUNTS)
    session.refresh_from_db()
    image = session.original_image
    assert (session.status, session.total_detected, session.error_message) == ("completed", 3, None)
    assert (image.status, image.problem) == ("failed", "needs_location")
    assert image.error_details == NO_GPS()


def test_transition_refuses_move_out_of_finished():
    session = ProcessingSessionFactory(ready=True)
    with pytest.raises(ConflictError, match="completed job cannot become processing"):
        lifecycle.transition(session.job, RunStatus.PROCESSING)


def test_fail_leaves_finished_job_alone():
    session = ProcessingSessionFactory(ready=True)
    lifecycle.fail(session.job.pk, INTERNAL_ERROR, "too late")
    session.job.refresh_from_db()
    assert session.job.status == RunStatus.COMPLETED


def test_database_refuses_failed_job_without_reason():
    session = ProcessingSessionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=session.job.pk).update(status="failed", finished_at=timezone.now())


def test_database_refuses_two_unfinished_jobs_of_one_image():
    session = ProcessingSessionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(image=session.original_image, kind="reprocess")


def test_take_job_gives_work_to_one_worker_only():
    session = ProcessingSessionFactory()
    assert take(session.job, "io@a") is not None
    assert take(session.job, "io@b") is None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert take(session.job, "io@b") is not None


def test_take_job_ignores_other_phase():
    session = ProcessingSessionFactory()
    assert lifecycle.claim_job(session.job.pk, phases=(Phase.DETECT,), worker="gpu@a") is None


def test_enter_phase_measures_the_phase_before():
    session = ProcessingSessionFactory()
    job = take(session.job)
    lifecycle.enter_phase(job, Phase.STORE)
    job.phase_started_at -= timedelta(seconds=7)
    lifecycle.queue_phase(job, Phase.LOCATE)
    session.refresh_from_db()
    assert session.phase_seconds["store"] == pytest.approx(7, abs=1)
    assert (job.phase, job.held_by, job.phase_started_at) == (Phase.LOCATE, "", None)


def test_tiles_of_job_are_the_sum_and_never_go_back():
    session = ProcessingSessionFactory(processing=True)
    job = session.job
    segments = [SegmentFactory(session=session, number=n, tiles_total=10) for n in (1, 2)]
    lifecycle.await_detection(job, segments)
    assert (job.tiles_done, job.tiles_total) == (0, 20)
    lifecycle.report_tiles(segments[0], done=4, total=8)
    lifecycle.report_tiles(segments[0], done=1, total=8)
    job.refresh_from_db()
    assert job.tiles_done == 5
    lifecycle.finish_segment(segments[1], status=SegmentStatus.DONE)
    job.refresh_from_db()
    assert job.tiles_done == 15


def end_lease_and_take_again(job: Job) -> Job:
    """A worker was stopped for longer than its lease, and another one of the same process took its job."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now())
    taken = take(job)
    assert taken is not None
    return taken


@pytest.mark.parametrize(
    "write",
    [
        lifecycle.renew,
        lambda job: lifecycle.enter_phase(job, Phase.LOCATE),
        lambda job: lifecycle.queue_phase(job, Phase.LOCATE),
        lambda job: lifecycle.await_detection(job, []),
        lambda job: lifecycle.postpone(job, seconds=60),
    ],
)
def test_worker_that_lost_its_lease_writes_nothing(write):
    first = take(ProcessingSessionFactory().job)
    assert first is not None
    second = end_lease_and_take_again(first)
    before = Job.objects.values().get()
    with pytest.raises(lifecycle.LeaseLostError):
        write(first)
    assert Job.objects.values().get() == before
    write(second)


def test_worker_of_a_finished_job_writes_nothing():
    taken = take(ProcessingSessionFactory().job)
    assert taken is not None
    lifecycle.fail(taken.pk, INTERNAL_ERROR, "stopped")
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.renew(taken)


def test_container_of_another_worker_is_left_alone():
    segment = SegmentFactory(session=ProcessingSessionFactory(processing=True), tiles_total=4)
    first = lifecycle.claim_segment(segment.pk, worker="gpu@a")
    assert first is not None
    Segment.objects.update(lease_until=timezone.now())
    assert lifecycle.claim_segment(segment.pk, worker="gpu@b") is not None
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.report_tiles(first, done=4, total=4)
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.finish_segment(first, status=SegmentStatus.DONE)
    segment.refresh_from_db()
    assert (segment.status, segment.tiles_done) == (SegmentStatus.PENDING, 0)


def test_release_worker_ends_only_its_own_leases():
    mine, other = SegmentFactory(number=1, held_by="gpu@a/1"), SegmentFactory(number=2, held_by="gpu@ab/1")
    Segment.objects.update(lease_until=timezone.now() + timedelta(minutes=4))
    assert lifecycle.release_worker("gpu@a") == 1
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.lease_until <= timezone.now() < other.lease_until
