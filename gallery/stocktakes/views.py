"""Stocktakes: opened and closed by supervisors, followed and read by everybody."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError, DomainError, InvalidInputError, NotFoundError, UnavailableError
from demeter.common.http import found_or_404
from gallery.common.forms import PER_PAGE, PageForm
from gallery.common.http import UNPROCESSABLE
from gallery.common.tables import download
from gallery.stocktakes.export import COLUMNS, stocktake_rows
from gallery.stocktakes.forms import CloseForm, OpenForm, StocktakeForm, end_of
from gallery.stocktakes.signed_intervals import with_signed_intervals
from gallery.stocktakes.signers import find_signers
from processing.jobs import order_report
from processing.stocktake_reports import find_report, report_url
from stock.bays import with_intervals
from stock.models import Stocktake
from stock.stocktake_totals import bay_totals, product_totals
from stock.stocktakes import changed_since, close_stocktake, discard_stocktake, open_stocktake, read_progress

READ = ("stock.view_stocktake", "stock.view_stockbatch", "locations.view_storagelocation")
WRITE = (*READ, "stock.add_stocktake")
NAMES = ("opened_by", "closed_by", "warehouse", "area__warehouse")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ, raise_exception=True)
def stocktakes(request: HttpRequest) -> HttpResponse:
    """All stocktakes, newest first, and the form that opens one."""
    if request.method == "POST":
        return _open(request)
    today = timezone.localdate()
    return _show_list(request, OpenForm(initial={"day": today, "counted_from": today}, label_suffix=""))


def _open(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perms(WRITE):
        raise PermissionDenied
    form = OpenForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show_list(request, form)
    values = form.cleaned_data
    try:
        opened = open_stocktake(
            day=values["day"],
            counted_from=form.start,
            end_of_day=form.end,
            place=values["place"],
            user=signed_in_user(request),
        )
    except (ConflictError, InvalidInputError) as error:
        form.add_error(None, error.message)
        return _show_list(request, form)
    return redirect("stocktake", number=opened.stocktake.pk)


def _show_list(request: HttpRequest, form: OpenForm) -> HttpResponse:
    page_form = PageForm(request.GET)
    number = page_form.cleaned_data["page"] if page_form.is_valid() else 1
    found = Stocktake.objects.select_related(*NAMES).defer("warehouse__polygon", "area__polygon")
    context = {"form": form, "page": Paginator(found, PER_PAGE).get_page(number or 1)}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "gallery/stocktakes/stocktakes.html", context, status=status)


@require_safe
@permission_required(READ, raise_exception=True)
def stocktake(request: HttpRequest, number: int) -> HttpResponse:
    """One stocktake: what is counted and what is missing, or what was signed and what has changed since."""
    return _show(request, _find(number))


def _show(request: HttpRequest, found: Stocktake, refusal: str = "") -> HttpResponse:
    form = StocktakeForm(request.GET)
    valid = form.is_valid()
    shown, number = (form.cleaned_data["show"], form.cleaned_data["page"] or 1) if valid else ("", 1)
    context: dict[str, Any] = {"stocktake": found, "shown": shown, "refusal": refusal}
    context |= _closed(found, shown, number) if found.closed_at else _progress(found, shown, number)
    status = UNPROCESSABLE if refusal else 200 if valid else 400
    return render(request, "gallery/stocktakes/stocktake.html", context, status=status)


def _progress(found: Stocktake, shown: str, number: int) -> dict[str, Any]:
    """What the page of an open stocktake shows."""
    wanted = "" if shown == "changed" else shown
    until = min(end_of(found.day), timezone.now())
    bays = with_intervals(
        read_progress(found, until=until, wanted=wanted, skipped=(number - 1) * PER_PAGE, limit=PER_PAGE)
    )
    counted = bays.total - bays.totals["missing"]
    return {
        "progress": bays,
        "facets": _facets(bays.totals, bays.total),
        "counted": counted,
        "percent": counted * 100 // bays.total if bays.total else 0,
        "gaps": bays.totals["missing"] + bays.totals["doubt"],
        "page": Paginator(range(bays.found), PER_PAGE).get_page(number),
        "may_close": found.day <= timezone.localdate(),
        "is_over": found.day < timezone.localdate(),
    }


def _closed(found: Stocktake, shown: str, number: int) -> dict[str, Any]:
    """What the page of a closed stocktake shows."""
    changed = changed_since(found)
    totals = bay_totals(found)
    page = Paginator(found.bays.in_state(shown, changed), PER_PAGE).get_page(number)
    return {
        "changed": len(changed),
        "changes": changed,
        "products": product_totals(found),
        "totals": totals,
        "facets": [*_facets(totals.states, totals.bays), ("changed", _("Changed since"), len(changed))],
        "page": page,
        "rows": with_signed_intervals(page.object_list),
    }


def _facets(states: Any, total: int) -> Sequence[tuple[str, str, int]]:
    """What can be shown: code, name, how many bays."""
    return [
        ("", _("All bays"), total),
        ("missing", _("Not counted"), states["missing"]),
        ("doubt", _("In doubt or open"), states["doubt"]),
        ("unsigned", _("Not signed off"), states["unsigned"]),
        ("signed", _("Signed off"), states["signed"]),
    ]


@require_POST
@permission_required(WRITE, raise_exception=True)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Sign the numbers; from then on they do not change."""
    found, form = _find(number), CloseForm(request.POST)
    try:
        close_stocktake(
            number,
            end_of_day=end_of(found.day),
            user=signed_in_user(request),
            accepts_gaps=form.is_valid() and form.cleaned_data["accepts_gaps"],
            find_signers=find_signers,
        )
    except InvalidInputError as error:
        return _show(request, found, refusal=error.message)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("stocktake", number=number)
    order_report(found, language=get_language() or "en")
    messages.success(request, _("Signed. Nothing from before can be recorded at these places any more."))
    return redirect("stocktake", number=number)


@require_POST
@permission_required(WRITE, raise_exception=True)
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Give up an open stocktake; the counts stay."""
    try:
        discard_stocktake(number)
    except NotFoundError as error:
        raise Http404(error.message) from error
    except ConflictError as error:
        messages.error(request, error.message)
        return redirect("stocktake", number=number)
    messages.success(request, _("The stocktake was discarded. Its counts stay in the stock."))
    return redirect("stocktakes")


@require_safe
@never_cache
@permission_required((*READ, "photos.view_s3image"), raise_exception=True)
def report(request: HttpRequest, number: int) -> HttpResponse:
    """The signed report as a PDF, written by a worker when it is first asked for in a language; meanwhile a page that
    looks again."""
    found = _find(number)
    if found.closed_at is None:
        messages.error(request, _("The report is written when the stocktake is closed."))
        return redirect("stocktake", number=number)
    language = get_language() or "en"
    try:
        if find_report(found, language=language):
            return HttpResponseRedirect(report_url(found, language=language))
    except UnavailableError as error:
        messages.error(request, error.message)
        return redirect("stocktake", number=number)
    order_report(found, language=language)
    return render(request, "gallery/stocktakes/report_wait.html", {"stocktake": found}, status=202)


@require_safe
@permission_required(READ, raise_exception=True)
def file(request: HttpRequest, number: int, ending: str) -> HttpResponse:
    """Every line of a closed stocktake as a table."""
    found = _find(number)
    if found.closed_at is None:
        messages.error(request, _("The report is written when the stocktake is closed."))
        return redirect("stocktake", number=number)
    name = _("stocktake-%(number)s") % {"number": found.number}
    return download(COLUMNS, stocktake_rows(found), name=name, ending=ending)


def _find(number: int) -> Stocktake:
    with found_or_404():
        found = Stocktake.objects.select_related(*NAMES).filter(pk=number).first()
        if found is None:
            raise NotFoundError(_("There is no stocktake with this number."))
        return found
