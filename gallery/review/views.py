"""The review: the queue, the next photo, and the actions on a count.

Each action is a plain form that redirects to the photo; htmx gets the count alone.
"""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from demeter.accounts.models import User
from gallery.common.http import HtmxRequest
from gallery.review.actions import MAY_REVIEW, answer, read, refuse_others
from gallery.review.blind import is_due
from gallery.review.forms import CorrectionForm, NextForm, SignOffForm, StepForm
from gallery.review.proposed import photos_with_proposals
from gallery.review.queue import COUNTED_UP_TO, count_waiting, next_photo, waiting_photos
from photos.models import S3Image
from processing.review import corrections


@require_safe
@permission_required(MAY_REVIEW, raise_exception=True)
def queue(request: HttpRequest) -> HttpResponse:
    """The photos to review, most doubtful first."""
    proposals_count, proposals = photos_with_proposals()
    context = {
        "waiting": waiting_photos(),
        "total": count_waiting(),
        "counted_up_to": COUNTED_UP_TO,
        "proposals_count": proposals_count,
        "first_proposed": proposals[0] if proposals else None,
    }
    return render(request, "gallery/review/review.html", context)


@require_safe
@permission_required(MAY_REVIEW, raise_exception=True)
def next_to_review(request: HttpRequest) -> HttpResponse:
    """Redirect to the next photo of the queue, or to the empty queue. Some photos are counted blind first."""
    form = NextForm(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain")
    image_id = next_photo(form.cleaned_data["after"])
    if image_id is None:
        return redirect("review")
    return redirect("review-blind" if is_due(image_id) else "photo", image_id=image_id)


@require_POST
@permission_required(MAY_REVIEW, raise_exception=True)
def correct(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Add, remove or change a mark, or undo or redo that."""
    refuse_others(request)

    def act(image: S3Image, user: User) -> str:
        step = STEPS.get(request.POST.get("action", ""))
        if step is not None:
            return step(image, user, read(StepForm(request.POST))["made_as"])
        corrections.correct(image=image, user=user, **read(CorrectionForm(request.POST)))
        return _("Corrected.")

    return answer(request, image_id, act)


@require_POST
@permission_required(MAY_REVIEW, raise_exception=True)
def undo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    return answer(request, image_id, _undo, redraws=True)


@require_POST
@permission_required(MAY_REVIEW, raise_exception=True)
def redo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    return answer(request, image_id, _redo, redraws=True)


def _undo(image: S3Image, user: User, sent_as: UUID | None = None) -> str:
    undone = corrections.undo(image=image, user=user, named=sent_as)
    return _("Undone: %(what)s.") % {"what": undone.words}


def _redo(image: S3Image, user: User, sent_as: UUID | None = None) -> str:
    redone = corrections.redo(image=image, user=user, named=sent_as)
    return _("Redone: %(what)s.") % {"what": redone.words}


STEPS = {"undo": _undo, "redo": _redo}


@require_POST
@permission_required(MAY_REVIEW, raise_exception=True)
def note(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    def act(image: S3Image, user: User) -> str:
        corrections.note(image=image, user=user, text=request.POST.get("text", "").replace("\x00", ""))
        return _("Note saved.")

    return answer(request, image_id, act)


@require_POST
@permission_required(MAY_REVIEW, raise_exception=True)
def sign_off(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Sign the count off, or withdraw the sign-off; with `next` go on to the next photo once it is signed off."""

    def act(image: S3Image, user: User) -> str:
        wanted = read(SignOffForm(request.POST))
        if wanted["reopen"]:
            corrections.reopen_count(image=image, user=user)
            return _("The sign-off was withdrawn.")
        session = corrections.sign_off(image=image, user=user, seen=wanted["seen"])
        number = session.total_estimated or 0
        signed = ngettext("Signed off: %(number)s plant.", "Signed off: %(number)s plants.", number)
        return signed % {"number": intcomma(number)}

    return answer(request, image_id, act, goes_on="next" in request.POST)
