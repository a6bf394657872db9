"""How the columns of foreign files become places. Kept as JSON, in the database and in files (docs/locations.md)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from locations.importing.coordinates import read_crs
from locations.importing.messages import BAD_MAPPING
from locations.importing.values import refuse

LAYERS = ("warehouses", "areas", "locations")
PARENTS = {"areas": "warehouse", "locations": "area"}
FIELDS = {
    "warehouses": ("code", "name", "type", "active", "polygon"),
    "areas": ("code", "name", "position", "active", "polygon"),
    "locations": ("code", "name", "qr_code", "description", "active", "polygon"),
}
# These keep the words of the file; all other fields get them with their values mapped.
SPOKEN = ("name", "description")
LEFT_OUT = ""
LAYER_COLUMN = "layer"
ParentBy = Literal["code", "name", "polygon"]


@dataclass(frozen=True)
class TableMapping:
    """The layer of a table's rows, a pattern for each field, and how the place around each is found."""

    layer: str
    fields: dict[str, str] = field(default_factory=dict)
    parent_by: ParentBy = "code"
    parent: str = ""


@dataclass(frozen=True)
class ImportMapping:
    """Tables by what their rows are called (in `layer_column`, else by the title of the table), values by column."""

    tables: dict[str, TableMapping] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    layer_column: str = LAYER_COLUMN
    crs: str = ""
    swapped: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is kept."""
        return asdict(self)

    def as_text(self) -> str:
        """The mapping file."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n"


def read_mapping(kept: object) -> ImportMapping:
    """The mapping from the result of `as_json`, also edited by hand. Raises RefusedError naming the wrong part."""
    whole = _an_object(kept, "{}")
    layer_column, crs = whole.get("layer_column", LAYER_COLUMN), whole.get("crs", "")
    if not isinstance(layer_column, str) or not isinstance(crs, str):
        raise refuse(BAD_MAPPING, part="layer_column, crs")
    if crs:
        read_crs(crs)
    return ImportMapping(
        tables={
            name: _read_table(name, table) for name, table in _an_object(whole.get("tables", {}), "tables").items()
        },
        values={name: _texts(words, name) for name, words in _an_object(whole.get("values", {}), "values").items()},
        layer_column=layer_column,
        crs=crs,
        swapped=whole.get("swapped") is True,
    )


def read_mapping_file(data: bytes) -> ImportMapping:
    """The mapping of a file. Raises RefusedError."""
    try:
        return read_mapping(json.loads(data.decode("utf-8-sig")))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise refuse(BAD_MAPPING, part=str(error)) from error


def _read_table(name: str, kept: object) -> TableMapping:
    table = _an_object(kept, name)
    layer, parent_by = table.get("layer", LEFT_OUT), table.get("parent_by", "code")
    if layer not in (*LAYERS, LEFT_OUT):
        raise refuse(BAD_MAPPING, part=f"{name}: layer")
    if parent_by not in ("code", "name", "polygon"):
        raise refuse(BAD_MAPPING, part=f"{name}: parent_by")
    fields = _texts(table.get("fields", {}), name)
    unknown = [each for each in fields if layer and each not in FIELDS[layer]]
    if unknown:
        raise refuse(BAD_MAPPING, part=f"{name}: {unknown[0]}")
    return TableMapping(layer, fields, parent_by, _texts({"parent": table.get("parent", "")}, name)["parent"])


def _an_object(value: object, part: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse(BAD_MAPPING, part=part)
    return value


def _texts(value: object, part: str) -> dict[str, str]:
    texts = _an_object(value, part)
    if not all(isinstance(text, str) for text in texts.values()):
        raise refuse(BAD_MAPPING, part=part)
    return dict(texts)


def own_names(columns: list[str], layer: str, renames: Mapping[str, str]) -> TableMapping:
    """The mapping of a table whose columns have Demeter's names, or are renamed to them."""
    columns_by_name = {renames.get(column, column): column for column in columns}
    fields = {name: f"{{{columns_by_name[name]}}}" for name in FIELDS[layer] if name in columns_by_name}
    parent = columns_by_name.get(PARENTS.get(layer, ""))
    return TableMapping(layer, fields, "code", f"{{{parent}}}" if parent else "")
