"""The location of one photo from a picture of its QR label, to fix `needs_location` with a phone."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import TooManyRequestsError
from demeter.common.throttling import UPLOAD, count
from gallery.photo.fix_series import read_fixed
from gallery.upload.forms import LabelForm
from photos.upload.location_lookup import FoundPlace, place_by_label


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def choose_by_label(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Show the form of the problem again, with the label's location selected, or with an error."""
    found = _read(request)
    values: dict[str, int | str] = {"fixed": read_fixed(request.POST)}
    if found.location is None:
        messages.warning(request, found.message)
    else:
        values |= {"q": found.location.code, "chosen": found.location.pk}
    return redirect(f"{reverse('photo-problem', kwargs={'image_id': image_id})}?{urlencode(values)}")


def _read(request: HttpRequest) -> FoundPlace:
    form = LabelForm(request.POST, request.FILES)
    if not form.is_valid():
        return FoundPlace(message=gettext("Choose a picture of the label."))
    try:
        count(request, UPLOAD, str(signed_in_user(request).pk))
    except TooManyRequestsError as error:
        return FoundPlace(message=error.message)
    return place_by_label(form.cleaned_data["label"])
