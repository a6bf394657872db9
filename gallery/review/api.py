"""`/api/v1/photos/{image_id}/corrections`, `/notes` and `/sign-off`: what the review's pages do."""

from typing import TypedDict
from uuid import UUID

from django import forms
from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.accounts.models import User
from demeter.common.openapi.operations import Moment
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_page
from gallery.common.http import time_text
from gallery.common.intervals import find_interval
from gallery.photo.api import SessionJson, session_json
from gallery.photo.detail import find_photo
from gallery.review.actions import MAY_REVIEW, VIEW
from gallery.review.forms import LARGEST_NUMBER, CorrectionForm
from photos.models import S3Image
from processing.models import Correction, Proposal
from processing.review import corrections


class CorrectionJson(TypedDict):
    """A correction or a note. `x` and `y` are shares of the upright photo's width and height; `class_id` is 0 for a
    plant, 1 for an empty place, 2 for a dead plant."""

    correction_id: int
    action: str
    class_id: int | None
    x: float | None
    y: float | None
    text: str
    made_by: str
    proposed_by: str | None
    made_at: Moment
    undone_at: Moment | None


class CorrectionsJson(TypedDict):
    """A page of corrections, in the order in which they were made."""

    corrections: list[CorrectionJson]
    pagination: PaginationJson


class CorrectedJson(TypedDict):
    """A correction, and the count of the photo with it."""

    correction: CorrectionJson
    processing_session: SessionJson | None


class CountJson(TypedDict):
    """The count of a photo."""

    processing_session: SessionJson


class SentCorrectionForm(CorrectionForm):
    """A correction with the sender's id."""

    sent_as = forms.UUIDField(help_text="A new id for each correction, so that sending it again corrects once.")


class NamedForm(forms.Form):
    """Which correction."""

    correction_id = forms.IntegerField(min_value=1, max_value=LARGEST_NUMBER)


class NoteForm(forms.Form):
    """A note about the count."""

    text = forms.CharField(max_length=corrections.NOTE_LENGTH)


class SeenForm(forms.Form):
    """What is signed off."""

    seen = forms.IntegerField(help_text="The plants that were seen (`total_estimated`): 409 if the count has changed.")


@api_view("GET", permission=VIEW, query=PagedForm, answers={200: CorrectionsJson}, errors=(404,))
def list_corrections(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """All corrections of a photo and notes about it, those that were undone too."""
    form = checked(PagedForm(request.GET))
    rows, pagination = read_page(
        find_photo(image_id).corrections.select_related("user", "proposal__user").order_by("pk"), form
    )
    return JsonResponse({"corrections": [correction_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission=MAY_REVIEW, body=SentCorrectionForm, answers={200: CorrectedJson}, errors=(404, 409))
def correct(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Add, remove or change a plant by its position. The totals, the stock and every later run follow.

    `remove` and `retype` correct the mark that is hit; `class_id` is what is added or removed, or what the mark really
    is.
    """
    image, user = find_photo(image_id), signed_in_user(request)
    form = checked(SentCorrectionForm(read_body(request, SentCorrectionForm)))
    return _answer(image, corrections.correct(image=image, user=user, **form.cleaned_data))


@api_view("POST", permission=MAY_REVIEW, body=NamedForm, answers={200: CorrectedJson}, errors=(404, 409))
def undo_correction(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Undo one's own newest correction or note of a photo; the same request again changes nothing."""
    image, user, number = _read_named(request, image_id)
    return _answer(image, corrections.undo(image=image, user=user, named=number))


@api_view("POST", permission=MAY_REVIEW, body=NamedForm, answers={200: CorrectedJson}, errors=(404, 409))
def redo_correction(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Redo the correction that one undid last; the same request again changes nothing."""
    image, user, number = _read_named(request, image_id)
    return _answer(image, corrections.redo(image=image, user=user, named=number))


@api_view("POST", permission=MAY_REVIEW, body=NoteForm, answers={200: CorrectedJson}, errors=(404, 409))
def note(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Add a note to the count of a photo; the same note again within a minute is kept once."""
    image, user = find_photo(image_id), signed_in_user(request)
    form = checked(NoteForm(read_body(request, NoteForm)))
    return _answer(image, corrections.note(image=image, user=user, text=form.cleaned_data["text"]))


@api_view("POST", permission=MAY_REVIEW, body=SeenForm, answers={200: CountJson}, errors=(404, 409))
def sign_off(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Sign off the count of a photo."""
    image, user = find_photo(image_id), signed_in_user(request)
    form = checked(SeenForm(read_body(request, SeenForm)))
    session = corrections.sign_off(image=image, user=user, seen=form.cleaned_data["seen"])
    return JsonResponse({"processing_session": session_json(session, find_interval(session))})


@api_view("POST", permission=MAY_REVIEW, answers={200: CountJson}, errors=(404, 409))
def withdraw(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Withdraw the sign-off of a photo's count. The body is ignored."""
    session = corrections.reopen_count(image=find_photo(image_id), user=signed_in_user(request))
    return JsonResponse({"processing_session": session_json(session, find_interval(session))})


photo_corrections = by_method(GET=list_corrections, POST=correct)


def _read_named(request: HttpRequest, image_id: UUID) -> tuple[S3Image, User, int]:
    image = find_photo(image_id)
    form = checked(NamedForm(read_body(request, NamedForm)))
    return image, signed_in_user(request), form.cleaned_data["correction_id"]


def _answer(image: S3Image, correction: Correction) -> JsonResponse:
    session = corrections.counted_session(image)
    count = session_json(session, find_interval(session)) if session else None
    return JsonResponse({"correction": correction_json(correction), "processing_session": count})


def correction_json(row: Correction) -> CorrectionJson:
    """A correction, by whom, when, and who proposed it if somebody did."""
    proposal: Proposal | None = getattr(row, "proposal", None)
    return {
        "correction_id": row.pk,
        "action": row.action,
        "class_id": row.class_id,
        "x": row.x,
        "y": row.y,
        "text": row.text,
        "made_by": row.user.username,
        "proposed_by": proposal.user.username if proposal else None,
        "made_at": time_text(row.created_at),
        "undone_at": time_text(row.undone_at) if row.undone_at else None,
    }
