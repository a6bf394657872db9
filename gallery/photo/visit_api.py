"""The visit of a photo in the API: which photos count, which plants two of them show, and the answers of people."""

from typing import TypedDict
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.http import form_errors, read_json
from demeter.common.openapi.operations import Moment, Uuid
from gallery.common.http import time_text
from gallery.common.intervals import IntervalJson, interval_json
from gallery.photo.forms import OverlapForm, VisitForm
from gallery.places import visits
from gallery.places.overlaps import Seam
from gallery.places.visits import VisitDetail


class VisitPhotoJson(TypedDict):
    """A photo of a visit, and whether it counts."""

    image_id: Uuid
    moment: Moment
    plants: int
    seen_before: int
    counted: bool


class OverlapJson(TypedDict):
    """Two photos of a visit: the `plants` that both show, or null if nobody knows; `suggested` by the pictures.

    `verdict` is what the pictures say: waiting (they are compared soon), joined, apart or doubtful, with a `reason`.
    `homography` are nine numbers, from shares of the first picture to shares of the second; `shared` are the plants of
    both pictures as [x, y, x, y] of 10,000.
    """

    images: list[Uuid]
    verdict: str
    reason: str | None
    plants: int | None
    suggested: int
    answered: bool
    asked: bool
    homography: list[float] | None
    shared: list[list[int]]


class VisitJson(TypedDict):
    """Photos of one location that form one count; `open` until somebody has said whether they are parts or retakes, and
    which plants two of them both show where the pictures do not say."""

    total_plants: int
    open: bool
    answer: str | None
    suggested: str | None
    interval: IntervalJson | None
    photos: list[VisitPhotoJson]
    overlap: list[OverlapJson]


@api_view("POST", permission="processing.add_job", body=VisitForm, answers={200: VisitJson}, errors=(404, 409))
def visit(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Answer whether the photos of this photo's visit are parts or retakes.

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


@api_view("POST", permission="processing.add_job", body=OverlapForm, answers={200: VisitJson}, errors=(404, 409))
def overlap(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Answer how many plants this photo and an `other` one of its visit both show: 0 if none, null takes it back.

    `seen`, if given, are the plants of both photos that the person saw: 409 if they have changed.
    """
    form = OverlapForm(read_json(request))
    if not form.is_valid():
        raise form_errors(form)
    data = form.cleaned_data
    detail = visits.answer_overlap(
        image_id=image_id,
        other=data["other"],
        plants=data["plants"],
        seen=data["seen"] or None,
        user=signed_in_user(request),
    )
    return JsonResponse(visit_json(detail))


def visit_json(detail: VisitDetail) -> VisitJson:
    """A visit: the `answer`, and which of its photos are counted."""
    visit = detail.visit
    return {
        "total_plants": visit.quantity,
        "open": visit.is_open,
        "answer": visit.answer or None,
        "suggested": detail.suggested or None,
        "interval": interval_json(detail.interval),
        "photos": [
            {
                "image_id": str(photo.image_id),
                "moment": time_text(photo.moment),
                "plants": photo.plants,
                "seen_before": photo.seen_before,
                "counted": photo.is_counted,
            }
            for photo in detail.photos
        ],
        "overlap": [_overlap_json(seam) for seam in detail.seams],
    }


def _overlap_json(seam: Seam) -> OverlapJson:
    overlap = seam.overlap
    return {
        "images": [str(overlap.first_id), str(overlap.second_id)],
        "verdict": overlap.verdict,
        "reason": overlap.reason or None,
        "plants": seam.plants,
        "suggested": seam.suggested,
        "answered": overlap.answer is not None,
        "asked": overlap.is_asked,
        "homography": overlap.homography,
        "shared": overlap.shared,
    }
