"""Beside the import: all places as a file, saved mappings, QR codes for the locations that lack one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.imports.views import MAY_IMPORT
from locations.importing.exporting import export_csv, export_geojson, export_xlsx
from locations.importing.mapping import read_mapping
from locations.models import SavedMapping
from locations.qr_codes import make_missing_qr_codes

WRITERS = {
    "geojson": (export_geojson, "application/geo+json"),
    "csv": (export_csv, "text/csv; charset=utf-8"),
    "xlsx": (export_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
@permission_required("locations.view_storagelocation", raise_exception=True)
def export(request: HttpRequest) -> HttpResponse:
    """All places as a file that imports again without a change; GeoJSON unless `form` names another."""
    ending = request.GET.get("form", "geojson")
    write, content_type = WRITERS.get(ending, WRITERS["geojson"])
    name = f"places-{timezone.localdate():%Y-%m-%d}.{ending if ending in WRITERS else 'geojson'}"
    return _file(write(), content_type, name)


@require_safe
@permission_required(MAY_IMPORT, raise_exception=True)
def mapping(_request: HttpRequest, mapping_id: UUID) -> HttpResponse:
    """A saved mapping as the file that `manage.py import_locations --mapping` reads."""
    saved = get_object_or_404(SavedMapping, pk=mapping_id)
    return _file(read_mapping(saved.mapping).as_text().encode(), "application/json", f"{saved.name}.json")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(data, content_type=content_type, headers={"Content-Disposition": disposition or ""})


@require_POST
@permission_required(MAY_IMPORT, raise_exception=True)
def delete_mapping(request: HttpRequest, mapping_id: UUID) -> HttpResponse:
    """Forget a saved mapping; sent twice it is gone all the same."""
    SavedMapping.objects.filter(pk=mapping_id).delete()
    messages.success(request, _("The mapping was deleted."))
    return redirect("import-places")


@require_POST
@permission_required(MAY_IMPORT, raise_exception=True)
def make_qr_codes(request: HttpRequest) -> HttpResponse:
    """Give every location without a QR code one."""
    made = make_missing_qr_codes()
    words = ngettext("%(count)s QR code was made.", "%(count)s QR codes were made.", made)
    messages.success(request, words % {"count": intcomma(made)})
    return redirect("labels")
