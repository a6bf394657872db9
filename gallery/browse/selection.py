"""The photos selected in a form of the grid, and the URL back to the grid."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from gallery.browse.forms import SelectionForm
from photos.models import S3Image


def gallery_address(request: HttpRequest) -> str:
    """The URL of the gallery with the filters from which a form was sent."""
    filters = QueryDict(request.POST.get("filters", "")).urlencode()
    return f"{reverse('gallery')}?{filters}" if filters else reverse("gallery")


def read_image_ids(request: HttpRequest) -> list[UUID]:
    """The photos selected in a form. Raises BadRequest for none, too many, or invalid ids."""
    form = SelectionForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    image_ids: list[UUID] = form.cleaned_data["image_ids"]
    return image_ids


def name_photos(images: Sequence[S3Image]) -> str:
    """The names of photos, for a message."""
    return ", ".join(str(image) for image in images)
