"""The photos that a form of the grid names, and the way back to the grid."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from gallery.browse.forms import PhotosForm
from photos.models import S3Image


def gallery_address(request: HttpRequest) -> str:
    """Back to the gallery that a form was sent from, with its filters."""
    filters = QueryDict(request.POST.get("filters", "")).urlencode()
    return f"{reverse('gallery')}?{filters}" if filters else reverse("gallery")


def read_image_ids(request: HttpRequest) -> list[UUID]:
    """The photos that a form names. Raises BadRequest when it names none, too many, or something else."""
    form = PhotosForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    image_ids: list[UUID] = form.cleaned_data["image_ids"]
    return image_ids


def name_photos(images: Sequence[S3Image]) -> str:
    """Their file names, for a message."""
    return ", ".join(str(image) for image in images)
