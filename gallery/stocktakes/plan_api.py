"""`GET /api/v1/stock/plan`: which bays are due for counting, and why."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view
from demeter.common.openapi.operations import Amount, Moment
from gallery.common.api import PaginationJson, checked, page_json
from gallery.common.http import time_text
from gallery.common.intervals import IntervalJson, interval_json
from gallery.stocktakes.api_forms import ORDERS, PlanForm
from gallery.stocktakes.forms import scope_of
from stock.bays import with_intervals
from stock.counting_plan import PlannedBay, planned, read_plan


class PlannedBayJson(TypedDict):
    """A bay with its plants now, its last count, and why it is due: `never` counted, in `doubt` or open, `off` by more
    than chance, or `old` (more than 30 days); empty if it is not. `interval` is that of `plants`, null if they were not
    counted by photo. `counted` is null if it was counted by hand, and `expected` what the last count was compared
    with."""

    location: str
    name: str
    place: str
    plants: int
    interval: IntervalJson | None
    value: Amount | None
    counted_at: Moment | None
    counted: int | None
    by_hand: bool
    expected: int | None
    reasons: list[str]


class PlanTotalsJson(TypedDict):
    """Bays of these places: all, those that are due, and those with each reason."""

    all: int
    due: int
    never: int
    doubt: int
    off: int
    old: int


class PlanJson(TypedDict):
    """A page of bays. `currency` is that of the values; empty if the prices have several."""

    totals: PlanTotalsJson
    currency: str
    bays: list[PlannedBayJson]
    pagination: PaginationJson


@api_view(
    "GET",
    permission=("stock.view_stockbatch", "locations.view_storagelocation"),
    query=PlanForm,
    answers={200: PlanJson},
)
def counting_plan(request: HttpRequest) -> JsonResponse:
    """The bays that are due for counting, and why."""
    form = checked(PlanForm(request.GET))
    number, size = form.page_number, form.page_size
    found = read_plan(
        scope_of(form.place),
        wanted=form.wanted,
        order=ORDERS[form.cleaned_data["order"] or "urgent"],
        skipped=(number - 1) * size,
        limit=size,
    )
    return JsonResponse(
        {
            "totals": {"all": found.total, **found.totals},
            "currency": found.currency,
            "bays": [bay_json(row) for row in planned(with_intervals(found).bays)],
            "pagination": page_json(number, size, found.total_of(form.wanted)),
        }
    )


def bay_json(row: PlannedBay) -> PlannedBayJson:
    """A bay and why it is due."""
    bay = row.bay
    return {
        "location": bay.code,
        "name": bay.name,
        "place": bay.place,
        "plants": bay.plants,
        "interval": interval_json(bay.interval),
        "value": None if bay.value is None else str(bay.value),
        "counted_at": time_text(bay.counted_at) if bay.counted_at else None,
        "counted": None if bay.by_hand else bay.counted,
        "by_hand": bay.by_hand,
        "expected": row.expected,
        "reasons": [reason.value for reason in row.reasons],
    }
