"""The map in the API."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.gzip import gzip_page

from demeter.accounts.authentication import api_view
from demeter.common.http import form_errors
from gallery.places.forms import MapForm
from gallery.places.nursery_map import nursery_map as draw_nursery


@gzip_page  # outlines shrink to a third, and contain nothing secret
@api_view("GET", permission="locations.view_storagelocation")
def nursery_map(request: HttpRequest) -> JsonResponse:
    """The data of the map: the nursery, or one of its warehouses."""
    form = MapForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    return JsonResponse(draw_nursery(form.cleaned_data["warehouse_id"]))
