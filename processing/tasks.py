"""The Celery tasks of the spec and the canvas that joins them; each body loads, calls its stage and passes the result
on.

    upload_s3_batch [io] -> process_photo_ml [gpu] -> group(detect_sahi, detect_direct) [gpu] -> aggregate_results [cpu]

Every task is safe to run twice: `lifecycle.claim_job` and `claim_segment` give work to one worker at a time and refuse
finished work. A message only wakes a worker up; `processing.recovery` sends lost ones again. `demeter.celery` says
which queue serves which task.

Time limits of tasks hold in the cpu worker alone (prefork): Celery cannot interrupt the threads of the io worker or
the solo pool of the gpu worker. Their waits have time limits of their own: a call to S3 after 3 s without a connection
or 20 s without a byte, twice at most (`demeter.settings`), a statement of PostgreSQL after 2 minutes
(`demeter.common.database`), a decoder after 60 s, twice (`photos.decoding.decoder_pool`). Work that outlives its lease
is done again by another worker, and cannot write.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from celery import Task, chord, group, shared_task
from celery.canvas import Signature
from celery.exceptions import OperationalError
from django.conf import settings
from django.db.models import QuerySet
from redis import RedisError

from demeter.common import broker
from processing import lifecycle, overlaps, stocktake_reports
from processing.models import Job, ProcessingSession, Segment
from processing.pictures import annotated_pictures
from processing.pipeline import stages
from processing.statuses import Phase, SegmentStatus
from stock.models import Overlap, Stocktake

BATCH_SIZE = 20
CHORD_GRACE = settings.CHORD_GRACE
logger = logging.getLogger(__name__)


def send_batches(jobs: Sequence[Job]) -> None:
    """Send first runs to the io workers, 20 photos a message."""
    for start in range(0, len(jobs), BATCH_SIZE):
        batch = jobs[start : start + BATCH_SIZE]
        waiting = Job.objects.unfinished().filter(pk__in=[job.pk for job in batch], phase=Phase.STORE)
        _send(partial(upload_s3_batch.delay, [str(job.image_id) for job in batch]), waiting)


def send_each(jobs: Sequence[Job]) -> None:
    """Send jobs one by one to the queues of their phases."""
    for job in jobs:
        send(job)


def send(job: Job) -> None:
    """Send one job to the queue of its phase."""
    _send(lambda: _send_to_phase(job), Job.objects.unfinished().filter(pk=job.pk, phase=job.phase))


def _send(message: Callable[[], object], waiting: QuerySet[Job] | QuerySet[Segment] | QuerySet[Overlap]) -> None:
    """Send the message that wakes a worker for `waiting`. If the broker is unavailable, recovery sends it later."""
    try:
        with broker.asking(settings.REDIS_URL):
            message()
    except (OperationalError, RedisError) as error:
        logger.warning("a message is not sent now: %s", error)
    else:
        lifecycle.mark_sent(waiting)


def send_report(stocktake_id: int, language: str) -> None:
    """Have the report of a closed stocktake written; without the broker, whoever asks for it sends it again."""
    try:
        with broker.asking(settings.REDIS_URL):
            write_stocktake_report.delay(stocktake_id, language)
    except (OperationalError, RedisError) as error:
        logger.warning("a message is not sent now: %s", error)


def _send_to_phase(job: Job) -> None:
    if job.phase == Phase.STORE:
        upload_s3_batch.delay([str(job.image_id)])
    elif job.phase == Phase.AGGREGATE:
        aggregate_results.delay([], str(job.job_id))
    else:
        process_photo_ml.apply_async(args=(str(job.image_id),), task_id=str(job.job_id))


def send_segment(segment: Segment) -> None:
    """Send one container again, outside its chord: recovery aggregates the photo."""
    _send(_detection_of(segment).delay, Segment.objects.filter(pk=segment.pk, status=SegmentStatus.PENDING))


def send_overlap(overlap: Overlap) -> None:
    """Have two photos of a visit compared."""
    _send(partial(compare_photos.delay, overlap.pk), Overlap.objects.filter(pk=overlap.pk, awaits_comparison=True))


def _send_chord(job: Job, segments: Sequence[Segment]) -> None:
    """Send the containers of a photo; the last one that is done calls the aggregation."""
    canvas = chord(group(_detection_of(segment) for segment in segments))
    waiting = Segment.objects.filter(pk__in=[segment.pk for segment in segments], status=SegmentStatus.PENDING)
    _send(partial(canvas, aggregate_results.s(str(job.job_id))), waiting)


def _detection_of(segment: Segment) -> Signature[Any]:
    """The task that detects plants in a container: slices over a segment, one look at a box or plug tray."""
    task = detect_sahi if segment.container_class == "segment" else detect_direct
    return task.s(segment.pk)


@shared_task(bind=True, soft_time_limit=540, time_limit=600)
def upload_s3_batch(self: Task[Any, Any], image_ids: list[str]) -> dict[str, int]:
    """Phase 1 for up to 20 photos: EXIF, thumbnail, preview, original to S3. A photo already stored is skipped."""
    jobs = stages.store_photos([UUID(image_id) for image_id in image_ids], worker=str(self.request.hostname))
    for job in jobs:
        send(job)
    return {"stored": len(jobs)}


@shared_task(bind=True, soft_time_limit=540, time_limit=600)
def process_photo_ml(self: Task[Any, Any], image_id: str) -> dict[str, int]:
    """Phase 2: where was it taken, which containers are in it. A second run finds the job claimed or further on."""
    job, segments = stages.open_photo(UUID(image_id), worker=str(self.request.hostname))
    if job is None:
        return {"containers": 0}
    if segments:
        _send_chord(job, segments)
    else:
        aggregate_results.delay([], str(job.job_id))
    return {"containers": len(segments)}


@shared_task(bind=True, soft_time_limit=540, time_limit=600)
def detect_sahi(self: Task[Any, Any], segment_id: int) -> dict[str, Any]:
    """Phase 3 for loose pots: sliced detection. A second run finds the container claimed or done."""
    return stages.detect(segment_id, worker=str(self.request.hostname))


@shared_task(bind=True, soft_time_limit=540, time_limit=600)
def detect_direct(self: Task[Any, Any], segment_id: int) -> dict[str, Any]:
    """Phase 3 for a box or plug tray: one look at its crop. A second run finds the container claimed or done."""
    return stages.detect(segment_id, worker=str(self.request.hostname))


@shared_task(bind=True, soft_time_limit=240, time_limit=300)
def aggregate_results(self: Task[Any, Any], _results: list[dict[str, Any]], job_id: str) -> dict[str, Any]:
    """Phase 4: estimates, totals, annotated picture, stock. Uses the rows, not task results; a second run finds it
    done."""
    return stages.close_photo(UUID(job_id), worker=str(self.request.hostname))


@shared_task(bind=True, soft_time_limit=120, time_limit=150)
def compare_photos(self: Task[Any, Any], overlap_id: int) -> dict[str, Any]:
    """Which plants two photos of a visit both show. A second run finds the row claimed or done."""
    return overlaps.compare_photos(overlap_id, worker=str(self.request.hostname))


@shared_task(soft_time_limit=120, time_limit=150, ignore_result=True)
def draw_annotated(session_id: int) -> None:
    """Draw the annotated picture of a run on request. A second run finds it drawn."""
    annotated_pictures.restore_annotated(ProcessingSession.objects.get(pk=session_id))


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def write_stocktake_report(stocktake_id: int, language: str) -> None:
    """Write the report of a closed stocktake in a language. A second run finds it written."""
    stocktake_reports.write_report(Stocktake.objects.closed().get(pk=stocktake_id), language=language)
