"""`/api/v1/stock/stocktakes`: open stocktakes, follow them, sign them, read what was signed."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from gallery.common.api import PagedForm, checked, page_json, read_body, read_page
from gallery.stocktakes.answers import (
    ReportJson,
    StocktakeBaysJson,
    StocktakeDetailJson,
    StocktakeJson,
    StocktakesJson,
    bay_json,
    detail_json,
    signed_bay_json,
    stocktake_json,
)
from gallery.stocktakes.api_forms import BaysForm, OpenForm, ReportForm, SignForm
from gallery.stocktakes.forms import end_of
from gallery.stocktakes.signed_intervals import with_signed_intervals
from gallery.stocktakes.signers import find_signers
from processing.jobs import order_report
from processing.stocktake_reports import find_report, report_url
from stock.bays import with_intervals
from stock.models import Stocktake
from stock.stocktakes import changed_since, close_stocktake, discard_stocktake, open_stocktake, read_progress

READ = ("stock.view_stocktake", "stock.view_stockbatch")
WRITE = (*READ, "stock.add_stocktake")
NAMES = ("opened_by", "closed_by", "warehouse", "area__warehouse")
OUTLINES = ("warehouse__polygon", "area__polygon", "area__warehouse__polygon")


@api_view("GET", permission=READ, query=PagedForm, answers={200: StocktakesJson})
def list_stocktakes(request: HttpRequest) -> JsonResponse:
    """Stocktakes, newest first."""
    form = checked(PagedForm(request.GET))
    rows, pagination = read_page(Stocktake.objects.select_related(*NAMES).defer(*OUTLINES), form)
    return JsonResponse({"stocktakes": [stocktake_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission=WRITE, body=OpenForm, answers={201: StocktakeJson, 200: StocktakeJson}, errors=(409,))
def open_new(request: HttpRequest) -> JsonResponse:
    """Open a stocktake: 201, or 200 if you opened it before. Another one of some of these places is refused."""
    form = checked(OpenForm(read_body(request, OpenForm)))
    opened = open_stocktake(
        day=form.cleaned_data["day"],
        counted_from=form.start,
        end_of_day=form.end,
        place=form.place,
        user=signed_in_user(request),
    )
    return JsonResponse(stocktake_json(opened.stocktake), status=201 if opened.is_new else 200)


@api_view("GET", permission=READ, answers={200: StocktakeDetailJson})
def read_stocktake(_request: HttpRequest, stocktake_id: int) -> JsonResponse:
    """One stocktake: how far it is, or what was signed."""
    return JsonResponse(detail_json(_find(stocktake_id)))


@api_view("GET", permission=READ, query=BaysForm, answers={200: StocktakeBaysJson})
def list_bays(request: HttpRequest, stocktake_id: int) -> JsonResponse:
    """The bays of a stocktake in walking order: as they are now, or as they were signed."""
    form, found = checked(BaysForm(request.GET)), _find(stocktake_id)
    shown, number, size = form.cleaned_data["show"], form.page_number, form.page_size
    if found.closed_at is not None:
        changed = changed_since(found)
        rows, pagination = read_page(found.bays.in_state(shown, changed).prefetch_related("lines"), form)
        bays = [
            signed_bay_json(row, interval, has_changed=row.location_id in changed)
            for row, interval in with_signed_intervals(rows)
        ]
        return JsonResponse({"bays": bays, "pagination": pagination})
    if shown == "changed":
        raise InvalidInputError(_("Only of a signed stocktake it is known which bays have changed since."))
    until = min(end_of(found.day), timezone.now())
    page = with_intervals(read_progress(found, until=until, wanted=shown, skipped=(number - 1) * size, limit=size))
    total = page.total_of(shown)
    return JsonResponse({"bays": [bay_json(bay) for bay in page.bays], "pagination": page_json(number, size, total)})


@api_view("POST", permission=WRITE, body=SignForm, answers={200: StocktakeDetailJson}, errors=(409,))
def sign_stocktake(request: HttpRequest, stocktake_id: int) -> JsonResponse:
    """Sign a stocktake and close it; its numbers never change. Signed by you before, it is answered as it is."""
    form = checked(SignForm(read_body(request, SignForm)))
    user, found = signed_in_user(request), _find(stocktake_id)
    try:
        close_stocktake(
            stocktake_id,
            end_of_day=end_of(found.day),
            user=user,
            accepts_gaps=bool(form.cleaned_data["accepts_gaps"]),
            find_signers=find_signers,
        )
    except ConflictError:
        if _find(stocktake_id).closed_by != user:
            raise
    else:
        order_report(found, language=get_language() or "en")
    return JsonResponse(detail_json(_find(stocktake_id)))


@api_view("DELETE", permission=WRITE, answers={200: StocktakeJson}, errors=(409,))
def discard(_request: HttpRequest, stocktake_id: int) -> JsonResponse:
    """Discard an open stocktake, and answer what it was; its counts stay in the stock."""
    found = _find(stocktake_id)
    discard_stocktake(stocktake_id)
    return JsonResponse(stocktake_json(found))


@api_view("GET", permission=READ, query=ReportForm, answers={200: ReportJson, 202: ReportJson}, errors=(409,))
def read_report(request: HttpRequest, stocktake_id: int) -> JsonResponse:
    """The signed report (PDF) of a stocktake: where it is, or 202 while it is being written; ask again then."""
    form, found = checked(ReportForm(request.GET)), _find(stocktake_id)
    if found.closed_at is None:
        raise ConflictError(_("The report is written when the stocktake is closed."))
    language = form.cleaned_data["language"] or get_language() or "en"
    if find_report(found, language=language):
        return JsonResponse({"url": report_url(found, language=language)})
    order_report(found, language=language)
    return JsonResponse({"url": None}, status=202)


stocktakes = by_method(GET=list_stocktakes, POST=open_new)
stocktake = by_method(GET=read_stocktake, DELETE=discard)


def _find(number: int) -> Stocktake:
    found = Stocktake.objects.select_related(*NAMES).defer(*OUTLINES).filter(pk=number).first()
    if found is None:
        raise NotFoundError(_("There is no stocktake with this number."))
    return found
