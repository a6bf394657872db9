"""One photo in the API: `GET /api/v1/photos/{image_id}` as the spec has it, its marks, its visit.

`/annotated` under a photo shows an annotated picture that may have expired, or is corrected.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import NotFoundError
from demeter.common.http import form_errors, read_json
from gallery.common.http import absolute_url, time_text
from gallery.photo.detail import PhotoDetail, find_photo, photo_detail
from gallery.photo.forms import VisitForm
from gallery.photo.markers import photo_markers
from gallery.places import visits
from gallery.places.history import HistoryEvent
from gallery.places.visits import VisitDetail
from photos.storage.object_store import OriginalLostError
from processing.jobs import draw_annotated
from processing.models import ProcessingSession
from processing.pictures.annotated_pictures import picture_url
from processing.review.corrections import counted_session
from stock.queries import CountLine


@api_view("GET", permission="photos.view_s3image")
def detail(request: HttpRequest, image_id: UUID) -> JsonResponse:
    return JsonResponse(detail_json(photo_detail(image_id, with_history=True), request))


@api_view("GET", permission="photos.view_s3image")
def annotated(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Redirect to the annotated picture in S3, which is drawn if it has expired or was corrected; `download` saves
    it."""
    image = find_photo(image_id)
    session = counted_session(image)
    try:
        key = draw_annotated(session) if session else None
    except OriginalLostError as error:
        raise NotFoundError(_("The annotated picture has expired and the original is lost.")) from error
    if key is None:
        raise NotFoundError(_("This photo has no annotated picture yet."))
    return HttpResponseRedirect(picture_url(image, key, download="download" in request.GET))


@api_view("GET", permission="photos.view_s3image")
def markers(_request: HttpRequest, image_id: UUID) -> JsonResponse:
    return JsonResponse(photo_markers(image_id))


@api_view("POST", permission="processing.add_job")
def visit(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Answer whether the photos of this photo's visit are parts or retakes: `{"visit": "parts" | "retake" | "chosen"}`.

    `chosen` are the photos that then count; `photos`, if given, are those that the person saw: 409 if they have
    changed.
    """
    form = VisitForm(read_json(request))
    if not form.is_valid():
        raise form_errors(form)
    data = form.cleaned_data
    detail = visits.answer(
        image_id=image_id,
        answer=data["visit"],
        seen=data["photos"] or None,
        chosen=data["chosen"],
        user=signed_in_user(request),
    )
    return JsonResponse(visit_json(detail))


def detail_json(detail: PhotoDetail, request: HttpRequest) -> dict[str, Any]:
    """A photo with its metadata, its newest run and the history of its location."""
    image, pictures = detail.image, detail.pictures
    return {
        "image_id": str(image.pk),
        "moment": time_text(image.moment),
        "date_doubt": image.date_doubt or None,
        "original_url": pictures.original,
        "thumbnail_url": absolute_url(pictures.thumbnail, request),
        "annotated_url": absolute_url(pictures.annotated, request),
        "metadata": {
            "file_size_bytes": image.file_size_bytes,
            "width_px": image.width_px,
            "height_px": image.height_px,
            "content_type": image.content_type,
            "exif": {**detail.exif, "datetime_original": camera_clock_text(detail)},
        },
        "processing_session": session_json(detail.newest) if detail.newest else None,
        "storage_location_history": [event_json(event) for event in detail.history],
        **({"visit": visit_json(detail.visit)} if detail.visit else {}),
        **({"products": [product_json(line) for line in detail.products]} if detail.products else {}),
    }


def camera_clock_text(detail: PhotoDetail) -> str | None:
    """UTC as in the spec; without a time zone, or with a date that no row can store, as the camera recorded it."""
    taken_at = detail.image.taken_at
    if taken_at is None or detail.exif["datetime_assumed_zone"]:
        written: str | None = detail.exif["datetime_original"]
        return written
    return time_text(taken_at)


def session_json(session: ProcessingSession) -> dict[str, Any]:
    """A run and its result; counts are null until it has counted."""
    location, validator = session.storage_location, session.validated_by_user
    return {
        "session_id": str(session.session_id),
        "status": session.status,
        "storage_location_id": session.storage_location_id,
        "storage_location_name": location.full_name if location else None,
        "total_detected": session.total_detected,
        "total_estimated": session.total_estimated,
        "avg_confidence": float(session.avg_confidence) if session.avg_confidence is not None else None,
        "category_counts": session.category_counts,
        "validated": session.validated,
        "validated_by": (validator.email or validator.get_username()) if validator else None,
        "validation_date": time_text(session.validation_date) if session.validation_date else None,
    }


def product_json(line: CountLine) -> dict[str, Any]:
    """The plants of one of several products; `mixed` are those of which nobody has said what they are."""
    product, packaging = line.batch.product, line.batch.packaging
    return {
        "sku": product.sku,
        "name": product.common_name,
        "packaging": packaging.sku if packaging else None,
        "mixed": product.is_mixed,
        "plants": line.plants,
        "empty": line.empty,
    }


def event_json(event: HistoryEvent) -> dict[str, Any]:
    """One entry of a location's history."""
    return {
        "timestamp": time_text(event.timestamp),
        "event": "photo_processed",
        "total_plants": event.total_plants,
        "session_id": str(event.session_id),
    }


def visit_json(detail: VisitDetail) -> dict[str, Any]:
    """A visit: the `answer`, and which of its photos are counted."""
    visit = detail.visit
    return {
        "total_plants": visit.quantity,
        "open": visit.is_open,
        "answer": visit.answer or None,
        "suggested": detail.suggested or None,
        "photos": [
            {
                "image_id": str(photo.image_id),
                "moment": time_text(photo.moment),
                "plants": photo.plants,
                "counted": photo.is_counted,
            }
            for photo in detail.photos
        ],
    }
