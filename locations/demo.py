"""The demo nursery: 4 warehouses, 8 areas, 120 locations, a catalogue, configurations and densities.

`manage.py load_demo` loads it on the first start. The places come from the GeoJSON files in demo/nursery through
the ordinary import, the rest from catalogue.json beside them. The places have Spanish names there, the catalogue has
English ones and Spanish ones beside them; all are loaded in one language. Existing rows are left unchanged.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
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


SPANISH, ENGLISH = "es", "en"
PLACES_IN_ENGLISH = {"Nave": "Greenhouse", "Cantero Norte": "North bed", "Cantero Sur": "South bed", "Claro": "Bay"}


@transaction.atomic
def load_demo_nursery(language: str = ENGLISH) -> None:
    """Load everything with names in this language. Safe to repeat in the same one; changes that people made to the
    catalogue are kept."""
    with TemporaryDirectory() as folder:
        report = import_files([_write_layer(layer, language, Path(folder)) for layer in LAYERS])
    if report.refused:
        raise ValueError(f"demo nursery: {report.refused[0]}")
    catalogue = json.loads((NURSERY_DIR / "catalogue.json").read_text(encoding="utf-8"))
    load_tables({name: [_named(row, language) for row in rows] for name, rows in catalogue.items()})
    _configure_locations(catalogue["plantings"])
    _set_densities(catalogue["plantings"])


def _write_layer(layer: str, language: str, folder: Path) -> Path:
    """The file of a layer with the names of its places in this language."""
    text = (NURSERY_DIR / f"{layer}.geojson").read_text(encoding="utf-8")
    if language != SPANISH:
        for spanish, english in PLACES_IN_ENGLISH.items():
            text = re.sub(rf'("name": "){spanish}\b', rf"\1{english}", text)
    path = folder / f"{layer}.geojson"
    path.write_text(text, encoding="utf-8")
    return path


def _named(row: dict[str, Any], language: str) -> dict[str, Any]:
    """A row of the catalogue with its name in this language."""
    spanish = row.pop(SPANISH, None)
    if spanish is None or language != SPANISH:
        return row
    return {**row, "common_name" if "common_name" in row else "name": spanish}


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
