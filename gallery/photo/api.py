"""One photo in the API: `GET /api/v1/photos/{image_id}` as the spec has it, and its marks.

`/annotated` under a photo shows an annotated picture that may have expired, or is corrected.
"""

from typing import Any, NotRequired, TypedDict, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import NotFoundError
from demeter.common.openapi.operations import Moment, Url, Uuid
from gallery.common.http import absolute_url, time_text
from gallery.common.intervals import IntervalJson, interval_json
from gallery.photo.detail import PhotoDetail, find_photo, photo_detail
from gallery.photo.forms import DownloadForm, MarkersForm
from gallery.photo.markers import MarkersJson, photo_markers
from gallery.photo.visit_api import VisitJson, visit_json
from gallery.places.history import HistoryEvent
from photos.storage.object_store import OriginalLostError
from processing.jobs import draw_annotated
from processing.models import ProcessingSession
from processing.pictures.annotated_pictures import picture_url
from processing.review.corrections import counted_session
from stock.conformal import Interval
from stock.queries import CountLine

VIEW = "photos.view_s3image"


class ExifJson(TypedDict):
    """What the camera recorded; `datetime_original` is UTC if the camera's time zone is known, else as written."""

    camera_make: str | None
    camera_model: str | None
    datetime_original: str | None
    datetime_zone_source: str | None
    datetime_assumed_zone: str | None
    gps_latitude: float | None
    gps_longitude: float | None


class MetadataJson(TypedDict):
    """The file."""

    file_size_bytes: int | None
    width_px: int | None
    height_px: int | None
    content_type: str | None
    exif: ExifJson


class CalibratedJson(TypedDict):
    """The factor that a count was multiplied by: `before` it, and from how many photos its version was learned."""

    before: int
    factor: float
    photos: int
    calibration_id: int


class SessionJson(TypedDict):
    """A run of a photo and its result; counts are null until it has counted."""

    session_id: Uuid
    status: str
    storage_location_id: int | None
    storage_location_name: str | None
    total_detected: int | None
    total_estimated: int | None
    avg_confidence: float | None
    category_counts: dict[str, int] | None
    validated: bool
    validated_by: str | None
    validation_date: Moment | None
    interval: IntervalJson | None
    calibration: CalibratedJson | None


class EventJson(TypedDict):
    """A counted photo of the location."""

    timestamp: Moment
    event: str
    total_plants: int | None
    session_id: Uuid


class ProductLineJson(TypedDict):
    """The plants of one of several products; `mixed` are those of which nobody has said what they are."""

    sku: str
    name: str
    packaging: str | None
    mixed: bool
    plants: int
    empty: int


class PhotoJson(TypedDict):
    """A photo with its metadata, its newest run and the history of its location. URLs are signed for an hour."""

    image_id: Uuid
    moment: Moment
    date_doubt: str | None
    original_url: Url | None
    thumbnail_url: Url | None
    annotated_url: Url | None
    metadata: MetadataJson
    processing_session: SessionJson | None
    storage_location_history: list[EventJson]
    visit: NotRequired[VisitJson]
    products: NotRequired[list[ProductLineJson]]


@api_view("GET", permission=VIEW, answers={200: PhotoJson}, errors=(404,))
def detail(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """One photo with its newest run and the history of its location."""
    return JsonResponse(detail_json(photo_detail(image_id, with_history=True), request))


@api_view("GET", permission=VIEW, query=DownloadForm, answers={302: None}, errors=(404,))
def annotated(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Redirect to the annotated picture in S3, which is drawn if it has expired or was corrected."""
    image = find_photo(image_id)
    session = counted_session(image)
    try:
        key = draw_annotated(session) if session else None
    except OriginalLostError as error:
        raise NotFoundError(_("The annotated picture has expired and the original is lost.")) from error
    if key is None:
        raise NotFoundError(_("This photo has no annotated picture yet."))
    return HttpResponseRedirect(picture_url(image, key, download="download" in request.GET))


@api_view("GET", permission=VIEW, query=MarkersForm, answers={200: MarkersJson}, errors=(404,))
def markers(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Every mark of a counted photo after corrections, as columns of whole pixels, with its containers."""
    form = MarkersForm(request.GET)
    as_mine = form.is_valid() and form.cleaned_data["as_proposed"]
    return JsonResponse(photo_markers(image_id, as_proposed_by=signed_in_user(request) if as_mine else None))


def detail_json(detail: PhotoDetail, request: HttpRequest) -> PhotoJson:
    """A photo; keys that do not apply are left out."""
    image, pictures = detail.image, detail.pictures
    shown: PhotoJson = {
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
            "exif": exif_json(detail),
        },
        "processing_session": session_json(detail.newest, _shown_interval(detail)) if detail.newest else None,
        "storage_location_history": [event_json(event) for event in detail.history],
    }
    if detail.visit:
        shown["visit"] = visit_json(detail.visit)
    if detail.products:
        shown["products"] = [product_json(line) for line in detail.products]
    return shown


def exif_json(detail: PhotoDetail) -> ExifJson:
    """What the camera recorded."""
    exif: dict[str, Any] = {**detail.exif, "datetime_original": camera_clock_text(detail)}
    return cast(ExifJson, exif)


def camera_clock_text(detail: PhotoDetail) -> str | None:
    """UTC as in the spec; without a time zone, or with a date that no row can store, as the camera recorded it."""
    taken_at = detail.image.taken_at
    if taken_at is None or detail.exif["datetime_assumed_zone"]:
        written: str | None = detail.exif["datetime_original"]
        return written
    return time_text(taken_at)


def _shown_interval(detail: PhotoDetail) -> Interval | None:
    """That of the newest run, if it has counted."""
    return detail.interval if detail.newest is detail.counted else None


def session_json(session: ProcessingSession, interval: Interval | None) -> SessionJson:
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
        "interval": interval_json(interval),
        "calibration": calibrated_json(session),
    }


def calibrated_json(session: ProcessingSession) -> CalibratedJson | None:
    """The factor of a count; null if it has none, or if people corrected marks since."""
    row, before = session.calibration, session.uncalibrated
    if row is None or before is None or not session.is_calibrated:
        return None
    return {"before": before, "factor": row.factor, "photos": row.photos, "calibration_id": row.pk}


def product_json(line: CountLine) -> ProductLineJson:
    """The plants of a product."""
    product, packaging = line.batch.product, line.batch.packaging
    return {
        "sku": product.sku,
        "name": product.common_name,
        "packaging": packaging.sku if packaging else None,
        "mixed": product.is_mixed,
        "plants": line.plants,
        "empty": line.empty,
    }


def event_json(event: HistoryEvent) -> EventJson:
    """One entry of a location's history."""
    return {
        "timestamp": time_text(event.timestamp),
        "event": "photo_processed",
        "total_plants": event.total_plants,
        "session_id": str(event.session_id),
    }
