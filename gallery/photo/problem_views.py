"""The problem of a photo and the form that fixes it: in the modal, or as a page of its own."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError
from demeter.common.http import found_or_404
from gallery.browse.queries import (
    newest_sessions,
)
from gallery.common import permissions
from gallery.common.badges import badge_of
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from gallery.photo import fixes
from gallery.photo.detail import Candidate, candidates_of, find_photo
from gallery.photo.fix_series import find_series, read_fixed
from gallery.photo.forms import DateForm
from gallery.places import configuring
from locations.forms import AssignLocationForm, CalibrateForm, ConfigureLocationForm
from locations.search import search_locations
from photos.models import S3Image
from photos.storage.object_store import presigned_url
from processing.models import ProcessingSession
from processing.problems import Fix, Problem
from processing.review.outcome import config_of

FIX_FORMS: Mapping[Fix, type[forms.Form]] = {
    "choose_location": AssignLocationForm,
    "date": DateForm,
    "configure": ConfigureLocationForm,
    "calibrate": CalibrateForm,
    "reprocess": forms.Form,
    "none": forms.Form,
}


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def problem(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """The problem of a photo with the form that fixes it, in the modal or as a page of its own."""
    image, session = _photo_with_session(image_id)
    return _show_problem(request, image, session, form=None, fixed=read_fixed(request.GET))


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def fix(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Fix the problem and process the photo again, then show the next one; errors in the input are shown in the same
    form."""
    image, session = _photo_with_session(image_id)
    user = signed_in_user(request)
    found = badge_of(image, newest_run=session.status if session else None).problem
    if found is None or found.fix == "none":
        settled = gettext("%(filename)s has nothing left to fix.")
        messages.info(request, settled % {"filename": image.original_filename})
        return _back_to_photo(request, image)
    if not permissions.may_fix(user, found):
        raise PermissionDenied
    form, fixed = FIX_FORMS[found.fix](request.POST, label_suffix=""), read_fixed(request.POST)
    confirmation = None
    if form.is_valid():
        answer = request.POST.get("meant", "")
        confirmation = fixes.find_confirmation(problem=found, session=session, values=form.cleaned_data, answer=answer)
    if confirmation:
        form.add_error(None, confirmation.question)
    elif form.is_valid():
        try:
            others = "others" in request.POST
            started = fixes.resolve(
                problem=found, image=image, session=session, values=form.cleaned_data, user=user, others=others
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _say_started(image, started))
            return _go_on(request, image, found, fixed=fixed + started)
    return _show_problem(request, image, session, form=form, fixed=fixed, confirmation=confirmation)


def _go_on(request: HtmxRequest, image: S3Image, found: Problem, *, fixed: int) -> HttpResponse:
    """Show the next photo of the upload with the same problem, or after the last one go back."""
    next_id = find_series(image, found, fixed=fixed).next_id
    if next_id is None:
        return _back_to_photo(request, image)
    if not request.htmx:
        return redirect(f"{reverse('photo-problem', args=[next_id])}?{urlencode({'fixed': fixed})}")
    next_image, next_session = _photo_with_session(next_id)
    return _show_problem(request, next_image, next_session, form=None, fixed=fixed)


def _say_started(image: S3Image, started: int) -> str:
    """Add a message about the photos that are processed again."""
    if started == 1:
        return gettext("%(filename)s: processing again.") % {"filename": image.original_filename}
    words = gettext("%(filename)s and %(number)d more: processing again.")
    return words % {"filename": image.original_filename, "number": started - 1}


def _photo_with_session(image_id: UUID) -> tuple[S3Image, ProcessingSession | None]:
    with found_or_404():
        image = find_photo(image_id)
    return image, newest_sessions([image.pk]).get(image.pk)


def _back_to_photo(request: HtmxRequest, image: S3Image) -> HttpResponse:
    """With htmx, reload the page under the modal; otherwise go to the photo's page."""
    return HttpResponseClientRefresh() if request.htmx else redirect("photo", image_id=image.pk)


def _show_problem(
    request: HtmxRequest,
    image: S3Image,
    session: ProcessingSession | None,
    *,
    form: forms.Form | None,
    fixed: int,
    confirmation: fixes.Confirmation | None = None,
) -> HttpResponse:
    """The problem with its form, redrawn with its errors (422) when it was sent."""
    found = badge_of(image, newest_run=session.status if session else None)
    context: dict[str, Any] = {"image": image, "session": session, "badge": found, "confirmation": confirmation}
    context["problem"] = found.problem
    if found.problem is not None:
        context |= _fix_context(request, found.problem, image, session, sent=form.data if form else request.GET)
        context["series"] = find_series(image, found.problem, fixed=fixed)
        initial = _initial_values(found.problem, session) | configuring.chosen_values(request.GET)
        context["form"] = form or FIX_FORMS[found.problem.fix](initial=initial, label_suffix="")
    template = "gallery/photo/_problem.html" if request.htmx else "gallery/photo/problem.html"
    return render(request, template, context, status=UNPROCESSABLE if form else 200)


def _fix_context(
    request: HttpRequest,
    found: Problem,
    image: S3Image,
    session: ProcessingSession | None,
    *,
    sent: Mapping[str, Any],
) -> dict[str, Any]:
    """The context of a problem's form besides its fields; `sent` is the form, or the address."""
    location = session.storage_location if session else None
    user = signed_in_user(request)
    picture = image.s3_key_preview or image.s3_key_thumbnail
    context: dict[str, Any] = {
        "message": image.error_details,
        "picture": presigned_url(picture) if picture else None,
        "may_fix": permissions.may_fix(user, found),
        "location": location,
        "waiting": fixes.photos_waiting(image, problem=found, session=session).count(),
    }
    if found.fix == "choose_location":
        text = request.GET.get("q", "").replace("\x00", "")
        likely = (*candidates_of(session), *fixes.batch_neighbours(image), *fixes.chosen_lately(user))
        offers: dict[int, Candidate] = {}
        for offer in likely:
            offers.setdefault(offer.location_id, offer)
        context |= {
            "q": text,
            "offers": list(offers.values()),
            "chosen": sent.get("storage_location") or sent.get("chosen", ""),
            "found": [place for place in search_locations(text) if place.pk not in offers],
        }
    elif session is not None and location is not None:
        context["config"] = config_of(session)
        context["planted"] = fixes.uncalibrated(session) if found.fix == "calibrate" else None
        context["suggested"] = configuring.suggested_config(location) if found.fix == "configure" else None
    return context


def _initial_values(found: Problem, session: ProcessingSession | None) -> dict[str, Any]:
    """The initial values of the form: the most likely answer, for a person to confirm or change."""
    if session is None or session.storage_location is None:
        return {}
    if found.fix == "calibrate":
        return {"container_type": fixes.suggested_container_type(session)}
    suggestion = configuring.suggested_config(session.storage_location) if found.fix == "configure" else None
    return configuring.config_values(suggestion)
