"""Many movements from a spreadsheet: first tried, with every wrong row named, then written in one step.

The rows travel in the form between the two steps, so nothing is kept on the server, and its key makes sending it twice
write once.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError, InvalidInputError
from gallery.common.http import UNPROCESSABLE
from gallery.movements.forms import SheetForm
from gallery.movements.kinds import RECORD
from gallery.movements.sheet import Cells, apply_sheet, try_sheet
from gallery.movements.sheet_files import COLUMNS, MOST_ROWS, example_csv, read_sheet
from stock.models import LossReason

KEY = re.compile("[0-9a-f]{32}")
PERMISSIONS = ("stock.view_stockmovement", RECORD)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSIONS, raise_exception=True)
def sheet(request: HttpRequest) -> HttpResponse:
    """Choose a file; then its rows, each with what is wrong with it."""
    if request.method != "POST":
        return _show(request, SheetForm(label_suffix=""))
    form = SheetForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return _show(request, form)
    try:
        cells = read_sheet(form.cleaned_data["file"].read())
        return _show(request, form, cells=cells, key=uuid4().hex)
    except DomainError as error:
        form.add_error("file", error.message)
        return _show(request, form)


@require_POST
@permission_required(PERMISSIONS, raise_exception=True)
def apply(request: HttpRequest) -> HttpResponse:
    """Write the rows that were tried."""
    user = signed_in_user(request)
    try:
        cells = _read_rows(request.POST.get("rows", ""))
        key = request.POST.get("key", "")
        recorded = apply_sheet(cells, user=user, key=key if KEY.fullmatch(key) else uuid4().hex)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("stock-import")
    numbers = ", ".join(document.number for document in recorded[:10])
    words = ngettext("Recorded: %(rows)d row, as %(numbers)s.", "Recorded: %(rows)d rows, as %(numbers)s.", len(cells))
    messages.success(request, words % {"rows": len(cells), "numbers": numbers})
    return redirect("documents")


@require_safe
@permission_required(PERMISSIONS, raise_exception=True)
def example(_request: HttpRequest) -> HttpResponse:
    """A sheet to fill in."""
    disposition = content_disposition_header(as_attachment=True, filename="movements.csv")
    return HttpResponse(example_csv(), content_type="text/csv", headers={"Content-Disposition": disposition or ""})


def _read_rows(text: str) -> Sequence[Cells]:
    """The rows from the form, as `sheet` wrote them."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        rows = None
    is_table = isinstance(rows, list) and 0 < len(rows) <= MOST_ROWS
    if not is_table or not all(isinstance(row, dict) and all(isinstance(v, str) for v in row.values()) for row in rows):
        raise InvalidInputError(_("The rows were lost on the way. Choose the file again."))
    return [{name: value.replace("\x00", "") for name, value in row.items() if name in COLUMNS} for row in rows]


def _show(
    request: HttpRequest, form: SheetForm, *, cells: Sequence[Cells] | None = None, key: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "columns": COLUMNS,
        "reasons": LossReason.objects.filter(active=True),
        "most": MOST_ROWS,
    }
    if cells is not None:
        rows = try_sheet(cells, user=signed_in_user(request))
        wrong = [row for row in rows if row.problem]
        names = [name for name in COLUMNS if any(name in row for row in cells)]
        context |= {
            "rows": [(row, [row.cells.get(name, "") for name in names]) for row in rows],
            "names": [COLUMNS[name] for name in names],
            "wrong": wrong,
            "key": key,
            "payload": json.dumps(list(cells), ensure_ascii=False),
        }
    status = UNPROCESSABLE if form.errors or context.get("wrong") else 200
    return render(request, "gallery/movements/sheet.html", context, status=status)
