"""The rows of tables as features of a layer, with Demeter's own names: what a mapping makes of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demeter.common.i18n.messages import Message
from locations.importing.coordinates import convert, read_outline
from locations.importing.mapping import (
    LAYERS,
    LEFT_OUT,
    PARENTS,
    SPOKEN,
    ImportMapping,
    ParentBy,
    TableMapping,
    own_names,
)
from locations.importing.messages import LAYER_UNKNOWN
from locations.importing.patterns import compose, plain_column
from locations.importing.tables import Refused, Row, Table
from locations.importing.values import RefusedError, is_empty, printable, read_code, read_text, whole_number


@dataclass(frozen=True)
class Feature:
    """One place of a file; properties carry Demeter's names, empty ones are left out."""

    file: str
    number: int
    unit: str
    layer: str
    properties: dict[str, Any]
    geometry: Any
    parent_by: ParentBy = "code"

    @property
    def code(self) -> str:
        """The code that identifies the place; empty when the feature has none that can be read."""
        try:
            return read_code(self.properties.get("code", ""), "code")
        except RefusedError:
            return ""

    def refuse(self, reason: Message) -> Refused:
        """Why this feature is not imported."""
        return Refused(self.file, self.number, self.code, reason, self.unit)


@dataclass(frozen=True)
class Group:
    """Rows of one kind: `title` is what the files call them."""

    title: str
    columns: list[str]
    rows: list[tuple[Table, Row]]


def group_rows(tables: Iterable[Table], layer_column: str) -> list[Group]:
    """The rows of all tables by the value of a column that says what they are, else by the title of their table."""
    groups: dict[str, Group] = {}
    for table in tables:
        for row in table.rows:
            title = _title(table, row, layer_column)
            group = groups.setdefault(title, Group(title, [], []))
            group.rows.append((table, row))
            group.columns.extend(name for name in row.values if name not in group.columns)
    return list(groups.values())


def _title(table: Table, row: Row, layer_column: str) -> str:
    said = row.values.get(layer_column, "")
    return str(said).strip() if isinstance(said, str | int | float) and not is_empty(said) else table.title


def read_features(
    tables: Iterable[Table], mapping: ImportMapping, renames: Mapping[str, str] | None = None
) -> Iterator[Feature | Refused]:
    """The features of all tables. A group that the mapping does not name must have Demeter's own names."""
    for group in group_rows(tables, mapping.layer_column):
        rule = mapping.tables.get(group.title)
        layer = (renames or {}).get(group.title, group.title).lower()
        if rule is None and layer in LAYERS:
            rule = own_names(group.columns, layer, renames or {})
        if rule is not None and rule.layer == LEFT_OUT:
            continue
        for table, row in group.rows:
            if row.fault is not None:
                yield Refused(table.file, row.number, "", Message.from_json(row.fault), table.unit)
            elif rule is None:
                yield Refused(table.file, row.number, _own_code(row), LAYER_UNKNOWN(layer=printable(layer)), table.unit)
            else:
                yield _read_feature(table, row, RowReader(row.values, group.columns, mapping), rule)


def _own_code(row: Row) -> str:
    try:
        return read_code(row.values.get("code", ""), "code")
    except RefusedError:
        return ""


def _read_feature(table: Table, row: Row, reader: "RowReader", rule: TableMapping) -> Feature | Refused:
    properties: dict[str, Any] = {}
    try:
        for name, pattern in rule.fields.items():
            properties |= reader.read(name, pattern)
        if rule.layer in PARENTS and rule.parent_by != "polygon":
            properties |= reader.read(PARENTS[rule.layer], rule.parent, spoken=rule.parent_by == "name")
        outline = properties.pop("polygon", None)
        geometry = row.geometry if outline is None else read_outline(read_text(outline, "polygon"))
        geometry = convert(geometry, crs=reader.mapping.crs, swapped=reader.mapping.swapped)
    except RefusedError as error:
        feature = Feature(table.file, row.number, table.unit, rule.layer, properties, None)
        return feature.refuse(error.fault)
    return Feature(table.file, row.number, table.unit, rule.layer, properties, geometry, rule.parent_by)


@dataclass(frozen=True)
class RowReader:
    """The values of one row, by pattern."""

    values: dict[str, Any]
    columns: list[str]
    mapping: ImportMapping

    def read(self, name: str, pattern: str, *, spoken: bool = False) -> dict[str, Any]:
        """The field with its value, or nothing when it has none. Raises RefusedError."""
        spoken = spoken or name in SPOKEN
        column = plain_column(pattern, self.columns)
        if column is None:
            text = compose(pattern, self.columns, lambda each: self._text(each, name, spoken=spoken))
            return {name: text} if text else {}
        value = self.values.get(column)
        if is_empty(value):
            return {}
        known = {} if spoken else self.mapping.values.get(column, {})
        if known and isinstance(value, str | int | float) and not isinstance(value, bool):
            value = known.get(whole_number(read_text(value, name)), value)
        return {name: value}

    def _text(self, column: str, name: str, *, spoken: bool) -> str:
        value = self.values.get(column)
        if is_empty(value):
            return ""
        text = whole_number(read_text(value, name))
        return text if spoken else self.mapping.values.get(column, {}).get(text, text)
