"""Import products from a CSV or XLSX file: upload, preview, confirm. And the table to fill in."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from demeter.common.exceptions import InvalidInputError
from gallery.common.http import UNPROCESSABLE
from gallery.common.tables import write_csv, write_workbook
from locations.importing.products import (
    COLUMNS,
    MOST_ROWS,
    PlannedRow,
    plan_products,
    read_columns,
    write_products,
)
from locations.importing.reading import check_size, read_tables
from locations.importing.values import RefusedError
from locations.models import Product
from locations.nursery import read_nursery

SHOWN_OF_A_KIND = 200
WRITERS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.add_product", raise_exception=True)
def import_products(request: HttpRequest) -> HttpResponse:
    """The form; with a file the preview; with the preview's rows the import. Sending it twice changes nothing more."""
    if request.method != "POST":
        return _show(request)
    if "rows" in request.POST:
        return _write(request)
    upload = request.FILES.get("file")
    if upload is None:
        return _show(request, problem=_("Choose a file first."))
    try:
        check_size(upload.size or 0)
        rows = _read_rows(upload.name or "", upload.read())
    except RefusedError as error:
        return _show(request, problem=str(error.fault))
    except InvalidInputError as error:
        return _show(request, problem=error.message)
    return _show_preview(request, rows)


def _read_rows(file: str, data: bytes) -> list[dict[str, Any]]:
    """The rows of the first table. Raises RefusedError, InvalidInputError."""
    rows = read_columns(read_tables(file, data)[0])
    if not any("name" in row or "sku" in row for row in rows):
        raise InvalidInputError(_("No column has the heading Name or SKU. Compare the headings with the template."))
    if len(rows) > MOST_ROWS:
        raise InvalidInputError(_("At most %(most)d rows at a time. Divide the table.") % {"most": MOST_ROWS})
    return rows


@require_safe
@permission_required("locations.add_product", raise_exception=True)
def template(_request: HttpRequest, form: str) -> HttpResponse:
    """The products of the catalogue with the columns that an import reads; only headings when it is empty."""
    if form not in WRITERS:
        raise Http404
    write, content_type = WRITERS[form]
    found = (
        Product.objects.filter(active=True, is_mixed=False).select_related("family__category").order_by("common_name")
    )
    body = write(COLUMNS, [_product_row(product) for product in found])
    disposition = content_disposition_header(as_attachment=True, filename=f"{_('products')}.{form}")
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": disposition or ""})


def _product_row(product: Product) -> dict[str, object]:
    return {
        "sku": product.sku,
        "name": product.common_name,
        "scientific_name": product.scientific_name,
        "category": product.family.category.name,
        "family": product.family.name,
        "price": None if product.price is None else float(product.price),
        "currency": product.currency,
    }


def _show(request: HttpRequest, *, problem: str = "") -> HttpResponse:
    context = {"problem": problem, "most_rows": MOST_ROWS}
    return render(request, "gallery/catalogue/import.html", context, status=UNPROCESSABLE if problem else 200)


def _show_preview(request: HttpRequest, rows: list[dict[str, Any]]) -> HttpResponse:
    plan = plan_products(rows, currency=read_nursery()["currency"])
    by_kind = {kind: [row for row in plan if row.kind == kind] for kind in ("refused", "made", "changed", "same")}
    context = {
        "groups": [(kind, found[:SHOWN_OF_A_KIND], len(found)) for kind, found in by_kind.items() if found],
        "writes": len(by_kind["made"]) + len(by_kind["changed"]),
        "refused": len(by_kind["refused"]),
        "rows": json.dumps(rows, ensure_ascii=False),
    }
    return render(request, "gallery/catalogue/import_preview.html", context)


def _write(request: HttpRequest) -> HttpResponse:
    plan = _read_plan(request.POST["rows"])
    count = write_products(plan)
    words = ngettext("%(number)d product was imported.", "%(number)d products were imported.", count)
    messages.success(request, words % {"number": count})
    return redirect("products")


def _read_plan(text: str) -> list[PlannedRow]:
    """The rows that the preview sent back: checked again, as if they came from a file."""
    try:
        rows = json.loads(text)
        if len(rows) > MOST_ROWS:
            raise BadRequest("too many rows")
        return plan_products([dict(row) for row in rows], currency=read_nursery()["currency"])
    except (ValueError, TypeError, AttributeError) as error:
        raise BadRequest("these are not the rows of a preview") from error
