import importlib.util

import pytest
from django.conf import settings

from locations.configuration import active_config, find_density
from locations.demo import NURSERY_DIR, load_demo_nursery
from locations.matching import match_gps
from locations.models import DensityParameters, LocationConfig, Product, StorageArea, StorageLocation, Warehouse
from photos.decoding.exif import gps_json, read_exif

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


def test_demo_photos_lie_in_bays_with_a_density_for_what_they_show():
    load_demo_nursery()
    places = {}
    for path in (settings.BASE_DIR / "demo" / "photos").glob("*.jpg"):
        gps = gps_json(read_exif(path.read_bytes()))
        places[path.stem] = gps and match_gps(lon=gps["lon"], lat=gps["lat"], accuracy_m=gps["accuracy"]).location
    assert places.pop("plug-tray-square-cells") is None
    assert active_config(places.pop("crate-yellow-single")) is None
    assert len(places) == 6
    for name, location in places.items():
        config = active_config(location)
        kind = {"bed": "segment", "crates": "box", "plug": "plug"}[name.partition("-")[0]]
        assert find_density(detected_kind=kind, product=config.product, packaging=config.packaging), name


def test_demo_files_are_what_the_script_draws(tmp_path):
    spec = importlib.util.spec_from_file_location("draw", NURSERY_DIR / "draw.py")
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    draw.write_layers(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_text() == (NURSERY_DIR / path.name).read_text()


@pytest.mark.parametrize(
    ("language", "place", "plant", "packaging"),
    [
        ("en", "Greenhouse 1 - North bed - Bay 1", "Mexican snowball", "Pot 8 cm, terracotta colour"),
        ("es", "Nave 1 - Cantero Norte - Claro 1", "Rosa de alabastro", "Maceta 8 cm, color terracota"),
    ],
)
def test_demo_nursery_has_names_in_one_language(language, place, plant, packaging):
    load_demo_nursery(language)
    load_demo_nursery(language)
    config = LocationConfig.objects.get(location__code="N1-N-01")
    assert (config.location.full_name, config.product.common_name, config.packaging.name) == (place, plant, packaging)
    assert (StorageLocation.objects.count(), Product.objects.count()) == (120, 14)
