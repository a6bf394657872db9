"""A location's page with its configuration, and the map of all locations; its JSON is in `gallery.places.api`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.http import found_or_404
from gallery.common import permissions
from gallery.common.http import UNPROCESSABLE
from gallery.places import configuring
from gallery.places.changes import location_changes
from gallery.places.drawing import describe_doubts, mark_doubts
from gallery.places.forms import MapForm
from gallery.places.last_counts import AGE_CLASSES, NEVER, read_last_counts
from gallery.places.location import LocationDetail, find_location, location_detail, photos_waiting_for_config
from gallery.places.nursery_map import (
    active_warehouses,
    count_words,
    draw_schematic,
    due_locations,
    is_drawn,
    list_locations,
)
from locations.configuration import ConfigureMode, active_configs
from locations.forms import ConfigureLocationForm, LocationsForm
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.outlines import Doubt, doubtful_outlines


@require_safe
@permission_required(("locations.view_storagelocation", "photos.view_s3image"), raise_exception=True)
def location(request: HttpRequest, code: str) -> HttpResponse:
    """One location: last count, stock, history, configuration."""
    return show_location(request, _find(code), form=None)


@require_POST
@permission_required(("photos.view_s3image", *permissions.FIX_PERMISSIONS["configure"]), raise_exception=True)
def configure(request: HttpRequest, code: str) -> HttpResponse:
    """Correct the configuration or start a new cycle, and process the photos that waited for it."""
    detail = _find(code)
    form = ConfigureLocationForm(request.POST, label_suffix="")
    if not form.is_valid():
        return show_location(request, detail, form=form)
    user, is_new = signed_in_user(request), form.cleaned_data["mode"] == ConfigureMode.NEW_CYCLE or not detail.config
    started = configuring.configure(locations=[detail.location], values=form.cleaned_data, user=user)
    messages.success(request, _("A new cycle has begun.") if is_new else _("The configuration was corrected."))
    _tell_started(request, started)
    return redirect(f"{reverse('location', kwargs={'code': detail.location.code})}#configuration")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(("photos.view_s3image", *permissions.FIX_PERMISSIONS["configure"]), raise_exception=True)
def configure_several(request: HttpRequest) -> HttpResponse:
    """Configure several locations at once: all of a bed, or those ticked in the admin's list of locations."""
    is_sent = request.method == "POST"
    chosen = LocationsForm(request.POST if is_sent else request.GET)
    is_valid, area = chosen.is_valid(), chosen.cleaned_data.get("area_id")
    back = "map" if area or not signed_in_user(request).is_staff else "admin:locations_storagelocation_changelist"
    if not is_valid:
        messages.error(request, " ".join(str(error) for errors in chosen.errors.values() for error in errors))
        return redirect(back)
    locations = list(chosen.cleaned_data["location_id"])
    chosen_now = configuring.chosen_values(request.GET)
    form = ConfigureLocationForm(request.POST if is_sent else None, initial=chosen_now, label_suffix="")
    if not form.is_valid():
        return _show_several(request, locations, form=form, area=area)
    values = form.cleaned_data
    if not values.get("parts"):
        values.pop("parts", None)  # empty rows do not say that every one of these locations lists nothing
    started = configuring.configure(locations=locations, values=values, user=signed_in_user(request))
    words = ngettext("%(count)d location is configured.", "%(count)d locations are configured.", len(locations))
    messages.success(request, words % {"count": len(locations)})
    _tell_started(request, started)
    return redirect(f"{reverse('map')}?warehouse_id={area.warehouse_id}" if area else back)


def _tell_started(request: HttpRequest, started: int) -> None:
    if started:
        words = ngettext("%(count)d photo: processing again.", "%(count)d photos: processing again.", started)
        messages.success(request, words % {"count": started})


def _show_several(
    request: HttpRequest, locations: Sequence[StorageLocation], *, form: ConfigureLocationForm, area: StorageArea | None
) -> HttpResponse:
    running = active_configs(locations)
    ids: dict[str, Any] = {"area_id": area.pk} if area else {"location_id": [location.pk for location in locations]}
    query = urlencode(ids, doseq=True)
    context = {
        "area": area,
        "rows": [(location, running.get(location.pk)) for location in locations],
        "configured": len(running),
        "form": form,
        "waiting": photos_waiting_for_config(locations).count(),
        "back": f"{reverse('locations-configure')}?{query}",
    }
    return render(request, "gallery/places/configure.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_safe
@permission_required("locations.view_locationconfig", raise_exception=True)
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """Who changed the location and what grows there."""
    with found_or_404():
        place = find_location(code)
    return render(
        request, "gallery/places/location_changes.html", {"location": place, "changes": location_changes(place)}
    )


@require_safe
@permission_required(("locations.view_storagelocation", "photos.view_s3image"), raise_exception=True)
def nursery_map(request: HttpRequest) -> HttpResponse:
    """The map where scripts run, a schematic of what nobody has drawn, and both as a list."""
    form = MapForm(request.GET)
    if not form.is_valid():
        return redirect("map")
    chosen = form.cleaned_data["warehouse_id"]
    page = list_locations(chosen, page=form.cleaned_data["page"] or 1)
    warehouses = list(active_warehouses())
    doubts = _doubts(request, chosen or (warehouses[0] if len(warehouses) == 1 else None))
    due = due_locations(chosen)
    context = {
        "warehouses": warehouses,
        "chosen": chosen,
        "is_drawn": is_drawn(chosen),
        "schematic": draw_schematic(chosen, due=due, page=form.cleaned_data["part"] or 1),
        "due": len(due),
        "doubts": list(describe_doubts(doubts)),
        "marks": mark_doubts(doubts),
        "page": page,
        "rows": [(place, count_words(last)) for place, last in zip(page, read_last_counts(page), strict=True)],
        "ages": [*AGE_CLASSES, NEVER],
        "tile_url": settings.MAP_TILE_URL,
        "tile_attribution": settings.MAP_TILE_ATTRIBUTION,
    }
    return render(request, "gallery/places/map.html", context)


def _doubts(request: HttpRequest, warehouse: Warehouse | None) -> list[Doubt]:
    """For those who can correct the outlines, a warehouse at a time."""
    may_draw = request.user.has_perm(permissions.SET_UP_PLACES)
    return doubtful_outlines(warehouse) if warehouse is not None and may_draw else []


def _find(code: str) -> LocationDetail:
    with found_or_404():
        return location_detail(code)


def show_location(
    request: HttpRequest, detail: LocationDetail, *, form: ConfigureLocationForm | None, is_drawn: bool = False
) -> HttpResponse:
    """The page of a location, with a form that was refused or, if `is_drawn`, that comes back from drawing."""
    context: dict[str, Any] = {"detail": detail, "form": form, "is_drawn": is_drawn}
    if signed_in_user(request).has_perms(permissions.FIX_PERMISSIONS["configure"]):
        suggested = configuring.suggested_config(detail.location)
        chosen = configuring.chosen_values(request.GET)
        initial = configuring.config_values(suggested) | chosen
        context |= {
            "suggested": suggested,
            "chosen": chosen,
            "form": form or ConfigureLocationForm(initial=initial, label_suffix=""),
            "waiting": photos_waiting_for_config([detail.location]).count(),
        }
    status = UNPROCESSABLE if form and not is_drawn else 200
    return render(request, "gallery/places/location.html", context, status=status)
