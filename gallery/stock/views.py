"""The stock pages: sums, one location, what changed, and the stock as a file."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from demeter.common.http import found_or_404
from gallery.common.days import midnight, next_day
from gallery.common.tables import download
from gallery.stock.bay import read_bay
from gallery.stock.export import stock_table
from gallery.stock.forms import BayForm, ChangesForm, StockForm
from gallery.stock.names import NamedRow, name_filters, name_rows
from gallery.stock.report import chosen_by, name_of, read_changes
from stock.changes import Period
from stock.overview import Group, read_stock

STOCK_PERMISSIONS = ("stock.view_stockbatch", "stock.view_stockmovement", "locations.view_storagelocation")


@require_safe
@permission_required(STOCK_PERMISSIONS, raise_exception=True)
def stock(request: HttpRequest) -> HttpResponse:
    """The stock by product or by place, as of any day."""
    form = StockForm(request.GET, label_suffix="")
    if not form.is_valid():
        return render(request, "gallery/stock/stock.html", {"form": form, "filtered": True}, status=400)
    wanted, size = form.wanted, form.page_size
    page = read_stock(wanted, skipped=(form.page_number - 1) * size, limit=size)
    context = {
        "form": form,
        "filtered": form.narrows or form.cleaned_data["as_of"] or form.cleaned_data["compare"],
        "as_of": form.day,
        "is_today": form.day == timezone.localdate(),
        "compare": form.cleaned_data["compare"],
        "group": wanted.group,
        "groups": Group.choices,
        "narrowed": [(name, _without(request.GET, column)) for column, name in name_filters(form.chosen)],
        "page": page,
        "rows": [(row, _address(row, request.GET)) for row in name_rows(wanted.group, page.rows)],
        "number": form.page_number,
        "pages": ceil(page.total_rows / size),
        "query": _without(request.GET, "page"),
    }
    return render(request, "gallery/stock/stock.html", context)


@require_safe
@permission_required(STOCK_PERMISSIONS, raise_exception=True)
def stock_file(request: HttpRequest, ending: str) -> HttpResponse:
    """All rows of the stock that the page shows a part of, as a file."""
    form = StockForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    columns, rows = stock_table(form)
    name = _("stock-%(day)s") % {"day": form.day.isoformat()}
    return download(columns, rows, name=name, ending=ending)


@require_safe
@permission_required((*STOCK_PERMISSIONS, "photos.view_s3image"), raise_exception=True)
def bay(request: HttpRequest, code: str) -> HttpResponse:
    """The stock of one location, its last count until a day, and each movement."""
    form = BayForm(request.GET, label_suffix="")
    valid = form.is_valid()
    as_of = form.day if valid else timezone.localdate()
    values = form.cleaned_data if valid else {}
    with found_or_404():
        detail = read_bay(
            code, before=midnight(next_day(as_of)), batch_id=values.get("batch_id"), page=values.get("page") or 1
        )
    context = {"form": form, "bay": detail, "as_of": as_of, "is_today": as_of == timezone.localdate()}
    return render(request, "gallery/stock/bay.html", context, status=200 if valid else 400)


@require_safe
@permission_required(STOCK_PERMISSIONS, raise_exception=True)
def changes(request: HttpRequest) -> HttpResponse:
    """What changed from one day to another: the last seven days unless others are chosen."""
    form = ChangesForm(request.GET, label_suffix="")
    if not form.is_valid():
        return render(request, "gallery/stock/changes.html", {"form": form, "filtered": True}, status=400)
    first, last, chosen = form.first, form.last, chosen_by(form)
    period = Period(midnight(first), midnight(next_day(last)))
    report = read_changes(period, chosen, page=form.cleaned_data["page"] or 1)
    context = {
        "form": form,
        "filtered": bool(chosen or form.cleaned_data["date_from"] or form.cleaned_data["date_to"]),
        "first": first,
        "last": last,
        "day_before": first - timedelta(days=1),
        "periods": _periods(request.GET, first, last),
        "narrowed": [(name_of(column, key), _without(request.GET, column)) for column, key in chosen.items()],
        "report": report,
        "tables": [
            (table, [(row, _with(request.GET, {row.column: row.key})) for row in table.rows])
            for table in report.tables
            if table.rows
        ],
    }
    return render(request, "gallery/stock/changes.html", context)


def _periods(asked: QueryDict, first: date, last: date) -> list[tuple[str, str, bool]]:
    """Periods to choose from: name, query, whether it is the one shown."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    offered = (
        (_("Last 7 days"), today - timedelta(days=6), today),
        (_("This week"), monday, today),
        (_("Last week"), monday - timedelta(days=7), monday - timedelta(days=1)),
        (_("Last 30 days"), today - timedelta(days=29), today),
    )
    return [
        (
            name,
            _with(asked, {"date_from": start.isoformat(), "date_to": end.isoformat()}),
            (start, end) == (first, last),
        )
        for name, start, end in offered
    ]


def _address(row: NamedRow, asked: QueryDict) -> str:
    """Where a row leads: to its parts, or to the page of its location."""
    if row.code:
        day = asked.get("as_of", "")
        return reverse("stock-bay", kwargs={"code": row.code}) + (f"?as_of={day}" if day else "")
    return _with(asked, row.narrowed)


def _with(asked: QueryDict, changed: Mapping[str, str | int]) -> str:
    """The query of the page with other values, from the first page on."""
    query = asked.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"


def _without(asked: QueryDict, name: str) -> str:
    query = asked.copy()
    for left_out in (name, "page"):
        query.pop(left_out, None)
    return f"?{query.urlencode()}"
