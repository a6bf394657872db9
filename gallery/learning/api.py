"""`/api/v1/data-sets`: the data sets of corrected photos."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.openapi.operations import Moment
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_page
from gallery.common.http import time_text
from gallery.learning.downloads import ZIP, send
from gallery.learning.forms import DataSetForm, LayoutForm
from gallery.learning.listing import find_data_set, find_layout
from gallery.learning.views import CHANGE, SEE
from learning.data_sets import make_data_set
from learning.exchange.exporting import export_data_set, file_name
from learning.models import DataSet


class DataSetJson(TypedDict):
    """One version of a data set. `source` is `photos` (of the gallery, corrected and signed off) or `import`. Models
    learn from `photos` less `held_out`, which judge them. `plants` are the living ones that are marked."""

    data_set_id: int
    name: str
    version: int
    source: str
    photos: int
    held_out: int
    plants: int
    products: int
    places: int
    made_at: Moment
    made_by: str | None


class DataSetsJson(TypedDict):
    """A page of the versions, newest first."""

    data_sets: list[DataSetJson]
    pagination: PaginationJson


@api_view("GET", permission=SEE, query=PagedForm, answers={200: DataSetsJson})
def list_data_sets(request: HttpRequest) -> JsonResponse:
    """Every version of every data set, newest first."""
    form = checked(PagedForm(request.GET))
    rows, pagination = read_page(DataSet.objects.select_related("made_by"), form)
    answer: DataSetsJson = {"data_sets": [_data_set_json(row) for row in rows], "pagination": pagination}
    return JsonResponse(answer)


@api_view("POST", permission=CHANGE, body=DataSetForm, answers={201: DataSetJson}, errors=(409,))
def make_next_data_set(request: HttpRequest) -> JsonResponse:
    """Make the next version of a data set of the photos that are corrected and signed off now."""
    form = checked(DataSetForm(read_body(request, DataSetForm)))
    made = make_data_set(name=form.cleaned_data["name"], user=signed_in_user(request))
    return JsonResponse(_data_set_json(made), status=201)


data_sets = by_method(GET=list_data_sets, POST=make_next_data_set)


@api_view("GET", permission=SEE, query=LayoutForm, answers={200: ZIP}, errors=(404,))
def export_one(request: HttpRequest, data_set_id: int) -> StreamingHttpResponse:
    """A version as ZIP."""
    form = checked(LayoutForm(request.GET))
    data_set, wanted = find_data_set(data_set_id), find_layout(form.cleaned_data["layout"])
    return send(export_data_set(data_set, wanted), name=file_name(data_set, wanted))


def _data_set_json(row: DataSet) -> DataSetJson:
    return {
        "data_set_id": row.pk,
        "name": row.name,
        "version": row.version,
        "source": row.source,
        "photos": row.photo_count,
        "held_out": row.held_out_count,
        "plants": row.plant_count,
        "products": row.product_count,
        "places": row.place_count,
        "made_at": time_text(row.made_at),
        "made_by": row.made_by.username if row.made_by else None,
    }
