"""The form in which a person says what the columns of foreign files are.

One form for each group of rows, whose fields depend on the kind of place they are, and one for what holds for all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from locations.importing.coordinates import System, read_crs
from locations.importing.features import Group, RowReader, group_rows
from locations.importing.guessing import distinct_values, guess_table, possible_layer_columns
from locations.importing.mapping import FIELDS, LEFT_OUT, PARENTS, ImportMapping, ParentBy, TableMapping
from locations.importing.patterns import check_pattern, plain_column
from locations.importing.tables import Table
from locations.importing.values import RefusedError, printable, read_text

COMPOSED = "composed"
OTHER_SYSTEM = "other"
LAYER_WORDS = [
    ("warehouses", _("Greenhouses and other warehouses")),
    ("areas", _("Areas (beds, benches)")),
    ("locations", _("Locations (bays)")),
    (LEFT_OUT, _("Leave out")),
]
FIELD_LABELS = {
    "code": _("Code"),
    "name": _("Name"),
    "type": _("Type"),
    "position": _("Position"),
    "qr_code": _("QR code"),
    "description": _("Description"),
    "active": _("Active"),
    "polygon": _("Outline (WKT or GeoJSON)"),
    "warehouse": _("Warehouse"),
    "area": _("Area"),
}
PARENT_WORDS = [
    ("code", _("by its code")),
    ("name", _("by its name")),
    ("polygon", _("by the outline that contains it")),
]


@dataclass(frozen=True)
class FieldRow:
    """One field of a place: where its value comes from, the composed text, and what the first row gets."""

    label: Any
    source: forms.BoundField
    text: forms.BoundField
    example: str


class TableForm(forms.Form):
    """The fields of one group of rows."""

    layer = forms.ChoiceField(choices=LAYER_WORDS, label=_("These rows are"), required=False)
    parent_by = forms.ChoiceField(choices=PARENT_WORDS, required=False)

    def __init__(self, group: Group, mapping: ImportMapping, data: Mapping[str, Any] | None, *, prefix: str) -> None:
        super().__init__(data, prefix=prefix, label_suffix="")
        self.group, self.mapping = group, mapping
        self.rule = mapping.tables[group.title]
        self.fields["layer"].initial = self.rule.layer
        has_outlines = any(row.geometry for _table, row in group.rows) and "polygon" not in self.rule.fields
        self.names = [name for name in FIELDS.get(self.rule.layer, ()) if name != "polygon" or not has_outlines]
        self.parent_name = PARENTS.get(self.rule.layer, "")
        patterns = {name: self.rule.fields.get(name, "") for name in self.names}
        if self.parent_name:
            self.fields["parent_by"].initial = self.rule.parent_by
            self.fields["parent_by"].label = (
                _("The area is found") if self.parent_name == "area" else _("The warehouse is found")
            )
            patterns[self.parent_name] = self.rule.parent
        else:
            del self.fields["parent_by"]
        for name, pattern in patterns.items():
            self._add_field(name, pattern)

    def _add_field(self, name: str, pattern: str) -> None:
        column = plain_column(pattern, self.group.columns)
        chosen = str(self.group.columns.index(column)) if column in self.group.columns else COMPOSED
        choices = [("", "—"), *((str(number), text) for number, text in enumerate(self.group.columns))]
        self.fields[f"{name}_from"] = forms.ChoiceField(
            choices=[*choices, (COMPOSED, _("Fixed or composed …"))],
            initial=chosen if pattern else "",
            required=False,
            label=FIELD_LABELS[name],
        )
        self.fields[f"{name}_text"] = forms.CharField(
            initial=pattern,
            max_length=200,
            required=False,
            label=_("%(field)s: fixed or composed") % {"field": FIELD_LABELS[name]},
        )

    @property
    def chosen_layer(self) -> str:
        """The kind of place that was sent; its fields are not here yet when it is another."""
        sent = str(self.data.get(self.add_prefix("layer"), self.rule.layer))
        return sent if sent in (*FIELDS, LEFT_OUT) else self.rule.layer

    @property
    def rows(self) -> Iterator[FieldRow]:
        """The fields of the place, for the page; that of its parent is apart."""
        return (self._row(name) for name in self.names)

    @property
    def parent_row(self) -> FieldRow | None:
        """How the code or the name of the place around it is read."""
        return self._row(self.parent_name) if self.parent_name else None

    def _row(self, name: str) -> FieldRow:
        pattern = self.rule.parent if name == self.parent_name else self.rule.fields.get(name, "")
        return FieldRow(FIELD_LABELS[name], self[f"{name}_from"], self[f"{name}_text"], self._example(name, pattern))

    def _example(self, name: str, pattern: str) -> str:
        """What the first row gets."""
        readable = (row for _table, row in self.group.rows if row.fault is None)
        row = next(readable, None)
        if row is None or not pattern or name == "polygon":
            return ""
        spoken = name == self.parent_name and self.rule.parent_by == "name"
        try:
            values = RowReader(row.values, self.group.columns, self.mapping).read(name, pattern, spoken=spoken)
            value = values.get(name, "")
            text = str(value) if isinstance(value, bool) else read_text(value, name)
        except RefusedError as error:
            return str(error.fault)
        return printable(text.upper() if name in ("code", "position") else text)

    def clean(self) -> dict[str, Any]:
        """The pattern of each field, checked."""
        cleaned = super().clean() or {}
        for name in filter(None, (*self.names, self.parent_name)):
            source, text = cleaned.get(f"{name}_from", ""), cleaned.get(f"{name}_text", "")
            pattern = text if source == COMPOSED else f"{{{self.group.columns[int(source)]}}}" if source else ""
            try:
                check_pattern(pattern, self.group.columns)
            except RefusedError as error:
                self.add_error(f"{name}_text", str(error.fault))
            cleaned[name] = pattern
        if self.rule.layer and not cleaned.get("code"):
            self.add_error("code_from", _("Choose the column of the code, or compose it."))
        if self.parent_name and cleaned.get("parent_by") != "polygon" and not cleaned.get(self.parent_name):
            self.add_error(f"{self.parent_name}_from", _("Choose the column, or find it by its outline."))
        return cleaned

    def read_rule(self) -> TableMapping:
        """The mapping of the group. Only after the form is valid."""
        cleaned = self.cleaned_data
        fields = {name: cleaned[name] for name in self.names if cleaned[name]}
        parent_by = cast("ParentBy", cleaned.get("parent_by") or "code")
        parent = "" if parent_by == "polygon" or not self.parent_name else cleaned[self.parent_name]
        return TableMapping(self.rule.layer, fields, parent_by, parent)


class SharedForm(forms.Form):
    """What holds for all rows: their kind, their coordinates, and the name under which the mapping is kept."""

    layer_column = forms.ChoiceField(required=False, label=_("Column that says what each row is"))
    crs = forms.ChoiceField(required=False, label=_("Coordinates"))
    crs_text = forms.CharField(required=False, max_length=60, label=_("Its code, such as EPSG:32614"))
    swapped = forms.BooleanField(required=False, label=_("Latitude comes before longitude: swap them"))
    save_as = forms.CharField(
        required=False, max_length=60, label=_("Keep this mapping for the next import as (may stay empty)")
    )

    def __init__(
        self, tables: list[Table], mapping: ImportMapping, systems: list[System], data: Mapping[str, Any] | None
    ) -> None:
        super().__init__(data, label_suffix="")
        self.systems = systems
        columns = dict.fromkeys([*possible_layer_columns(tables), mapping.layer_column])
        self.fields["layer_column"].choices = [  # type: ignore[attr-defined]
            ("", _("the name of the file or sheet")),
            *((column, _("column %(name)s") % {"name": column}) for column in columns if column),
        ]
        self.fields["layer_column"].initial = mapping.layer_column
        self.fields["crs"].choices = list(self._systems(mapping.crs))  # type: ignore[attr-defined]
        self.fields["crs"].initial = mapping.crs
        self.fields["swapped"].initial = mapping.swapped

    def _systems(self, chosen: str) -> Iterator[tuple[str, Any]]:
        yield "", _("Choose their system") if self.systems else _("Degrees of longitude and latitude (WGS 84)")
        if chosen and chosen not in {system.code for system in self.systems}:
            yield chosen, chosen
        for system in self.systems:
            yield system.code, f"{system.name} ({system.code}): {system.lat:.4f}, {system.lon:.4f}"
        yield OTHER_SYSTEM, _("Another system …")

    def clean(self) -> dict[str, Any]:
        """The system by its code."""
        cleaned = super().clean() or {}
        if cleaned.get("crs") == OTHER_SYSTEM:
            try:
                read_crs(cleaned.get("crs_text", ""))
            except RefusedError as error:
                self.add_error("crs_text", str(error.fault))
            cleaned["crs"] = cleaned.get("crs_text", "").strip()
        elif self.systems and not cleaned.get("crs"):
            self.add_error(
                "crs", _("The coordinates are not degrees. Choose their system, or export the places as WGS 84.")
            )
        return cleaned


class ValuesForm(forms.Form):
    """Words of the files and what they are in codes and positions: CANTERO SUR is S."""

    def __init__(self, words: Mapping[str, list[str]], mapping: ImportMapping, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, prefix="v", label_suffix="")
        self.words = words
        for number, (column, texts) in enumerate(words.items()):
            for at, text in enumerate(texts):
                initial = mapping.values.get(column, {}).get(text, "")
                self.fields[f"{number}_{at}"] = forms.CharField(
                    required=False, max_length=32, initial=initial, label=text[:80]
                )

    @property
    def columns(self) -> Iterator[tuple[str, list[forms.BoundField], bool]]:
        """Each column with its words, and whether any of them is mapped."""
        for number, (column, texts) in enumerate(self.words.items()):
            fields = [self[f"{number}_{at}"] for at in range(len(texts))]
            yield column, fields, any(field.value() for field in fields)

    def read_values(self) -> dict[str, dict[str, str]]:
        """The words that are something else. Only after the form is valid."""
        found: dict[str, dict[str, str]] = {}
        for number, (column, texts) in enumerate(self.words.items()):
            pairs = ((text, self.cleaned_data[f"{number}_{at}"]) for at, text in enumerate(texts))
            found[column] = {text: word for text, word in pairs if word}
        return {column: words for column, words in found.items() if words}


class ColumnsForm:
    """The whole page."""

    def __init__(
        self,
        tables: list[Table],
        mapping: ImportMapping,
        systems: list[System],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.mapping = mapping
        self.groups = group_rows(tables, mapping.layer_column)
        self.shared = SharedForm(tables, mapping, systems, data)
        self.tables = [TableForm(group, mapping, data, prefix=f"t{number}") for number, group in enumerate(self.groups)]
        self.values = ValuesForm(distinct_values(self.groups, mapping.tables), mapping, data)

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.shared, *self.tables, self.values]

    def is_valid(self) -> bool:
        """Every form is looked at, so that all errors are shown at once."""
        return sum(not form.is_valid() for form in self.all_forms) == 0

    @property
    def has_errors(self) -> bool:
        return any(form.is_bound and form.errors for form in self.all_forms)

    def with_other_layers(self) -> ImportMapping | None:
        """The mapping with the kinds of places that were sent, if any is another than the page has the fields of."""
        changed = {
            form.group.title: guess_table(form.group, form.chosen_layer)
            for form in self.tables
            if form.chosen_layer != form.rule.layer
        }
        if not changed:
            return None
        kept = {form.group.title: form.read_rule() for form in self.tables if form.is_valid()}
        return replace(self.mapping, tables=self.mapping.tables | kept | changed)

    def read_mapping(self) -> ImportMapping:
        """What the person said. Only after the form is valid."""
        shared = self.shared.cleaned_data
        return ImportMapping(
            tables={form.group.title: form.read_rule() for form in self.tables},
            values=self.values.read_values(),
            layer_column=shared["layer_column"],
            crs=shared["crs"],
            swapped=shared["swapped"],
        )
