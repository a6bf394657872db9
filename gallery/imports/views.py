"""The import of places step by step: files, columns, preview, and the one step that applies what was previewed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError
from demeter.common.http import found_or_404
from gallery.common.http import UNPROCESSABLE
from gallery.imports.column_forms import ColumnsForm
from gallery.imports.forms import FilesForm, PreviewForm
from gallery.imports.preview_rows import KIND_WORDS, describe
from locations.importing.coordinates import possible_systems
from locations.importing.guessing import guess_mapping, possible_layer_columns
from locations.importing.mapping import ImportMapping, read_mapping
from locations.importing.previews import (
    FilesRefusedError,
    apply_import,
    find_import,
    find_odd_corner,
    keep_files,
    kept_tables,
    read_preview,
    save_mapping,
    use_mapping,
)
from locations.importing.tables import Table
from locations.models import PlaceImport, SavedMapping, StorageLocation

MAY_IMPORT = ("locations.add_placeimport", "locations.view_storagelocation")
ROWS_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MAY_IMPORT, raise_exception=True)
def start(request: HttpRequest) -> HttpResponse:
    """Send files, or go on with those sent before; export, saved mappings, missing QR codes."""
    is_sent = request.method == "POST"
    form = FilesForm(request.POST, request.FILES, label_suffix="") if is_sent else FilesForm(label_suffix="")
    user = signed_in_user(request)
    refused: list[tuple[str, str]] = []
    if is_sent and form.is_valid():
        files = [(file.name or "", file.read()) for file in form.cleaned_data["files"]]
        try:
            kept = keep_files(files, user)
        except FilesRefusedError as error:
            refused = [(file, str(reason)) for file, reason in error.reasons]
        else:
            return redirect("import-columns", import_id=kept.pk)
    context = {
        "form": form,
        "refused": refused,
        "unfinished": PlaceImport.objects.fresh().filter(user=user, applied_at=None).defer("content", "preview"),
        "mappings": SavedMapping.objects.all(),
        "places": StorageLocation.objects.count(),
        "without_qr": StorageLocation.objects.filter(qr_code=None).count(),
    }
    return render(request, "gallery/imports/start.html", context, status=UNPROCESSABLE if is_sent else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MAY_IMPORT, raise_exception=True)
def columns(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Say what the columns are; another kind of place brings its own fields first."""
    kept = _find(request, import_id)
    if kept.applied_at:
        return redirect("import-preview", import_id=kept.pk)
    tables, mapping = kept_tables(kept), read_mapping(kept.mapping)
    if request.method != "POST":
        return _show_columns(request, kept, tables, _form(tables, mapping))
    layer_column = request.POST.get("layer_column", "")
    if layer_column != mapping.layer_column and layer_column in ("", *possible_layer_columns(tables)):
        return _show_columns(request, kept, tables, _form(tables, _keep(kept, guess_mapping(tables, layer_column))))
    form = _form(tables, mapping, request.POST)
    other = form.with_other_layers()
    if other is not None:
        return _show_columns(request, kept, tables, _form(tables, _keep(kept, other)))
    if not form.is_valid():
        return _show_columns(request, kept, tables, form)
    use_mapping(kept, form.read_mapping())
    if form.shared.cleaned_data["save_as"]:
        save_mapping(form.shared.cleaned_data["save_as"], form.read_mapping())
    return redirect("import-preview", import_id=kept.pk)


def _form(tables: list[Table], mapping: ImportMapping, data: Any = None) -> ColumnsForm:
    corner = find_odd_corner(tables, mapping)
    declared = next((table.crs for table in tables if table.crs), "")
    return ColumnsForm(tables, mapping, possible_systems(corner, declared) if corner else [], data)


def _keep(kept: PlaceImport, mapping: ImportMapping) -> ImportMapping:
    kept.mapping = mapping.as_json()
    kept.digest = ""  # its preview is that of another mapping
    kept.save(update_fields=["mapping", "digest", "updated_at"])
    return mapping


def _show_columns(request: HttpRequest, kept: PlaceImport, tables: list[Table], form: ColumnsForm) -> HttpResponse:
    notes = [note for table in tables for note in table.notes]
    status = UNPROCESSABLE if form.has_errors else 200
    context = {"kept": kept, "form": form, "notes": notes}
    return render(request, "gallery/imports/columns.html", context, status=status)


@require_safe
@permission_required(MAY_IMPORT, raise_exception=True)
def preview(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """What would become of each row, or what became of it."""
    kept = _find(request, import_id)
    if not kept.digest:
        return redirect("import-columns", import_id=kept.pk)
    form = PreviewForm(request.GET)
    if not form.is_valid():
        return redirect("import-preview", import_id=kept.pk)
    found, kind = read_preview(kept), form.cleaned_data["kind"]
    page = Paginator(found.of_kind(kind), ROWS_A_PAGE).get_page(form.cleaned_data["page"] or 1)
    context = {
        "kept": kept,
        "doubts": found.doubts,
        "may_be_swapped": found.may_be_swapped and not kept.applied_at,
        "kind": kind,
        "kinds": [(name, words, kept.counts[name]) for name, words in KIND_WORDS.items()],
        "to_write": kept.counts["made"] + kept.counts["changed"],
        "page": page,
        "rows": [describe(outcome) for outcome in page],
        "without_qr": StorageLocation.objects.filter(qr_code=None).count() if kept.applied_at else 0,
    }
    return render(request, "gallery/imports/preview.html", context)


@require_POST
@permission_required(MAY_IMPORT, raise_exception=True)
def swap(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Read the coordinates the other way round, and preview that."""
    kept = _find(request, import_id)
    if not kept.applied_at:
        mapping = read_mapping(kept.mapping)
        use_mapping(kept, replace(mapping, swapped=not mapping.swapped))
    return redirect("import-preview", import_id=kept.pk)


@require_POST
@permission_required(MAY_IMPORT, raise_exception=True)
def apply(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Write what was previewed."""
    with found_or_404():
        try:
            is_applied = apply_import(import_id, signed_in_user(request), request.POST.get("digest", ""))
        except ConflictError as error:
            messages.error(request, error.message)
            return redirect("import-preview", import_id=import_id)
    kept = _find(request, import_id)
    if not is_applied:
        messages.warning(
            request, _("Places were changed since the preview, so nothing was imported. This is the new preview.")
        )
    else:
        written = kept.counts["made"] + kept.counts["changed"]
        words = ngettext("%(count)s place was imported.", "%(count)s places were imported.", written)
        messages.success(request, words % {"count": intcomma(written)})
        if kept.counts["made"]:
            return redirect("places-made", token=kept.pk)
    return redirect("import-preview", import_id=kept.pk)


def _find(request: HttpRequest, import_id: UUID) -> PlaceImport:
    with found_or_404():
        return find_import(import_id, signed_in_user(request))
