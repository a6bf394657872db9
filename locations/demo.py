"""The demo nursery: 4 warehouses, 8 areas, 120 locations, a catalogue, configurations and densities.

`manage.py load_demo` loads it on the first start. The places come from the GeoJSON files in demo/nursery through
the ordinary import, the rest from catalogue.json beside them. Existing rows are left unchanged.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models, transaction

from demeter.accounts.models import User
from locations.importing.importer import import_files
from locations.importing.mapping import LAYERS
from locations.models import (
    ContainerType,
    DensityParameters,
    LocationConfig,
    Nursery,
    Packaging,
    Product,
    ProductState,
    StorageArea,
    StorageLocation,
    Warehouse,
)
from locations.models.nursery import ONLY_ID
from locations.starting_catalogue import TABLES, load_tables

# What the demo consists of besides photos and their stock, in the order in which it can be removed.
DEMO_TABLES: tuple[type[models.Model], ...] = (
    LocationConfig,
    DensityParameters,
    *(StorageLocation, StorageArea, Warehouse),
    *(table.model for table in reversed(TABLES)),
    User,
)
Keys = dict[str, list[int]]
NURSERY_DIR = settings.BASE_DIR / "demo" / "nursery"


@transaction.atomic
def load_demo_nursery() -> None:
    """Load everything. Safe to repeat; changes that people made to the catalogue are kept."""
    report = import_files(NURSERY_DIR / f"{layer}.geojson" for layer in LAYERS)
    if report.refused:
        raise ValueError(f"demo nursery: {report.refused[0]}")
    catalogue = json.loads((NURSERY_DIR / "catalogue.json").read_text(encoding="utf-8"))
    load_tables(catalogue)
    _configure_locations(catalogue["plantings"])
    _set_densities(catalogue["plantings"])


def read_keys() -> Keys:
    """The keys of all rows in the tables of the demo."""
    return {model._meta.label: list(model._default_manager.values_list("pk", flat=True)) for model in DEMO_TABLES}


def note_demo(before: Keys) -> None:
    """Remember which rows are new since `before`: exactly those are the demo, and can be removed again."""
    nursery, _is_new = Nursery.objects.get_or_create(pk=ONLY_ID)
    for label, keys in read_keys().items():
        known = {*before[label], *nursery.demo.get(label, ())}
        nursery.demo[label] = [*nursery.demo.get(label, ()), *(key for key in keys if key not in known)]
    nursery.save()


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
