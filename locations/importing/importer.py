"""Import warehouses, areas and locations from GeoJSON files, and report the result of each feature.

One transaction for all files: a crash leaves nothing behind. An invalid feature is refused with its reason and does not
stop the others; a warehouse far from the others is imported and reported, so that a person can check it. Places are
identified by their code, so repeating an import changes nothing, and places missing from the files are left unchanged.
docs/locations.md lists the property names.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from locations import geo
from locations.importing.geojson import LAYERS, Feature, Refused, read_code, read_features, read_text
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.models.places import OUTLINE_COLUMNS, Place

# Drawings of walls and beds rarely meet exactly.
TOLERANCE_M = 1.0
BATCH_ROWS = 1000
# Warehouses of one company lie closer together; swapped coordinates are further away nearly everywhere.
NEAR_KM = 300
CODES = ("position", "qr_code")
Point = tuple[float, float]


@dataclass(frozen=True)
class Parent:
    """The parent of a layer's places: the property that names it, the column and the model."""

    property: str
    column: str
    model: type[Place]


@dataclass(frozen=True)
class Layer:
    """How the features of a layer become rows: property names to columns, and the parent."""

    model: type[Place]
    columns: dict[str, str]
    parent: Parent | None = None


LAYER_RULES = {
    "warehouses": Layer(Warehouse, {"name": "name", "type": "warehouse_type", "active": "active"}),
    "areas": Layer(
        StorageArea,
        {"name": "name", "position": "position", "active": "active"},
        Parent("warehouse", "warehouse", Warehouse),
    ),
    "locations": Layer(
        StorageLocation,
        {"name": "name", "qr_code": "qr_code", "description": "description", "active": "active"},
        Parent("area", "storage_area", StorageArea),
    ),
}


@dataclass
class ImportReport:
    """The codes created, changed and unchanged in each layer, every refused feature, and what a person should check."""

    made: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: dict[str, list[str]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@transaction.atomic
def import_files(paths: Iterable[Path], *, renames: Mapping[str, str] | None = None) -> ImportReport:
    """Import any number of files, in any order; `renames` maps foreign property and layer names to ours."""
    report = ImportReport()
    features: list[Feature] = []
    for path in paths:
        read, refused = read_features(path, renames or {})
        features += read
        report.refused += refused
    for layer in LAYERS:
        _import_layer([feature for feature in features if feature.layer == layer], layer, report)
    report.refused.sort(key=lambda refused: (refused.file, refused.number or 0))
    return report


def _import_layer(features: list[Feature], layer: str, report: ImportReport) -> None:
    rows = LayerRows(LAYER_RULES[layer])
    times = Counter(feature.code for feature in features)
    for feature in features:
        try:
            if feature.code and times[feature.code] > 1:
                raise ValueError("code occurs more than once in the files")
            rows.take(feature)
        except (ValueError, ValidationError) as error:
            report.refused.append(feature.refuse(_reason(error)))
    rows.write()
    report.made[layer] = [place.code for place in rows.made]
    report.changed[layer] = [place.code for place in rows.changed]
    report.unchanged[layer] = [place.code for place in rows.unchanged]
    report.doubts += rows.doubts


def _reason(error: ValueError | ValidationError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())


class LayerRows:
    """The rows of one layer during an import: those in the database and those to be written."""

    def __init__(self, rules: Layer) -> None:
        self.rules = rules
        self.known = {place.code: place for place in rules.model._default_manager.all()}
        self.parents: dict[str, Place] = {}
        if rules.parent:
            self.parents = {place.code: place for place in rules.parent.model._default_manager.all()}
        self.qr_owners = {
            place.qr_code: code for code, place in self.known.items() if isinstance(place, StorageLocation)
        }
        self.centres: list[Point] = [centre for place in self.known.values() if (centre := place.centre)]
        self.doubts: list[str] = []
        self.made: list[Place] = []
        self.changed: list[Place] = []
        self.unchanged: list[Place] = []

    def take(self, feature: Feature) -> None:
        """Turn a feature into a row to be written. Raises ValueError or ValidationError if it is invalid."""
        known = self.known.get(feature.code)
        before = self._values(known) if known else None
        place = known or self.rules.model(code=_clean_value("code", feature.properties.get("code", ""), is_code=True))
        self._fill(place, feature)
        place.clean_fields()
        place.clean()
        self._claim_qr_code(place)
        if not self.rules.parent:
            self._compare_with_others(place)
        if before is None:
            self.made.append(place)
        elif before != self._values(place):
            self.changed.append(place)
        else:
            self.unchanged.append(place)

    def _fill(self, place: Place, feature: Feature) -> None:
        for name, column in self.rules.columns.items():
            if name in feature.properties:
                setattr(place, column, _clean_value(name, feature.properties[name]))
        if feature.geometry is not None:  # null, as GeoJSON has a feature without a position, changes no outline
            place.polygon = geo.write_polygon(geo.read_polygon(feature.geometry))
        place.measure_polygon()
        if self.rules.parent is None:
            return
        parent = self._find_parent(feature, self.rules.parent)
        if (
            place.polygon
            and parent.polygon
            and not geo.lies_within(place.polygon, parent.polygon, tolerance_m=TOLERANCE_M)
        ):
            raise ValueError(f"polygon sticks out of {parent.code} by more than {TOLERANCE_M:g} m")
        setattr(place, self.rules.parent.column, parent)

    def _find_parent(self, feature: Feature, rule: Parent) -> Place:
        code = _clean_value(rule.property, feature.properties.get(rule.property, ""), is_code=True)
        if not code:
            raise ValueError(f'property "{rule.property}" is missing')
        if code not in self.parents:
            raise ValueError(f"{rule.property} {code} is not known")
        return self.parents[code]

    def _compare_with_others(self, place: Place) -> None:
        """Report a warehouse far from all others. Raises ValueError if it would be near them with its coordinates
        swapped."""
        centre = place.centre
        if centre is None:
            return
        nearest_km, swapped_km = self._nearest_km(centre), self._nearest_km(centre[::-1])
        if nearest_km > NEAR_KM >= swapped_km:
            raise ValueError("longitude and latitude are swapped: GeoJSON wants longitude first")
        if nearest_km > NEAR_KM:
            away = f", {nearest_km:,.0f} km from the nearest other one" if self.centres else ""
            self.doubts.append(
                f"{place.code} lies at {_describe(centre)}{away}: is that right? "
                "If not, longitude and latitude may be swapped."
            )
        self.centres.append(centre)

    def _nearest_km(self, point: Point) -> float:
        return min((geo.distance_km(point, other) for other in self.centres), default=math.inf)

    def _claim_qr_code(self, place: Place) -> None:
        if not isinstance(place, StorageLocation) or not place.qr_code:
            return
        owner = self.qr_owners.setdefault(place.qr_code, place.code)
        if owner != place.code:
            raise ValueError(f"QR code {place.qr_code} belongs to {owner}")

    def _values(self, place: Place) -> dict[str, Any]:
        return {column: getattr(place, column) for column in self._columns()}

    def _columns(self) -> list[str]:
        parent = [f"{self.rules.parent.column}_id"] if self.rules.parent else []
        return [*self.rules.columns.values(), *parent, "polygon"]

    def write(self) -> None:
        """Write the created and changed rows."""
        manager = self.rules.model._default_manager
        manager.bulk_create(self.made, batch_size=BATCH_ROWS)
        for place in self.changed:
            place.updated_at = timezone.now()
        manager.bulk_update(self.changed, [*self._columns(), *OUTLINE_COLUMNS, "updated_at"], batch_size=BATCH_ROWS)


def _clean_value(name: str, value: Any, *, is_code: bool = False) -> Any:
    """Switches must be true or false; everything else is text, codes in capitals. ValueError names the property."""
    if name == "active":
        if not isinstance(value, bool):
            raise ValueError('property "active" must be true or false')
        return value
    try:
        return read_code(value) if is_code or name in CODES else read_text(value)
    except ValueError as error:
        raise ValueError(f'property "{name}" {error}') from error


def _describe(point: Point) -> str:
    lon, lat = point
    return f"{abs(lat):.4f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.4f}° {'E' if lon >= 0 else 'W'}"
