"""The review: the queue, the next photo, and the actions on a count.

Each action is a plain form that redirects to the photo; htmx gets the count alone.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from demeter.accounts.authentication import signed_in_user
from demeter.accounts.models import User
from demeter.common.exceptions import DomainError
from demeter.common.http import form_errors, found_or_404
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from gallery.photo.detail import find_photo
from gallery.photo.review_state import review_state
from gallery.photo.views import tab_context
from gallery.review.forms import CorrectionForm, NextForm, SignOffForm, StepForm
from gallery.review.queue import COUNTED_UP_TO, count_waiting, next_photo, waiting_photos
from photos.models import S3Image
from processing.models import ProcessingSession
from processing.review import corrections

REVIEW_PERMISSIONS = ("photos.view_s3image", "processing.change_processingsession")


@require_safe
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def queue(request: HttpRequest) -> HttpResponse:
    """The photos to review, most doubtful first."""
    waiting = waiting_photos()
    context = {"waiting": waiting, "total": count_waiting(), "counted_up_to": COUNTED_UP_TO}
    return render(request, "gallery/review/review.html", context)


@require_safe
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def next_to_review(request: HttpRequest) -> HttpResponse:
    """Redirect to the next photo of the queue, or to the empty queue."""
    form = NextForm(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain")
    image_id = next_photo(form.cleaned_data["after"])
    return redirect("photo", image_id=image_id) if image_id else redirect("review")


@require_POST
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def correct(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Add, remove or change a mark, or undo or redo that.

    Refuses corrections made by another person in this browser before signing out.
    """
    if request.POST.get("sent_by", str(request.user.pk)) != str(request.user.pk):
        raise PermissionDenied

    def act(image: S3Image, user: User) -> str:
        step = STEPS.get(request.POST.get("action", ""))
        if step is not None:
            return step(image, user, _read(StepForm(request.POST))["made_as"])
        corrections.correct(image=image, user=user, **_read(CorrectionForm(request.POST)))
        return _("Corrected.")

    return _answer(request, image_id, act)


@require_POST
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def undo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    return _answer(request, image_id, _undo, redraws=True)


@require_POST
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def redo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    return _answer(request, image_id, _redo, redraws=True)


def _undo(image: S3Image, user: User, sent_as: UUID | None = None) -> str:
    undone = corrections.undo(image=image, user=user, named=sent_as)
    return _("Undone: %(what)s.") % {"what": undone.words}


def _redo(image: S3Image, user: User, sent_as: UUID | None = None) -> str:
    redone = corrections.redo(image=image, user=user, named=sent_as)
    return _("Redone: %(what)s.") % {"what": redone.words}


STEPS = {"undo": _undo, "redo": _redo}


@require_POST
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def note(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    def act(image: S3Image, user: User) -> str:
        corrections.note(image=image, user=user, text=request.POST.get("text", "").replace("\x00", ""))
        return _("Note saved.")

    return _answer(request, image_id, act)


@require_POST
@permission_required(REVIEW_PERMISSIONS, raise_exception=True)
def sign_off(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Sign the count off, or withdraw the sign-off; with `next` go on to the next photo once it is signed off."""

    def act(image: S3Image, user: User) -> str:
        wanted = _read(SignOffForm(request.POST))
        if wanted["reopen"]:
            corrections.reopen_count(image=image, user=user)
            return _("The sign-off was withdrawn.")
        session = corrections.sign_off(image=image, user=user, seen=wanted["seen"])
        number = session.total_estimated or 0
        signed = ngettext("Signed off: %(number)s plant.", "Signed off: %(number)s plants.", number)
        return signed % {"number": intcomma(number)}

    return _answer(request, image_id, act, goes_on="next" in request.POST)


def _read(form: forms.Form) -> dict[str, Any]:
    """The cleaned values; InvalidInputError names the bad field."""
    if not form.is_valid():
        raise form_errors(form)
    return form.cleaned_data


def _answer(
    request: HtmxRequest,
    image_id: UUID,
    act: Callable[[S3Image, User], str],
    *,
    redraws: bool = False,
    goes_on: bool = False,
) -> HttpResponse:
    """Run the action, then show the count with a message, or go on to the next photo; errors are shown with the count
    (422)."""
    user, refused = signed_in_user(request), False
    with found_or_404():
        image = find_photo(image_id)
    try:
        said = act(image, user)
    except DomainError as error:
        said, refused = error.message, True
    if request.htmx and goes_on and not refused:
        return trigger_client_event(HttpResponse(status=204), "signedOff", {"said": said})
    if not request.htmx:
        (messages.error if refused else messages.success)(request, said)
        onward = f"{reverse('review-next')}?after={image_id}"
        return redirect(onward) if goes_on and not refused else redirect("photo", image_id=image_id)
    context = tab_context(image_id, _current_tab(request))
    counted = context["detail"].counted
    if not refused and counted is not None:
        said = f"{said} {_say_count(counted)}"
    context |= {"may_review": True, "review": review_state(image, user), "said": said, "refused": refused}
    response = render(request, "gallery/photo/_reviewed.html", context, status=UNPROCESSABLE if refused else 200)
    return trigger_client_event(response, "marksChanged") if redraws and not refused else response


def _say_count(session: ProcessingSession) -> str:
    number, seen = session.total_estimated or 0, session.total_detected or 0
    words = ngettext("%(number)s plant, %(seen)s of them seen.", "%(number)s plants, %(seen)s of them seen.", number)
    return words % {"number": intcomma(number), "seen": intcomma(seen)}


def _current_tab(request: HtmxRequest) -> str:
    """The current tab of the page, from its URL."""
    address = urlsplit(request.htmx.current_url or "")
    return parse_qs(address.query).get("tab", [""])[-1]
