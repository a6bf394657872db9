"""The trash: delete photos, undo that at once, view the trash and restore photos from it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.accounts.models import User
from gallery.browse.selection import gallery_address, name_photos, read_image_ids
from gallery.common.forms import PER_PAGE, PageForm
from photos.models import PhotoEvent, S3Image
from photos.storage.thumbnails import thumbnail_url
from processing.trash import KEPT_FOR, delete_photos, deleted_photos, restore_photos


@dataclass(frozen=True)
class TrashRow:
    """One photo in the trash, as shown."""

    image: S3Image
    days_left: int
    deleted_by: User | None
    thumbnail: str | None


@require_safe
@permission_required("photos.delete_s3image", raise_exception=True)
def trash(request: HttpRequest) -> HttpResponse:
    """The photos deleted in the last 30 days."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    page = Paginator(deleted_photos(), PER_PAGE).get_page(form.cleaned_data["page"] or 1)
    now = timezone.now()
    rows = [_row(image, now) for image in page]
    return render(request, "gallery/browse/trash.html", {"page": page, "rows": rows, "kept_days": KEPT_FOR.days})


@require_POST
@permission_required("photos.delete_s3image", raise_exception=True)
def delete(request: HttpRequest) -> HttpResponse:
    """Move the selected photos to the trash, with a message that offers to undo it."""
    result = delete_photos(image_ids=read_image_ids(request), user=signed_in_user(request))
    if result.moved:
        context = {"photos": result.moved, "filters": request.POST.get("filters", "")}
        undo = render_to_string("gallery/browse/_deleted.html", context, request)
        messages.success(request, undo)
    if result.skipped:
        busy = _("%(photos)s: still being processed. Delete it when it is done.")
        messages.warning(request, busy % {"photos": name_photos(result.skipped)})
    return redirect(gallery_address(request))


@require_POST
@permission_required("photos.delete_s3image", raise_exception=True)
def restore(request: HttpRequest) -> HttpResponse:
    """Restore the selected photos."""
    result = restore_photos(image_ids=read_image_ids(request), user=signed_in_user(request))
    if result.moved:
        count = len(result.moved)
        back = ngettext("%(number)d photo restored.", "%(number)d photos restored.", count)
        messages.success(request, back % {"number": count})
    if result.skipped:
        here = _("%(photos)s: uploaded again in the meantime, so it is in the gallery.")
        messages.warning(request, here % {"photos": name_photos(result.skipped)})
    return redirect("trash" if "in_trash" in request.POST else gallery_address(request))


def _row(image: S3Image, now: datetime) -> TrashRow:
    deletions: list[PhotoEvent] = image.deletions  # type: ignore[attr-defined]  # prefetched by `deleted_photos`
    return TrashRow(
        image=image,
        days_left=max(0, ((image.deleted_at or now) + KEPT_FOR - now).days),
        deleted_by=deletions[0].user if deletions else None,
        thumbnail=thumbnail_url(image.pk, key=image.s3_key_thumbnail, written_at=image.thumbnail_stored_at),
    )
