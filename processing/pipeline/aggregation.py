"""The last phase: from all boxes of a photo to its count, its annotated picture and its stock movement."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from demeter.common.i18n.messages import Message
from locations.configuration import list_parts
from locations.models import LocationConfig
from photos.decoding.content_types import JPEG
from photos.decoding.pixels import encode_jpeg
from photos.models import S3Image
from photos.statuses import ImageStatus
from photos.storage import keys, object_store
from processing import lifecycle, mapping
from processing.counting.boxes import Detections, Rgb, concatenate
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.pyramid import Pyramid
from processing.counting.quality import find_faults, predict_error
from processing.counting.totals import PhotoCount, count_photo, main_kind
from processing.messages import CONTAINERS_FAILED, CONTAINERS_MISSING, NO_DENSITY, NO_DENSITY_LOOSE, as_message
from processing.models import Estimation, Job, ProcessingSession, Segment
from processing.pictures import drawing
from processing.pipeline.densities import density_row, known_densities
from processing.pipeline.photo_count import estimate_counts, own_detections
from processing.problems import DETECTION_FAILED, NEEDS_CALIBRATION, REFUSALS, Problem
from processing.review.division import Planted, find_planted, highest_number
from processing.review.outcome import config_of, find_problem, record_stock
from processing.review.recount import read_reviewed, recount, take_over, totals_of
from processing.review.validation import follow_validation, stratum_of
from processing.statuses import Phase, RunStatus, SegmentStatus
from stock.calibration import find_calibration
from stock.models import Calibration
from stock.visits.likeness import make_sketch

SKETCH_FROM_PX = 256
VERSION_DIGITS = 16


@dataclass(frozen=True)
class Picture:
    """An annotated picture in S3."""

    key: str
    size_bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True, eq=False)
class Counted:
    """A photo's count with its rows and the boxes found and counted, in the same order.

    `planted` is what each container holds, by its number; `shown` is how many containers the photo shows.
    """

    segments: tuple[Segment, ...]
    found: tuple[Detections, ...]
    detections: tuple[Detections, ...]
    photo: PhotoCount
    predicted_error: float
    config: LocationConfig | None
    planted: Mapping[int, Planted]
    shown: int

    @property
    def failed_containers(self) -> int:
        """How many containers could not be counted."""
        return self.shown - len(self.segments)


def close(job: Job, photo: Pyramid) -> None:
    """Count, annotate and complete a job whose containers are all done or failed.

    The annotated picture is written to S3 before the transaction, under a key that only the transaction publishes.

    Raises:
        LeaseLostError: another worker has taken over the job.
    """
    session = job.session
    segments = tuple(session.segments.order_by("number"))
    done = tuple(segment for segment in segments if segment.status == SegmentStatus.DONE)
    if segments and not done:
        with lifecycle.holding(job):
            why = next(segment.error for segment in segments if segment.error)
            lifecycle.fail(job.pk, DETECTION_FAILED, why)
        return
    sketch = make_sketch(photo.whole(SKETCH_FROM_PX / max(photo.resolution_wh)))
    with lifecycle.holding(job):
        S3Image.objects.filter(pk=job.image_id).update(sketch=sketch)
    is_closed = False
    while not is_closed:
        config = config_of(session)
        counted = _count(photo, config, segments, left_out=session.plants_left_out)
        lifecycle.renew(job)
        picture = _store_annotated(job.image, photo.rgb, counted)
        is_closed = _try_to_complete(job, session, counted, picture)


def _try_to_complete(job: Job, session: ProcessingSession, counted: Counted, picture: Picture) -> bool:
    """False if the configuration was changed while the photo was counted: it has to be counted again."""
    with lifecycle.holding(job):
        locked = lifecycle.lock_unfinished(job.pk)
        if locked is None:
            return True
        S3Image.objects.select_for_update(no_key=True).get(pk=job.image_id)
        if _grows(config_of(session, lock=True)) != _grows(counted.config):
            return False
        _complete(locked, session, counted, picture)
    return True


def _grows(config: LocationConfig | None) -> tuple[object, ...] | None:
    """What a count depends on in a configuration."""
    return (config.pk, config.product_id, config.packaging_id, *list_parts(config)) if config else None


def _count(photo: Pyramid, config: LocationConfig | None, shown: tuple[Segment, ...], *, left_out: int) -> Counted:
    planted = find_planted(shown, config)
    segments = tuple(segment for segment in shown if segment.status == SegmentStatus.DONE)
    containers = tuple(mapping.read_container(segment) for segment in segments)
    found = tuple(mapping.read_detections(segment) for segment in segments)
    densities = known_densities({item: planted.get(row.number) for item, row in zip(containers, segments, strict=True)})
    owned = own_detections(containers, found, densities=densities)
    counts = estimate_counts(photo, containers, owned, densities=densities)
    faults = find_faults(photo, found, DEFAULT_PARAMETERS, left_out=left_out)
    count = count_photo(counts, owned, problems=faults)
    error = predict_error(concatenate(found), count.total_estimated, DEFAULT_PARAMETERS)
    return Counted(segments, found, owned, count, error, config, planted, len(shown))


def _store_annotated(image: S3Image, rgb: Rgb, counted: Counted) -> Picture:
    """Draw the annotated picture and write it to S3; the picture of a worker that lost its job expires by retention."""
    numbers = [segment.number for segment in counted.segments]
    picture = drawing.draw(rgb, counted.photo.containers, counted.detections, numbers=numbers)
    data = encode_jpeg(picture)
    version = hashlib.sha256(data).hexdigest()[:VERSION_DIGITS]
    key = keys.annotated_key(image.image_id, image.created_at, version)
    object_store.put_object(key, data, content_type="image/jpeg")
    height_px, width_px = picture.shape[:2]
    return Picture(key, len(data), width_px, height_px)


def _note_annotated(image: S3Image, picture: Picture) -> S3Image:
    """Write the row of the annotated picture: one per photo, updated by each run."""
    known = S3Image.objects.filter(kind=S3Image.Kind.ANNOTATED, annotates__original_image=image)
    row = known.first() or S3Image(kind=S3Image.Kind.ANNOTATED, s3_bucket=settings.S3_BUCKET)
    row.s3_key_original, row.file_size_bytes = picture.key, picture.size_bytes
    row.width_px, row.height_px = picture.width_px, picture.height_px
    row.content_type, row.original_filename = JPEG, image.original_filename
    row.status, row.stored_at = ImageStatus.READY, timezone.now()
    row.save()
    return row


def _complete(job: Job, session: ProcessingSession, counted: Counted, picture: Picture) -> None:
    """Write all rows of the result in one transaction; the caller has locked the job."""
    photo = counted.photo
    _save_containers(counted)
    session.refusal, session.refusal_message = _find_refusal(photo)
    need, message = find_problem(session, counted.config)
    problem, message = (need, message) if need else _find_lack(counted)
    is_whole = not (session.refusal or counted.failed_containers)
    calibration = _find_calibration(session, counted) if is_whole else None
    lifecycle.enter_phase(job, Phase.DONE)
    lifecycle.transition(
        job,
        RunStatus.COMPLETED,
        problem=problem,
        message=message,
        processed_image=_note_annotated(job.image, picture),
        total_detected=photo.total_detected,
        total_estimated=calibration.calibrate(photo.total_estimated) if calibration else photo.total_estimated,
        calibration=calibration,
        uncalibrated=photo.total_estimated if calibration else None,
        total_empty_containers=photo.total_empty_containers,
        avg_confidence=photo.avg_confidence,
        category_counts=photo.category_counts,
        partial=counted.failed_containers > 0,
        review_reasons=_review_reasons(counted, problem),
        refusal=session.refusal,
        refusal_message=session.refusal_message,
        predicted_error=counted.predicted_error if is_whole else None,
        container_kind=main_kind(photo.containers),
    )
    # From here on the photo's row is locked: a correction was either made before and is included, or waits.
    session.refresh_from_db()
    if job.image.corrections.in_force().exists():
        recount(session, read_reviewed(job.image, session))
    _keep_sign_off(session)
    if session.refusal and session.validated:
        need, message = find_problem(session, counted.config)
        lifecycle.restate(job, need, message)
    record_stock(session, counted.config, problem=need, user=job.requested_by)
    follow_validation(session)


def _find_calibration(session: ProcessingSession, counted: Counted) -> Calibration | None:
    return find_calibration(stratum_of(session, main_kind(counted.photo.containers), counted.config))


def _keep_sign_off(session: ProcessingSession) -> None:
    """Keep the sign-off if this run has the same count; any other count needs a new one.

    A run that refuses its own count does not contradict the person's: it takes over the signed-off count.
    """
    runs = ProcessingSession.objects.filter(original_image=session.original_image_id, status=RunStatus.COMPLETED)
    earlier = runs.exclude(pk=session.pk).order_by("-created_at", "-pk").first()
    if earlier is None or not earlier.validated:
        return
    if totals_of(earlier) != totals_of(session):
        if not session.refusal:
            return
        take_over(session, earlier, read_reviewed(session.original_image, session))
    session.validated = True
    session.validated_by_user, session.validation_date = earlier.validated_by_user, earlier.validation_date
    session.save(update_fields=["validated", "validated_by_user", "validation_date", "updated_at"])


def _save_containers(counted: Counted) -> None:
    """Save the count and estimation of each container, and mark boxes that the current rules leave out."""
    containers = zip(counted.segments, counted.found, counted.detections, counted.photo.containers, strict=True)
    for segment, found, boxes, count in containers:
        mapping.mark_counted(segment, found, boxes)
        segment.detected, segment.estimated = count.detected, count.estimated
        segment.empty, segment.dead = count.empty, count.dead
        segment.save(update_fields=["detected", "estimated", "empty", "dead", "updated_at"])
        estimate = count.estimate
        Estimation.objects.update_or_create(
            segment=segment,
            defaults={
                "method": estimate.method,
                "count": estimate.count,
                "residual_area_px": estimate.residual_area_px,
                "local_plant_area_px": estimate.local_plant_area_px,
                "confidence": estimate.confidence,
                "density": density_row(segment.container_class, counted.planted.get(segment.number)),
            },
        )


def _find_refusal(photo: PhotoCount) -> tuple[str, Message | None]:
    """The code and message of the first reason to refuse the count; empty if there is none."""
    for fault in photo.problems:
        if fault.kind in REFUSALS:
            return fault.kind, as_message(fault)
    return "", None


def _find_lack(counted: Counted) -> tuple[Problem | None, Message | None]:
    """A missing density for estimating hidden plants; without it only visible plants count."""
    for segment, item in zip(counted.segments, counted.photo.containers, strict=True):
        planted = counted.planted.get(segment.number)
        if item.estimate.needs_calibration and planted and density_row(item.container.kind, planted) is None:
            return NEEDS_CALIBRATION, _name_density(planted)
    return None, None


def _name_density(planted: Planted) -> Message:
    product = str(planted.product)
    if planted.packaging is None:
        return NO_DENSITY_LOOSE(product=product)
    return NO_DENSITY(product=product, packaging=planted.packaging.name)


def _review_reasons(counted: Counted, problem: Problem | None) -> list[dict[str, Any]]:
    """Why a person should check this count although it is used; the photo's problem is not repeated."""
    said = {*REFUSALS, problem.code if problem else ""}
    reasons = [as_message(fault) for fault in counted.photo.problems if fault.kind not in said]
    if counted.failed_containers:
        reasons.append(CONTAINERS_FAILED(number=counted.failed_containers))
    named = highest_number(counted.config)
    if named > counted.shown:
        reasons.append(CONTAINERS_MISSING(found=counted.shown, named=named))
    return [reason.as_json() for reason in reasons]
