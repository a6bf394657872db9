"""A first mapping of foreign tables, for a person to correct: by the words that nurseries use for places."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from locations.importing.features import Group, group_rows
from locations.importing.mapping import (
    FIELDS,
    LAYERS,
    LEFT_OUT,
    PARENTS,
    ImportMapping,
    ParentBy,
    TableMapping,
    own_names,
)
from locations.importing.patterns import columns_of, plain_column
from locations.importing.tables import Table
from locations.importing.values import RefusedError, is_empty, read_text, whole_number

MOST_VALUES = 12
MOST_VALUE_COLUMNS = 10
MOST_GROUPS = 20
PLACE_WORDS = {
    "warehouses": "warehouse nave invernadero greenhouse house almacen sombreadero sombraculo tunel tunnel",
    "areas": "area cantero bed bench banco bancada mesa cama rack storage_area",
    "locations": "location col columna claro bay ubicacion tramo vano hueco storage_location",
}
FIELD_WORDS = {
    "code": "code codigo clave cod",
    "name": "name nombre denominacion",
    "type": "type tipo",
    "active": "active activo activa",
    "position": "position posicion lado side orientacion",
    "qr_code": "qr_code qr codigo_qr etiqueta",
    "description": "description descripcion notas notes observaciones",
    "polygon": "polygon wkt geometry geom geometria the_geom outline contorno poligono",
}
SIDES = {
    **dict.fromkeys(("n", "norte", "north"), "N"),
    **dict.fromkeys(("s", "sur", "south"), "S"),
    **dict.fromkeys(("e", "este", "east", "oriente"), "E"),
    **dict.fromkeys(("w", "o", "oeste", "west", "poniente"), "W"),
    **dict.fromkeys(("c", "centro", "centre", "center", "central"), "C"),
}


def _plain(text: str) -> str:
    """Lower case, without accents, words joined by underscores."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def _find_column(columns: Iterable[str], words: str) -> str:
    """The first column called by one of the words; "" when there is none."""
    names = {_plain(column): column for column in columns}
    return next((names[word] for word in words.split() if word in names), "")


def guess_layer(group: Group) -> str:
    """By what the rows are called, else by the innermost kind of place that a column names."""
    title = _plain(group.title)
    if title in LAYERS:
        return title
    words = {each for word in title.split("_") for each in (word, word.removesuffix("s"), word.removesuffix("es"))}
    for layer in reversed(LAYERS):
        if words & set(PLACE_WORDS[layer].split()):
            return layer
    if _find_column(group.columns, FIELD_WORDS["code"]):
        inside = next((layer for layer in reversed(LAYERS) if PARENTS.get(layer) in group.columns), "")
        if inside:
            return inside
    return next((layer for layer in reversed(LAYERS) if _find_column(group.columns, PLACE_WORDS[layer])), LEFT_OUT)


def guess_table(group: Group, layer: str) -> TableMapping:
    """The fields of a group of rows of a layer."""
    if layer == LEFT_OUT:
        return TableMapping(LEFT_OUT)
    own = own_names(group.columns, layer, {})
    found = {name: _find_column(group.columns, FIELD_WORDS[name]) for name in FIELDS[layer]}
    fields = {name: f"{{{column}}}" for name, column in found.items() if column} | own.fields
    levels = [_find_column(group.columns, PLACE_WORDS[each]) for each in LAYERS[: LAYERS.index(layer) + 1]]
    composed = [_as_code(group, column) for column in levels]
    if "code" not in fields and all(composed):
        fields["code"] = "-".join(composed)
    if "name" not in fields and levels[-1]:
        fields["name"] = _as_name(group, levels[-1])
    if "position" in FIELDS[layer] and "position" not in fields and _name_sides(group, levels[-1]):
        fields["position"] = f"{{{levels[-1]}}}"
    parent_by, parent = _guess_parent(group, layer, own, composed)
    return TableMapping(layer, fields, parent_by, parent)


def _guess_parent(group: Group, layer: str, own: TableMapping, composed: list[str]) -> tuple[ParentBy, str]:
    if layer not in PARENTS:
        return "code", ""
    if own.parent and "code" in own.fields:
        return "code", own.parent
    if all(composed[:-1]):
        return "code", "-".join(composed[:-1])
    return ("polygon", "") if any(row.geometry for _table, row in group.rows) else ("code", own.parent)


def _texts(group: Group, column: str) -> list[str]:
    """The different values of a column, as far as they are text."""
    found: dict[str, None] = {}
    for value in _different([row.values.get(column) for _table, row in group.rows]):
        try:
            found[whole_number(read_text(value, column)) if not is_empty(value) else ""] = None
        except RefusedError:
            continue
    return [text for text in found if text]


def _different(values: Iterable[object]) -> Iterable[object]:
    """Each value once; 1, 1.0 and True are different ones, and what is neither a text nor a number is no value."""
    return {(type(value), value): value for value in values if isinstance(value, str | int | float)}.values()


def _as_code(group: Group, column: str) -> str:
    """The part of a code: a number in as many digits as the largest has, at least two."""
    if not column:
        return ""
    numbers = [re.findall(r"\d+", text) for text in _texts(group, column)]
    if numbers and all(len(each) == 1 for each in numbers):
        return f"{{{column}:{max(2, *(len(str(int(each[0]))) for each in numbers)):02}}}"
    return f"{{{column}}}"


def _as_name(group: Group, column: str) -> str:
    is_numbered = all(text.isdigit() for text in _texts(group, column))
    return f"{column.capitalize()} {{{column}}}" if is_numbered else f"{{{column}}}"


def _side(text: str) -> str:
    """The side of a house that a text names; "" when it names none or several."""
    sides = {SIDES[word] for word in _plain(text).split("_") if word in SIDES}
    return sides.pop() if len(sides) == 1 else ""


def _name_sides(group: Group, column: str) -> bool:
    texts = _texts(group, column) if column else []
    return bool(texts) and all(map(_side, texts))


def distinct_values(groups: Iterable[Group], tables: Mapping[str, TableMapping]) -> dict[str, list[str]]:
    """The words of columns that codes, positions and types are made of, where they are few; numbers are not words."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for column in _coded_columns(group, tables[group.title]):
            found.setdefault(column, {}).update(dict.fromkeys(_texts(group, column)))
    few = {column: list(texts) for column, texts in found.items() if 0 < len(texts) <= MOST_VALUES}
    words = [(column, texts) for column, texts in few.items() if not all(text.isdigit() for text in texts)]
    return dict(words[:MOST_VALUE_COLUMNS])


def _coded_columns(group: Group, rule: TableMapping) -> list[str]:
    """The columns of composed codes, positions and types; a code that stands in a column of its own is one already."""
    patterns = [rule.fields.get(name, "") for name in ("position", "type")]
    codes = [rule.fields.get("code", ""), rule.parent if rule.parent_by == "code" else ""]
    patterns += [pattern for pattern in codes if plain_column(pattern, group.columns) is None]
    return [column for text in patterns for column in columns_of(text, group.columns) if column in group.columns]


def possible_layer_columns(tables: list[Table]) -> list[str]:
    """The columns that may say what each row is: those with few different values."""
    columns = dict.fromkeys(column for table in tables for column in table.columns)
    rows = [row for table in tables for row in table.rows]
    return [column for column in columns if len({str(row.values.get(column)) for row in rows}) <= MOST_VALUES]


def guess_values(groups: list[Group], tables: Mapping[str, TableMapping]) -> dict[str, dict[str, str]]:
    """CANTERO SUR is S: the words in codes and positions that cannot stand there as they are."""
    guessed: dict[str, dict[str, str]] = {}
    for column, texts in distinct_values(groups, tables).items():
        short = {text: _side(text) or _plain(text).upper().replace("_", "-") for text in texts}
        guessed[column] = {text: code for text, code in short.items() if code and code != text.upper()}
    return {column: words for column, words in guessed.items() if words}


def guess_mapping(tables: list[Table], layer_column: str | None = None) -> ImportMapping:
    """A mapping of all tables."""
    if layer_column is None:
        columns = dict.fromkeys(column for table in tables for column in table.columns)
        layer_column = _find_column(columns, "layer capa")
        if len(group_rows(tables, layer_column)) > MOST_GROUPS:
            layer_column = ""
    groups = group_rows(tables, layer_column)
    rules = {group.title: guess_table(group, guess_layer(group)) for group in groups}
    return ImportMapping(rules, guess_values(groups, rules), layer_column)


def adapt_mapping(saved: ImportMapping, tables: list[Table]) -> tuple[ImportMapping, bool]:
    """A saved mapping for tables that may be called otherwise now, and whether it knows them all."""
    groups = group_rows(tables, saved.layer_column)
    rules: dict[str, TableMapping] = {}
    knows_all = True
    for group in groups:
        fitting = [rule for title, rule in saved.tables.items() if title == group.title and _fits(rule, group)]
        fitting += [rule for rule in saved.tables.values() if rule.layer == guess_layer(group) and _fits(rule, group)]
        knows_all = knows_all and bool(fitting)
        rules[group.title] = fitting[0] if fitting else guess_table(group, guess_layer(group))
    return replace(saved, tables=rules), knows_all


def _fits(rule: TableMapping, group: Group) -> bool:
    patterns = [*rule.fields.values(), rule.parent]
    return all(column in group.columns for text in patterns for column in columns_of(text, group.columns))
