"""Finds stalled work and sends it again: the rows are authoritative, messages may be lost or arrive twice.

A lease that expired while a worker had it means that the worker is lost: that counts as an attempt, and work that keeps
losing its workers fails with a reason. Work whose lease expired in a queue is only sent again, and so is work postponed
by an outage, as soon as the storage answers. A photo whose containers are all done is aggregated, whether or not its
chord fired. Photos of a visit that are to be compared are sent from here alone.
"""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from demeter.common.loops import do_each
from photos.storage import object_store
from processing import lifecycle, overlaps, tasks
from processing.messages import DETECTION_STOPPED, PROCESSING_STOPPED
from processing.models import Job, Segment
from processing.problems import TOO_MANY_ATTEMPTS
from processing.statuses import Phase, RunStatus, SegmentStatus
from stock.models import Overlap

logger = logging.getLogger(__name__)
OVERLAPS_AT_ONCE = 200


@worker_ready.connect
def release_held_work(sender: Any = None, **_signal: Any) -> None:
    """Release what still carries the name of a starting worker: it belonged to the process that died."""
    released = lifecycle.release_worker(sender.hostname)
    if released:
        logger.warning("%s was lost with %d pieces of work; they will be restarted", sender.hostname, released)


@shared_task(soft_time_limit=60, time_limit=90, ignore_result=True)
def recover_stalled() -> None:
    """Beat, every 10 seconds. Safe to run twice: each row is handled under its lock."""
    recover_segments()
    recover_jobs()
    recover_overlaps()
    resume_after_outage()


def resume_after_outage() -> int:
    """Resume postponed work in the next round once the storage answers again; returns how much.

    Last in the round, because a hanging storage delays this check.
    """
    if not lifecycle.has_postponed() or not object_store.is_back():
        return 0
    resumed = lifecycle.resume_postponed()
    logger.warning("the storage is back: %d pieces of postponed work continue", resumed)
    return resumed


def recover_jobs() -> int:
    """Send stalled jobs again, and aggregate those whose containers are all done; how many."""
    now = timezone.now()
    waiting = Segment.objects.filter(session__job=OuterRef("pk"), status=SegmentStatus.PENDING)
    unfinished = Job.objects.unfinished()
    stalled = unfinished.exclude(phase=Phase.DETECT).filter(lease_until__lt=now)
    all_detected = unfinished.filter(~Exists(waiting), phase=Phase.DETECT, updated_at__lt=now - tasks.CHORD_GRACE)
    job_ids = [*stalled.values_list("pk", flat=True), *all_detected.values_list("pk", flat=True)]
    do_each(job_ids, _recover_job, failing="a stalled job could not be sent again")
    return len(job_ids)


def _recover_job(job_id: Any) -> None:
    with transaction.atomic():
        job = lifecycle.lock_unfinished(job_id)
        if job is None:
            return
        if job.phase == Phase.DETECT:
            lifecycle.queue_phase(job, Phase.AGGREGATE)
        elif not _may_run_again(job):
            message = PROCESSING_STOPPED(number=job.attempt, phase=job.phase)
            lifecycle.transition(job, RunStatus.FAILED, problem=TOO_MANY_ATTEMPTS, message=message)
            return
        logger.warning("job %s is sent again in phase %s", job.pk, job.phase)
        transaction.on_commit(lambda: tasks.send(job), robust=True)


def recover_segments() -> int:
    """Send containers again whose detection stalled; how many."""
    stalled = Segment.objects.filter(status=SegmentStatus.PENDING, lease_until__lt=timezone.now())
    segment_ids = list(stalled.values_list("pk", flat=True))
    do_each(segment_ids, _recover_segment, failing="a stalled container could not be sent again")
    return len(segment_ids)


def _recover_segment(segment_id: int) -> None:
    with transaction.atomic():
        segment = Segment.objects.select_for_update().filter(pk=segment_id, status=SegmentStatus.PENDING).first()
        if segment is None:
            return
        if not _may_run_again(segment):
            error = DETECTION_STOPPED(number=segment.attempt)
            lifecycle.finish_segment(segment, status=SegmentStatus.FAILED, error=error)
            return
        logger.warning("container %s of session %s is sent again", segment.number, segment.session_id)
        transaction.on_commit(lambda: tasks.send_segment(segment), robust=True)


def recover_overlaps() -> int:
    """Send photos that wait for comparison, newest first; how many."""
    waiting = Overlap.objects.filter(awaits_comparison=True, lease_until__lt=timezone.now())
    overlap_ids = list(waiting.order_by("-pk").values_list("pk", flat=True)[:OVERLAPS_AT_ONCE])
    do_each(overlap_ids, _recover_overlap, failing="photos could not be sent for comparison")
    return len(overlap_ids)


def _recover_overlap(overlap_id: int) -> None:
    with transaction.atomic():
        overlap = Overlap.objects.select_for_update().filter(pk=overlap_id, awaits_comparison=True).first()
        may_run = overlap is not None and _may_run_again(overlap)
        if overlap is not None and may_run:
            transaction.on_commit(lambda: tasks.send_overlap(overlap), robust=True)
    if overlap is not None and not may_run:
        overlaps.give_up(overlap)


def _may_run_again(row: lifecycle.Work) -> bool:
    """False if the row has lost too many workers; a row that only waited gets a new lease."""
    if row.held_by:
        return lifecycle.count_lost_worker(row)
    lifecycle.wait_in_queue(row)
    return True
