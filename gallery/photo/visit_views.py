"""Where a person answers whether the photos of a visit are parts of the bay or retakes."""

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
from gallery.photo.forms import VisitForm
from gallery.places import visits


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def answer(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Answer for the visit of this photo, or change the answer, and return to the page before."""
    form = VisitForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    data = form.cleaned_data
    try:
        detail = visits.answer(
            image_id=image_id,
            answer=data["visit"],
            seen=data["photos"] or None,
            chosen=data["chosen"],
            user=signed_in_user(request),
        )
    except NotFoundError as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        plants = detail.visit.quantity
        words = ngettext("The visit counts as %(count)d plant.", "The visit counts as %(count)d plants.", plants)
        messages.success(request, words % {"count": plants})
    if code := request.POST.get("location"):
        return redirect(f"{reverse('location', kwargs={'code': code})}#visits")
    return redirect(f"{reverse('photo', kwargs={'image_id': image_id})}#visits")
