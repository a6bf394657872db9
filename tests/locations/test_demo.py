import importlib.util

import pytest

from locations.configuration import active_config, find_density
from locations.demo import NURSERY_DIR, demo_photo_spots, load_demo_nursery
from locations.matching import match_gps
from locations.models import DensityParameters, LocationConfig, Product, StorageArea, StorageLocation, Warehouse

pytestmark = pytest.mark.django_db


def test_demo_nursery_has_its_promised_size():
    load_demo_nursery()
    assert (Warehouse.objects.count(), StorageArea.objects.count(), StorageLocation.objects.count()) == (4, 8, 120)
    assert min(StorageLocation.objects.values_list("area_m2", flat=True)) >= 3
    assert LocationConfig.objects.count() == 115
    assert DensityParameters.objects.count() == 14


def test_demo_nursery_loads_again_without_undoing_changes():
    load_demo_nursery()
    Product.objects.filter(sku="ECV-ELE").update(common_name="Alabaster rose")
    load_demo_nursery()
    assert Product.objects.get(sku="ECV-ELE").common_name == "Alabaster rose"
    assert (LocationConfig.objects.count(), DensityParameters.objects.count()) == (115, 14)


def test_demo_photo_spots_match_and_only_the_last_is_unconfigured():
    load_demo_nursery()
    configured = []
    for spot in demo_photo_spots():
        location = match_gps(lon=spot.lon, lat=spot.lat).location
        assert location is not None
        assert location.code == spot.location_code
        configured.append(active_config(location) is not None)
    assert configured == [True] * 7 + [False]


def test_demo_plantings_have_a_density_for_their_containers():
    load_demo_nursery()
    kinds = ["segment"] * 3 + ["box"] * 2 + ["plug"] * 2
    for spot, kind in zip(demo_photo_spots(), kinds, strict=False):
        config = active_config(StorageLocation.objects.get(code=spot.location_code))
        assert find_density(detected_kind=kind, product=config.product, packaging=config.packaging)


def test_demo_files_are_what_the_script_draws(tmp_path):
    spec = importlib.util.spec_from_file_location("draw", NURSERY_DIR / "draw.py")
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    draw.write_layers(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_text() == (NURSERY_DIR / path.name).read_text()
