"""The gallery in the API: `GET /api/v1/photos/gallery` and `GET /api/v1/photos/{image_id}`, as the spec has them.

`/annotated` under a photo serves an annotated picture that may have expired or was corrected.
"""

from typing import NotRequired, TypedDict
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.http import form_errors, read_json
from demeter.common.openapi.operations import Moment, Url, Uuid
from gallery.browse.cards import CardPage, CardSession, PhotoCard
from gallery.browse.forms import NumberedPageForm, PhotosForm
from gallery.browse.queries import photo_cards
from gallery.common.api import PaginationJson
from gallery.common.http import absolute_url, time_text
from gallery.common.intervals import IntervalJson, interval_json
from processing.trash import Moved, delete_photos, restore_photos


class GallerySessionJson(TypedDict):
    """The result of a photo, as the gallery has it."""

    session_id: str
    total_detected: int | None
    storage_location_id: int | None
    storage_location_name: str | None
    interval: IntervalJson | None


class GalleryPhotoJson(TypedDict):
    """A photo of the gallery; keys that do not apply are left out, as in the spec."""

    image_id: Uuid
    thumbnail_url: Url | None
    original_url: Url | None
    status: str
    error_details: NotRequired[str]
    moment: Moment
    uploaded_at: Moment
    processing_session: NotRequired[GallerySessionJson]
    warehouse_name: NotRequired[str | None]


class GalleryJson(TypedDict):
    """A page of photos, newest first."""

    photos: list[GalleryPhotoJson]
    pagination: PaginationJson


class MovedJson(TypedDict):
    """The photos that were moved, and those that were not (`left` is the old name of `skipped`); unknown photos, and
    those with nothing to do, are in neither."""

    image_ids: list[Uuid]
    skipped: list[Uuid]
    left: list[Uuid]


@api_view("GET", permission="photos.view_s3image", query=NumberedPageForm, answers={200: GalleryJson})
def gallery(request: HttpRequest) -> JsonResponse:
    """A page of photos, newest first."""
    form = NumberedPageForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    cards = photo_cards(form.wanted, page=form.page_number, per_page=form.page_size)
    photos = [photo_json(card, request) for card in cards.cards]
    return JsonResponse({"photos": photos, "pagination": pagination_json(cards)})


@api_view("POST", permission="photos.delete_s3image", body=PhotosForm, answers={200: MovedJson})
def delete(request: HttpRequest) -> JsonResponse:
    """Move photos to the trash; `skipped` are those with an unfinished run."""
    return JsonResponse(moved_json(delete_photos(image_ids=_image_ids(request), user=signed_in_user(request))))


@api_view("POST", permission="photos.delete_s3image", body=PhotosForm, answers={200: MovedJson})
def restore(request: HttpRequest) -> JsonResponse:
    """Restore photos from the trash; `skipped` are those that were uploaded again in the meantime."""
    return JsonResponse(moved_json(restore_photos(image_ids=_image_ids(request), user=signed_in_user(request))))


def _image_ids(request: HttpRequest) -> list[UUID]:
    form = PhotosForm(read_json(request))
    if not form.is_valid():
        raise form_errors(form)
    image_ids: list[UUID] = form.cleaned_data["image_ids"]
    return image_ids


def moved_json(moved: Moved) -> MovedJson:
    """The ids of both lists."""
    return {
        "image_ids": [str(image.pk) for image in moved.moved],
        "skipped": [str(image.pk) for image in moved.skipped],
        "left": [str(image.pk) for image in moved.skipped],  # the old name of `skipped`, for one release
    }


def pagination_json(cards: CardPage) -> PaginationJson:
    """The page's number among all pages."""
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
        thumbnail_url=absolute_url(card.thumbnail_url, request),
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
    return {
        "session_id": str(session.session_id),
        "total_detected": session.total_detected,
        "storage_location_id": session.storage_location_id,
        "storage_location_name": session.storage_location_name,
        "interval": interval_json(session.interval),
    }
