"""Reading of GeoJSON files."""

import json
import math
from typing import Any

from locations.importing.messages import NO_COLLECTION, NO_FEATURE, NO_JSON, NOT_UTF8
from locations.importing.tables import Row, Table, check_rows, name_columns
from locations.importing.values import is_empty, refuse

MAX_DIGITS = 300


def read_geojson(file: str, data: bytes) -> Table:
    """A FeatureCollection; its title is the collection's `name`, else the name of the file without its ending.

    Raises RefusedError if the file is none; a single feature that is none is a row with a fault.
    """
    try:
        collection = json.loads(data.decode("utf-8-sig"), parse_int=_read_whole)
    except UnicodeDecodeError as error:
        raise refuse(NOT_UTF8) from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise refuse(NO_JSON, error=str(error)) from error
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise refuse(NO_COLLECTION)
    check_rows(collection["features"])
    rows = [_read_feature(number, raw) for number, raw in enumerate(collection["features"], start=1)]
    columns = name_columns(list(dict.fromkeys(name for row in rows for name in row.values)))
    title = str(collection.get("name") or file.rpartition(".")[0] or file)
    return Table(file, title, "feature", columns, rows, crs=_declared_crs(collection))


def _read_whole(digits: str) -> float:
    """A whole number of JSON; Python refuses to read those of thousands of digits, with the whole file."""
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


def _read_feature(number: int, raw: object) -> Row:
    if not isinstance(raw, dict) or not isinstance(raw.get("properties"), dict):
        return Row(number, {}, fault=NO_FEATURE().as_json())
    names = name_columns(list(raw["properties"]))
    values = dict(zip(names, raw["properties"].values(), strict=False))
    return Row(number, {name: value for name, value in values.items() if not is_empty(value)}, raw.get("geometry"))


def _declared_crs(collection: dict[str, Any]) -> str:
    """The `crs` member that older files have, such as urn:ogc:def:crs:EPSG::32719."""
    crs = collection.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    return str(properties.get("name", ""))[:100] if isinstance(properties, dict) else ""
