"""Starts work: the first run of uploaded photos, a new run of a photo from its original in S3, a drawing, a report."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, NotFoundError, UnavailableError
from demeter.common.i18n.messages import Message
from locations.models import StorageLocation
from photos.models import S3Image, Upload
from processing import lifecycle, tasks
from processing.job_list import queries
from processing.models import Job, ProcessingSession
from processing.pictures import annotated_pictures
from processing.statuses import JobKind, Phase
from stock.models import Stocktake

DRAWING_SECONDS, LOOK_SECONDS = 10.0, 0.3
WRITING_SECONDS = 60


@dataclass(frozen=True)
class Restarted:
    """Photos with a new run, and photos skipped because they have an unfinished one."""

    started: tuple[S3Image, ...]
    skipped: tuple[S3Image, ...]


def start_jobs(
    *, upload: Upload, images: Sequence[S3Image], chosen_location: StorageLocation | None = None
) -> tuple[Job, ...]:
    """A job and a session for each accepted image, sent to the workers when the transaction commits."""
    jobs = [
        Job(
            image=image,
            upload=upload,
            kind=JobKind.FIRST,
            chosen_location=chosen_location,
            requested_by_id=upload.user_id,
        )
        for image in images
    ]
    with transaction.atomic(savepoint=False):
        _save_with_sessions(jobs)
        transaction.on_commit(queries.mark_started, robust=True)
        transaction.on_commit(lambda: tasks.send_batches(jobs), robust=True)
    return tuple(jobs)


def reprocess(
    *, image: S3Image, user: User, reason: Message | None, chosen_location: StorageLocation | None = None
) -> Job:
    """A new run of a photo from its original; the original and earlier results stay as they are.

    A location that a person chose for an earlier run is kept unless `chosen_location` replaces it.

    Raises:
        ConflictError: a run of this photo is not finished yet.
        NotFoundError: the photo is in the trash.
    """
    with transaction.atomic():
        image = S3Image.objects.select_for_update().get(pk=image.pk)
        if image.deleted_at is not None:
            raise NotFoundError(_("This photo was deleted."))
        if image.jobs.unfinished().exists():
            raise ConflictError(_("This photo is already being processed. Wait until it is done."))
        [job] = _start_again([image], user, reason, chosen_location)
    return job


def reprocess_photos(
    *, image_ids: Iterable[UUID], user: User, reason: Message | None, chosen_location: StorageLocation | None = None
) -> Restarted:
    """Start a new run of each photo.

    Photos being processed are returned as skipped; unknown and deleted ones are ignored. A fixed number of queries for
    any number of photos, apart from the messages.
    """
    with transaction.atomic():
        photos = S3Image.objects.photos().visible().filter(pk__in=list(image_ids))
        images = list(photos.select_for_update().order_by("pk"))
        busy = set(Job.objects.unfinished().filter(image__in=images).values_list("image_id", flat=True))
        idle = [image for image in images if image.pk not in busy]
        _start_again(idle, user, reason, chosen_location)
    return Restarted(tuple(idle), tuple(image for image in images if image.pk in busy))


def _start_again(
    images: Sequence[S3Image], user: User, reason: Message | None, chosen_location: StorageLocation | None
) -> list[Job]:
    """Create jobs for locked photos without an unfinished run; they are sent when the transaction commits."""
    earlier = _earlier_choices(images) if chosen_location is None else {}
    if (
        chosen_location is not None
    ):  # chosen for these photos themselves, so `processing.pipeline.locating` does not compare it with GPS
        lost = [image.pk for image in images if image.storage_location_id is None]
        S3Image.objects.filter(pk__in=lost).update(storage_location=chosen_location)
    jobs = [
        Job(
            image=image,
            upload_id=image.upload_id,
            kind=JobKind.REPROCESS,
            phase=Phase.LOCATE if image.stored_at else Phase.STORE,
            reason=reason,
            chosen_location_id=chosen_location.pk if chosen_location else earlier.get(image.pk),
            requested_by=user,
        )
        for image in images
    ]
    _save_with_sessions(jobs)
    lifecycle.reopen(images)
    transaction.on_commit(queries.mark_started, robust=True)
    transaction.on_commit(lambda: tasks.send_each(jobs), robust=True)
    return jobs


def _earlier_choices(images: Sequence[S3Image]) -> dict[UUID, int | None]:
    """The location that a person chose last for each of these photos."""
    chosen = Job.objects.filter(image__in=images).exclude(chosen_location=None)
    newest = chosen.order_by("image_id", "-created_at").distinct("image_id")
    return dict(newest.values_list("image_id", "chosen_location_id"))


def _save_with_sessions(jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.lease_until = lifecycle.send_lease_end()
    Job.objects.bulk_create(jobs)
    ProcessingSession.objects.bulk_create([ProcessingSession(job=job, original_image_id=job.image_id) for job in jobs])


def draw_annotated(session: ProcessingSession) -> str | None:
    """The key of the current annotated picture of a run, drawn by a cpu worker if it is missing.

    None if the run has none. Not drawn here, because a photo of 200 megapixels does not fit into the memory of the web
    process.

    Raises:
        OriginalLostError: there is no original to draw on.
        UnavailableError: it is not drawn within DRAWING_SECONDS, or S3 cannot be reached.
    """
    if session.processed_image is None:
        return None
    key = annotated_pictures.find_annotated(session)
    if key is None:
        annotated_pictures.check_original(session)
        tasks.draw_annotated.apply_async((session.pk,), expires=3 * DRAWING_SECONDS)
    deadline = time.monotonic() + DRAWING_SECONDS
    while key is None:
        if time.monotonic() > deadline:
            raise UnavailableError(_("The picture is not ready yet. The photo is safe; try again in a moment."))
        time.sleep(LOOK_SECONDS)
        key = annotated_pictures.find_annotated(session)
    return key


def order_report(stocktake: Stocktake, *, language: str) -> None:
    """Have a cpu worker write the report of a closed stocktake; asked for again within a minute, nothing is sent."""
    if cache.add(f"stocktake-report-{stocktake.pk}-{language}", True, WRITING_SECONDS):
        transaction.on_commit(lambda: tasks.send_report(stocktake.pk, language), robust=True)
