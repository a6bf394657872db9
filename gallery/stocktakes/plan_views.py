"""The counting plan: which bays are due, and the walk through them with a phone: next bay, photo, next bay."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.common.forms import PER_PAGE
from gallery.stocktakes.forms import PlanForm, WalkForm, end_of, scope_of
from gallery.upload.forms import UploadForm
from gallery.upload.page import form_context
from processing.models import Job
from stock.bays import Bay, BayPage, with_intervals
from stock.counting_plan import Reason, planned, read_plan, read_route
from stock.models import Stocktake
from stock.stocktakes import read_progress

PLAN_PERMISSIONS = ("stock.view_stockbatch", "locations.view_storagelocation")
# As many as somebody walks in a day; they are in the page, so that it goes on without a network.
ON_A_WALK = 200


@require_safe
@permission_required(PLAN_PERMISSIONS, raise_exception=True)
def plan(request: HttpRequest) -> HttpResponse:
    """The bays that are due, most urgent first, and why."""
    form = PlanForm(request.GET, label_suffix="")
    if not form.is_valid():
        return redirect("counting-plan")
    number = form.cleaned_data["page"] or 1
    scope = scope_of(form.cleaned_data["place"])
    found = with_intervals(read_plan(scope, wanted=form.wanted, skipped=(number - 1) * PER_PAGE, limit=PER_PAGE))
    if not found.bays and number > 1:
        return redirect("counting-plan")
    context = {
        "form": form,
        "shown": form.cleaned_data["show"] or "due",
        "facets": _facets(found),
        "found": found,
        "rows": planned(found.bays),
        "page": _page(found, number),
        "open_stocktakes": Stocktake.objects.open().count(),
        "place": request.GET.get("place", ""),
    }
    return render(request, "gallery/stocktakes/plan.html", context)


def _facets(found: BayPage) -> list[tuple[str, str, int]]:
    """What can be shown: code, name, how many bays."""
    reasons = [(reason.value, str(reason.label), found.totals[reason]) for reason in Reason]
    return [("due", _("Due"), found.totals["due"]), *reasons, ("all", _("All bays"), found.total)]


def _page(found: BayPage, number: int) -> Page[Any]:
    """For the links to other pages; the rows are read already."""
    paginator: Paginator[int] = Paginator(range(found.found), PER_PAGE)
    return paginator.get_page(number)


@require_safe
@never_cache
@permission_required((*PLAN_PERMISSIONS, "photos.view_s3image", "photos.add_upload"), raise_exception=True)
def walk(request: HttpRequest) -> HttpResponse:
    """The next bay to photograph, above the upload form; without scripts each photo leads to the bay after it."""
    form = WalkForm(request.GET)
    if not form.is_valid():
        return redirect("counting-plan")
    stocktake = _find_open(form.cleaned_data["stocktake"])
    after = form.cleaned_data["after"]
    found = _missing(stocktake, after) if stocktake else _due(form, after)
    under_way = _under_way(found.bays)
    bays = [bay for bay in found.bays if bay.location_id not in under_way]
    upload_form = UploadForm(initial={"storage_location": bays[0].code if bays else ""})
    context = {
        **form_context(request, upload_form),
        "stocktake": stocktake,
        "query": _query(request, ""),
        "after": after,
        "bays": bays,
        "steps": [_step(bay) for bay in bays],
        "left": max(found.found - len(under_way), len(bays)),
        "under_way": len(under_way),
        "skip": _query(request, bays[0].code) if bays else "",
        "further": _query(request, found.bays[-1].code) if found.found > len(found.bays) else "",
        "send_to": f"{reverse('upload')}?{urlencode({'next': _address(request, bays[0].code)})}" if bays else "",
    }
    return render(request, "gallery/stocktakes/walk.html", context)


def _find_open(number: int | None) -> Stocktake | None:
    if number is None:
        return None
    stocktake = Stocktake.objects.open().filter(pk=number).first()
    if stocktake is None:
        raise Http404(_("There is no open stocktake with this number."))
    return stocktake


def _missing(stocktake: Stocktake, after: str) -> BayPage:
    return read_progress(stocktake, until=end_of(stocktake.day), wanted="missing", after=after, limit=ON_A_WALK)


def _due(form: WalkForm, after: str) -> BayPage:
    return read_route(scope_of(form.cleaned_data["place"]), after=after, limit=ON_A_WALK)


def _under_way(bays: Sequence[Bay]) -> set[int]:
    """The locations of which somebody has sent photos that are not counted yet."""
    jobs = Job.objects.unfinished().filter(chosen_location__in=[bay.location_id for bay in bays])
    return {place for place in jobs.values_list("chosen_location_id", flat=True) if place is not None}


def _step(bay: Bay) -> dict[str, str]:
    """A bay for the script of the page."""
    return {"code": bay.code, "name": bay.name, "place": bay.place}


def _address(request: HttpRequest, after: str) -> str:
    return reverse("counting-walk") + _query(request, after)


def _query(request: HttpRequest, after: str) -> str:
    """The query of the page, from the bay after this one on."""
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = after
    return f"?{query.urlencode()}" if query else "?"
