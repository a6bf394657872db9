"""The read model of the map and of the list under it: outlines of the nursery, and the last count of each location.

Three queries for the map, two for a page of the list besides the warehouses, for any number of locations.
"""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.places.last_counts import NEVER, LastCount, read_last_count, with_last_count
from locations.models import StorageArea, StorageLocation, Warehouse

# As many as a browser draws without delay; larger nurseries are shown one warehouse at a time.
MOST_ON_MAP = 10_000
LOCATIONS_A_PAGE = 50
DECIMALS = 7  # decimals of a degree: a centimetre
Rings = list[list[list[float]]]


def active_warehouses() -> QuerySet[Warehouse]:
    """The active warehouses, by name, without their outlines."""
    return Warehouse.objects.filter(active=True).order_by("name", "code").defer("polygon")


def list_locations(warehouse: Warehouse | None, *, page: int) -> Page[StorageLocation]:
    """One page of the active locations (of a warehouse), by code; `row.last` is the last count or None."""
    locations = StorageLocation.objects.active().with_names().order_by("code")
    if warehouse is not None:
        locations = locations.filter(storage_area__warehouse=warehouse)
    total = locations.count()
    found = with_last_count(locations).defer(
        "polygon", "storage_area__polygon", "storage_area__warehouse__polygon", "description"
    )
    paginator = Paginator(found, LOCATIONS_A_PAGE)
    paginator.count = total  # without a subquery for each location
    return paginator.get_page(page)


def nursery_map(warehouse: Warehouse | None) -> dict[str, Any]:
    """The data of the map as JSON: outlines in [longitude, latitude], and a text for each location.

    `more` says that there are more locations than are drawn.
    """
    warehouses = Warehouse.objects.filter(active=True)
    areas = StorageArea.objects.filter(active=True, warehouse__active=True)
    locations = StorageLocation.objects.active()
    if warehouse is not None:
        warehouses, areas = warehouses.filter(pk=warehouse.pk), areas.filter(warehouse=warehouse)
        locations = locations.filter(storage_area__warehouse=warehouse)
    found = list(
        with_last_count(locations)
        .order_by("code")
        .only("code", "name", "polygon", "storage_area_id")[: MOST_ON_MAP + 1]
    )
    return {
        "warehouses": [
            {"name": name, "rings": _rings(polygon)} for name, polygon in warehouses.values_list("name", "polygon")
        ],
        "areas": [
            {"id": pk, "name": name, "rings": _rings(polygon)}
            for pk, name, polygon in areas.values_list("pk", "name", "polygon")
        ],
        "locations": [_location_json(location) for location in found[:MOST_ON_MAP]],
        "more": len(found) > MOST_ON_MAP,
    }


def count_words(last: LastCount | None) -> str:
    """A last count and its age in words: "125 plants, 3 days ago"."""
    if last is None:
        return str(NEVER.words)
    plants = ngettext("%(count)d plant", "%(count)d plants", last.plants) % {"count": last.plants}
    words = f"{plants}, {last.age_words}"
    return _("%(count)s (open: parts or retakes?)") % {"count": words} if last.is_open else words


def _location_json(location: StorageLocation) -> dict[str, Any]:
    last = read_last_count(location)
    return {
        "code": location.code,
        "name": location.name,
        "area": location.storage_area_id,
        "rings": _rings(location.polygon),
        "age": (last.age if last else NEVER).code,
        "plants": last.plants if last else None,
        "words": count_words(last),
    }


def _rings(polygon: Mapping[str, Any]) -> Rings:
    return [[[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in ring] for ring in polygon["coordinates"]]
