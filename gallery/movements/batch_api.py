"""`/api/v1/stock/batches`: read batches and describe them."""

from datetime import date
from typing import TypedDict

from django.forms import BooleanField
from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, by_method
from demeter.common.openapi.operations import Day
from gallery.common.api import PagedForm, PaginationJson, change_form, checked, read_body, read_page
from gallery.movements.batches import find_batch, find_batches, save_description
from gallery.movements.forms import DescribeForm
from gallery.upload.forms import LocationField
from locations.models import StorageLocation
from stock.models import StockBatch

VIEW = "stock.view_stockbatch"


class BatchJson(TypedDict):
    """The plants of one product in one packaging and state, at one location, in one cultivation cycle.

    `plants` is its stock now; product, packaging, state and size are named by their codes."""

    id: int
    batch: str
    location: str
    product: str
    packaging: str | None
    state: str
    size: str | None
    plants: int
    empty_containers: int
    planted_on: Day | None
    germinated_on: Day | None
    transplanted_on: Day | None
    ready_on: Day | None
    quality: int | None
    notes: str


class BatchesJson(TypedDict):
    """A page of batches, by location and product."""

    batches: list[BatchJson]
    pagination: PaginationJson


class BatchesForm(PagedForm):
    """Which batches."""

    location = LocationField(
        queryset=StorageLocation.objects.with_names(),
        to_field_name="code",
        required=False,
        help_text="The code of a location.",
    )
    empty = BooleanField(required=False, help_text="Those without plants too.")


@api_view("GET", permission=VIEW, query=BatchesForm, answers={200: BatchesJson})
def list_batches(request: HttpRequest) -> JsonResponse:
    """Batches with plants, or all."""
    form = checked(BatchesForm(request.GET))
    found = find_batches(form.cleaned_data["location"], with_empty=form.cleaned_data["empty"])
    rows, pagination = read_page(found, form)
    return JsonResponse({"batches": [batch_json(row) for row in rows], "pagination": pagination})


@api_view("GET", permission=VIEW, answers={200: BatchJson})
def read_batch(_request: HttpRequest, batch_id: int) -> JsonResponse:
    """One batch with its plants now."""
    return JsonResponse(batch_json(find_batch(batch_id)))


@api_view(
    "PATCH",
    permission=(VIEW, "stock.change_stockbatch"),
    body=DescribeForm,
    partial=True,
    answers={200: BatchJson},
)
def describe_batch(request: HttpRequest, batch_id: int) -> JsonResponse:
    """Change what people say about a batch: state, size, quality, dates, notes. What is left out stays."""
    found = find_batch(batch_id)
    form = checked(change_form(DescribeForm, read_body(request, DescribeForm), found))
    save_description(found, form.cleaned_data)
    return JsonResponse(batch_json(find_batch(batch_id)))


batch = by_method(GET=read_batch, PATCH=describe_batch)


def batch_json(batch: StockBatch) -> BatchJson:
    """A batch by the codes of what it is."""
    return BatchJson(
        id=batch.pk,
        batch=batch.batch_code,
        location=batch.location.code,
        product=batch.product.sku,
        packaging=batch.packaging.sku if batch.packaging else None,
        state=batch.state.code,
        size=batch.size.code if batch.size else None,
        plants=batch.quantity_current,
        empty_containers=batch.quantity_empty_containers,
        planted_on=_write_day(batch.planted_on),
        germinated_on=_write_day(batch.germinated_on),
        transplanted_on=_write_day(batch.transplanted_on),
        ready_on=_write_day(batch.ready_on),
        quality=batch.quality,
        notes=batch.notes,
    )


def _write_day(day: date | None) -> str | None:
    return day.isoformat() if day else None
