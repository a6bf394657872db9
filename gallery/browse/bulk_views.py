"""Actions on several selected photos: process them again, set their location, download them.

Deleting them is in `gallery.browse.trash_views`.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from demeter.accounts.authentication import signed_in_user
from gallery.browse.archive import read_photos, stream_archive
from gallery.browse.forms import SelectionForm
from gallery.browse.selection import gallery_address, name_photos, read_image_ids
from gallery.common.forms import MOST_AT_ONCE
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from locations.forms import AssignLocationForm
from locations.search import search_locations
from photos.storage import object_store
from processing.jobs import Restarted, reprocess_photos
from processing.messages import AGAIN, LOCATION_CHOSEN


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def reprocess(request: HttpRequest) -> HttpResponse:
    """Process each selected photo again."""
    image_ids = read_image_ids(request)
    _tell(request, reprocess_photos(image_ids=image_ids, user=signed_in_user(request), reason=AGAIN()))
    return redirect(gallery_address(request))


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def place(request: HtmxRequest) -> HttpResponse:
    """Choose one location for the selected photos, in the modal or as a page of its own, and process them again with
    it."""
    image_ids = read_image_ids(request)
    if "look" in request.GET or "q" not in request.POST:
        return _show_choice(request, image_ids, form=None)
    form = AssignLocationForm(request.POST)
    if not form.is_valid():
        return _show_choice(request, image_ids, form=form)
    chosen = form.cleaned_data["storage_location"]
    restarted = reprocess_photos(
        image_ids=image_ids,
        user=signed_in_user(request),
        reason=LOCATION_CHOSEN(location=chosen.full_name),
        chosen_location=chosen,
    )
    _tell(request, restarted)
    target = gallery_address(request)
    return HttpResponseClientRedirect(target) if request.htmx else redirect(target)


@require_POST
@permission_required("photos.view_s3image", raise_exception=True)
def download(request: HttpRequest) -> StreamingHttpResponse | HttpResponse:
    """The originals of the selected photos as one ZIP; errors are shown in the gallery."""
    form = SelectionForm(request.POST)
    photos = read_photos(form.cleaned_data["image_ids"]) if form.is_valid() else []
    if not photos:
        too_many = len(request.POST.getlist("image_ids")) > MOST_AT_ONCE
        messages.error(request, _too_many() if too_many else _("Choose at least one photo to download."))
        return redirect(gallery_address(request))
    if not object_store.is_back():
        messages.error(request, object_store.OUTAGE_MESSAGE)
        return redirect(gallery_address(request))
    disposition = content_disposition_header(as_attachment=True, filename=f"photos-{timezone.localdate():%Y-%m-%d}.zip")
    return StreamingHttpResponse(
        stream_archive(photos, language=get_language() or settings.LANGUAGE_CODE),
        content_type="application/zip",
        headers={"Content-Disposition": disposition or "", "Cache-Control": "no-store"},
    )


def _too_many() -> str:
    words = ngettext(
        "At most %(most)d photo can be downloaded at a time.",
        "At most %(most)d photos can be downloaded at a time.",
        MOST_AT_ONCE,
    )
    return words % {"most": MOST_AT_ONCE}


def _show_choice(request: HtmxRequest, image_ids: list[UUID], *, form: AssignLocationForm | None) -> HttpResponse:
    text = request.POST.get("q", "").replace("\x00", "")
    context: dict[str, Any] = {
        "photos": image_ids,
        "form": form,
        "q": text,
        "found": search_locations(text),
        "chosen": request.POST.get("storage_location", ""),
        "filters": request.POST.get("filters", ""),
    }
    template = "gallery/browse/_place.html" if request.htmx else "gallery/browse/place.html"
    return render(request, template, context, status=UNPROCESSABLE if form else 200)


def _tell(request: HttpRequest, restarted: Restarted) -> None:
    if restarted.started:
        count = len(restarted.started)
        again = ngettext("%(number)d photo: processing again.", "%(number)d photos: processing again.", count)
        messages.success(request, again % {"number": count})
    if restarted.skipped:
        busy = _("%(photos)s: still being processed.") % {"photos": name_photos(restarted.skipped)}
        messages.warning(request, busy)
