"""Stalled work is sent again, given up after three lost workers, and closed when its chord never fired."""

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from demeter.celery import app
from photos.storage import object_store
from processing import lifecycle, recovery, tasks
from processing.messages import DETECTION_STOPPED, PROCESSING_STOPPED
from processing.models import Job, Segment
from processing.statuses import Phase, RunStatus, SegmentStatus
from tests.processing.factories import ProcessingSessionFactory, SegmentFactory

pytestmark = pytest.mark.django_db
PAST = timedelta(seconds=-1)


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """What recovery sends to the broker, by task name."""
    names = []

    def note(self, *args, **kwargs):
        names.append(self.name.rpartition(".")[2])

    with mock.patch("celery.app.task.Task.apply_async", note):

        def run():
            names.clear()
            with django_capture_on_commit_callbacks(execute=True):
                recovery.recover_stalled()
            return list(names)

        yield run


def stall(row, *, held_by=""):
    type(row).objects.filter(pk=row.pk).update(lease_until=timezone.now() + PAST, held_by=held_by)


def test_running_work_is_left_alone(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.SEGMENT)
    Job.objects.update(lease_until=timezone.now() + timedelta(minutes=1), held_by="gpu@a")
    assert sent() == []
    session.job.refresh_from_db()
    assert session.job.attempt == 0


@pytest.mark.parametrize(
    ("phase", "task"),
    [
        (Phase.STORE, "upload_s3_batch"),
        (Phase.LOCATE, "process_photo_ml"),
        (Phase.SEGMENT, "process_photo_ml"),
        (Phase.AGGREGATE, "aggregate_results"),
    ],
)
def test_lost_message_is_sent_again_without_counting_an_attempt(sent, phase, task):
    session = ProcessingSessionFactory(processing=True, job__phase=phase)
    stall(session.job)
    assert sent() == [task]
    session.job.refresh_from_db()
    assert session.job.attempt == 0
    assert sent() == [], "the new lease has not ended yet"


def test_containers_whose_sender_died_are_sent_again_soon(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.SEGMENT)
    bed = SegmentFactory(session=session, number=1, container_class="segment")
    lifecycle.await_detection(session.job, [bed])
    bed.refresh_from_db()
    assert bed.lease_until <= timezone.now() + lifecycle.SEND_LEASE
    stall(bed)
    assert sent() == ["detect_sahi"]
    bed.refresh_from_db()
    assert bed.lease_until > timezone.now() + lifecycle.WORK_LEASE, "sent now, it may wait in the queue"


def test_message_that_was_sent_leaves_the_lease_of_a_quick_worker_alone(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.LOCATE)
    taken = lifecycle.claim_job(session.job.pk, phases=(Phase.LOCATE,), worker="gpu@a")
    with mock.patch("celery.app.task.Task.apply_async"):
        tasks.send(session.job)
    session.job.refresh_from_db()
    assert (session.job.held_by, session.job.lease_until) == (taken.held_by, taken.lease_until)


def test_job_that_loses_three_workers_fails_with_reason(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.SEGMENT)
    for expected in (["process_photo_ml"], ["process_photo_ml"], []):
        stall(session.job, held_by="gpu@a")
        assert sent() == expected
    session.job.refresh_from_db()
    session.original_image.refresh_from_db()
    assert (session.job.status, session.job.problem) == (RunStatus.FAILED, "too_many_attempts")
    assert session.original_image.error_details == PROCESSING_STOPPED(number=3, phase="segment")


def test_container_that_loses_three_workers_fails_alone(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.DETECT)
    crate = SegmentFactory(session=session, number=1, container_class="box")
    bed = SegmentFactory(session=session, number=2, container_class="segment")
    Segment.objects.filter(pk=bed.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    for expected in (["detect_direct"], ["detect_direct"], []):
        stall(crate, held_by="gpu@a")
        assert sent() == expected
    crate.refresh_from_db()
    bed.refresh_from_db()
    assert (crate.status, crate.error) == (SegmentStatus.FAILED, DETECTION_STOPPED(number=3))
    assert bed.status == SegmentStatus.PENDING
    session.job.refresh_from_db()
    assert session.job.status == RunStatus.PROCESSING


def test_photo_whose_chord_never_fired_is_closed(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.DETECT)
    SegmentFactory(session=session, number=1, status=SegmentStatus.DONE)
    assert sent() == [], "the chord still has time"
    Job.objects.update(updated_at=timezone.now() - tasks.CHORD_GRACE)
    assert sent() == ["aggregate_results"]


def test_recovery_waits_behind_no_upload_and_is_not_dropped_for_waiting():
    def priority(task):
        return app.amqp.router.route({}, task.name)["priority"]

    assert priority(recovery.recover_stalled) < priority(tasks.upload_s3_batch)
    round_every = app.conf.beat_schedule["recover-stalled"]
    assert round_every["options"]["expires"] > round_every["schedule"]


def test_worker_that_starts_lets_go_of_what_it_held(sent):
    segment = SegmentFactory(session=ProcessingSessionFactory(processing=True), number=1, container_class="segment")
    Segment.objects.update(held_by="gpu@a/1", lease_until=timezone.now() + timedelta(minutes=4))
    recovery.release_held_work(sender=mock.Mock(hostname="gpu@a"))
    assert sent() == ["detect_sahi"]
    segment.refresh_from_db()
    assert segment.attempt == 1


def test_message_that_a_dead_worker_had_taken_is_sent_again_when_it_starts(sent):
    session = ProcessingSessionFactory(processing=True, job__phase=Phase.DETECT)
    waiting = SegmentFactory(session=session, number=1, container_class="box")
    lifecycle.mark_sent(Segment.objects.filter(pk=waiting.pk))
    assert sent() == []
    recovery.release_held_work(sender=mock.Mock(hostname="gpu@a"))
    assert sent() == ["detect_direct"]
    waiting.refresh_from_db()
    assert waiting.attempt == 0


@pytest.fixture
def storage_state(monkeypatch):
    """Whether the storage answers when recovery asks."""
    state = {"is_back": False, "asked": 0}

    def is_back():
        state["asked"] += 1
        return state["is_back"]

    monkeypatch.setattr(object_store, "is_back", is_back)
    return state


def test_what_an_outage_put_off_goes_on_as_soon_as_the_storage_is_back(sent, storage_state):
    job = ProcessingSessionFactory(processing=True, job__phase=Phase.STORE).job
    detecting = ProcessingSessionFactory(processing=True, job__phase=Phase.DETECT)
    waiting = SegmentFactory(session=detecting, container_class="box")
    for row in (job, waiting):
        lifecycle.postpone(row, seconds=600)
    assert sent() == []
    storage_state["is_back"] = True
    assert sent() == [], "the round in which it came back"
    assert sorted(sent()) == ["detect_direct", "upload_s3_batch"]
    asked = storage_state["asked"]
    assert sent() == [], "sent once"
    assert storage_state["asked"] == asked, "nothing waits for it any more"
    job.refresh_from_db()
    assert (job.attempt, job.postponements) == (0, 1)


def test_storage_is_not_asked_while_nothing_waits_for_it(sent, storage_state):
    ProcessingSessionFactory(processing=True, job__phase=Phase.STORE)
    sent()
    assert storage_state["asked"] == 0


def test_work_that_a_worker_has_taken_again_does_not_wait_for_the_storage(sent, storage_state):
    job = ProcessingSessionFactory(processing=True, job__phase=Phase.STORE).job
    lifecycle.postpone(job, seconds=0)
    lifecycle.claim_job(job.pk, phases=(Phase.STORE,), worker="io@a")
    assert not lifecycle.has_postponed()
