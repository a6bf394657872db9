"""`/api/v1/photos/{image_id}/problem` and `/fix/...`: what is wrong with a photo, and the forms that fix it."""

from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import ConflictError
from demeter.common.http import error_json
from demeter.common.openapi.operations import Uuid
from gallery.browse.queries import newest_sessions
from gallery.common import permissions
from gallery.common.api import MomentField, checked, read_body
from gallery.common.badges import badge_of
from gallery.photo import fixes
from gallery.photo.detail import Candidate, candidates_of, find_photo
from gallery.photo.forms import DateForm
from gallery.places.api import PartForm, flat_parts
from locations.forms import AssignLocationForm, CalibrateForm, ConfigureLocationForm
from photos.models import S3Image
from processing.models import ProcessingSession
from processing.problems import Fix, Problem

VIEW = "photos.view_s3image"
ADDRESSES: Mapping[Fix, str | None] = {
    "choose_location": "location",
    "date": "date",
    "configure": "configuration",
    "calibrate": "density",
    "reprocess": "reprocess",
    "none": None,
}


class CandidateJson(TypedDict):
    """A location that the evidence offers; `evidence` is for people."""

    location_id: int
    name: str
    evidence: str


class ProblemJson(TypedDict):
    """What is wrong with a photo: `problem` is its code, null if nothing is wrong. `fix` is the address under `/fix/`
    that mends it (`reprocess` is an address of its own), null if only another photo helps. `waiting` is how many other
    photos the same fix unblocks."""

    image_id: Uuid
    problem: str | None
    message: str
    fix: str | None
    may_fix: bool
    location: str | None
    candidates: list[CandidateJson]
    waiting: int


class StartedJson(TypedDict):
    """How many photos are processed again, this one included."""

    status: str
    image_id: Uuid
    started: int


class PlaceFixForm(AssignLocationForm):
    """Where the photo was taken, by the number (`id`) of the location."""

    others = forms.BooleanField(required=False, help_text="The other photos of the upload that lack a location too.")


class DateFixForm(DateForm):
    """When the photo was taken."""

    moment = MomentField(required=False, help_text="Only with the source `typed`.")  # type: ignore[assignment]
    others = forms.BooleanField(required=False, help_text="The other photos of the upload with the same doubt too.")


class DensityFixForm(CalibrateForm):
    """How densely the plants grow: in one of the two units."""

    meant = forms.CharField(
        required=False,
        max_length=20,
        help_text="Confirms a density far from all known ones: the text that the refusal has as `meant`.",
    )
    others = forms.BooleanField(required=False, help_text="The photos of the same product that wait for it too.")


@api_view("GET", permission=VIEW, answers={200: ProblemJson}, errors=(404,))
def problem(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """What is wrong with a photo, and what mends it."""
    image, session, found = _find(image_id)
    location = session.storage_location if session else None
    offers = (*candidates_of(session), *fixes.batch_neighbours(image)) if found else ()
    answer: ProblemJson = {
        "image_id": str(image.pk),
        "problem": found.code if found else None,
        "message": image.error_details.in_english() if found and image.error_details else "",
        "fix": ADDRESSES[found.fix] if found else None,
        "may_fix": bool(found and permissions.may_fix(signed_in_user(request), found)),
        "location": location.code if location else None,
        "candidates": [_candidate_json(offer) for offer in offers],
        "waiting": fixes.photos_waiting(image, problem=found, session=session).count() if found else 0,
    }
    return JsonResponse(answer)


def _candidate_json(offer: Candidate) -> CandidateJson:
    return {"location_id": offer.location_id, "name": offer.name, "evidence": offer.evidence}


JOB = (VIEW, *permissions.FIX_PERMISSIONS["choose_location"])
ANSWERS: Mapping[int, Any] = {202: StartedJson}


@api_view("POST", permission=JOB, body=PlaceFixForm, answers=ANSWERS, errors=(404, 409))
def fix_location(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Say where a photo was taken that lacks its location, and process it again."""
    return _fix(request, image_id, "choose_location", PlaceFixForm)


@api_view("POST", permission=JOB, body=DateFixForm, answers=ANSWERS, errors=(404, 409))
def fix_date(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Say when a photo was taken whose date is in doubt, and process it again."""
    return _fix(request, image_id, "date", DateFixForm)


@api_view(
    "POST",
    permission=(VIEW, *permissions.FIX_PERMISSIONS["configure"]),
    body=ConfigureLocationForm,
    lists={"parts": PartForm},
    answers=ANSWERS,
    errors=(404, 409),
)
def fix_configuration(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Say what grows at the location of a photo, and process all photos that wait for it again."""
    return _fix(request, image_id, "configure", ConfigureLocationForm)


@api_view(
    "POST",
    permission=(VIEW, *permissions.FIX_PERMISSIONS["calibrate"]),
    body=DensityFixForm,
    answers=ANSWERS,
    errors=(404, 409),
)
def fix_density(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Say how densely the plants of a photo grow, and process it again.

    409 with the code `confirm` if the density is far from all known ones; send it again with `meant` if it is right.
    """
    return _fix(request, image_id, "calibrate", DensityFixForm)


def _find(image_id: UUID) -> tuple[S3Image, ProcessingSession | None, Problem | None]:
    image = find_photo(image_id)
    session = newest_sessions([image.pk]).get(image.pk)
    return image, session, badge_of(image, newest_run=session.status if session else None).problem


def _fix(request: HttpRequest, image_id: UUID, fix: Fix, form_class: type[forms.Form]) -> HttpResponse:
    """Fix the problem as the page does; only the problem that the address is for."""
    image, session, found = _find(image_id)
    if found is None:
        raise ConflictError(_("%(filename)s has nothing left to fix.") % {"filename": image.original_filename})
    if found.fix != fix:
        raise ConflictError(_("This photo has another problem: %(code)s.") % {"code": found.code})
    user = signed_in_user(request)
    if not permissions.may_fix(user, found):
        raise PermissionDenied
    body = read_body(request, form_class, *(["parts"] if fix == "configure" else []))
    values = checked(form_class(flat_parts(body) if fix == "configure" else body)).cleaned_data
    others, meant = values.pop("others", False), values.pop("meant", "")
    asked = fixes.find_confirmation(problem=found, session=session, values=values, answer=meant)
    if asked:
        return error_json(code="confirm", message=asked.question, status=409, meant=asked.answer)
    started = fixes.resolve(problem=found, image=image, session=session, values=values, user=user, others=others)
    return JsonResponse({"status": "accepted", "image_id": str(image.pk), "started": started}, status=202)
