"""The read model of the map, of the schematic of what nobody has drawn, and of the list under them.

Three queries for the map, one for the schematic, two for a page of the list besides the warehouses, one for the bays
that are due for counting, and two for the intervals of the counts of each, for any number of locations.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, TypedDict

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.common.intervals import IntervalJson, interval_json
from gallery.places.last_counts import NEVER, LastCount, read_last_counts, with_last_count
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.models.places import WALKING_ORDER
from stock.bays import Scope
from stock.conformal import Interval
from stock.counting_plan import Reason, due_bays

# As many as a browser draws without delay; larger nurseries are shown one warehouse at a time.
MOST_ON_MAP = 10_000
MOST_IN_SCHEMATIC = 2_000
LOCATIONS_A_PAGE = 50
MAP_COLUMNS = ("pk", "code", "name", "polygon", "storage_area_id", "last_count", "last_visit")
DECIMALS = 7  # decimals of a degree: a centimetre
Rings = list[list[list[float]]]
Reasons = Mapping[int, Collection[Reason]]  # by the key of a location


@dataclass(frozen=True)
class Bay:
    """A location of the schematic: the age class of its last count, its plants (None if never counted) and their
    interval, all in words, and whether it is due for counting."""

    code: str
    name: str
    age: str
    plants: int | None
    interval: Interval | None
    words: str
    is_due: bool


@dataclass(frozen=True)
class Bed:
    """A row of the schematic: a storage area and its locations that have no outline, in natural order."""

    area_id: int
    warehouse: str
    name: str
    bays: tuple[Bay, ...]


@dataclass(frozen=True)
class Schematic:
    """The locations that nobody has drawn, as rows: one of the pages on which they fit; `more` follow on the next."""

    beds: tuple[Bed, ...]
    page: int
    more: bool


def active_warehouses() -> QuerySet[Warehouse]:
    """The active warehouses, in natural order, without their outlines."""
    return Warehouse.objects.filter(active=True).order_by("sort_key", "code").defer("polygon")


def list_locations(warehouse: Warehouse | None, *, page: int) -> Page[StorageLocation]:
    """One page of the active locations (of a warehouse), in natural order; `row.last` is the last count or None."""
    locations = StorageLocation.objects.active().with_names().order_by("sort_key", "code")
    if warehouse is not None:
        locations = locations.filter(storage_area__warehouse=warehouse)
    total = locations.count()
    found = with_last_count(locations).defer(
        "polygon", "storage_area__polygon", "storage_area__warehouse__polygon", "description"
    )
    paginator = Paginator(found, LOCATIONS_A_PAGE)
    paginator.count = total  # without a subquery for each location
    return paginator.get_page(page)


def due_locations(warehouse: Warehouse | None) -> Reasons:
    """The locations (of a warehouse) that are due for counting, and why."""
    return due_bays(Scope(warehouse.pk if warehouse else None))


def draw_schematic(warehouse: Warehouse | None, *, due: Reasons, page: int = 1) -> Schematic:
    """The active locations (of a warehouse) without an outline, bed by bed; a bed may go on on the next page."""
    locations = StorageLocation.objects.active().without_outline().with_names()
    if warehouse is not None:
        locations = locations.filter(storage_area__warehouse=warehouse)
    start = (page - 1) * MOST_IN_SCHEMATIC
    found = list(
        with_last_count(locations)
        .order_by(*WALKING_ORDER)
        .only("code", "name", "storage_area__name", "storage_area__warehouse__name")[
            start : start + MOST_IN_SCHEMATIC + 1
        ]
    )
    shown = found[:MOST_IN_SCHEMATIC]
    beds = groupby(zip(shown, read_last_counts(shown), strict=True), key=lambda pair: pair[0].storage_area_id)
    rows = tuple(_bed(pairs, due) for _area, pairs in beds)
    return Schematic(rows, page=page, more=len(found) > MOST_IN_SCHEMATIC)


def _bed(pairs: Iterable[tuple[StorageLocation, LastCount | None]], due: Reasons) -> Bed:
    bays = list(pairs)
    area = bays[0][0].storage_area
    return Bed(area.pk, area.warehouse.name, area.name, tuple(_bay(bay, last, due) for bay, last in bays))


def _bay(location: StorageLocation, last: LastCount | None, due: Reasons) -> Bay:
    return Bay(
        code=location.code,
        name=location.name,
        age=(last.age if last else NEVER).code,
        plants=last.plants if last else None,
        interval=last.interval if last else None,
        words=_words(last, location.pk in due),
        is_due=location.pk in due,
    )


def is_drawn(warehouse: Warehouse | None) -> bool:
    """Whether there is anything for the map to draw: a location in use whose outline, bed or warehouse is known."""
    locations = StorageLocation.objects.active()
    if warehouse is not None:
        locations = locations.filter(storage_area__warehouse=warehouse)
    undrawn = Q(polygon__isnull=True, storage_area__polygon__isnull=True, storage_area__warehouse__polygon__isnull=True)
    return locations.exclude(undrawn).exists()


class WarehouseJson(TypedDict):
    """A warehouse and its outline."""

    code: str
    name: str
    rings: Rings


class AreaJson(WarehouseJson):
    """An area and its outline."""

    id: int


class PlaceJson(WarehouseJson):
    """A location, its outline and its last count: `age` is a class of its age, `plants` null if it was never counted,
    `interval` null if it is not known, `words` all in the language of the request. `area` is the `id` of its area.
    `due`: it should be counted."""

    area: int
    age: str
    plants: int | None
    interval: IntervalJson | None
    words: str
    due: bool


class MapJson(TypedDict):
    """Outlines as rings of [longitude, latitude] (WGS 84), none for places that nobody has drawn; `more` says that
    there are more locations than are listed."""

    warehouses: list[WarehouseJson]
    areas: list[AreaJson]
    locations: list[PlaceJson]
    more: bool


def nursery_map(warehouse: Warehouse | None) -> MapJson:
    """The data of the map."""
    warehouses = Warehouse.objects.filter(active=True)
    areas = StorageArea.objects.filter(active=True, warehouse__active=True)
    locations = StorageLocation.objects.active()
    if warehouse is not None:
        warehouses, areas = warehouses.filter(pk=warehouse.pk), areas.filter(warehouse=warehouse)
        locations = locations.filter(storage_area__warehouse=warehouse)
    found = list(
        with_last_count(locations)
        .order_by("sort_key", "code")
        .values_list(*MAP_COLUMNS, named=True)[: MOST_ON_MAP + 1]  # ten thousand models take a third of a second
    )
    shown = found[:MOST_ON_MAP]
    due, words = due_locations(warehouse), cache(_words)  # those that were never counted share theirs
    return {
        "warehouses": [
            {"code": code, "name": name, "rings": rings_of(polygon)}
            for code, name, polygon in warehouses.values_list("code", "name", "polygon")
        ],
        "areas": [
            {"id": pk, "code": code, "name": name, "rings": rings_of(polygon)}
            for pk, code, name, polygon in areas.values_list("pk", "code", "name", "polygon")
        ],
        "locations": [
            _location_json(location, last, due, words)
            for location, last in zip(shown, read_last_counts(shown), strict=True)
        ],
        "more": len(found) > MOST_ON_MAP,
    }


def count_words(last: LastCount | None) -> str:
    """A last count, its interval and its age in words: "125 ± 6 plants, 3 days ago"."""
    if last is None:
        return str(NEVER.words)
    is_known = last.interval is not None and not last.interval.is_checked
    number = f"{last.plants} ± {last.interval.half}" if last.interval and is_known else str(last.plants)
    plants = ngettext("%(count)s plant", "%(count)s plants", last.plants) % {"count": number}
    words = f"{plants}, {last.age_words}"
    return _("%(count)s (open: a question about its photos)") % {"count": words} if last.is_open else words


def _words(last: LastCount | None, is_due: bool) -> str:
    """The last count in words, and that another one is due."""
    words = count_words(last)
    return _("%(count)s; due for counting") % {"count": words} if is_due else words


def _location_json(
    location: Any, last: LastCount | None, due: Reasons, words: Callable[[LastCount | None, bool], str]
) -> PlaceJson:
    return {
        "code": location.code,
        "name": location.name,
        "area": location.storage_area_id,
        "rings": rings_of(location.polygon),
        "age": last.age.code if last else NEVER.code,
        "plants": last.plants if last else None,
        "interval": interval_json(last.interval) if last else None,
        "words": words(last, location.pk in due),
        "due": location.pk in due,
    }


def rings_of(polygon: Mapping[str, Any] | None) -> Rings:
    """The rings of an outline to the centimetre; none without an outline."""
    if polygon is None:
        return []
    return [[[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in ring] for ring in polygon["coordinates"]]
