"""The only writer of any status. Every transition of a job, its session and its image happens here, in one transaction.

A job is `pending` until a worker takes it, `processing` until it is `completed` or `failed`. A completed job may
leave a problem that a person can fix (`needs_location`...): the counts are kept, the image is `failed` until then.

Workers take a lease on a row (job, segment, overlap) before they work on it, so that a message delivered twice does the
work once; `processing.recovery` restarts work whose lease has expired. Each claim has its own name in `held_by`: a
worker that was stopped for so long that another took over its work cannot write any more (`holding`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from demeter.common.exceptions import ConflictError
from demeter.common.i18n.messages import Message
from photos.models import S3Image
from photos.statuses import ImageStatus
from processing.models import Job, ProcessingSession, Segment
from processing.problems import Problem
from processing.statuses import ALLOWED_MOVES, UNFINISHED, Phase, RunStatus, SegmentStatus
from stock.models import Overlap

WORK_LEASE, SEND_LEASE, QUEUE_LEASE = settings.WORK_LEASE, settings.SEND_LEASE, settings.QUEUE_LEASE
MAX_LOST_WORKERS = 3
Work = Job | Segment | Overlap


class LeaseLostError(Exception):
    """Another worker has this work, or it is finished: the result must be discarded."""


def transition(
    job: Job, to: str, *, problem: Problem | None = None, message: Message | None = None, **session: Any
) -> None:
    """Move a job, its session and its image together. The caller has locked the job's row.

    `message` says why a job failed or what a completed one still needs; `session` holds result columns.

    Raises:
        ConflictError: the move is not allowed from the job's current status.
    """
    if to not in ALLOWED_MOVES[job.status]:
        raise ConflictError(f"A {job.status} job cannot become {to}.")
    now = timezone.now()
    job.status = to
    job.problem, job.error = (problem.code, message) if problem else ("", None)
    if to == RunStatus.PROCESSING:
        job.started_at = job.started_at or now
    else:
        job.finished_at, job.lease_until, job.held_by = now, None, ""
    job.save()
    failed = to == RunStatus.FAILED
    ProcessingSession.objects.filter(job=job).update(
        status=to, error_message=message if failed else None, updated_at=now, **session
    )
    S3Image.objects.filter(pk=job.image_id).update(**_image_columns(to, problem, message, now))


def _image_columns(to: str, problem: Problem | None, message: Message | None, now: datetime) -> dict[str, Any]:
    """The image's columns after the move: a problem makes it `failed`, with the message as the reason."""
    if to == RunStatus.PROCESSING:
        status = ImageStatus.PROCESSING
    else:
        status = ImageStatus.FAILED if problem else ImageStatus.READY
    return {
        "status": status,
        "problem": problem.code if problem else "",
        "error_details": message if problem else None,
        "acknowledged_at": None,
        "processing_status_updated_at": now,
        "updated_at": now,
    }


def restate(job: Job, problem: Problem | None, message: Message | None) -> None:
    """Update what the photo of a completed job still needs, after a sign-off or its withdrawal."""
    now = timezone.now()
    job.problem, job.error = (problem.code, message) if problem else ("", None)
    job.save(update_fields=["problem", "error", "updated_at"])
    S3Image.objects.filter(pk=job.image_id).update(**_image_columns(RunStatus.COMPLETED, problem, message, now))


def reopen(images: Sequence[S3Image]) -> None:
    """Prepare finished photos for a new run: their earlier problems no longer count."""
    columns = _image_columns(RunStatus.PROCESSING, None, None, timezone.now())
    S3Image.objects.filter(pk__in=[image.pk for image in images]).update(**columns)


def lock_unfinished(job_id: UUID) -> Job | None:
    """The job, locked until the transaction ends; None if it is finished (a late or repeated message)."""
    return Job.objects.select_for_update().unfinished().filter(pk=job_id).first()


def fail(job_id: UUID, problem: Problem, message: Message) -> None:
    """End a job as failed with its reason; a finished job stays as it is."""
    with transaction.atomic():
        job = lock_unfinished(job_id)
        if job is not None:
            transition(job, RunStatus.FAILED, problem=problem, message=message)


def claim_job(job_id: UUID, *, phases: tuple[Phase, ...], worker: str) -> Job | None:
    """Claim an unfinished job that is in one of `phases`; None if there is nothing to do."""
    with transaction.atomic():
        job = lock_unfinished(job_id)
        if job is None or job.phase not in phases or _is_held(job):
            return None
        _hold(job, worker)
        transition(job, RunStatus.PROCESSING)
        return job


def claim_segment(segment_id: int, *, worker: str) -> Segment | None:
    """Claim a container that still waits for detection; None if there is nothing to do."""
    with transaction.atomic():
        segment = Segment.objects.select_for_update().filter(pk=segment_id, status=SegmentStatus.PENDING).first()
        if segment is None or _is_held(segment):
            return None
        _hold(segment, worker)
        segment.save()
        return segment


def claim_overlap(overlap_id: int, *, worker: str) -> Overlap | None:
    """Claim two photos that are to be compared; None if there is nothing to do."""
    with transaction.atomic():
        overlap = Overlap.objects.select_for_update().filter(pk=overlap_id, awaits_comparison=True).first()
        if overlap is None or _is_held(overlap):
            return None
        _hold(overlap, worker)
        overlap.save()
        return overlap


def _is_held(row: Work) -> bool:
    return bool(row.held_by) and row.lease_until is not None and row.lease_until > timezone.now()


def _hold(row: Work, worker: str) -> None:
    row.held_by, row.awaits_storage = f"{worker}/{uuid4().hex[:8]}", False
    row.lease_until = timezone.now() + WORK_LEASE


@contextmanager
def holding(row: Work) -> Iterator[None]:
    """The transaction in which a worker writes its results. Locks the row and renews its lease.

    Raises:
        LeaseLostError: another worker has it, or nobody.
    """
    with transaction.atomic():
        row.lease_until = timezone.now() + WORK_LEASE
        rows: Any = type(row).objects
        own = rows.filter(pk=row.pk, held_by=row.held_by)
        if not own.update(lease_until=row.lease_until, updated_at=timezone.now()):
            raise LeaseLostError(str(row.pk))
        yield


def renew(row: Work) -> None:
    """Renew the lease during a long phase. Raises LeaseLostError."""
    with holding(row):
        pass


def enter_phase(job: Job, phase: Phase) -> None:
    """Begin a phase (or continue it after a restart): record how long the previous one took and renew the lease."""
    now = timezone.now()
    with holding(job):
        if job.phase != phase or job.phase_started_at is None:
            _note_seconds(job, now)
            job.phase, job.phase_started_at = phase, now
        job.save(update_fields=["phase", "phase_started_at", "updated_at"])


def queue_phase(job: Job, phase: Phase) -> None:
    """End a phase and queue the job for another worker. Until that worker begins, nobody has it and no time is
    measured."""
    with holding(job):
        _note_seconds(job, timezone.now())
        job.phase, job.phase_started_at = phase, None
        wait_in_queue(job, "phase", "phase_started_at")


def _note_seconds(job: Job, now: datetime) -> None:
    if job.phase_started_at is not None:
        seconds = round((now - job.phase_started_at).total_seconds(), 3)
        session = ProcessingSession.objects.get(job=job)
        session.phase_seconds = {**session.phase_seconds, job.phase: seconds}
        session.save(update_fields=["phase_seconds", "updated_at"])


def await_detection(job: Job, segments: Sequence[Segment]) -> None:
    """Pass the containers to the detection workers; those copied from an earlier run count as done."""
    pending = [segment.pk for segment in segments if segment.status == SegmentStatus.PENDING]
    with holding(job):
        Segment.objects.filter(pk__in=pending).update(lease_until=send_lease_end())
        job.tiles_total = sum(segment.tiles_total for segment in segments)
        job.tiles_done = sum(segment.tiles_done for segment in segments)
        job.save(update_fields=["tiles_total", "tiles_done", "updated_at"])
        enter_phase(job, Phase.DETECT)
        wait_in_queue(job)


def begin_again(segment: Segment) -> None:
    """Let the photo of a container begin again with its containers, as the models it began with are gone.

    All of its containers are counted by the models that are chosen then. That counts as an attempt. Raises
    LeaseLostError.
    """
    with holding(segment):
        job = Job.objects.select_for_update().get(pk=segment.session.job_id)
        if job.status in UNFINISHED and job.phase == Phase.DETECT:
            Segment.objects.filter(session=segment.session_id).delete()
            job.phase, job.phase_started_at, job.tiles_done, job.tiles_total = Phase.LOCATE, None, 0, 0
            job.attempt, job.held_by, job.lease_until = job.attempt + 1, "recovery", timezone.now()
            job.save()


def postpone(row: Work, *, seconds: float) -> None:
    """Postpone work because the storage is down; recovery restarts it. An outage never shows as `failed`."""
    with holding(row):
        row.held_by, row.awaits_storage = "", True
        row.lease_until = timezone.now() + timedelta(seconds=seconds)
        row.postponements += 1
        row.save(update_fields=["held_by", "awaits_storage", "lease_until", "postponements", "updated_at"])


def has_postponed() -> bool:
    """Whether anything waits for the storage."""
    return any(waiting.exists() for waiting in _postponed())


def resume_postponed() -> int:
    """Let work that was postponed resume at once, as the storage is back; returns how much."""
    return sum(waiting.update(lease_until=timezone.now()) for waiting in _postponed())


def _postponed() -> tuple[QuerySet[Job], QuerySet[Segment], QuerySet[Overlap]]:
    segments = Segment.objects.filter(status=SegmentStatus.PENDING, awaits_storage=True)
    overlaps = Overlap.objects.filter(awaits_comparison=True, awaits_storage=True)
    return Job.objects.unfinished().filter(awaits_storage=True), segments, overlaps


def report_tiles(segment: Segment, *, done: int, total: int) -> None:
    """Progress of one container: renews its lease and moves the job's tiles forward, never backwards.

    Raises:
        LeaseLostError: another worker has it.
    """
    share = round(segment.tiles_total * done / max(total, 1))
    now = timezone.now()
    own = Segment.objects.filter(pk=segment.pk, held_by=segment.held_by)
    tiles_done = Greatest(F("tiles_done"), Value(share))
    if not own.update(tiles_done=tiles_done, lease_until=now + WORK_LEASE, updated_at=now):
        raise LeaseLostError(str(segment.pk))
    _move_job_tiles(segment.session_id)


def finish_segment(
    segment: Segment, *, status: SegmentStatus, error: Message | None = None, capped: bool = False
) -> None:
    """Finish one container; the caller has written its detections in the same transaction. Raises LeaseLostError."""
    with holding(segment):
        segment.status, segment.error, segment.capped = status, error, capped
        segment.held_by, segment.lease_until = "", None
        segment.tiles_done = segment.tiles_total
        segment.save()
        _move_job_tiles(segment.session_id)


def _move_job_tiles(session_pk: int) -> None:
    """The job's tiles are the sum of its containers' and never go back."""
    seen = Segment.objects.filter(session_id=session_pk).aggregate(done=Coalesce(Sum("tiles_done"), 0))["done"]
    Job.objects.filter(session=session_pk).update(
        tiles_done=Least(F("tiles_total"), Greatest(F("tiles_done"), Value(seen))), updated_at=timezone.now()
    )


def send_lease_end() -> datetime:
    """The time by which the message for rows committed now must be sent."""
    return timezone.now() + SEND_LEASE


def wait_in_queue(row: Work, *changed: str) -> None:
    """A new lease for work that is about to be queued; saves the `changed` columns with it."""
    row.held_by, row.awaits_storage, row.lease_until = "", False, send_lease_end()
    row.save(update_fields=["held_by", "awaits_storage", "lease_until", "updated_at", *changed])


def mark_sent(waiting: QuerySet[Job] | QuerySet[Segment] | QuerySet[Overlap]) -> None:
    """Record that their messages are queued and may wait; work that a worker has already claimed keeps its lease."""
    waiting.filter(held_by="").update(lease_until=timezone.now() + QUEUE_LEASE)


def count_lost_worker(row: Work) -> bool:
    """Record that a worker was lost during this work; True if it may be tried again."""
    row.attempt += 1
    row.save(update_fields=["attempt", "updated_at"])
    wait_in_queue(row)
    return row.attempt < MAX_LOST_WORKERS


def release_worker(worker: str) -> int:
    """Release everything a restarted worker had claimed when it died; recovery restarts it in its next round.

    The worker may also have received a message and died before claiming the row, so all queued work is sent again: a
    second message finds the work claimed or done.
    """
    now = timezone.now()
    held = Q(held_by__startswith=f"{worker}/")
    unfinished: tuple[QuerySet[Any], ...] = (
        Job.objects.unfinished(),
        Segment.objects.filter(status=SegmentStatus.PENDING),
        Overlap.objects.filter(awaits_comparison=True),
    )
    for rows in unfinished:
        rows.filter(held_by="").update(lease_until=now)
    return sum(rows.filter(held).update(lease_until=now) for rows in unfinished)
