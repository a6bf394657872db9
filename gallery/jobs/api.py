"""Jobs in the API: their progress, and a new run of a photo. JSON as in the specification."""

from typing import NotRequired, TypedDict
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import NotFoundError
from demeter.common.http import form_errors, read_json
from demeter.common.i18n.messages import TEXT
from gallery.jobs.forms import ReprocessForm, UploadJobsForm
from photos.models import S3Image
from processing import jobs
from processing.job_list import queries
from processing.job_list.rows import JobList, JobRow
from processing.models import Job
from processing.statuses import RunStatus


class ResultJson(TypedDict):
    """The result of a run that has counted."""

    session_id: str
    total_detected: int | None
    storage_location_id: int | None


class ErrorJson(TypedDict):
    """Why a job failed, or what a completed job still needs."""

    code: str
    message: str


class JobJson(TypedDict):
    """A run of a photo; which keys it has depends on its status."""

    job_id: str
    image_id: str
    filename: str
    status: str
    progress_percent: int
    estimated_remaining_seconds: NotRequired[int]
    processing_time_seconds: NotRequired[int]
    result: NotRequired[ResultJson]
    error: NotRequired[ErrorJson]


class SummaryJson(TypedDict):
    """Jobs by status."""

    total_jobs: int
    completed: int
    processing: int
    pending: int
    failed: int
    overall_progress_percent: float


class JobsJson(TypedDict):
    """The jobs of an upload."""

    upload_session_id: str
    jobs: list[JobJson]
    summary: SummaryJson


class ReprocessJson(TypedDict):
    """A new run, and where to ask for it."""

    status: str
    image_id: str
    new_job_id: str
    message: str
    poll_url: str


@api_view("GET", permission="photos.view_s3image", query=UploadJobsForm, answers={200: JobsJson}, errors=(404,))
def upload_jobs_status(request: HttpRequest) -> JsonResponse:
    """The jobs of one upload, in the order of the upload, and their totals."""
    form = UploadJobsForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    upload_session_id = form.cleaned_data["upload_session_id"]
    return JsonResponse(jobs_json(upload_session_id, queries.upload_jobs(upload_session_id)))


@api_view("GET", permission="photos.view_s3image", answers={200: JobJson}, errors=(404,))
def job_status(_request: HttpRequest, job_id: UUID) -> JsonResponse:
    """One job: the `poll_url` of a new run."""
    return JsonResponse(job_json(queries.one_job(job_id)))


@api_view("POST", permission="processing.add_job", body=ReprocessForm, answers={202: ReprocessJson}, errors=(404, 409))
def reprocess(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Process a photo again from its original, at another location if one is chosen."""
    image = S3Image.objects.photos().visible().filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(_("There is no such photo."))
    form = ReprocessForm(read_json(request))
    if not form.is_valid():
        raise form_errors(form)
    job = jobs.reprocess(
        image=image,
        user=signed_in_user(request),
        reason=TEXT(text=form.cleaned_data["reason"]),
        chosen_location=form.cleaned_data["storage_location_id"],
    )
    return JsonResponse(reprocess_json(job), status=202)


def jobs_json(upload_session_id: UUID, job_list: JobList) -> JobsJson:
    """The jobs in the order of their upload, and their totals."""
    return {
        "upload_session_id": str(upload_session_id),
        "jobs": [job_json(job) for job in reversed(job_list.jobs)],
        "summary": {
            "total_jobs": len(job_list.jobs),
            "completed": job_list.count(RunStatus.COMPLETED),
            "processing": job_list.count(RunStatus.PROCESSING),
            "pending": job_list.count(RunStatus.PENDING),
            "failed": job_list.count(RunStatus.FAILED),
            "overall_progress_percent": job_list.overall_percent,
        },
    }


def job_json(job: JobRow) -> JobJson:
    """One job; which keys it has depends on its status, as in the specification."""
    shown: JobJson = {
        "job_id": str(job.job_id),
        "image_id": str(job.image_id),
        "filename": job.filename,
        "status": job.status,
        "progress_percent": job.progress_percent,
    }
    if job.unfinished:
        shown["estimated_remaining_seconds"] = job.remaining_seconds
        return shown
    shown["processing_time_seconds"] = job.processing_seconds
    if job.status == RunStatus.COMPLETED:
        shown["result"] = {
            "session_id": str(job.session_id),
            "total_detected": job.total_detected,
            "storage_location_id": job.storage_location_id,
        }
    if job.problem is not None:
        shown["error"] = {
            "code": job.problem.code,
            "message": job.error.in_english() if job.error else str(job.problem.what_to_do),
        }
    return shown


def reprocess_json(job: Job) -> ReprocessJson:
    """A new run, and the URL to poll."""
    return {
        "status": "accepted",
        "image_id": str(job.image_id),
        "new_job_id": str(job.job_id),
        "message": _("Photo reprocessing started from S3 original"),
        "poll_url": reverse("api-job-status", args=[job.job_id]),
    }
