"""Import products or packaging from a CSV or XLSX file: upload, preview, confirm. And the table to fill in."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from demeter.common.exceptions import InvalidInputError
from gallery.catalogue.import_kinds import PACKAGINGS, PRODUCTS, ImportKind
from gallery.common.http import UNPROCESSABLE
from gallery.common.tables import write_csv, write_workbook
from locations.importing.catalogue_rows import MOST_ROWS, PlannedRow, read_columns
from locations.importing.reading import check_size, read_tables
from locations.importing.values import RefusedError

SHOWN_OF_A_KIND = 200
WRITERS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.add_product", raise_exception=True)
def import_products(request: HttpRequest) -> HttpResponse:
    """Products."""
    return _import(request, PRODUCTS)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.add_packaging", raise_exception=True)
def import_packagings(request: HttpRequest) -> HttpResponse:
    """Pots, bags and cells."""
    return _import(request, PACKAGINGS)


@require_safe
@permission_required("locations.add_product", raise_exception=True)
def template(_request: HttpRequest, form: str) -> HttpResponse:
    """The products of the catalogue with the columns that an import reads; only headings when it is empty."""
    return _write_template(PRODUCTS, form)


@require_safe
@permission_required("locations.add_packaging", raise_exception=True)
def packaging_template(_request: HttpRequest, form: str) -> HttpResponse:
    """The same for packaging."""
    return _write_template(PACKAGINGS, form)


def _import(request: HttpRequest, kind: ImportKind) -> HttpResponse:
    """The form; with a file the preview; with the preview's rows the import. Sending it twice changes nothing more."""
    if request.method != "POST":
        return _show(request, kind)
    if "rows" in request.POST:
        return _write(request, kind)
    upload = request.FILES.get("file")
    if upload is None:
        return _show(request, kind, problem=_("Choose a file first."))
    try:
        check_size(upload.size or 0)
        rows = _read_rows(kind, upload.name or "", upload.read())
    except RefusedError as error:
        return _show(request, kind, problem=str(error.fault))
    except InvalidInputError as error:
        return _show(request, kind, problem=error.message)
    return _show_preview(request, kind, rows)


def _read_rows(kind: ImportKind, file: str, data: bytes) -> list[dict[str, Any]]:
    """The rows of the first table. Raises RefusedError, InvalidInputError."""
    rows = read_columns(read_tables(file, data)[0], kind.headings)
    if not any("name" in row or "sku" in row for row in rows):
        raise InvalidInputError(_("No column has the heading Name or SKU. Compare the headings with the template."))
    if len(rows) > MOST_ROWS:
        raise InvalidInputError(_("At most %(most)d rows at a time. Divide the table.") % {"most": MOST_ROWS})
    return rows


def _write_template(kind: ImportKind, form: str) -> HttpResponse:
    if form not in WRITERS:
        raise Http404
    write, content_type = WRITERS[form]
    body = write(kind.columns(), list(kind.known()))
    disposition = content_disposition_header(as_attachment=True, filename=f"{kind.file_name}.{form}")
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": disposition or ""})


def _show(request: HttpRequest, kind: ImportKind, *, problem: str = "") -> HttpResponse:
    context = {"kind": kind, "problem": problem, "most_rows": MOST_ROWS}
    return render(request, "gallery/catalogue/import.html", context, status=UNPROCESSABLE if problem else 200)


def _show_preview(request: HttpRequest, kind: ImportKind, rows: list[dict[str, Any]]) -> HttpResponse:
    plan = kind.plan(rows)
    by_outcome = {name: [row for row in plan if row.kind == name] for name in ("refused", "made", "changed", "same")}
    writes = len(by_outcome["made"]) + len(by_outcome["changed"])
    context = {
        "kind": kind,
        "groups": [(name, found[:SHOWN_OF_A_KIND], len(found)) for name, found in by_outcome.items() if found],
        "writes": writes,
        "make_words": kind.make_words(writes),
        "refused": len(by_outcome["refused"]),
        "rows": json.dumps(rows, ensure_ascii=False),
    }
    return render(request, "gallery/catalogue/import_preview.html", context)


def _write(request: HttpRequest, kind: ImportKind) -> HttpResponse:
    count = kind.write(_read_plan(kind, request.POST["rows"]))
    messages.success(request, kind.done_words(count))
    return redirect(kind.list_page)


def _read_plan(kind: ImportKind, text: str) -> list[PlannedRow]:
    """The rows that the preview sent back: checked again, as if they came from a file."""
    try:
        rows = json.loads(text)
        if len(rows) > MOST_ROWS:
            raise BadRequest("too many rows")
        return list(kind.plan([dict(row) for row in rows]))
    except (ValueError, TypeError, AttributeError) as error:
        raise BadRequest("these are not the rows of a preview") from error
