"""Draw, correct, paste and remove the outlines of places, and split a bench into bays."""

from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError, InvalidInputError
from gallery.common.http import UNPROCESSABLE
from gallery.common.permissions import SET_UP_PLACES
from gallery.places.drawing import draw_warehouse, key_of
from gallery.places.drawing_forms import DrawForm, OutlineForm, SplitForm
from gallery.places.nursery_map import active_warehouses
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.models.places import Place
from locations.outlines import split_bed, write_outline


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SET_UP_PLACES, raise_exception=True)
def draw(request: HttpRequest) -> HttpResponse:
    """The page, with a warehouse and a place chosen; a POST writes or removes the outline of a place."""
    if request.method != "POST":
        chosen = DrawForm(request.GET)
        if not chosen.is_valid():
            return redirect("map-draw")
        warehouse, place = chosen.cleaned_data["warehouse_id"], chosen.cleaned_data["place"]
        return _show(request, _house_of(place) if place else warehouse, place=place)
    form = OutlineForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        place = form.cleaned_data.get("place")
        return _show(request, _house_of(place) if place else None, place=place, form=form)
    place, polygon = form.cleaned_data["place"], form.cleaned_data["polygon"]
    try:
        write_outline(place, polygon)
    except InvalidInputError as error:
        form.add_error("outline", error.message)
        return _show(request, _house_of(place), place=place, form=form)
    words = _("%(name)s is drawn.") if polygon else _("%(name)s has no outline any more.")
    messages.success(request, words % {"name": place.name})
    return _go_on(_house_of(place), place if polygon is None else None)


@require_POST
@permission_required(SET_UP_PLACES, raise_exception=True)
def split(request: HttpRequest) -> HttpResponse:
    """Split the outline of a bench into its bays, or into new ones."""
    form = SplitForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, None, split_form=form)
    area: StorageArea = form.cleaned_data["area"]
    try:
        change = split_bed(
            area,
            count=form.cleaned_data["bays"],
            from_other_end=form.cleaned_data["from_other_end"],
            replace=form.cleaned_data["replace"],
            token=form.cleaned_data["token"],
            user=signed_in_user(request),
        )
    except (ConflictError, InvalidInputError) as error:
        form.add_error(None, error.message)
        return _show(request, area.warehouse, split_form=form)
    if change is not None:
        return redirect("places-made", token=change.token)
    messages.success(request, _("%(name)s is split into its bays.") % {"name": area.name})
    return _go_on(area.warehouse, None)


def _house_of(place: Place) -> Warehouse:
    if isinstance(place, StorageLocation):
        return place.storage_area.warehouse
    if isinstance(place, StorageArea):
        return place.warehouse
    return Warehouse.objects.get(pk=place.pk)


def _go_on(warehouse: Warehouse, place: Place | None) -> HttpResponse:
    query = {"warehouse_id": str(warehouse.pk)}
    if place is not None:
        query["place"] = key_of(place)
    return redirect(f"{reverse('map-draw')}?{urlencode(query)}")


def _show(
    request: HttpRequest,
    warehouse: Warehouse | None,
    *,
    place: Place | None = None,
    form: OutlineForm | None = None,
    split_form: SplitForm | None = None,
) -> HttpResponse:
    """The page for a warehouse, or for the first one; without any it leads to the builder."""
    warehouse = warehouse or Warehouse.objects.filter(active=True).order_by("sort_key").first()
    if warehouse is None:
        messages.info(request, _("First make the greenhouses, benches and bays; then draw them."))
        return redirect("places-build")
    drawing = draw_warehouse(warehouse)
    split_form = split_form or SplitForm(initial={"token": uuid4()}, label_suffix="")
    refused = (form is not None and bool(form.errors)) or split_form.is_bound
    context = {
        "warehouses": active_warehouses(),
        "drawing": drawing,
        "chosen": key_of(place) if place else drawing.first_undrawn,
        "form": form or OutlineForm(label_suffix=""),
        "split_form": split_form,
        "drawn_benches": [bench for bench in drawing.benches if bench.is_drawn],
        "tile_url": settings.MAP_TILE_URL,
        "tile_attribution": settings.MAP_TILE_ATTRIBUTION,
    }
    return render(request, "gallery/places/draw.html", context, status=UNPROCESSABLE if refused else 200)
