"""Pure geometry of places: GeoJSON polygons in longitude and latitude (WGS 84), answers in metres.

First link of the chain polygon -> outline columns -> candidates by bounding box -> exact distance.
Lengths and areas are measured on a plane that touches the ellipsoid at the place itself, which is exact
to a few parts per million over a few kilometres. Polygons that cross the 180th meridian are not supported.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon, distance, from_geojson, prepare, transform
from shapely.geometry import mapping
from shapely.validation import explain_validity

# Latitudes where plants are grown: the fields of Tromsø lie at 70° north, the last land before Antarctica at 56° south.
SOUTHERNMOST_LAT, NORTHERNMOST_LAT = -60.0, 72.0
EARTH_RADIUS_KM = 6371.0
# WGS 84 (EPSG:4326): equatorial radius in metres and first eccentricity squared.
EQUATOR_RADIUS_M = 6_378_137.0
ECCENTRICITY_SQUARED = 0.00669437999014


def gettext_noop(text: str) -> str:
    """Mark a text for translation, like Django's own, which a pure module does not import."""
    return text


FAULTS = {
    "polygon_no_geometry": gettext_noop("not a GeoJSON geometry"),
    "polygon_other_geometry": gettext_noop("geometry must be one Polygon, not %(kind)s"),
    "polygon_no_rings": gettext_noop("polygon has no rings"),
    "polygon_invalid": gettext_noop("polygon is not valid: %(reason)s"),
    "polygon_no_area": gettext_noop("polygon has no area"),
    "polygon_ring_no_list": gettext_noop("ring is not a list of positions"),
    "polygon_ring_short": gettext_noop("ring needs at least four positions"),
    "polygon_ring_open": gettext_noop("ring is not closed: first and last position differ"),
    "polygon_position": gettext_noop("position is not [longitude, latitude]"),
    "polygon_no_numbers": gettext_noop("coordinates must be numbers"),
    "polygon_not_on_earth": gettext_noop("longitude %(lon)s, latitude %(lat)s is not on Earth"),
    "polygon_too_large": gettext_noop(
        "polygon of %(area)s km² is larger than such a place can be; export longitude and latitude (WGS 84), not metres"
    ),
    "polygon_where_nothing_grows": gettext_noop(
        "nothing grows at latitude %(lat)s: longitude and latitude may be swapped, GeoJSON wants longitude first"
    ),
}


class GeometryError(ValueError):
    """An invalid point or polygon: a code of FAULTS and its parameters; `str` gives the message in English."""

    def __init__(self, code: str, **parameters: str) -> None:
        super().__init__(FAULTS[code] % parameters)
        self.code, self.parameters = code, parameters


@dataclass(frozen=True)
class Outline:
    """The columns of a polygon: its GeoJSON, bounding box, centroid and area."""

    polygon: dict[str, Any]
    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float
    centroid_lon: float
    centroid_lat: float
    area_m2: float


@dataclass(frozen=True)
class SearchBox:
    """A box in degrees around a point."""

    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length of one degree of longitude and of latitude at a latitude (radii of curvature of WGS 84)."""
    bend = 1 - ECCENTRICITY_SQUARED * math.sin(math.radians(lat)) ** 2
    prime_vertical_m = EQUATOR_RADIUS_M / math.sqrt(bend)
    meridional_m = EQUATOR_RADIUS_M * (1 - ECCENTRICITY_SQUARED) / bend**1.5
    return (
        math.radians(prime_vertical_m * math.cos(math.radians(lat))),
        math.radians(meridional_m),
    )


def check_point(lon: float, lat: float) -> None:
    """Raise GeometryError unless the point lies on Earth."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise GeometryError("polygon_no_numbers")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise GeometryError("polygon_not_on_earth", lon=f"{lon:g}", lat=f"{lat:g}")


def read_polygon(geometry: object) -> Polygon:
    """Turn a GeoJSON Polygon (or a MultiPolygon of one part, as GIS programs write) into a shapely polygon.

    Raises GeometryError on anything else: open rings, too few corners,
    coordinates off the Earth, edges that cross, no area. Heights are dropped.
    """
    if not isinstance(geometry, Mapping):
        raise GeometryError("polygon_no_geometry")
    kind, rings = geometry.get("type"), geometry.get("coordinates")
    if kind == "MultiPolygon" and isinstance(rings, Sequence) and len(rings) == 1:
        rings = rings[0]
    elif kind != "Polygon":
        raise GeometryError("polygon_other_geometry", kind=str(kind))
    if not isinstance(rings, Sequence) or isinstance(rings, str) or not rings:
        raise GeometryError("polygon_no_rings")
    polygon = Polygon(_read_ring(rings[0]), [_read_ring(ring) for ring in rings[1:]])
    if not polygon.is_valid:
        raise GeometryError("polygon_invalid", reason=explain_validity(polygon))
    if polygon.area == 0:
        raise GeometryError("polygon_no_area")
    return polygon


def _read_ring(ring: object) -> list[tuple[float, float]]:
    if not isinstance(ring, Sequence) or isinstance(ring, str):
        raise GeometryError("polygon_ring_no_list")
    corners = [_read_position(position) for position in ring]
    if len(corners) < 4:
        raise GeometryError("polygon_ring_short")
    if corners[0] != corners[-1]:
        raise GeometryError("polygon_ring_open")
    return corners


def _read_position(position: object) -> tuple[float, float]:
    if not isinstance(position, Sequence) or isinstance(position, str) or len(position) < 2:
        raise GeometryError("polygon_position")
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in position[:2]):
        raise GeometryError("polygon_no_numbers")
    try:
        lon, lat = float(position[0]), float(position[1])
    except OverflowError as error:
        raise GeometryError("polygon_no_numbers") from error
    check_point(lon, lat)
    return lon, lat


def _as_lists(value: Any) -> Any:
    return [_as_lists(part) for part in value] if isinstance(value, tuple) else value


def write_polygon(polygon: Polygon) -> dict[str, Any]:
    """The polygon as GeoJSON, in lists as JSON gives them back."""
    return {"type": "Polygon", "coordinates": _as_lists(mapping(polygon)["coordinates"])}


def to_metres(polygon: Polygon, *, lon: float, lat: float) -> Polygon:
    """The polygon on the plane that touches the Earth at (lon, lat), in metres east and north of it."""
    return transform(polygon, _projection(lon=lon, lat=lat))


def stored_in_metres(geometries: Iterable[object], *, lon: float, lat: float) -> list[Polygon]:
    """Many outlines that were checked when they were stored, on that plane; a thousand in some 20 ms."""
    polygons = from_geojson([json.dumps(geometry) for geometry in geometries])
    return list(transform(polygons, _projection(lon=lon, lat=lat)))


def _projection(*, lon: float, lat: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    origin, scale = np.array([lon, lat]), np.array(metres_per_degree(lat))

    def project(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return cast("NDArray[np.float64]", (corners - origin) * scale)

    return project


def outline_of(geometry: object) -> Outline:
    """Measure a GeoJSON polygon; GeometryError as `read_polygon`."""
    polygon = read_polygon(geometry)
    centroid = polygon.centroid
    min_lon, min_lat, max_lon, max_lat = polygon.bounds
    return Outline(
        polygon=write_polygon(polygon),
        min_lon=min_lon,
        min_lat=min_lat,
        max_lon=max_lon,
        max_lat=max_lat,
        centroid_lon=centroid.x,
        centroid_lat=centroid.y,
        area_m2=to_metres(polygon, lon=centroid.x, lat=centroid.y).area,
    )


def check_drawing(outline: Outline, *, largest_m2: float) -> None:
    """Raise GeometryError if the place is too large or too far north or south: metres, or swapped coordinates."""
    if outline.area_m2 > largest_m2:
        raise GeometryError("polygon_too_large", area=f"{outline.area_m2 / 1e6:.2f}")
    if not SOUTHERNMOST_LAT <= outline.centroid_lat <= NORTHERNMOST_LAT:
        raise GeometryError("polygon_where_nothing_grows", lat=f"{outline.centroid_lat:.2f}")


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance between two points (lon, lat) by the haversine formula, accurate to half a percent."""
    (lon, lat), (other_lon, other_lat) = (map(math.radians, point) for point in (one, other))
    half = math.sin((other_lat - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def distances_m(polygons: Sequence[Mapping[str, Any]], *, lon: float, lat: float) -> list[float]:
    """Metres from a point to each stored polygon (as `outline_of` made it): 0 inside and on the edge."""
    shapes = np.array([Polygon(rings[0], rings[1:]) for rings in (stored["coordinates"] for stored in polygons)])
    projected = transform(shapes, _projection(lon=lon, lat=lat))
    return [float(metres) for metres in distance(projected, Point(0, 0))]


def search_box(*, lon: float, lat: float, radius_m: float) -> SearchBox:
    """The smallest box in degrees that contains the circle around a point, clipped at the edges of the map."""
    lon_m, lat_m = metres_per_degree(lat)
    half_lon = radius_m / lon_m if lon_m > radius_m / 360 else 360.0
    half_lat = radius_m / lat_m
    return SearchBox(
        min_lon=max(lon - half_lon, -180.0),
        min_lat=max(lat - half_lat, -90.0),
        max_lon=min(lon + half_lon, 180.0),
        max_lat=min(lat + half_lat, 90.0),
    )


class Enclosure:
    """A GeoJSON polygon widened by a tolerance; it is read once for all the places in it."""

    def __init__(self, outer: object, *, tolerance_m: float) -> None:
        polygon = read_polygon(outer)
        self._lon, self._lat = polygon.centroid.x, polygon.centroid.y
        self._widened = to_metres(polygon, lon=self._lon, lat=self._lat).buffer(tolerance_m)
        prepare(self._widened)

    def holds(self, inner: object) -> bool:
        """Whether no part of the inner GeoJSON polygon sticks out."""
        return bool(self._widened.covers(to_metres(read_polygon(inner), lon=self._lon, lat=self._lat)))
