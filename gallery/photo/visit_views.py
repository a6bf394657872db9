"""Where a person answers whether the photos of a visit are parts of the bay or retakes, and which plants two show."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError, NotFoundError
from gallery.photo.forms import OverlapForm, VisitForm
from gallery.places import visits
from gallery.places.visits import VisitDetail

ANSWER = ("photos.view_s3image", "processing.add_job")


@require_POST
@permission_required(ANSWER, raise_exception=True)
def answer(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Answer for the visit of this photo, or change the answer, and return to the page before."""
    form = VisitForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    data = form.cleaned_data
    return _answering(
        request,
        image_id,
        lambda: visits.answer(
            image_id=image_id,
            answer=data["visit"],
            seen=data["photos"] or None,
            chosen=data["chosen"],
            user=signed_in_user(request),
        ),
    )


@require_POST
@permission_required(ANSWER, raise_exception=True)
def overlap(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Answer how many plants this photo and another of its visit both show, or take that back, and return to the page
    before."""
    form = OverlapForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(message) for found in form.errors.values() for message in found))
        return _back(request, image_id)
    data = form.cleaned_data
    return _answering(
        request,
        image_id,
        lambda: visits.answer_overlap(
            image_id=image_id,
            other=data["other"],
            plants=data["plants"],
            seen=data["seen"] or None,
            user=signed_in_user(request),
        ),
    )


@require_POST
@permission_required(ANSWER, raise_exception=True)
def no_overlap(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Answer that the photos of this visit show no plant twice where the pictures do not say."""
    return _answering(request, image_id, lambda: visits.answer_rest(image_id=image_id, user=signed_in_user(request)))


def _answering(request: HttpRequest, image_id: UUID, work: Callable[[], VisitDetail]) -> HttpResponse:
    try:
        detail = work()
    except NotFoundError as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        plants = detail.visit.quantity
        words = ngettext("The visit counts as %(count)d plant.", "The visit counts as %(count)d plants.", plants)
        messages.success(request, words % {"count": plants})
    return _back(request, image_id)


def _back(request: HttpRequest, image_id: UUID) -> HttpResponse:
    if code := request.POST.get("location"):
        return redirect(f"{reverse('location', kwargs={'code': code})}#visits")
    return redirect(f"{reverse('photo', kwargs={'image_id': image_id})}#visits")
