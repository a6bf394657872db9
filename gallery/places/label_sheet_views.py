"""QR labels: choose a warehouse, an area or single locations, and get a PDF to print."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from gallery.common.checklist import note_labels_printed
from locations.forms import LabelsForm
from locations.labels.pdf import MAX_LABELS, PER_PAGE, Label, draw_labels
from locations.models import StorageLocation


@require_safe
@permission_required("locations.view_storagelocation", raise_exception=True)
def labels(request: HttpRequest) -> HttpResponse:
    """The labels to print: the locations of a warehouse or an area that have a QR code."""
    form = LabelsForm(request.GET, label_suffix="")
    context = {"form": form, "found": [], "without": 0, "most": MAX_LABELS, "per_page": PER_PAGE}
    context["has_places"] = StorageLocation.objects.exists  # asked only where nothing is chosen
    if form.is_valid():
        locations = list(form.locations)
        found = [location for location in locations if location.qr_code]
        context |= {"found": found, "without": len(locations) - len(found), "chosen": request.GET.urlencode()}
        context["parts"] = [found[start : start + MAX_LABELS] for start in range(0, len(found), MAX_LABELS)]
    return render(request, "gallery/places/labels.html", context, status=200 if form.is_valid() else 400)


@require_safe
@permission_required("locations.view_storagelocation", raise_exception=True)
def labels_pdf(request: HttpRequest) -> HttpResponse:
    """The labels as a PDF; for none or too many, go back with a message."""
    form = LabelsForm(request.GET)
    found: list[StorageLocation] = []
    if form.is_valid():
        part = form.cleaned_data["part"]
        start, end = ((part - 1) * MAX_LABELS, part * MAX_LABELS) if part else (0, MAX_LABELS + 1)
        found = list(form.locations.exclude(qr_code=None)[start:end])
    if not found or len(found) > MAX_LABELS:
        messages.error(request, _refusal(bool(found)))
        return redirect(f"{reverse('labels')}?{request.GET.urlencode()}")
    note_labels_printed()
    pdf = draw_labels([_label(location) for location in found], title=_("QR labels"))
    disposition = content_disposition_header(as_attachment=False, filename="qr-labels.pdf")
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": disposition or ""})


def _refusal(too_many: bool) -> str:
    if not too_many:
        return _("Choose at least one location that has a QR code.")
    words = ngettext(
        "At most %(most)d label at a time. Choose an area.",
        "At most %(most)d labels at a time. Choose an area.",
        MAX_LABELS,
    )
    return words % {"most": MAX_LABELS}


def _label(location: StorageLocation) -> Label:
    return Label(qr_code=location.qr_code or "", name=location.name, place=str(location.storage_area))
