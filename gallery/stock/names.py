"""The rows of the stock with the names of what they sum, and where each leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from locations.models import (
    Packaging,
    Product,
    ProductSize,
    ProductState,
    StorageArea,
    StorageLocation,
    Warehouse,
)
from stock.amounts import Amounts
from stock.overview import Group, StockRow
from stock.shrinkage import By, Shrinkage

MODELS: Mapping[str, type[Model]] = {
    "warehouse_id": Warehouse,
    "area_id": StorageArea,
    "location_id": StorageLocation,
    "product_id": Product,
    "packaging_id": Packaging,
    "state_id": ProductState,
    "size_id": ProductSize,
}
OUTLINES = ("polygon", "storage_area__polygon", "storage_area__warehouse__polygon")
NONE = 0
# What a row of a group is divided into; the rows of a location are its page.
NEXT_GROUP: Mapping[str, str] = {
    Group.PRODUCT: Group.ITEM,
    Group.ITEM: Group.LOCATION,
    Group.WAREHOUSE: Group.AREA,
    Group.AREA: Group.LOCATION,
}
Found = Mapping[str, Mapping[int, Model]]


@dataclass(frozen=True)
class NamedShrinkage:
    """One row of the shrinkage; `cells` by the columns of a downloaded table."""

    amounts: Shrinkage
    title: str
    detail: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class NamedRow:
    """One row: `cells` by the columns of a downloaded table, `things` as they are in the API."""

    amounts: Amounts
    title: str
    detail: str = ""
    code: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    things: Mapping[str, Model | None] = field(default_factory=dict)
    narrowed: Mapping[str, str | int] = field(default_factory=dict)


def name_rows(group: str, rows: Sequence[StockRow]) -> tuple[NamedRow, ...]:
    """The rows with their names; a query for each table that they name."""
    wanted = {column: {row.keys[column] for row in rows} - {None} for column in (rows[0].keys if rows else ())}
    found = {column: _read(column, keys) for column, keys in wanted.items()}
    return tuple(_name(group, row, found) for row in rows)


def name_filters(chosen: Mapping[str, int]) -> list[tuple[str, str]]:
    """The filters that are set, each with its name."""
    return [(column, _filter_name(column, key)) for column, key in chosen.items()]


def name_shrinkage(by: str, rows: Mapping[object, Shrinkage]) -> list[NamedShrinkage]:
    """The rows of the shrinkage with their names. One query."""
    if by == By.MONTH:
        return [
            NamedShrinkage(row, date_format(month, "YEAR_MONTH_FORMAT"), "", {"month": f"{month:%Y-%m}"})
            for month, row in rows.items()
            if isinstance(month, datetime)
        ]
    name = str(by)
    found = _read(f"{name}_id", [key for key in rows if isinstance(key, int)])
    named = []
    for key, row in rows.items():
        title, detail, _code, cells = _say({name: found.get(key) if isinstance(key, int) else None})
        named.append(NamedShrinkage(row, title or f"#{key}", detail, cells))
    return named


def _filter_name(column: str, key: int) -> str:
    if key == NONE:
        return _("Without packaging") if column == "packaging_id" else _("Without size")
    thing = _read(column, {key}).get(key)
    return str(thing) if thing else f"#{key}"


def _read(column: str, keys: Iterable[int | None]) -> Mapping[int, Model]:
    rows = MODELS[column]._default_manager.filter(pk__in=list(keys))
    match column:
        case "location_id":
            rows = rows.select_related("storage_area__warehouse").defer(*OUTLINES)
        case "area_id":
            rows = rows.select_related("warehouse").defer("polygon", "warehouse__polygon")
        case "warehouse_id":
            rows = rows.defer("polygon")
    return {row.pk: row for row in rows}


def _name(group: str, row: StockRow, found: Found) -> NamedRow:
    things = {column: found[column].get(key) if key else None for column, key in row.keys.items()}
    narrowed: dict[str, str | int] = {column: key or NONE for column, key in row.keys.items()}
    if group in NEXT_GROUP:
        narrowed["group"] = NEXT_GROUP[group]
    by_name = {column.removesuffix("_id"): thing for column, thing in things.items()}
    title, detail, code, cells = _say(by_name)
    return NamedRow(row.amounts, title, detail, code, cells, by_name, narrowed)


def _say(things: Mapping[str, Model | None]) -> tuple[str, str, str, dict[str, str]]:
    """Title, detail, code of a location, and cells."""
    match things:
        case {"location": StorageLocation() as location}:
            area = location.storage_area
            cells = {"warehouse": area.warehouse.name, "area": area.name, "location": location.name}
            return location.name, str(area), location.code, {**cells, "location_code": location.code}
        case {"area": StorageArea() as area}:
            return area.name, area.warehouse.name, "", {"warehouse": area.warehouse.name, "area": area.name}
        case {"warehouse": Warehouse() as warehouse}:
            return warehouse.name, warehouse.code, "", {"warehouse": warehouse.name}
        case {"product": Product() as product, **rest}:
            parts = [str(thing) for thing in rest.values() if thing]
            cells = {name: str(thing) if thing else "" for name, thing in rest.items()}
            cells = {"product": product.common_name, "sku": product.sku, **cells}
            return product.common_name, " · ".join(parts) or product.scientific_name, "", cells
    return "", "", "", {}
