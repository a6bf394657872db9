"""Pure reading of GeoJSON files for the import: features with their layer, own property names and raw geometry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAYERS = ("warehouses", "areas", "locations")


@dataclass(frozen=True)
class Refused:
    """What was not imported and why; without a number the whole file was refused. Numbers count from 1."""

    file: str
    number: int | None
    code: str
    reason: str

    def __str__(self) -> str:
        place = self.file if self.number is None else f"{self.file}, feature {self.number}"
        return f"{place} ({self.code}): {self.reason}" if self.code else f"{place}: {self.reason}"


@dataclass(frozen=True)
class Feature:
    """One feature of a file; properties carry Demeter's names, empty ones are left out."""

    file: str
    number: int
    layer: str
    properties: dict[str, Any]
    geometry: object

    @property
    def code(self) -> str:
        """The code that identifies the place; empty when the feature has none."""
        return str(self.properties.get("code", "")).strip().upper()

    def refuse(self, reason: str) -> Refused:
        """Why this feature is not imported."""
        return Refused(self.file, self.number, self.code, reason)


def read_features(path: Path, renames: Mapping[str, str]) -> tuple[list[Feature], list[Refused]]:
    """Read a FeatureCollection. `renames` maps foreign property and layer names to Demeter's.

    The layer of a feature is its property `layer`, else the collection's `name`, else the name of the file.
    """
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        return [], [Refused(path.name, None, "", f"not a readable JSON file: {error}")]
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        return [], [Refused(path.name, None, "", "not a GeoJSON FeatureCollection")]
    file_layer = str(collection.get("name") or path.stem)
    features, refused = [], []
    for number, raw in enumerate(collection["features"], start=1):
        feature = _read_feature(raw, path.name, number, file_layer, renames)
        if isinstance(feature, Refused):
            refused.append(feature)
        else:
            features.append(feature)
    return features, refused


def _read_feature(
    raw: object, file: str, number: int, file_layer: str, renames: Mapping[str, str]
) -> Feature | Refused:
    if not isinstance(raw, dict) or not isinstance(raw.get("properties"), dict):
        return Refused(file, number, "", "not a GeoJSON feature with properties")
    properties = {
        renames.get(name, name): value for name, value in raw["properties"].items() if value is not None and value != ""
    }
    named = str(properties.pop("layer", file_layer))
    feature = Feature(file, number, renames.get(named, named).lower(), properties, raw.get("geometry"))
    if feature.layer not in LAYERS:
        return feature.refuse(f'layer "{feature.layer}" is none of {", ".join(LAYERS)}')
    return feature
