"""One photo's page and its tabs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_htmx.http import retarget
from django_stubs_ext import StrOrPromise

from demeter.accounts.authentication import signed_in_user
from demeter.common.http import found_or_404
from gallery.common.http import HtmxRequest
from gallery.photo.changes import photo_changes
from gallery.photo.detail import PhotoDetail, photo_detail
from gallery.photo.export import photo_corrections, photo_proposals
from gallery.photo.review_state import review_context
from processing.job_list.queries import one_job

TABS: Mapping[str, StrOrPromise] = {
    "counts": _("Counts"),
    "history": _("History"),
    "trace": _("Origin"),
    "file": _("Photo"),
}


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def photo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """One photo. Polls get the progress alone, and the whole photo once the run has ended."""
    with found_or_404():
        context = tab_context(image_id, request.GET.get("tab", ""))
    detail: PhotoDetail = context["detail"]
    unfinished_run = detail.newest if detail.badge.unfinished else None
    context["job"] = one_job(unfinished_run.job_id) if unfinished_run else None
    context |= review_context(detail.image, detail.counted, signed_in_user(request))
    if not request.htmx:
        return render(request, "gallery/photo/photo.html", context)
    if detail.badge.unfinished:
        return render(request, "gallery/photo/_photo_progress.html", context)
    return retarget(render(request, "gallery/photo/_photo.html", context), "#photo")


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def photo_tab(request: HtmxRequest, image_id: UUID, tab: str) -> HttpResponse:
    """One tab of a photo's page, for htmx; other requests are redirected to the page."""
    if not request.htmx:
        return redirect(f"{reverse('photo', kwargs={'image_id': image_id})}?{urlencode({'tab': tab})}")
    with found_or_404():
        context = tab_context(image_id, tab)
    return render(request, "gallery/photo/_details.html", context)


def tab_context(image_id: UUID, tab: str) -> dict[str, Any]:
    """A photo with the context of its tabs; an unknown tab means the first. Raises NotFoundError."""
    shown = tab if tab in TABS else next(iter(TABS))
    detail = photo_detail(image_id, with_history=shown == "history")
    corrections = photo_corrections(detail.image) if shown == "trace" else ()
    proposals = photo_proposals(detail.image) if shown == "trace" else ()
    changes = photo_changes(detail.image) if shown == "trace" else ()
    context = {"detail": detail, "tabs": TABS, "tab": shown, "changes": changes}
    return context | {"corrections": corrections, "proposals": proposals}
