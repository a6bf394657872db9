"""Outlines that people draw, paste or cut: read, written, compared with those around them, and a bed split into bays.

The page of drawing calls `write_outline` and `split_bed`; `doubtful_outlines` finds what overlaps or sticks out. A
doubtful outline is stored and shown with a warning: drawings of walls and beds rarely meet exactly.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast
from uuid import UUID

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely import Polygon, STRtree, oriented_envelope, transform

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError
from locations import geo
from locations.building import LONGEST_CODE
from locations.models import PlaceChange, StorageArea, StorageLocation, Warehouse
from locations.models.places import OUTLINE_COLUMNS, Place
from locations.place_changes import BATCH_ROWS, record_change
from locations.qr_codes import choose_qr_codes

# Shared edges are never exactly equal.
TOLERATED_M2 = 0.1
TOLERATED_M = 1.0
MOST_DOUBTS = 50
NEARLY_SQUARE = 0.01  # such an outline is cut from west to east
MOST_SLICES = 500
UNUSED = ("created_at", "updated_at")  # thousands of dates that nobody looks at take a tenth of a second


@dataclass(frozen=True)
class Doubt:
    """Two outlines that overlap, or one that sticks out of the other; `area_m2` is what is too much."""

    kind: str
    one: Place
    other: Place
    area_m2: float


def read_outline(text: str) -> dict[str, Any]:
    """The polygon of a pasted GeoJSON text: a geometry, a feature, or a collection with one feature."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        words = _("This is not GeoJSON. Export the outline as GeoJSON and paste the whole text.")
        raise InvalidInputError(words) from error
    if isinstance(found, dict) and isinstance(found.get("features"), list):
        if len(found["features"]) != 1:
            raise InvalidInputError(_("The file has several outlines. Give one at a time, or import the file."))
        found = found["features"][0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if not isinstance(found, dict):
        raise InvalidInputError(_("This GeoJSON has no outline."))
    return found


def write_outline(place: Place, polygon: Mapping[str, Any] | None) -> None:
    """Give a place its outline, or take it away with None. Raises InvalidInputError if it cannot be one."""
    place.polygon = polygon
    try:
        place.clean_fields(exclude=[field.name for field in place._meta.fields if field.name != "polygon"])
        place.clean()
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages)) from error
    place.save(update_fields=["polygon", "updated_at"])


# --- What overlaps or sticks out ------------------------------------------------------------------------------------
def doubtful_outlines(warehouse: Warehouse) -> list[Doubt]:
    """At most MOST_DOUBTS doubts about the outlines of a warehouse in use; four queries."""
    houses = [warehouse, *Warehouse.objects.filter(active=True, polygon__isnull=False).exclude(pk=warehouse.pk)]
    areas = {area.pk: area for area in StorageArea.objects.filter(warehouse=warehouse, active=True)}
    drawn = StorageLocation.objects.active().filter(storage_area__in=areas, polygon__isnull=False)
    bays = list(drawn.defer(*UNUSED))
    origin = next((centre for place in (warehouse, *areas.values(), *bays) if (centre := place.centre)), None)
    if origin is None:
        return []
    shapes = _on_plane([place for place in (*houses, *areas.values(), *bays) if place.polygon], origin)
    doubts: list[Doubt] = [doubt for doubt in _overlaps(houses, shapes) if warehouse in (doubt.one, doubt.other)]
    doubts += _sticking_out([(area, warehouse) for area in areas.values()], shapes)
    doubts += _overlaps([*areas.values()], shapes)
    doubts += _sticking_out([(bay, areas[bay.storage_area_id]) for bay in bays], shapes)
    doubts += _overlaps(bays, shapes)
    return doubts[:MOST_DOUBTS]


Shapes = Mapping[tuple[type[Place], Any], Polygon]


def _on_plane(places: Sequence[Place], origin: tuple[float, float]) -> Shapes:
    on_plane = geo.stored_in_metres((place.polygon for place in places), lon=origin[0], lat=origin[1])
    return {_key(place): shape for place, shape in zip(places, on_plane, strict=True)}


def _key(place: Place) -> tuple[type[Place], Any]:
    return type(place), place.pk


def _overlaps(places: Sequence[Place], shapes: Shapes) -> list[Doubt]:
    drawn = [place for place in places if _key(place) in shapes]
    polygons = [shapes[_key(place)] for place in drawn]
    if len(polygons) < 2:
        return []
    ones, others = STRtree(polygons).query(polygons, predicate="intersects")
    return [
        Doubt("overlap", drawn[one], drawn[other], area_m2)
        for one, other in sorted(zip(ones.tolist(), others.tolist(), strict=True))
        if one < other and (area_m2 := polygons[one].intersection(polygons[other]).area) > TOLERATED_M2
    ]


def _sticking_out(pairs: Sequence[tuple[Place, Place]], shapes: Shapes) -> list[Doubt]:
    drawn = [(place, parent) for place, parent in pairs if _key(place) in shapes and _key(parent) in shapes]
    allowed = {key: shapes[key].buffer(TOLERATED_M) for key in {_key(parent) for _place, parent in drawn}}
    return [
        Doubt("out", place, parent, shapes[_key(place)].difference(shapes[_key(parent)]).area)
        for place, parent in drawn
        if not allowed[_key(parent)].covers(shapes[_key(place)])
    ]


# --- A bed split into bays ------------------------------------------------------------------------------------------
def slice_polygon(polygon: object, count: int, *, from_other_end: bool) -> list[dict[str, Any]]:
    """The outline cut across its long side into `count` parts of equal length, from west to east (or south to north,
    where it is longer that way). Raises InvalidInputError if a part would be in pieces."""
    shape = geo.read_polygon(polygon)
    lon, lat = shape.centroid.x, shape.centroid.y
    plane = geo.to_metres(shape, lon=lon, lat=lat)
    corners = np.array(cast("Polygon", oriented_envelope(plane)).exterior.coords)[:4]
    start, along, across = _axes(corners)
    edges = np.linspace(0.0, 1.0, count + 1)
    parts = []
    for near, far in pairwise(edges):
        ring = [start + near * along, start + far * along, start + far * along + across, start + near * along + across]
        part = plane.intersection(Polygon(ring))
        if not isinstance(part, Polygon) or part.is_empty:
            raise InvalidInputError(_("This outline cannot be split: a bay would be in several pieces."))
        parts.append(geo.write_polygon(transform(part, _degrees(lon, lat))))
    return parts[::-1] if from_other_end else parts


def _axes(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A corner of the rectangle, its long side from there towards the east (or the north), and its short side."""
    first, second = corners[1] - corners[0], corners[3] - corners[0]
    lengths = np.hypot(*first), np.hypot(*second)
    is_square = abs(lengths[0] - lengths[1]) <= NEARLY_SQUARE * max(lengths)
    takes_first = abs(first[0]) >= abs(second[0]) if is_square else lengths[0] >= lengths[1]
    along, across = (first, second) if takes_first else (second, first)
    start = corners[0]
    towards = 0 if abs(along[0]) >= abs(along[1]) else 1
    return (start, along, across) if along[towards] >= 0 else (start + along, -along, across)


def _degrees(lon: float, lat: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    scale = np.array(geo.metres_per_degree(lat))

    def unproject(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(corners / scale + np.array([lon, lat]))

    return unproject


def bays_of(area: StorageArea) -> list[StorageLocation]:
    """The bays of a bed in use, in natural order."""
    return list(StorageLocation.objects.filter(storage_area=area, active=True).order_by("sort_key", "code"))


@transaction.atomic
def split_bed(
    area: StorageArea, *, count: int | None, from_other_end: bool, replace: bool, token: UUID, user: User
) -> PlaceChange | None:
    """Cut the outline of a bed into its bays, in natural order; a bed without bays gets `count` new ones, as a step
    that can be undone.

    Raises InvalidInputError if the outline or the number is missing, ConflictError if bays are drawn already and
    `replace` is not set.
    """
    area = StorageArea.objects.select_for_update().get(pk=area.pk)
    if area.polygon is None:
        raise InvalidInputError(_("Draw the bench first, then split it."))
    earlier = PlaceChange.objects.filter(token=token).first()
    if earlier is not None:
        return earlier
    bays = bays_of(area)
    if not bays:
        return _make_bays(area, count, from_other_end=from_other_end, token=token, user=user)
    if not replace and any(bay.polygon for bay in bays):
        raise ConflictError(
            _("Bays of this bench are drawn already. Tick “Replace their outlines” to draw them again.")
        )
    for bay, polygon in zip(bays, slice_polygon(area.polygon, len(bays), from_other_end=from_other_end), strict=True):
        bay.polygon, bay.updated_at = polygon, timezone.now()
        bay.measure_polygon()
    StorageLocation.objects.bulk_update(bays, ["polygon", *OUTLINE_COLUMNS, "updated_at"], batch_size=BATCH_ROWS)
    return None


def _make_bays(area: StorageArea, count: int | None, *, from_other_end: bool, token: UUID, user: User) -> PlaceChange:
    if count is None:
        raise InvalidInputError(_("This bench has no bays yet. Say how many there are."))
    digits = max(2, len(str(count)))
    codes = [f"{area.code}-{number:0{digits}d}" for number in range(1, count + 1)]
    if max(map(len, codes)) > LONGEST_CODE:
        raise InvalidInputError(_("The code of the bench is too long to add a number to it."))
    taken = StorageLocation.objects.filter(code__in=codes).values_list("code", flat=True)
    if taken:
        raise ConflictError(_("These codes exist already: %(codes)s.") % {"codes": ", ".join(taken[:5])})
    change = PlaceChange.objects.create(token=token, kind=PlaceChange.Kind.SPLIT, made_by=user)
    bays = [
        StorageLocation(
            code=code, name=_("Bay {bay}").replace("{bay}", str(number)), storage_area=area, qr_code=qr, polygon=polygon
        )
        for number, (code, qr, polygon) in enumerate(
            zip(
                codes,
                choose_qr_codes(codes),
                slice_polygon(area.polygon, count, from_other_end=from_other_end),
                strict=True,
            ),
            start=1,
        )
    ]
    for bay in bays:
        bay.measure_polygon()
    StorageLocation.objects.bulk_create(bays, batch_size=BATCH_ROWS)
    record_change(change, warehouses=[], areas=[], locations=bays)
    return change
