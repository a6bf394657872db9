"""The rows of one layer during an import: those in the database, and those to be written."""

import copy
import math
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from demeter.common.i18n.messages import TEXT, Message
from locations import geo
from locations.importing.features import Feature
from locations.importing.messages import (
    BAD_CODE,
    LIES_AT,
    LIES_FAR,
    MISSING,
    QR_TAKEN,
    SWAPPED,
    TOO_LONG,
    TOO_SHORT,
    UNKNOWN_CHOICE,
)
from locations.importing.parents import Parents
from locations.importing.values import RefusedError, read_code, read_switch, read_text, refuse
from locations.models import AreaPosition, StorageArea, StorageLocation, Warehouse, WarehouseType
from locations.models.places import OUTLINE_COLUMNS, Place

BATCH_ROWS = 1000
# Warehouses of one company lie closer together; swapped coordinates are further away nearly everywhere.
NEAR_KM = 300
CODES = ("position", "qr_code")
LOWER = ("type",)
OUTLINE = "polygon"
CHOICES = {"warehouse_type": WarehouseType.values, "position": AreaPosition.values}
Point = tuple[float, float]
Change = tuple[str, str, str]


@dataclass(frozen=True)
class Layer:
    """How the features of a layer become rows: property names to columns, and the column of the parent."""

    model: type[Place]
    columns: dict[str, str]
    parent_column: str = ""


LAYER_RULES = {
    "warehouses": Layer(Warehouse, {"name": "name", "type": "warehouse_type", "active": "active"}),
    "areas": Layer(StorageArea, {"name": "name", "position": "position", "active": "active"}, "warehouse"),
    "locations": Layer(
        StorageLocation,
        {"name": "name", "qr_code": "qr_code", "description": "description", "active": "active"},
        "storage_area",
    ),
}


@dataclass
class LayerRows:
    """Takes features one by one; nothing is written before `write`."""

    rules: Layer
    parents: Parents | None = None
    doubts: list[Message] = field(default_factory=list)
    made: list[Place] = field(default_factory=list)
    changed: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = {place.code: place for place in self.rules.model._default_manager.all()}
        parents = self.parents.by_code.values() if self.parents else ()
        self._parent_codes = {parent.pk: parent.code for parent in parents if parent.pk}
        self._qr_owners = {
            place.qr_code: code for code, place in self.places.items() if isinstance(place, StorageLocation)
        }
        centres = ((place.centroid_lon, place.centroid_lat) for place in self.places.values())
        self._centres: list[Point] = [(lon, lat) for lon, lat in centres if lon is not None and lat is not None]

    def take(self, feature: Feature) -> tuple[Place, str, list[Change]]:
        """The place, whether it is made, changed or unchanged, and its changes. Raises RefusedError if invalid."""
        code = read_code(feature.properties.get("code", ""), "code")
        known = self.places.get(code)
        place = copy.copy(known) if known else self.rules.model(code=code)
        before = self._values(known) if known else {}
        self._fill(place, feature)
        parent = self._set_parent(place, feature)
        self._claim_qr_code(place)
        if not self.rules.parent_column:
            self._compare_with_others(place)
        self.places[code] = place
        if known is None:
            self.made.append(place)
            return place, "made", []
        changes = _differences(before, self._values(place, parent))
        if changes:
            self.changed.append(place)
        return place, "changed" if changes else "unchanged", changes

    def _fill(self, place: Place, feature: Feature) -> None:
        for name, column in self.rules.columns.items():
            if name in feature.properties:
                setattr(place, column, _clean_value(name, feature.properties[name]))
        if feature.geometry is not None and feature.geometry != place.polygon:
            _set_outline(place, feature.geometry)
        unchecked = {OUTLINE, *OUTLINE_COLUMNS, self.rules.parent_column}
        try:
            place.clean_fields(exclude=unchecked)
        except ValidationError as error:
            raise RefusedError(self._reason(place, error)) from error

    def _reason(self, place: Place, error: ValidationError) -> Message:
        column, errors = next(iter(error.error_dict.items()))
        name = next((name for name, own in self.rules.columns.items() if own == column), column)
        first, params = errors[0], errors[0].params or {}
        match first.code:
            case "blank" | "null":
                return MISSING(field=name)
            case "max_length":
                return TOO_LONG(field=name, length=params["show_value"], most=params["limit_value"])
            case "min_length":
                return TOO_SHORT(field=name, length=params["show_value"], least=params["limit_value"])
            case "invalid_choice":
                known = ", ".join(str(value) for value in CHOICES[column])
                return UNKNOWN_CHOICE(field=name, value=str(getattr(place, column)), choices=known)
            case "invalid":
                return BAD_CODE(field=name, value=str(getattr(place, column)))
        return TEXT(text=f"{name}: {' '.join(first.messages)}")

    def _set_parent(self, place: Place, feature: Feature) -> str:
        """The parent's code."""
        if self.parents is None:
            return ""
        parent = self.parents.find(feature, place)
        self.parents.check_inside(place, parent)
        setattr(place, self.rules.parent_column, parent)
        return str(parent.code)

    def _compare_with_others(self, place: Place) -> None:
        """Report a warehouse far from all others. Raises RefusedError if it would be near them with its coordinates
        swapped."""
        if place.centroid_lon is None or place.centroid_lat is None:
            return
        centre = (place.centroid_lon, place.centroid_lat)
        nearest_km, swapped_km = self._nearest_km(centre), self._nearest_km(centre[::-1])
        if nearest_km > NEAR_KM >= swapped_km:
            raise refuse(SWAPPED)
        if nearest_km > NEAR_KM:
            where = _describe(centre)
            self.doubts.append(
                LIES_FAR(code=place.code, km=round(nearest_km), **where)
                if self._centres
                else LIES_AT(code=place.code, **where)
            )
        self._centres.append(centre)

    def _nearest_km(self, point: Point) -> float:
        return min((geo.distance_km(point, other) for other in self._centres), default=math.inf)

    def _claim_qr_code(self, place: Place) -> None:
        if not isinstance(place, StorageLocation) or not place.qr_code:
            return
        owner = self._qr_owners.setdefault(place.qr_code, place.code)
        if owner != place.code:
            raise refuse(QR_TAKEN, qr_code=place.qr_code, code=owner)

    def _values(self, place: Place, parent: str | None = None) -> dict[str, Any]:
        values = {name: getattr(place, column) for name, column in self.rules.columns.items()}
        if self.parents is not None:
            known = self._parent_codes.get(getattr(place, f"{self.rules.parent_column}_id"), "")
            values[self.parents.field] = known if parent is None else parent
        return {**values, OUTLINE: place.polygon}

    def write(self) -> None:
        """Write the created and changed rows."""
        manager = self.rules.model._default_manager
        manager.bulk_create(self.made, batch_size=BATCH_ROWS)
        for place in self.changed:
            place.updated_at = timezone.now()
        parent = [self.rules.parent_column] if self.rules.parent_column else []
        columns = [*self.rules.columns.values(), *parent, "updated_at"]
        # A bulk update would write the JSON value null for no outline, where the column must be NULL.
        drawn = [place for place in self.changed if place.polygon is not None]
        bare = [place for place in self.changed if place.polygon is None]
        manager.bulk_update(drawn, [*columns, OUTLINE, *OUTLINE_COLUMNS], batch_size=BATCH_ROWS)
        manager.bulk_update(bare, columns, batch_size=BATCH_ROWS)


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields that differ, as texts; an outline has none that a person could read."""
    return [
        (name, "", "") if name == OUTLINE else (name, _tell(before[name]), _tell(after[name]))
        for name in before
        if before[name] != after[name]
    ]


def _tell(value: Any) -> str:
    return "" if value is None else str(value)


def _set_outline(place: Place, geometry: Any) -> None:
    """Raises RefusedError if the geometry cannot be a place of a nursery."""
    try:
        outline = geo.outline_of(geometry)
        geo.check_drawing(outline, largest_m2=place.largest_m2)
    except geo.GeometryError as error:
        raise RefusedError(Message(error.code, error.parameters)) from error
    for column, value in asdict(outline).items():
        setattr(place, column, value)


def _clean_value(name: str, value: Any) -> Any:
    """Switches are true or false; everything else is text, codes in capitals. Raises RefusedError."""
    if name == "active":
        return read_switch(value, name)
    if name in CODES:
        return read_code(value, name)
    return read_text(value, name).lower() if name in LOWER else read_text(value, name)


def _describe(point: Point) -> dict[str, str]:
    lon, lat = point
    return {
        "lat": f"{abs(lat):.4f}",
        "ns": "N" if lat >= 0 else "S",
        "lon": f"{abs(lon):.4f}",
        "ew": "E" if lon >= 0 else "W",
    }
