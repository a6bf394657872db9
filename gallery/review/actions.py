"""An action on a count: run it, then show the count with a message. All actions of the review answer this way."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django_htmx.http import trigger_client_event

from demeter.accounts.authentication import signed_in_user
from demeter.accounts.models import User
from demeter.common.exceptions import DomainError
from demeter.common.http import form_errors, found_or_404
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from gallery.photo.detail import find_photo
from gallery.photo.review_state import PROPOSES, REVIEWS, review_context
from gallery.photo.views import tab_context
from photos.models import S3Image
from processing.models import ProcessingSession

VIEW = "photos.view_s3image"
MAY_REVIEW, MAY_PROPOSE = (VIEW, REVIEWS), (VIEW, PROPOSES)


def refuse_others(request: HttpRequest) -> None:
    """Refuse corrections made by another person in this browser before signing out."""
    if request.POST.get("sent_by", str(request.user.pk)) != str(request.user.pk):
        raise PermissionDenied


def read(form: forms.Form) -> dict[str, Any]:
    """The cleaned values; InvalidInputError names the bad field."""
    if not form.is_valid():
        raise form_errors(form)
    return form.cleaned_data


def answer(
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
    context |= review_context(image, counted, user) | {"said": said, "refused": refused}
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
