"""Reconciliation: which counts differ from what was expected, one step to explain each, and the shrinkage."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError, InvalidInputError
from demeter.common.http import found_or_404
from gallery.common.http import UNPROCESSABLE
from gallery.common.tables import download
from gallery.stock.deciding import decide_once
from gallery.stock.export import difference_table, shrinkage_table
from gallery.stock.names import name_shrinkage
from gallery.stock.reconcile_forms import ReconcileForm, ShrinkageForm, forms_for
from gallery.stock.reconciling import Status, find_difference, list_differences
from stock.decisions import About, reopen
from stock.models import DecisionKind, Difference
from stock.shrinkage import By, read_shrinkage

SEE = ("stock.view_difference", "stock.view_stockbatch", "stock.view_stockmovement", "locations.view_storagelocation")
DECIDE = "stock.add_decision"


@require_safe
@permission_required(SEE, raise_exception=True)
def reconcile(request: HttpRequest) -> HttpResponse:
    """The differences between counts and what was expected, those worth most first."""
    form = ReconcileForm(request.GET, label_suffix="")
    if not form.is_valid():
        return render(request, "gallery/stock/reconcile.html", {"form": form, "filtered": True}, status=400)
    values = form.cleaned_data
    found = list_differences(form.wanted_by(signed_in_user(request)), page=values["page"] or 1)
    filtered = bool(values["q"] or values["warehouse_id"] or values["date_from"] or values["date_to"])
    context = {
        "form": form,
        "filtered": filtered,
        "narrowed": filtered or values["mine"] or values["location_id"] is not None,
        "found": found,
        "differences": found.page,
        "status": values["status"] or Status.OPEN,
        "statuses": Status.choices,
        "mine": values["mine"],
    }
    return render(request, "gallery/stock/reconcile.html", context)


@require_safe
@permission_required(SEE, raise_exception=True)
def reconcile_file(request: HttpRequest, ending: str) -> HttpResponse:
    """All rows of the list, as a file."""
    form = ReconcileForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    columns, rows = difference_table(form.wanted_by(signed_in_user(request)))
    return download(columns, rows, name=_("differences-%(day)s") % {"day": form.last.isoformat()}, ending=ending)


@require_safe
@permission_required(SEE, raise_exception=True)
def difference(request: HttpRequest, number: int) -> HttpResponse:
    """One difference: the numbers, what people decided, and what can be said about it."""
    with found_or_404():
        found = find_difference(number)
    return _show(request, found, forms_for(found, uuid4().hex))


@require_POST
@permission_required((*SEE, DECIDE), raise_exception=True)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Explain, accept, ask for another count, assign, or take such a decision back; `decision` says which."""
    with found_or_404():
        found = find_difference(number)
    kind = request.POST.get("decision", "")
    if kind == DecisionKind.REOPENED:
        return _decide(request, found, lambda: reopen(About(found.pk, found.unexplained, signed_in_user(request))))
    made = forms_for(found, request.POST.get("key") or uuid4().hex, kind, request.POST)
    form = made.get(kind)
    if form is None or not (found.unexplained or form.is_valid()):
        messages.error(request, _("This difference has changed since you opened the page. Look at it again."))
        return redirect("difference", number=number)
    if not form.is_valid():
        return _show(request, found, made, opened=kind)
    values = form.cleaned_data
    about = About(found.pk, values["about"], signed_in_user(request), values["key"])
    try:
        decide_once(about, form.said)
    except InvalidInputError as error:
        form.add_error(None, error.message)
        return _show(request, found, made, opened=kind)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Noted."))
    return redirect("difference", number=number)


def _decide(request: HttpRequest, found: Difference, step: Callable[[], object]) -> HttpResponse:
    try:
        step()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Noted."))
    return redirect("difference", number=found.pk)


def _show(request: HttpRequest, found: Difference, made: Mapping[str, Form], opened: str = "") -> HttpResponse:
    context = {
        "difference": found,
        "forms": [(DecisionKind(kind), form) for kind, form in made.items()],
        "opened": opened,
    }
    status = UNPROCESSABLE if opened else 200
    return render(request, "gallery/stock/difference.html", context, status=status)


@require_safe
@permission_required(SEE, raise_exception=True)
def shrinkage(request: HttpRequest) -> HttpResponse:
    """What was lost, accepted and is unexplained during some days, by product, place or month."""
    form = ShrinkageForm(request.GET, label_suffix="")
    if not form.is_valid():
        return render(request, "gallery/stock/shrinkage.html", {"form": form, "filtered": True}, status=400)
    by, values = form.by_what, form.cleaned_data
    table = read_shrinkage(form.period, by, form.conditions)
    context = {
        "form": form,
        "filtered": bool(values["warehouse_id"] or values["date_from"] or values["date_to"]),
        "table": table,
        "rows": name_shrinkage(by, table.rows),
        "by": by,
        "groups": By.choices,
    }
    return render(request, "gallery/stock/shrinkage.html", context)


@require_safe
@permission_required(SEE, raise_exception=True)
def shrinkage_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The rows of the shrinkage, as a file."""
    form = ShrinkageForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    columns, rows = shrinkage_table(form)
    return download(columns, rows, name=_("shrinkage-%(day)s") % {"day": form.last.isoformat()}, ending=ending)
