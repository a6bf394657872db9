"""The pages on which a large nursery is set up, for `bench.pages.places`: builder, import, labels, map, configuring."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils.http import urlencode

from bench import large_nursery
from bench.pages.visits import DETAIL, GALLERY, HTMX, WHOLE_NURSERY, Visit
from demeter.accounts.models import User
from locations.building import FirstNumbers, Pattern, Plan, plan_places
from locations.forms import MOST_AT_ONCE
from locations.importing.previews import choose_mapping, keep_files, kept_tables
from locations.models import (
    PlaceChange,
    PlaceImport,
    Product,
    ProductCategory,
    ProductFamily,
    ProductState,
    StorageLocation,
    Warehouse,
)
from locations.place_changes import make_places

HOUSES, BENCHES = 4, 20
PATTERNS = {
    "house": Pattern("G{house}", "Greenhouse {house}"),
    "bench": Pattern("G{house}-B{bench}", "Bench {bench}"),
    "bay": Pattern("G{house}-B{bench}-{bay:03}", "Bay {bay}"),
}
# Greenhouses whose numbers begin here are in nobody's way.
FREE_HOUSE = 101
# Each layer in a row of rectangles, bays inside benches inside greenhouses.
DRAW = """
UPDATE {table} SET polygon = jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
    jsonb_build_array(-99.1 + {left}, 19.4), jsonb_build_array(-99.1 + {right}, 19.4),
    jsonb_build_array(-99.1 + {right}, 19.40002), jsonb_build_array(-99.1 + {left}, 19.40002),
    jsonb_build_array(-99.1 + {left}, 19.4)))),
    min_lon = -99.1 + {left}, max_lon = -99.1 + {right}, min_lat = 19.4, max_lat = 19.40002,
    centroid_lon = -99.1 + ({left} + {right}) / 2, centroid_lat = 19.40001, area_m2 = 7
"""
STEP = 0.00004


def plan_nursery(bays: int, *, first_house: int = 1) -> Plan:
    """Four greenhouses of twenty benches."""
    counts = [[bays // HOUSES // BENCHES] * BENCHES] * HOUSES
    return plan_places(counts, first=FirstNumbers(house=first_house), patterns=PATTERNS)


def make_nursery(bays: int, user: User) -> PlaceChange:
    """The places of the plan, without outlines."""
    return make_places(plan_nursery(bays), warehouse_type="greenhouse", token=uuid4(), user=user)[0]


def draw_nursery(bays: int) -> None:
    """Give all places outlines; ids begin with 1."""
    on_bench, in_house = bays // HOUSES // BENCHES * STEP, bays // HOUSES * STEP
    widths = {"warehouses": in_house, "storage_areas": on_bench, "storage_locations": STEP}
    with connection.cursor() as cursor:
        for table, width in widths.items():
            cursor.execute(DRAW.format(table=table, left=f"(id - 1) * {width:.9f}", right=f"id * {width:.9f}"))
        cursor.execute("VACUUM ANALYZE")


def build_form(bays: int, *, button: str) -> dict[str, Any]:
    """What the builder's form sends for other greenhouses of this size."""
    patterns = {f"{layer}_{part}": getattr(PATTERNS[layer], part) for layer in PATTERNS for part in ("code", "name")}
    counts = {"houses": HOUSES, "first_house": FREE_HOUSE, "benches": BENCHES, "bays": bays // HOUSES // BENCHES}
    return {"token": uuid4(), "warehouse_type": "greenhouse", button: "1", **counts, **patterns}


def configure_form() -> dict[str, Any]:
    """What the form sends that configures many bays at once."""
    category = ProductCategory.objects.get_or_create(code="CACTI", name="Cacti")[0]
    family = ProductFamily.objects.get_or_create(code="ALOE", name="Aloe", category=category)[0]
    product = Product.objects.get_or_create(sku="ALOE", common_name="Aloe", family=family)[0]
    adult = {"name": "Adult", "is_sellable": True, "sort_order": 5}
    state = ProductState.objects.get_or_create(code="ADULT", defaults=adult)[0]
    plants = {"product": product.pk, "expected_state": state.pk, "mode": "new_cycle", "parts": 0}
    return plants | {"location_id": first_bays(MOST_AT_ONCE)}


def first_bays(number: int) -> list[int]:
    """The ids of so many bays."""
    return list(StorageLocation.objects.order_by("pk").values_list("pk", flat=True)[:number])


def import_files(bays: int) -> list[SimpleUploadedFile]:
    """Three GeoJSON files with foreign names."""
    return [
        SimpleUploadedFile(f"{name}.geojson", json.dumps({"type": "FeatureCollection", "features": drawn}).encode())
        for name, drawn in large_nursery.draw(bays).items()
    ]


def keep_import(bays: int, user: User) -> PlaceImport:
    """An import whose columns were chosen by guessing."""
    kept = keep_files([(str(file.name), file.read()) for file in import_files(bays)], user)
    kept.mapping = choose_mapping(kept_tables(kept)).as_json()
    return kept


def visits_undrawn(bays: int, made: PlaceChange) -> list[Visit]:
    """Pages of a nursery that nobody has drawn."""
    house, bay = Warehouse.objects.earliest("pk"), StorageLocation.objects.latest("pk")
    configure = f"{reverse('locations-configure')}?{urlencode({'location_id': first_bays(MOST_AT_ONCE)}, doseq=True)}"
    preview: Mapping[str, Any] = build_form(bays, button="preview")
    return [
        Visit("builder, its form", lambda: reverse("places-build"), GALLERY),
        Visit(
            f"builder, preview of {bays:,} bays", lambda: reverse("places-build"), WHOLE_NURSERY, HTMX, lambda: preview
        ),
        Visit("builder, more bays for a bench", lambda: f"{reverse('places-build')}?within=area:G1-B1", GALLERY),
        Visit("what a step made", lambda: reverse("places-made", args=[made.token]), GALLERY),
        Visit("map, first page of the schematic", lambda: reverse("map"), WHOLE_NURSERY),
        Visit(
            "map, schematic of a greenhouse, page 2",
            lambda: f"{reverse('map')}?warehouse_id={house.pk}&part=2",
            WHOLE_NURSERY,
        ),
        Visit("labels, choice", lambda: reverse("labels"), GALLERY),
        Visit("labels of a greenhouse", lambda: f"{reverse('labels')}?warehouse_id={house.pk}", WHOLE_NURSERY),
        Visit(f"configure {MOST_AT_ONCE} bays", lambda: configure, DETAIL),
        Visit("page of a bay, with the form that configures it", lambda: reverse("location", args=[bay.code]), DETAIL),
        Visit("import, its form", lambda: reverse("import-places"), GALLERY),
    ]


def visits_drawn(bays: int, kept: PlaceImport) -> list[Visit]:
    """Pages of the same nursery with outlines, and of an import that was previewed."""
    of_house = f"?warehouse_id={Warehouse.objects.earliest('pk').pk}"
    return [
        Visit("map, its list, all drawn", lambda: reverse("map"), GALLERY),
        Visit(f"map, {bays:,} outlines as JSON", lambda: reverse("api-map"), WHOLE_NURSERY),
        Visit("map of a greenhouse with its doubts", lambda: reverse("map") + of_house, WHOLE_NURSERY),
        Visit("draw a greenhouse", lambda: reverse("map-draw") + of_house, WHOLE_NURSERY),
        Visit("import, columns", lambda: reverse("import-columns", args=[kept.pk]), WHOLE_NURSERY),
        Visit("import, preview", lambda: reverse("import-preview", args=[kept.pk]), WHOLE_NURSERY),
    ]
