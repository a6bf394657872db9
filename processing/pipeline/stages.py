"""The phases of a photo: load rows, call the pure functions and the models, write rows.

`processing.tasks` calls these from the queues. Each stage claims its row first, so it is safe to call twice. An outage
postpones the work; a damaged photo, or an error of ours, ends the job with its reason.
"""

import logging
import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError

from demeter.common.exceptions import UnavailableError
from demeter.common.i18n.messages import Message
from demeter.common.logs import bound
from locations.labels.reader import read_labels
from photos.decoding import decoder_pool
from photos.decoding.pixels import UnreadablePictureError
from photos.ingest import storing
from photos.models import S3Image
from photos.storage import object_store
from photos.storage.circuit_breaker import retry_delay_seconds
from processing import lifecycle, mapping
from processing.counting.missed import FoundContainers
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.pyramid import Pyramid
from processing.dating import check_date
from processing.messages import DETECTION_ERROR, PHASE_ERROR
from processing.models import Job, Segment
from processing.pipeline import aggregation
from processing.pipeline.locating import locate
from processing.pipeline.photo_count import open_picture
from processing.problems import INTERNAL_ERROR, STORAGE_LOST, UNREADABLE_PHOTO, Problem
from processing.review.outcome import category_of, config_of
from processing.runtime import inference, registry
from processing.runtime.weights import WeightsError
from processing.statuses import Phase, SegmentStatus

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


def store_photos(image_ids: Sequence[UUID], *, worker: str) -> list[Job]:
    """Phase 1 of a batch; returns the jobs that can continue. Each photo fails or waits separately."""
    jobs = Job.objects.unfinished().filter(image_id__in=image_ids).order_by("created_at")
    stored = [_store_photo(job.pk, worker) for job in jobs]
    return [job for job in stored if job is not None]


def _store_photo(job_id: UUID, worker: str) -> Job | None:
    job = lifecycle.claim_job(job_id, phases=(Phase.STORE,), worker=worker)
    if job is None:
        return None
    taken = job

    def store() -> Job:
        lifecycle.enter_phase(taken, Phase.STORE)
        storing.store_original(taken.image_id, renew=lambda: lifecycle.renew(taken))
        lifecycle.queue_phase(taken, Phase.LOCATE)
        return taken

    return _ending_job(job, store)


def open_photo(image_id: UUID, *, worker: str) -> tuple[Job | None, list[Segment]]:
    """Phase 2: location and containers. Returns the containers still to be detected; no job if there is nothing to
    do."""
    waiting = Job.objects.unfinished().filter(image_id=image_id).values_list("pk", flat=True).first()
    job = waiting and lifecycle.claim_job(waiting, phases=(Phase.LOCATE, Phase.SEGMENT), worker=worker)
    if not job:
        return None, []
    segments = _ending_job(job, lambda: _open(job))
    return (None, []) if segments is None else (job, segments)


def _open(job: Job) -> list[Segment]:
    image, session = job.image, job.session
    lifecycle.enter_phase(job, Phase.LOCATE)
    locate(job, image, session, look=lambda: _read_labels(job, image))
    with lifecycle.holding(job):
        check_date(image)
    lifecycle.enter_phase(job, Phase.SEGMENT)
    chosen = registry.choose(category_of(config_of(session)))
    session.model_versions = dict(chosen.versions)
    session.parameters_hash = DEFAULT_PARAMETERS.parameters_hash()
    earlier = mapping.find_same_detections(session)
    with inference.counting_with(chosen.models):
        found = FoundContainers(()) if earlier is not None else inference.find_containers(_read_held(job, image))
    session.plants_left_out = found.left_out if earlier is None else earlier.plants_left_out
    with lifecycle.holding(job):
        session.save(update_fields=["model_versions", "parameters_hash", "plants_left_out", "updated_at"])
        if earlier is not None:
            segments = mapping.copy_detections(earlier, session)
        else:
            segments = mapping.save_containers(session, found.containers)
        lifecycle.await_detection(job, segments)
    return [segment for segment in segments if segment.status == SegmentStatus.PENDING]


def _read_labels(job: Job, image: S3Image) -> tuple[str, ...]:
    labels = read_labels(_read_held(job, image).rgb)
    lifecycle.renew(job)
    return labels


def _read_held(row: Job | Segment, image: S3Image) -> Pyramid:
    """Read the picture and renew the lease, as reading and decoding may take minutes."""
    photo = read_picture(image)
    lifecycle.renew(row)
    return photo


def detect(segment_id: int, *, worker: str) -> dict[str, Any]:
    """Phase 3 of one container. A failure is returned and stored in its row: the others count."""
    segment = lifecycle.claim_segment(segment_id, worker=worker)
    if segment is None:
        return {"segment": segment_id, "skipped": True}
    with bound(job=segment.session.job_id, image=segment.session.original_image_id, container=segment.number):
        try:
            _try_to_detect(segment)
        except lifecycle.LeaseLostError:
            logger.warning("container %s was taken over by another worker; nothing is written", segment.number)
            return {"segment": segment_id, "skipped": True}
    return {"segment": segment_id, "status": segment.status}


def _try_to_detect(segment: Segment) -> None:
    try:
        _detect(segment)
    except (OperationalError, InterfaceError, lifecycle.LeaseLostError):
        raise  # nothing can, or may, be written; recovery sends the container again
    except UnavailableError:
        lifecycle.postpone(segment, seconds=_retry_delay(segment.postponements))
    except WeightsError:
        logger.exception("the models of session %s cannot be had; the photo begins again", segment.session_id)
        lifecycle.begin_again(segment)
    except Exception as error:
        logger.exception("container %s of session %s failed", segment.number, segment.session_id)
        lifecycle.finish_segment(
            segment, status=SegmentStatus.FAILED, error=DETECTION_ERROR(error=type(error).__name__)
        )


def _detect(segment: Segment) -> None:
    photo = _read_held(segment, segment.session.original_image)
    with inference.counting_with(registry.models_of(segment.session.model_versions)):
        found = inference.detect_plants(
            photo,
            mapping.read_container(segment),
            on_tile=lambda done, total: lifecycle.report_tiles(segment, done=done, total=total),
        )
    with lifecycle.holding(segment):
        mapping.save_detections(segment, found)
        lifecycle.finish_segment(segment, status=SegmentStatus.DONE, capped=found.capped)


def close_photo(job_id: UUID, *, worker: str) -> dict[str, Any]:
    """Phase 4: totals, estimates, annotated picture, stock. Nothing happens while a container is not done."""
    waiting = Segment.objects.filter(session__job=job_id, status=SegmentStatus.PENDING)
    if waiting.exists():
        return {"job": str(job_id), "skipped": True}
    job = lifecycle.claim_job(job_id, phases=(Phase.DETECT, Phase.AGGREGATE), worker=worker)
    if job is None:
        return {"job": str(job_id), "skipped": True}
    taken = job

    def close() -> bool:
        lifecycle.enter_phase(taken, Phase.AGGREGATE)
        aggregation.close(taken, _read_held(taken, taken.image))
        return True

    return {"job": str(job_id), "closed": _ending_job(job, close) is not None}


def _ending_job(job: Job, work: Callable[[], Result]) -> Result | None:
    """The result of `work`. None if it could not be done; the job then waits or has failed with a reason."""
    with bound(job=job.pk, image=job.image_id):
        try:
            return _try(job, work)
        except lifecycle.LeaseLostError:
            logger.warning("job %s was taken over by another worker; nothing is written", job.pk)
            return None


def _try(job: Job, work: Callable[[], Result]) -> Result | None:
    try:
        return work()
    except (OperationalError, InterfaceError, lifecycle.LeaseLostError):
        raise  # nothing can, or may, be written; recovery sends the job again
    except UnavailableError:
        lifecycle.postpone(job, seconds=_retry_delay(job.postponements))
    except UnreadablePictureError as error:
        _fail(job, UNREADABLE_PHOTO, Message(error.code, error.parameters))
    except object_store.OriginalLostError as error:
        _fail(job, STORAGE_LOST, error.message)
    except Exception as error:
        logger.exception("job %s failed in phase %s", job.pk, job.phase)
        message = PHASE_ERROR(error=type(error).__name__, phase=job.phase)
        _fail(job, INTERNAL_ERROR, message)
    return None


def _fail(job: Job, problem: Problem, message: Message) -> None:
    with lifecycle.holding(job):
        lifecycle.fail(job.pk, problem, message)


def _retry_delay(postponements: int) -> float:
    return retry_delay_seconds(postponements, random.Random())  # noqa: S311  jitter, not a secret


def read_picture(image: S3Image) -> Pyramid:
    """The picture of an image; the last two stay decoded in each worker."""
    return _read_picture(image.pk)


@lru_cache(maxsize=2)
def _read_picture(image_id: UUID) -> Pyramid:
    return open_picture(
        object_store.read_original(S3Image.objects.get(pk=image_id)), decode=decoder_pool.decode_picture
    )
