"""Pure reading of GeoJSON files for the import: features with their layer, own property names and raw geometry."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Texts that table programs write for an empty cell.
EMPTY_CELLS = {"nan", "NaN", "<NA>", "NaT", "None", "null"}
# Larger JSON numbers are not exact.
EXACT_WHOLE = 2**53
MAX_DIGITS = 300
LAYERS = ("warehouses", "areas", "locations")


@dataclass(frozen=True)
class Refused:
    """A feature that was not imported, and why. Without a number the whole file was refused. Numbers start at 1."""

    file: str
    number: int | None
    code: str
    reason: str

    def __str__(self) -> str:
        place = self.file if self.number is None else f"{self.file}, feature {self.number}"
        return _printable(f"{place} ({self.code}): {self.reason}" if self.code else f"{place}: {self.reason}")


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
        """The code that identifies the place; empty when the feature has none that can be read."""
        try:
            return read_code(self.properties.get("code", ""))
        except ValueError:
            return ""

    def refuse(self, reason: str) -> Refused:
        """Why this feature is not imported."""
        return Refused(self.file, self.number, self.code, reason)


def read_text(value: object) -> str:
    """The text of a property, composed (NFC) and stripped. Raises ValueError if it is not text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"must be a text, not a {type(value).__name__}")
    if isinstance(value, float):
        if not math.isfinite(value) or abs(value) >= EXACT_WHOLE:
            raise ValueError("is a number without end; write it as a text")
        return str(int(value)) if value.is_integer() else str(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    strange = next((sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t"), None)
    if strange is not None:
        raise ValueError(f"has a character that cannot be stored (U+{ord(strange):04X})")
    return text


def read_code(value: object) -> str:
    """A code in capitals; 101.0, which a table makes of 101, is read as 101. Raises ValueError as `read_text`."""
    text = read_text(value)
    return re.sub(r"\A([0-9]+)\.0+\Z", r"\1", text).upper()


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip() or value.strip() in EMPTY_CELLS
    return value is None or (isinstance(value, float) and math.isnan(value))


def _read_whole(digits: str) -> float:
    """A whole number of JSON; Python refuses to read those of thousands of digits, with the whole file."""
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


def _printable(text: str) -> str:
    """The text with unprintable characters written as numbers."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def read_features(path: Path, renames: Mapping[str, str]) -> tuple[list[Feature], list[Refused]]:
    """Read a FeatureCollection. `renames` maps foreign property and layer names to Demeter's.

    The layer of a feature is its property `layer`, else the collection's `name`, else the name of the file.
    """
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"), parse_int=_read_whole)
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
    properties = {renames.get(name, name): value for name, value in raw["properties"].items() if not _is_empty(value)}
    named = str(properties.pop("layer", file_layer))
    feature = Feature(file, number, renames.get(named, named).lower(), properties, raw.get("geometry"))
    if feature.layer not in LAYERS:
        return feature.refuse(f'layer "{feature.layer}" is none of {", ".join(LAYERS)}')
    return feature
