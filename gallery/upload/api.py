"""Uploads in the API: `POST /api/v1/photos/upload` as in the specification, plus refused files and duplicates.

`/known` says which photos need not be sent; `/thumbnail` under a photo serves a thumbnail that may have expired.
"""

import math
from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import ConflictError, NotFoundError
from demeter.common.http import error_json, form_errors, read_json
from demeter.common.throttling import UPLOAD
from gallery.upload.forms import KnownForm, UploadForm
from photos.decoding.pixels import UnreadablePictureError
from photos.models import S3Image
from photos.statuses import UploadSource
from photos.storage.object_store import OriginalLostError, presigned_url
from photos.storage.thumbnails import restore_thumbnail
from photos.upload.accepting import AcceptedUpload, DuplicateFile, accepting, visible_photos
from photos.upload.checks import RefusedFile
from processing.job_list import queries
from processing.jobs import start_jobs
from processing.models import Job


class AcceptedJobJson(TypedDict):
    """An accepted photo, and its job."""

    job_id: str
    image_id: str
    filename: str
    status: str


class RefusedJson(TypedDict):
    """A refused file: a code for programs, and a message that says what to do."""

    filename: str
    code: str
    message: str


class DuplicateJson(TypedDict):
    """A file that was already uploaded, as this photo."""

    filename: str
    image_id: str


class KnownJson(TypedDict):
    """A content that was already uploaded, as this photo. `stored`: its original is in the storage, verified by
    this checksum."""

    sha256: str
    image_id: str
    stored: bool


class KnownContentsJson(TypedDict):
    """The contents that need not be sent, and which of the `image_ids` somebody has deleted."""

    known: list[KnownJson]
    deleted: list[str]


class UploadJson(TypedDict):
    """The answer; `total_files` counts the jobs."""

    status: str
    upload_session_id: str
    jobs: list[AcceptedJobJson]
    total_files: int
    estimated_completion_time_minutes: int
    poll_url: str
    refused: list[RefusedJson]
    duplicates: list[DuplicateJson]


@api_view(
    "POST",
    permission="photos.add_upload",
    rate=UPLOAD,
    body=UploadForm,
    answers={202: UploadJson},
    errors=(409, 413, 507),
)
def upload(request: HttpRequest) -> JsonResponse:
    """Accept photos: 202 if at least one is accepted or already known, 400 with the reasons (`refused`) if none is.

    Each file is checked by its content. The same content is not counted twice, so that sending again is safe.
    """
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        raise form_errors(form)
    fields = {**form.cleaned_data, "source": form.cleaned_data["source"] or UploadSource.API}
    if fields.pop("sent_by") not in (None, request.user.pk):
        raise ConflictError(
            _("Somebody else chose these photos. They are sent when that person signs in on this device.")
        )
    with accepting(user=signed_in_user(request), **fields) as accepted:
        jobs = start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=accepted.storage_location)
    if accepted.refused and not accepted.images and not accepted.duplicates:
        return error_json(
            code="all_files_refused",
            message=_("None of the files can be used."),
            status=400,
            refused=refused_json(accepted.refused),
        )
    return JsonResponse(upload_json(accepted, jobs), status=202)


@api_view("POST", permission="photos.add_upload", body=KnownForm, answers={200: KnownContentsJson})
def known(request: HttpRequest) -> JsonResponse:
    """Which contents, by SHA-256, need not be sent again, and which are stored: what a browser keeps may go then.

    So may what it sent as one of `image_ids` if somebody has deleted that photo since.
    """
    form = KnownForm(read_json(request))
    if not form.is_valid():
        raise form_errors(form)
    photos = visible_photos(form.cleaned_data["sha256"]).values_list("sha256", "image_id", "stored_at")
    rows: list[KnownJson] = [
        {"sha256": sha256, "image_id": str(image_id), "stored": stored_at is not None}
        for sha256, image_id, stored_at in photos
    ]
    deleted = S3Image.objects.photos().filter(pk__in=form.cleaned_data["image_ids"]).exclude(deleted_at=None)
    return JsonResponse({"known": rows, "deleted": [str(pk) for pk in deleted.values_list("pk", flat=True)]})


@api_view("GET", permission="photos.view_s3image", answers={302: None}, errors=(404,))
def thumbnail(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Redirect to the thumbnail in S3, which is made again if it has expired. Photos in the trash need permission."""
    photos = S3Image.objects.photos().filter(purged_at=None).exclude(stored_at=None)
    if not request.user.has_perm("photos.delete_s3image"):
        photos = photos.visible()
    image = photos.filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(_("There is no such photo, or it is not stored yet."))
    try:
        key = restore_thumbnail(image)
    except OriginalLostError as error:
        raise NotFoundError(_("The thumbnail has expired and the original is lost.")) from error
    except UnreadablePictureError as error:
        raise NotFoundError(
            _("The thumbnail has expired and could not be made again. The original is there.")
        ) from error
    return HttpResponseRedirect(presigned_url(key))


def upload_json(accepted: AcceptedUpload, jobs: Sequence[Job]) -> UploadJson:
    session_id = str(accepted.upload.upload_session_id)
    return {
        "status": "accepted",
        "upload_session_id": session_id,
        "jobs": [
            {
                "job_id": str(job.job_id),
                "image_id": str(job.image_id),
                "filename": job.image.original_filename,
                "status": str(job.status),
            }
            for job in jobs
        ],
        "total_files": len(jobs),
        "estimated_completion_time_minutes": _estimated_minutes(jobs),
        "poll_url": f"{reverse('api-jobs-status')}?{urlencode({'upload_session_id': session_id})}",
        "refused": refused_json(accepted.refused),
        "duplicates": duplicates_json(accepted.duplicates),
    }


def refused_json(refused: Sequence[RefusedFile]) -> list[RefusedJson]:
    return [{"filename": file.filename, "code": file.code, "message": file.message} for file in refused]


def duplicates_json(duplicates: Sequence[DuplicateFile]) -> list[DuplicateJson]:
    return [{"filename": file.filename, "image_id": str(file.image_id)} for file in duplicates]


def _estimated_minutes(jobs: Sequence[Job]) -> int:
    """The minutes until the last of these jobs is done, from measured averages and the queue."""
    return max(1, math.ceil(queries.seconds_until_done(jobs) / 60)) if jobs else 0
