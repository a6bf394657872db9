"""The gallery's JSON face: `GET /api/v1/photos/gallery` and `GET /api/v1/photos/{image_id}`, as the spec has them.

`/annotated` under a photo is where an annotated picture that may have expired, or is corrected, is shown from.
"""

from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from demeter.common.exceptions import NotFound
from demeter.common.http import api_view, form_errors, read_json, signed_in_user
from gallery.browse.cards import CardPage, CardSession, PhotoCard
from gallery.browse.forms import MapForm, NumberedPageForm, PhotosForm, VisitForm
from gallery.browse.queries import photo_cards
from gallery.photo.detail import HistoryEvent, PhotoDetail, find_photo, newest_count, photo_detail
from gallery.photo.markers import photo_markers
from gallery.places import visits
from gallery.places.nursery_map import nursery_map as draw_nursery
from gallery.places.visits import VisitDetail
from photos.storage.object_store import OriginalLostError
from processing.jobs import draw_annotated
from processing.models import Session
from processing.pictures.annotated_pictures import picture_url
from processing.trash import Moved, delete_photos, restore_photos


class GallerySessionJson(TypedDict):
    """The result of a photo, as the gallery has it."""

    session_id: str
    total_detected: int | None
    storage_location_id: int | None
    storage_location_name: str | None


class GalleryPhotoJson(TypedDict):
    """A photo of the gallery; keys that do not apply are left out, as in the spec."""

    image_id: str
    thumbnail_url: str | None
    original_url: str | None
    status: str
    error_details: NotRequired[str]
    moment: str
    uploaded_at: str
    processing_session: NotRequired[GallerySessionJson]
    warehouse_name: NotRequired[str | None]


@api_view("GET", permission="photos.view_s3image")
def gallery(request: HttpRequest) -> JsonResponse:
    """A page of photos; a bad parameter is a 400 that names it."""
    form = NumberedPageForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    cards = photo_cards(form.wanted, page=form.page_number, per_page=form.page_size)
    photos = [photo_json(card, request) for card in cards.cards]
    return JsonResponse({"photos": photos, "pagination": pagination_json(cards)})


@api_view("GET", permission="photos.view_s3image")
def detail(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """One photo."""
    return JsonResponse(detail_json(photo_detail(image_id, with_history=True), request))


@api_view("GET", permission="photos.view_s3image")
def annotated(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """To the annotated picture in S3, drawn when it has expired or was corrected since; `download` saves it."""
    image = find_photo(image_id)
    session = newest_count(image)
    try:
        key = draw_annotated(session) if session else None
    except OriginalLostError as error:
        raise NotFound(_("The annotated picture has expired and the original is lost.")) from error
    if key is None:
        raise NotFound(_("This photo has no annotated picture yet."))
    return HttpResponseRedirect(picture_url(image, key, download="download" in request.GET))


@api_view("POST", permission="photos.delete_s3image")
def delete(request: HttpRequest) -> JsonResponse:
    """Move photos to the trash; `left` are those with an unfinished run."""
    return JsonResponse(moved_json(delete_photos(image_ids=_image_ids(request), user=signed_in_user(request))))


@api_view("POST", permission="photos.delete_s3image")
def restore(request: HttpRequest) -> JsonResponse:
    """Bring photos back from the trash; `left` are those that were uploaded again meanwhile."""
    return JsonResponse(moved_json(restore_photos(image_ids=_image_ids(request), user=signed_in_user(request))))


def _image_ids(request: HttpRequest) -> list[UUID]:
    form = PhotosForm(read_json(request))
    if not form.is_valid():
        raise form_errors(form)
    image_ids: list[UUID] = form.cleaned_data["image_ids"]
    return image_ids


def moved_json(moved: Moved) -> dict[str, list[str]]:
    """Ids; a photo that was there already, or that is unknown, is in neither list."""
    return {
        "image_ids": [str(image.pk) for image in moved.moved],
        "left": [str(image.pk) for image in moved.left],
    }


@api_view("GET", permission="photos.view_s3image")
def markers(_request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Every mark of a photo, for the viewer."""
    return JsonResponse(photo_markers(image_id))


@api_view("POST", permission="processing.add_job")
def visit(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Say how the photos of this photo's visit belong together: `{"visit": "parts" | "retake" | "chosen"}`.

    `chosen` names those that count then; `photos`, if given, those that were looked at, or 409 when there are others.
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


@gzip_page  # outlines shrink to a third, and hold nothing that must stay secret
@api_view("GET", permission="locations.view_storagelocation")
def nursery_map(request: HttpRequest) -> JsonResponse:
    """What the map draws: the nursery, or one warehouse of it."""
    form = MapForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    return JsonResponse(draw_nursery(form.cleaned_data["warehouse_id"]))


def pagination_json(cards: CardPage) -> dict[str, int]:
    """Where this page stands among all."""
    return {
        "page": cards.page,
        "per_page": cards.per_page,
        "total_pages": cards.total_pages,
        "total_items": cards.total_items,
    }


def photo_json(card: PhotoCard, request: HttpRequest) -> GalleryPhotoJson:
    """A photo of the gallery. As in the spec, its session appears once it is counted and placed in a location."""
    photo = GalleryPhotoJson(
        image_id=str(card.image_id),
        thumbnail_url=_whole(card.thumbnail_url, request),
        original_url=card.original_url,
        status=card.status,
        moment=time_text(card.moment),
        uploaded_at=time_text(card.uploaded_at),
    )
    if card.error_details:
        photo["error_details"] = card.error_details
    if card.session and card.session.completed and card.session.storage_location_id:
        photo["processing_session"] = gallery_session_json(card.session)
        photo["warehouse_name"] = card.session.warehouse_name
    return photo


def gallery_session_json(session: CardSession) -> GallerySessionJson:
    """The result of a photo in the gallery."""
    return {
        "session_id": str(session.session_id),
        "total_detected": session.total_detected,
        "storage_location_id": session.storage_location_id,
        "storage_location_name": session.storage_location_name,
    }


def detail_json(detail: PhotoDetail, request: HttpRequest) -> dict[str, Any]:
    """A photo with its metadata, its newest run and the history of its location."""
    image, pictures = detail.image, detail.pictures
    return {
        "image_id": str(image.pk),
        "moment": time_text(image.moment),
        "date_doubt": image.date_doubt or None,
        "original_url": pictures.original,
        "thumbnail_url": _whole(pictures.thumbnail, request),
        "annotated_url": _whole(pictures.annotated, request),
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
    }


def camera_clock_text(detail: PhotoDetail) -> str | None:
    """UTC as in the spec; a clock without a zone, or of a date that no row can hold, as the camera wrote it."""
    taken_at = detail.image.taken_at
    if taken_at is None or detail.exif["datetime_assumed_zone"]:
        written: str | None = detail.exif["datetime_original"]
        return written
    return time_text(taken_at)


def _whole(url: str | None, request: HttpRequest) -> str | None:
    """An address with its host, also when it leads to Demeter itself because the picture may have expired."""
    return request.build_absolute_uri(url) if url else None


def session_json(session: Session) -> dict[str, Any]:
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


def event_json(event: HistoryEvent) -> dict[str, Any]:
    """One entry of a location's history."""
    return {
        "timestamp": time_text(event.timestamp),
        "event": "photo_processed",
        "total_plants": event.total_plants,
        "session_id": str(event.session_id),
    }


def visit_json(detail: VisitDetail) -> dict[str, Any]:
    """Photos that are one count: how they belong together (`answer`), and which of them are counted."""
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


def time_text(moment: datetime) -> str:
    """UTC to the second, as in the spec: 2025-10-08T10:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
