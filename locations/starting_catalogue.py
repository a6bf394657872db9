"""What most nurseries need in their catalogue, loaded when a nursery is set up: categories, states, sizes, pots, trays.

The rows are in starting_catalogue.json, with names in both languages; the nursery's language decides which is stored.
`Table` describes the lists of such a file; `locations.demo` uses it too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from locations.models import (
    ContainerType,
    Packaging,
    PackagingColour,
    PackagingMaterial,
    PackagingType,
    Product,
    ProductCategory,
    ProductFamily,
    ProductSize,
    ProductState,
)

STARTING_CATALOGUE = Path(__file__).with_name("starting_catalogue.json")


@dataclass(frozen=True)
class Table:
    """One list of a catalogue file: its model, its key, and the columns that name rows of other tables."""

    name: str
    model: type[models.Model]
    key: str = "code"
    references: dict[str, tuple[type[models.Model], str]] = field(default_factory=dict)


TABLES = (
    Table("product_categories", ProductCategory),
    Table("product_families", ProductFamily, references={"category": (ProductCategory, "code")}),
    Table("products", Product, "sku", {"family": (ProductFamily, "code")}),
    Table("product_states", ProductState),
    Table("product_sizes", ProductSize),
    Table("packaging_types", PackagingType),
    Table("packaging_materials", PackagingMaterial),
    Table("packaging_colours", PackagingColour),
    Table(
        "packagings",
        Packaging,
        "sku",
        {
            "packaging_type": (PackagingType, "code"),
            "material": (PackagingMaterial, "code"),
            "colour": (PackagingColour, "code"),
        },
    ),
    Table("container_types", ContainerType),
)


@transaction.atomic
def load_starting_catalogue(language: str) -> None:
    """Add what is missing; rows with the same code are left unchanged."""
    lists = json.loads(STARTING_CATALOGUE.read_text(encoding="utf-8"))
    load_tables({name: [_in_language(entry, language) for entry in entries] for name, entries in lists.items()})


def load_tables(lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Add the rows of each list, in the order in which they refer to each other. Existing rows are left unchanged."""
    for table in TABLES:
        rows = _make_rows(table, lists.get(table.name, ()))
        table.model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _make_rows(table: Table, entries: Iterable[Mapping[str, Any]]) -> list[models.Model]:
    known = {
        column: {getattr(row, key): row for row in model._default_manager.all()}
        for column, (model, key) in table.references.items()
    }
    rows = []
    for entry in entries:
        values = {column: known[column][value] if column in known else value for column, value in entry.items()}
        rows.append(table.model(**values))
    return rows


def _in_language(entry: Mapping[str, Any], language: str) -> dict[str, Any]:
    names = {code: entry[code] for code, _name in settings.LANGUAGES}
    return {column: value for column, value in entry.items() if column not in names} | {"name": names[language]}
