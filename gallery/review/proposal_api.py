"""`/api/v1/photos/{image_id}/proposals` and `/flag`: what workers propose about a count, and the answer."""

from typing import TypedDict
from uuid import UUID

from django import forms
from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.openapi.operations import Moment
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_page
from gallery.common.http import time_text
from gallery.common.intervals import find_interval
from gallery.photo.api import SessionJson, session_json
from gallery.photo.detail import find_photo
from gallery.review.actions import MAY_PROPOSE, MAY_REVIEW, VIEW
from gallery.review.forms import LARGEST_NUMBER, CorrectionForm, DecisionForm
from photos.models import S3Image
from processing.models import Proposal
from processing.review import corrections, proposals


class ProposalJson(TypedDict):
    """A proposed correction, or a flag (`note`). The keys of a mark as in a correction; `outcome` is empty while it
    waits, else accepted, declined or overtaken (the count was so already)."""

    proposal_id: int
    action: str
    class_id: int | None
    x: float | None
    y: float | None
    text: str
    made_by: str
    made_by_id: int
    made_at: Moment
    withdrawn_at: Moment | None
    outcome: str
    decided_by: str | None
    decided_at: Moment | None
    correction_id: int | None


class ProposalsJson(TypedDict):
    """A page of proposals, in the order in which they were made."""

    proposals: list[ProposalJson]
    pagination: PaginationJson


class ProposalMadeJson(TypedDict):
    """A proposal. The count of the photo has not changed."""

    proposal: ProposalJson


class DecidedJson(TypedDict):
    """How many proposals were accepted, declined, or not needed, and the count of the photo after that."""

    accepted: int
    declined: int
    overtaken: int
    processing_session: SessionJson | None


class SentProposalForm(CorrectionForm):
    """A proposal with the sender's id."""

    sent_as = forms.UUIDField(help_text="A new id for each proposal, so that sending it again proposes once.")


class NamedProposalForm(forms.Form):
    """Which proposal."""

    proposal_id = forms.IntegerField(min_value=1, max_value=LARGEST_NUMBER)


class FlagForm(forms.Form):
    """What seems wrong."""

    text = forms.CharField(max_length=corrections.NOTE_LENGTH)


@api_view("GET", permission=VIEW, query=PagedForm, answers={200: ProposalsJson}, errors=(404,))
def list_proposals(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """All proposals for a photo, decided and withdrawn ones too."""
    form = checked(PagedForm(request.GET))
    made = find_photo(image_id).proposals.select_related("user", "decided_by").order_by("pk")
    rows, pagination = read_page(made, form)
    return JsonResponse({"proposals": [proposal_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission=MAY_PROPOSE, body=SentProposalForm, answers={200: ProposalMadeJson}, errors=(404, 409))
def propose_correction(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Propose a correction. Count and stock stay as they are until a supervisor accepts it."""
    image, user = find_photo(image_id), signed_in_user(request)
    form = checked(SentProposalForm(read_body(request, SentProposalForm)))
    return _answer(proposals.propose(image=image, user=user, **form.cleaned_data))


@api_view("POST", permission=MAY_PROPOSE, body=FlagForm, answers={200: ProposalMadeJson}, errors=(404, 409))
def flag_count(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Say what seems wrong with a count; the same words again within a minute are kept once."""
    image, user = find_photo(image_id), signed_in_user(request)
    form = checked(FlagForm(read_body(request, FlagForm)))
    return _answer(proposals.flag(image=image, user=user, text=form.cleaned_data["text"]))


@api_view("POST", permission=MAY_PROPOSE, body=NamedProposalForm, answers={200: ProposalMadeJson}, errors=(404, 409))
def withdraw_proposal(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Withdraw one's own proposal that waits; the same request again changes nothing."""
    image, number = _read_named(request, image_id)
    return _answer(proposals.undo(image=image, user=signed_in_user(request), named=number))


@api_view("POST", permission=MAY_PROPOSE, body=NamedProposalForm, answers={200: ProposalMadeJson}, errors=(404, 409))
def renew_proposal(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Make the proposal again that one withdrew last; the same request again changes nothing."""
    image, number = _read_named(request, image_id)
    return _answer(proposals.redo(image=image, user=signed_in_user(request), named=number))


@api_view("POST", permission=MAY_REVIEW, body=DecisionForm, answers={200: DecidedJson}, errors=(404, 409))
def decide_proposals(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Accept or decline what one person proposes for a photo. The same request again changes nothing.

    Proposals after `up_to`, the newest that was seen, keep waiting.
    """
    image, user = find_photo(image_id), signed_in_user(request)
    wanted = checked(DecisionForm(read_body(request, DecisionForm))).cleaned_data
    decision = proposals.accept if wanted["decision"] == "accept" else proposals.decline
    decided = decision(image=image, user=user, made_by=wanted["made_by"], up_to=wanted["up_to"])
    session = corrections.counted_session(image)
    answer: DecidedJson = {
        "accepted": decided.accepted,
        "declined": decided.declined,
        "overtaken": decided.overtaken,
        "processing_session": session_json(session, find_interval(session)) if session else None,
    }
    return JsonResponse(answer)


photo_proposals = by_method(GET=list_proposals, POST=propose_correction)


def proposal_json(row: Proposal) -> ProposalJson:
    """A proposal, by whom, when, and what became of it."""
    return {
        "proposal_id": row.pk,
        "action": row.action,
        "class_id": row.class_id,
        "x": row.x,
        "y": row.y,
        "text": row.text,
        "made_by": row.user.username,
        "made_by_id": row.user_id,
        "made_at": time_text(row.created_at),
        "withdrawn_at": time_text(row.withdrawn_at) if row.withdrawn_at else None,
        "outcome": row.outcome,
        "decided_by": row.decided_by.username if row.decided_by else None,
        "decided_at": time_text(row.decided_at) if row.decided_at else None,
        "correction_id": row.correction_id,
    }


def _answer(proposal: Proposal) -> JsonResponse:
    return JsonResponse({"proposal": proposal_json(proposal)})


def _read_named(request: HttpRequest, image_id: UUID) -> tuple[S3Image, int]:
    image = find_photo(image_id)
    form = checked(NamedProposalForm(read_body(request, NamedProposalForm)))
    return image, form.cleaned_data["proposal_id"]
