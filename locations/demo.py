"""The demo nursery: 4 warehouses, 8 areas, 120 locations, a catalogue, configurations and densities.

`manage.py load_demo` loads it on the first start. The places come from the GeoJSON files in demo/nursery through
the ordinary import, the rest from catalogue.json beside them. Existing rows are left unchanged.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models, transaction

from locations.importing.importer import import_files
from locations.importing.mapping import LAYERS
from locations.models import (
    ContainerType,
    DensityParameters,
    LocationConfig,
    Packaging,
    PackagingColour,
    PackagingMaterial,
    PackagingType,
    Product,
    ProductCategory,
    ProductFamily,
    ProductSize,
    ProductState,
    StorageLocation,
)

NURSERY_DIR = settings.BASE_DIR / "demo" / "nursery"


@dataclass(frozen=True)
class Table:
    """One list of catalogue.json: its model, its key, and the columns that name rows of other tables."""

    name: str
    model: type[models.Model]
    key: str = "code"
    references: dict[str, tuple[type[models.Model], str]] = field(default_factory=dict)


CATALOGUE = (
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
def load_demo_nursery() -> None:
    """Load everything. Safe to repeat; changes that people made to the catalogue are kept."""
    report = import_files(NURSERY_DIR / f"{layer}.geojson" for layer in LAYERS)
    if report.refused:
        raise ValueError(f"demo nursery: {report.refused[0]}")
    catalogue = json.loads((NURSERY_DIR / "catalogue.json").read_text(encoding="utf-8"))
    for table in CATALOGUE:
        rows = [_make_row(table, entry) for entry in catalogue[table.name]]
        table.model._default_manager.bulk_create(rows, ignore_conflicts=True)
    _configure_locations(catalogue["plantings"])
    _set_densities(catalogue["plantings"])


def _make_row(table: Table, entry: dict[str, Any]) -> models.Model:
    values = dict(entry)
    for column, (model, key) in table.references.items():
        values[column] = model._default_manager.get(**{key: values[column]})
    return table.model(**values)


def _planted_codes(planting: dict[str, Any]) -> Iterator[str]:
    first, last = planting["bays"]
    return (f"{planting['area']}-{number:02d}" for number in range(first, last + 1))


def _configure_locations(plantings: list[dict[str, Any]]) -> None:
    """Open a first cycle in every planted location that never had one."""
    fresh = {location.code: location for location in StorageLocation.objects.filter(configs=None)}
    LocationConfig.objects.bulk_create(
        LocationConfig(
            location=fresh[code],
            product=Product.objects.get(sku=planting["product"]),
            packaging=Packaging.objects.get(sku=planting["packaging"]),
            expected_state=ProductState.objects.get(code=planting["expected_state"]),
        )
        for planting in plantings
        for code in _planted_codes(planting)
        if code in fresh
    )


def _set_densities(plantings: list[dict[str, Any]]) -> None:
    """A starting density for each planting: plants at its spacing in a square grid."""
    DensityParameters.objects.bulk_create(
        (
            DensityParameters(
                container_type=ContainerType.objects.get(code=planting["container_type"]),
                product=Product.objects.get(sku=planting["product"]),
                packaging=Packaging.objects.get(sku=planting["packaging"]),
                avg_area_per_plant_cm2=planting["spacing_cm"] ** 2,
            )
            for planting in plantings
        ),
        ignore_conflicts=True,
    )
