"""The upload page, which is the home page: choose photos above, see the jobs of the last 48 hours below.

With JavaScript `static/js/upload.js` sends each file by itself to the API; without, the form arrives here as a whole.
The location may come from a picture of its label or from the device's position.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import NotFoundError, TooManyRequestsError, UnavailableError
from demeter.common.http import domain_error_json
from demeter.common.throttling import UPLOAD, count
from gallery.common.checklist import read_checklist
from gallery.upload.forms import LabelForm, PositionForm, UploadForm
from gallery.upload.page import OFFERED_LOCATIONS, form_context, place_context, source_of
from locations.search import search_locations
from photos.models import Upload
from photos.upload.accepting import AcceptedUpload, accepting
from photos.upload.location_lookup import FoundPlace, place_by_codes, place_by_label, place_by_position
from processing.job_list import queries
from processing.jobs import start_jobs


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("photos.view_s3image", raise_exception=True)
def upload(request: HttpRequest) -> HttpResponse:
    """The page, with `?location=` filled in; a POST (no JavaScript) accepts the files and redirects to their jobs, or
    to `?next=`."""
    if request.method != "POST":
        return _render_page(request, UploadForm(initial={"storage_location": request.GET.get("location", "")}))
    if not request.user.has_perm("photos.add_upload"):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render_page(request, form, status=422)
    try:
        count(request, UPLOAD, str(request.user.pk))
    except TooManyRequestsError as error:
        form.add_error(None, error.message)
        response = _render_page(request, form, status=429)
        response["Retry-After"] = str(error.retry_after_seconds)
        return response
    fields = {**form.cleaned_data, "source": source_of(request)}
    fields.pop("sent_by")
    try:
        with accepting(user=signed_in_user(request), **fields) as accepted:
            start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=accepted.storage_location)
    except NotFoundError as error:
        raise Http404(error.message) from error
    except UnavailableError as error:
        form.add_error(None, error.message)
        return _render_page(request, form, status=503)
    _tell(request, accepted)
    return redirect(_next_address(request, accepted))


def _next_address(request: HttpRequest, accepted: AcceptedUpload) -> str:
    """Back to a walk through the bays, or to the jobs of the photos."""
    back = request.GET.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    if not accepted.images:
        return reverse("upload")
    query = urlencode({"upload_session_id": str(accepted.upload.upload_session_id)})
    return f"{reverse('jobs')}?{query}"


@require_safe
@never_cache
@permission_required("photos.view_s3image", raise_exception=True)
def receipt(request: HttpRequest, upload_session_id: UUID) -> HttpResponse:
    """Fragment: how many photos of one's own upload are verified in S3; polls until all are."""
    upload_row = get_object_or_404(Upload, pk=upload_session_id, user=signed_in_user(request))
    counted = upload_row.images.aggregate(accepted=Count("pk"), stored=Count("stored_at"))
    return render(request, "gallery/upload/_receipt.html", {"upload": upload_row, **counted})


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def location_options(request: HttpRequest) -> HttpResponse:
    """Fragment: the locations that match what is typed in the upload form."""
    typed = request.GET.get("storage_location", "").replace("\x00", "")
    found = search_locations(typed, limit=OFFERED_LOCATIONS)
    return render(request, "gallery/upload/_location_options.html", {"locations": found})


@require_POST
@permission_required("photos.add_upload", raise_exception=True)
def place_label(request: HttpRequest) -> HttpResponse:
    """Find the location by a picture of its QR label and fill it into the form, or into the whole page without
    JavaScript."""
    form = LabelForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render_place(request, FoundPlace(message=_("Choose a picture of the label.")))
    try:
        count(request, UPLOAD, str(request.user.pk))
    except TooManyRequestsError as error:
        return _render_place(request, FoundPlace(message=error.message))
    return _render_place(request, place_by_label(form.cleaned_data["label"]))


@require_POST
@permission_required("photos.add_upload", raise_exception=True)
def place_code(request: HttpRequest) -> JsonResponse:
    """The location whose label the browser itself has read, or kept a picture of while it had no network; null for
    other codes and for several labels."""
    picture = request.FILES.get("picture")
    if picture:
        try:
            count(request, UPLOAD, str(request.user.pk))
        except TooManyRequestsError as error:
            return domain_error_json(error)
        location = place_by_label(picture).location
    else:
        location = place_by_codes(request.POST.getlist("label"))
    found = {"code": location.code, "name": location.full_name} if location else None
    return JsonResponse({"location": found})


@require_POST
@permission_required("photos.add_upload", raise_exception=True)
def place_position(request: HttpRequest) -> HttpResponse:
    """Find the location by the device's position. A POST, so that no log has the position."""
    form = PositionForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    return _render_place(request, place_by_position(**form.cleaned_data))


def _render_place(request: HttpRequest, found: FoundPlace) -> HttpResponse:
    """Show the result in the form. If nothing was found, the typed text stays and the status is 422."""
    typed = request.POST.get("storage_location", "").replace("\x00", "")
    form = UploadForm(initial={"storage_location": found.location.code if found.location else typed})
    status = 200 if found.location or found.offers else 422
    if "HX-Request" not in request.headers:
        return _render_page(request, form, status=status, found=found)
    return render(request, "gallery/upload/_upload_place.html", place_context(request, form, found), status=status)


def _render_page(
    request: HttpRequest, form: UploadForm, status: int = 200, found: FoundPlace | None = None
) -> HttpResponse:
    context = {
        **form_context(request, form, found),
        "job_list": queries.recent_jobs(),
        "upload_session_id": None,
        "checklist": read_checklist(signed_in_user(request)),
    }
    return render(request, "gallery/upload/upload.html", context, status=status)


def _tell(request: HttpRequest, accepted: AcceptedUpload) -> None:
    """The result for the files, as messages of the next page."""
    if accepted.images:
        count = len(accepted.images)
        received = ngettext("Received: %(number)d photo.", "Received: %(number)d photos.", count)
        messages.success(request, received % {"number": count})
    for duplicate in accepted.duplicates:
        known = _("%(filename)s: already uploaded; it is not counted twice.")
        messages.info(request, known % {"filename": duplicate.filename})
    for refused in accepted.refused:
        messages.warning(request, f"{refused.filename}: {refused.message}")
