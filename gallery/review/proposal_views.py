"""Proposals on the photo's page: those who may not review propose and flag, reviewers accept or decline."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from demeter.accounts.models import User
from gallery.common.http import HtmxRequest
from gallery.review.actions import MAY_PROPOSE, MAY_REVIEW, answer, read, refuse_others
from gallery.review.forms import CorrectionForm, DecisionForm, StepForm
from photos.models import S3Image
from processing.review import proposals
from processing.review.proposals import Decided


@require_POST
@permission_required(MAY_PROPOSE, raise_exception=True)
def propose(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Propose to add, remove or change a mark, or undo or redo that."""
    refuse_others(request)

    def act(image: S3Image, user: User) -> str:
        step = STEPS.get(request.POST.get("action", ""))
        if step is not None:
            return step(image, user, read(StepForm(request.POST))["made_as"])
        proposals.propose(image=image, user=user, **read(CorrectionForm(request.POST)))
        return _("Proposed. It counts once a supervisor accepts it.")

    return answer(request, image_id, act)


@require_POST
@permission_required(MAY_PROPOSE, raise_exception=True)
def undo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    return answer(request, image_id, _undo, redraws=True)


@require_POST
@permission_required(MAY_PROPOSE, raise_exception=True)
def redo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    return answer(request, image_id, _redo, redraws=True)


@require_POST
@permission_required(MAY_PROPOSE, raise_exception=True)
def flag(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Say what seems wrong with the count."""

    def act(image: S3Image, user: User) -> str:
        proposals.flag(image=image, user=user, text=request.POST.get("text", "").replace("\x00", ""))
        return _("The supervisors see it in their to-do list.")

    return answer(request, image_id, act)


@require_POST
@permission_required(MAY_REVIEW, raise_exception=True)
def decide(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Accept or decline what one person proposes for a photo."""

    def act(image: S3Image, user: User) -> str:
        wanted = read(DecisionForm(request.POST))
        decision = proposals.accept if wanted["decision"] == "accept" else proposals.decline
        decided = decision(image=image, user=user, made_by=wanted["made_by"], up_to=wanted["up_to"])
        return say_decided(decided)

    return answer(request, image_id, act, redraws=True)


def say_decided(decided: Decided) -> str:
    """What was done with the proposals, in one sentence for each outcome."""
    said = (
        (
            decided.accepted,
            ngettext("%(number)d proposal accepted.", "%(number)d proposals accepted.", decided.accepted),
        ),
        (
            decided.declined,
            ngettext("%(number)d proposal declined.", "%(number)d proposals declined.", decided.declined),
        ),
        (
            decided.overtaken,
            ngettext(
                "%(number)d was not needed: the count is so already.",
                "%(number)d were not needed: the count is so already.",
                decided.overtaken,
            ),
        ),
    )
    sentences = [words % {"number": number} for number, words in said if number]
    return " ".join(sentences) or _("Nothing is waiting here any more.")


def _undo(image: S3Image, user: User, sent_as: UUID | None = None) -> str:
    undone = proposals.undo(image=image, user=user, named=sent_as).as_correction
    return _("Undone: %(what)s.") % {"what": undone.words}


def _redo(image: S3Image, user: User, sent_as: UUID | None = None) -> str:
    redone = proposals.redo(image=image, user=user, named=sent_as).as_correction
    return _("Redone: %(what)s.") % {"what": redone.words}


STEPS = {"undo": _undo, "redo": _redo}
