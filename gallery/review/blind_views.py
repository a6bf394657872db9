"""Blind recounts: a photo without its count and marks, and the question how many plants a reviewer sees."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError
from demeter.common.http import found_or_404
from gallery.common.http import UNPROCESSABLE
from gallery.photo.detail import find_photo
from gallery.photo.markers import bare_picture
from gallery.review.actions import MAY_REVIEW
from gallery.review.forms import BlindForm
from photos.models import S3Image
from photos.storage.object_store import presigned_url
from processing.models import BlindCount
from processing.review.blind_counts import record_blind_count


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MAY_REVIEW, raise_exception=True)
def blind(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Ask for the number of plants, store it, and go on with the photo and its count."""
    with found_or_404():
        image = find_photo(image_id)
    user = signed_in_user(request)
    photo = f"{reverse('photo', kwargs={'image_id': image_id})}#viewer"
    if BlindCount.objects.filter(image=image, user=user).exists():
        return redirect(photo)
    form = BlindForm(request.POST if request.method == "POST" else None, label_suffix="")
    if not form.is_valid():
        return _ask(request, image, form)
    try:
        answer = record_blind_count(image=image, user=user, seen=form.cleaned_data["seen"])
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if not answer.differs:
            messages.success(request, _("Your count is stored. It agrees with the count of the photo."))
    return redirect(photo)


@require_safe
@permission_required(MAY_REVIEW, raise_exception=True)
def picture(_request: HttpRequest, image_id: UUID) -> JsonResponse:
    """The picture for the viewer, without marks and containers."""
    with found_or_404():
        return JsonResponse(bare_picture(image_id))


def _ask(request: HttpRequest, image: S3Image, form: BlindForm) -> HttpResponse:
    preview = presigned_url(image.s3_key_preview) if image.s3_key_preview else None
    context = {"image": image, "preview": preview, "form": form, "may_correct": True}
    return render(request, "gallery/review/blind.html", context, status=UNPROCESSABLE if form.is_bound else 200)
