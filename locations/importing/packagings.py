"""Import packaging from a table, as products are: pots, bags and cells with their type, material, colour and size.

A row is matched by its SKU, else by its name. An empty cell leaves what is known unchanged. A size without a unit in
its heading is in the nursery's unit; the preview says which.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from demeter.common.i18n.numbers import TypedNumberField, write_number
from locations.catalogue import find_entry, make_entry, suggest_sku
from locations.importing.catalogue_rows import EMPTY, Cells, Headings, Key, PlannedRow, giving_reasons, read_cells
from locations.models import Packaging, PackagingColour, PackagingMaterial, PackagingType
from locations.models.catalogue import CatalogueEntry

CM_PER_INCH = 2.54
MOST_CM, MOST_LITRES = 1_000, 10_000
LISTS: Mapping[str, tuple[str, type[CatalogueEntry]]] = {
    "type": ("packaging_type", PackagingType),
    "material": ("material", PackagingMaterial),
    "colour": ("colour", PackagingColour),
}
SIZES = {"diameter": "diameter_cm", "height": "height_cm"}


AROUND_UNITS = (("_", ""), (" ", ""), (" (", ")"))
# A template in inches has two decimals.
SAME_CM = 0.013


def _with_unit(names: Sequence[str], *units: str) -> tuple[str, ...]:
    return tuple(f"{name}{before}{unit}{after}" for name in names for unit in units for before, after in AROUND_UNITS)


DIAMETER, HEIGHT = ("diameter", "diametro"), ("height", "alto", "altura")
# Headings that are understood besides our own, without accents and in lower case.
HEADINGS: Headings = {
    "sku": ("sku", "code", "codigo", "clave", "referencia"),
    "name": ("name", "packaging", "pot", "nombre", "envase", "maceta"),
    "type": ("type", "tipo"),
    "material": ("material",),
    "colour": ("colour", "color"),
    "diameter": DIAMETER,
    "diameter_cm": _with_unit(DIAMETER, "cm"),
    "diameter_in": _with_unit(DIAMETER, "in", "inches", "pulg", "pulgadas"),
    "height": HEIGHT,
    "height_cm": _with_unit(HEIGHT, "cm"),
    "height_in": _with_unit(HEIGHT, "in", "inches", "pulg", "pulgadas"),
    "volume_l": ("volume", "volumen", "litres", "liters", "litros", *_with_unit(("volume", "volumen"), "l")),
}
COLUMNS = tuple(HEADINGS)
LENGTHS = {"sku": 32, "name": 120, "type": 120, "material": 120, "colour": 120}


@dataclass
class PackagingRow(PlannedRow):
    """A row with the packaging that it changes, if there is one, and its sizes by the column of the database."""

    packaging: Packaging | None = None
    sizes: dict[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name of the packaging."""
        return super().title or (self.packaging.name if self.packaging else "")

    @property
    def details(self) -> str:
        """Type, material, colour and sizes."""
        words = [self.values.get(column) for column in LISTS]
        return " · ".join(filter(None, (*words, *(_size_words(name, size) for name, size in self.sizes.items()))))


def plan_packagings(rows: Iterable[Cells], *, inches: bool) -> list[PackagingRow]:
    """What an import of these rows would do. `inches` is the unit of sizes without one."""
    seen: set[Key] = set()
    return [_plan_row(row, inches, seen) for row in rows]


@transaction.atomic
def write_packagings(plan: Sequence[PackagingRow]) -> int:
    """Write the rows that are new or changed; how many."""
    written = [row for row in plan if row.kind in ("made", "changed")]
    for row in written:
        _write(row)
    return len(written)


def _plan_row(cells: Cells, inches: bool, seen: set[Key]) -> PackagingRow:
    row = PackagingRow(line=int(cells.get("line", 0)))
    with giving_reasons(row):
        values = read_cells(row, cells, COLUMNS, LENGTHS)
        row.sizes = _read_sizes(values, cells, inches)
        row.packaging = _find(values)
        if row.packaging is None and not all(values[column] for column in LISTS):
            raise ValidationError(_("New packaging needs a type, a material and a colour."))
        key = ("sku", values["sku"]) if values["sku"] else ("name", values["name"].casefold())
        if key in seen:
            raise ValidationError(_("The same packaging is in an earlier row."))
        seen.add(key)
        row.decide(None if row.packaging is None else _changes(row, row.packaging))
    return row


def _read_sizes(values: Mapping[str, str], cells: Cells, inches: bool) -> dict[str, float]:
    sizes = {}
    for name, column in SIZES.items():
        given = [unit for unit in ("", "_cm", "_in") if values[f"{name}{unit}"]]
        if len(given) > 1:
            raise ValidationError(_("A size is there twice, in two units. Leave one of the two cells empty."))
        for unit in given:
            factor = CM_PER_INCH if unit == "_in" or (unit == "" and inches) else 1
            sizes[column] = round(_read_size(cells[f"{name}{unit}"], MOST_CM / factor) * factor, 4)
    if values["volume_l"]:
        sizes["volume_l"] = _read_size(cells["volume_l"], MOST_LITRES)
    return sizes


def _read_size(cell: Any, most: float) -> float:
    """Of a text, or of a number that a workbook has."""
    number: float = TypedNumberField(min_value=0.01, max_value=most).clean(cell)
    return number


def _find(values: Mapping[str, str]) -> Packaging | None:
    known = Packaging.objects.select_related("packaging_type", "material", "colour")
    if values["sku"]:
        found: Packaging | None = known.filter(sku=values["sku"]).first()
        if found is None and not values["name"]:
            raise ValidationError(_("No packaging has this SKU, and the name is missing."))
        return found
    return known.filter(name__iexact=values["name"]).order_by("-active").first()


def _changes(row: PackagingRow, packaging: Packaging) -> list[str]:
    """What the row changes, as words for the preview."""
    name, found = row.values["name"], []
    if name and name != packaging.name:
        found.append(f"{packaging.name} → {name}")
    for column, (attribute, _model) in LISTS.items():
        entry, text = getattr(packaging, attribute), row.values[column]
        if text and text.casefold() not in (entry.name.casefold(), entry.code.casefold()):
            found.append(f"{entry.name} → {text}")
    for attribute, size in row.sizes.items():
        old = getattr(packaging, attribute)
        tolerated = SAME_CM if attribute.endswith("_cm") else 0
        if old is None or abs(old - size) > tolerated:
            found.append(f"{EMPTY if old is None else _size_words(attribute, old)} → {_size_words(attribute, size)}")
    if not packaging.active:
        found.append(_("in use again"))
    return found


def _size_words(column: str, size: float) -> str:
    words = {"diameter_cm": _("diameter %(size)s cm"), "height_cm": _("height %(size)s cm"), "volume_l": "%(size)s l"}
    return words[column] % {"size": write_number(round(size, 2))}


def _write(row: PackagingRow) -> None:
    values = row.values
    packaging = row.packaging or Packaging(sku=values["sku"], name=values["name"])
    packaging.name = values["name"] or packaging.name
    for column, (attribute, model) in LISTS.items():
        if values[column]:
            setattr(packaging, attribute, find_entry(model, values[column]) or make_entry(model, values[column]))
    for attribute, size in row.sizes.items():
        setattr(packaging, attribute, size)
    packaging.sku = packaging.sku or suggest_sku(packaging.name, Packaging)
    packaging.active = True
    packaging.save()
