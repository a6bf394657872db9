"""The results of the photos of one upload, and all its errors."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from bench.faults.pictures import Picture
from bench.faults.sender import Sent
from photos.models import S3Image
from photos.storage import object_store
from photos.storage.staging_cleanup import sweep_staging
from processing.models import Detection, Job, ProcessingSession
from processing.statuses import RunStatus
from stock.models import StockBatch, StockCount, StockMovement, Visit

Outcome = dict[str, Any]
# How much later than the end of the fault plus an undisturbed run the photos may be done.
STUCK_AFTER = 2 * max(settings.WORK_LEASE, settings.SEND_LEASE, settings.QUEUE_LEASE)


@dataclass
class Findings:
    """The errors, in sentences; `swept` counts staged files that no row names, which the sweep removes."""

    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    swept: int = 0


def is_settled(upload_session_id: UUID) -> bool:
    """Whether no job of the upload is unfinished."""
    return not Job.objects.unfinished().filter(upload=upload_session_id).exists()


def last_finish(upload_session_id: UUID) -> float:
    """When the last photo was done, in seconds since 1970."""
    jobs = Job.objects.filter(upload=upload_session_id).exclude(finished_at=None)
    return max((job.finished_at.timestamp() for job in jobs if job.finished_at), default=0.0)


def read_outcomes(upload_session_id: UUID) -> dict[str, Outcome]:
    """By file name: state, problem, counts and place of each photo."""
    sessions = ProcessingSession.objects.filter(job__upload=upload_session_id).select_related(
        "original_image", "storage_location", "job"
    )
    return {session.original_image.original_filename: _outcome(session) for session in sessions}


def _outcome(session: ProcessingSession) -> Outcome:
    image = session.original_image
    return {
        "status": image.status,
        "problem": image.problem,
        "detected": session.total_detected,
        "estimated": session.total_estimated,
        "empty": session.total_empty_containers,
        "counts": session.category_counts,
        "partial": session.partial,
        "location": session.storage_location.code if session.storage_location else None,
        "stock": StockCount.objects.in_force().filter(image_id=image.pk).count(),
    }


def find_faults(
    upload_session_id: UUID,
    sent: Sequence[Sent],
    pictures: Sequence[Picture],
    reference: Mapping[str, Outcome],
    *,
    due_at: float,
) -> Findings:
    """Compare every row of an upload with the undisturbed run of its pictures; by `due_at` that one would be done."""
    findings = Findings()
    _check_photos(upload_session_id, sent, pictures, findings)
    _check_jobs(upload_session_id, due_at, findings)
    outcomes = read_outcomes(upload_session_id)
    for name, expected in reference.items():
        if outcomes.get(name) != expected:
            findings.different.append(f"{name}: {outcomes.get(name)} instead of {expected}")
    _check_stock(findings)
    _check_staging(findings)
    return findings


def _check_photos(
    upload_session_id: UUID, sent: Sequence[Sent], pictures: Sequence[Picture], findings: Findings
) -> None:
    """Each file is one photo, the one that was acknowledged, and S3 has it byte for byte."""
    images = {image.pk: image for image in S3Image.objects.photos().filter(upload=upload_session_id)}
    names = Counter(image.original_filename for image in images.values())
    findings.double += [f"{name}: {count} photos" for name, count in names.items() if count > 1]
    digests = {picture.name: hashlib.sha256(picture.data).hexdigest() for picture in pictures}
    for one in sent:
        image = images.get(one.image_id) if one.image_id else None
        if image is None:
            findings.lost.append(f"{one.name}: no photo; acknowledged as {one.image_id} after {one.failures}")
            continue
        try:
            found = hashlib.sha256(object_store.read_object(image.s3_key_original)).hexdigest()
        except object_store.ObjectMissingError:
            found = "nothing"
        if found != digests[one.name]:
            findings.lost.append(f"{one.name}: S3 has {found}")


def _check_jobs(upload_session_id: UUID, due_at: float, findings: Findings) -> None:
    """Each photo has one job, completed in time, one session, and as many detections as its session says."""
    jobs = Job.objects.filter(upload=upload_session_id).select_related("image", "session")
    runs = Counter(job.image_id for job in jobs)
    findings.double += [f"{image}: {count} jobs" for image, count in runs.items() if count > 1]
    for job in jobs:
        name = job.image.original_filename
        if job.status != RunStatus.COMPLETED:
            findings.lost.append(f"{name}: {job.status} in {job.phase}, {job.problem} {job.error}")
        elif job.finished_at is not None and job.finished_at.timestamp() > due_at + STUCK_AFTER.total_seconds():
            findings.stuck.append(f"{name}: {job.finished_at.timestamp() - due_at:.0f} s late")
        plants = Detection.objects.filter(segment__session=job.session, class_id=0, counted=True).count()
        if plants != (job.session.total_detected or 0):
            findings.double.append(f"{name}: {plants} boxes, {job.session.total_detected} counted")


def _check_stock(findings: Findings) -> None:
    """The ledger adds up to the stock, and the stock of a place is what its latest visit counted."""
    for batch in StockBatch.objects.all():
        moved = StockMovement.objects.filter(batch=batch).aggregate(total=Sum("quantity", default=0))["total"]
        if moved != batch.quantity_current:
            findings.double.append(f"{batch}: ledger {moved}, stock {batch.quantity_current}")
    for row in StockBatch.objects.values("location").annotate(stock=Sum("quantity_current")):
        last = Visit.objects.filter(location=row["location"], photos__gt=0).order_by("last_at").last()
        if row["stock"] != (last.quantity if last else 0):
            findings.double.append(f"location {row['location']}: stock {row['stock']}, last visit {last}")


def _check_staging(findings: Findings) -> None:
    """Nothing that a row names is left; what no row names, a crash left over for the sweep."""
    staged = list(object_store.list_staged(timezone.now()))
    named = set(S3Image.objects.filter(staging_name__in=staged).values_list("staging_name", flat=True))
    findings.left_over += sorted(named)
    findings.swept = sweep_staging(older_than=timedelta())
    findings.left_over += sorted(set(object_store.list_staged(timezone.now())) - named)
