"""Foreign coordinates as longitude and latitude: other reference systems, swapped axes, outlines written as text."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry import mapping as as_geojson

from locations.importing.messages import BAD_CRS, BAD_OUTLINE, NO_SUCH_PLACE_ON_EARTH
from locations.importing.values import refuse

WGS84 = "EPSG:4326"
# What drawings of nurseries in Mexico, Spain and Chile are most often in.
COMMON_CRS = (
    *(f"EPSG:{number}" for number in range(32611, 32617)),  # WGS 84, UTM 11 to 16 north
    *(f"EPSG:{number}" for number in range(25828, 25832)),  # ETRS89, UTM 28 to 31 north
    "EPSG:32718",
    "EPSG:32719",
    "EPSG:3857",
)
Position = Sequence[float]


@dataclass(frozen=True)
class System:
    """A coordinate reference system that may be the one of a file, and where the first corner lies then."""

    code: str
    name: str
    lon: float
    lat: float


@lru_cache(maxsize=32)
def read_crs(text: str) -> CRS:
    """A coordinate reference system from its code. Raises RefusedError if there is none."""
    try:
        crs = CRS.from_user_input(int(text) if text.strip().isdigit() else text.strip())
    except (CRSError, OverflowError, ValueError) as error:
        raise refuse(BAD_CRS, crs=text[:60]) from error
    if not (crs.is_geographic or crs.is_projected):
        raise refuse(BAD_CRS, crs=text[:60])
    return crs


@lru_cache(maxsize=32)
def _transformer(text: str) -> Transformer:
    return Transformer.from_crs(read_crs(text), WGS84, always_xy=True)


def possible_systems(corner: Position, declared: str) -> list[System]:
    """Systems to choose from for coordinates that are not degrees, the declared one first."""
    found = []
    for code in dict.fromkeys(filter(None, (declared, *COMMON_CRS))):
        try:
            lon, lat = _transformer(code).transform(corner[0], corner[1])
            crs = read_crs(code)
        except (ValueError, ProjError):
            continue
        if math.isfinite(lon) and math.isfinite(lat) and abs(lat) < 72:
            authority = crs.to_authority()
            found.append(System(":".join(authority) if authority else code, crs.name, lon, lat))
    return list({system.code: system for system in reversed(found)}.values())[::-1]


def first_corner(geometries: Iterator[Any]) -> Position | None:
    """The first corner that is not in degrees."""
    for geometry in geometries:
        for x, y in _positions(geometry.get("coordinates") if isinstance(geometry, dict) else None):
            if math.isfinite(x) and math.isfinite(y) and (abs(x) > 180 or abs(y) > 180 or min(abs(x), abs(y)) > 90):
                return (x, y)
    return None


def convert(geometry: Any, *, crs: str, swapped: bool) -> Any:
    """The geometry in longitude and latitude. What is no geometry is left to `geo.read_polygon` to refuse.

    Raises RefusedError if the coordinates do not fit the system.
    """
    if not (crs or swapped) or not isinstance(geometry, dict):
        return geometry
    transformer = _transformer(crs) if crs else None

    def change(x: float, y: float) -> list[float]:
        east, north = (y, x) if swapped else (x, y)
        if transformer is None:
            return [east, north]
        try:
            lon, lat = transformer.transform(east, north)
        except (ProjError, OverflowError) as error:
            raise refuse(NO_SUCH_PLACE_ON_EARTH, crs=crs) from error
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise refuse(NO_SUCH_PLACE_ON_EARTH, crs=crs)
        return [round(lon, 9), round(lat, 9)]

    return {**geometry, "coordinates": _change_all(geometry.get("coordinates"), change)}


def _change_all(value: Any, change: Callable[[float, float], list[float]]) -> Any:
    if _is_position(value):
        return change(value[0], value[1])
    return [_change_all(part, change) for part in value] if isinstance(value, list) else value


def _positions(value: Any) -> Iterator[tuple[float, float]]:
    if _is_position(value):
        yield value[0], value[1]
    elif isinstance(value, list):
        for part in value:
            yield from _positions(part)


def _is_position(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in value[:2])
    )


def read_outline(text: str) -> Any:
    """The geometry of a cell: WKT, or GeoJSON. Raises RefusedError."""
    try:
        if text.lstrip().startswith("{"):
            geometry = json.loads(text)
        else:
            geometry = json.loads(json.dumps(as_geojson(shapely.from_wkt(text))))  # tuples as lists
    except (ValueError, RecursionError, shapely.errors.ShapelyError) as error:
        raise refuse(BAD_OUTLINE) from error
    if not isinstance(geometry, dict):
        raise refuse(BAD_OUTLINE)
    return geometry


def write_outline(polygon: dict[str, Any]) -> str:
    """The polygon as WKT, with every digit, so that it is the same when it is read."""
    rings = (", ".join(f"{lon!r} {lat!r}" for lon, lat in ring) for ring in polygon["coordinates"])
    return f"POLYGON ({', '.join(f'({ring})' for ring in rings)})"
