import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from locations.catalogue import find_or_make_mixed
from locations.configuration import (
    ConfigureMode,
    ListedPart,
    active_config,
    config_at,
    configure_location,
    find_density,
    list_parts,
    set_density,
)
from locations.models import ContainerKind, DensityParameters, DensitySource, LocationConfig
from tests.locations.factories import (
    ConfigPartFactory,
    ContainerTypeFactory,
    DensityParametersFactory,
    LocationConfigFactory,
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)

pytestmark = pytest.mark.django_db
TRIANGLE = "10 10, 60 10, 60 50"


def configure(location, mode, **chosen):
    plants = {"product": ProductFactory(), "packaging": None, "expected_state": ProductStateFactory()} | chosen
    return configure_location(location=location, mode=mode, **plants)


@pytest.mark.parametrize("mode", ConfigureMode)
def test_first_configuration_opens_a_cycle(mode):
    location, packaging = StorageLocationFactory(), PackagingFactory()
    config = configure(location, mode, packaging=packaging)
    assert (active_config(location), config.packaging, config.closed_at) == (config, packaging, None)


def test_update_corrects_the_active_configuration():
    old = LocationConfigFactory(notes="shaded")
    product = ProductFactory()
    new = configure(old.location, ConfigureMode.UPDATE, product=product)
    assert (new.pk, new.product, new.notes) == (old.pk, product, "shaded")
    assert LocationConfig.objects.count() == 1


def test_new_cycle_closes_the_old_one_and_leaves_it_as_it_was():
    old = LocationConfigFactory()
    new = configure(old.location, ConfigureMode.NEW_CYCLE)
    product = old.product
    old.refresh_from_db()
    assert not old.active
    assert old.started_at <= old.closed_at <= new.started_at
    assert old.product == product
    assert active_config(old.location) == new


def test_listed_products_belong_to_their_cycle():
    location, agave, aloe = StorageLocationFactory(), ProductFactory(), ProductFactory()
    first = configure(location, ConfigureMode.UPDATE, parts=[ListedPart(agave, None, "1-3")])
    LocationConfig.objects.filter(pk=first.pk).update(started_at=timezone.now() - timedelta(days=9))
    second = configure(location, ConfigureMode.NEW_CYCLE, parts=[ListedPart(aloe, None, share_percent=40)])
    assert [part.product for part in first.parts.all()] == [agave]
    assert list_parts(config_at(location, timezone.now())) == [ListedPart(aloe, None, "", 40)]
    assert list_parts(config_at(location, timezone.now() - timedelta(days=5))) == [ListedPart(agave, None, "1-3")]
    assert [str(part) for part in active_config(location).listed_parts] == [f"{aloe}: 40 %"]
    assert active_config(location) == second


def test_correcting_a_cycle_without_a_word_of_its_products_keeps_them_and_an_empty_list_removes_them():
    location, agave = StorageLocationFactory(), ProductFactory()
    configure(location, ConfigureMode.UPDATE, parts=[ListedPart(agave, None, "1-3")])
    assert configure(location, ConfigureMode.UPDATE).listed_parts
    assert not configure(location, ConfigureMode.UPDATE, parts=[]).listed_parts


def test_a_new_cycle_with_another_list_is_not_the_same_sent_twice():
    location, agave = StorageLocationFactory(), ProductFactory()
    plants = {"product": ProductFactory(), "packaging": None, "expected_state": ProductStateFactory()}
    first = configure(location, ConfigureMode.NEW_CYCLE, **plants, parts=[ListedPart(agave, None, "1")])
    assert configure(location, ConfigureMode.NEW_CYCLE, **plants, parts=[ListedPart(agave, None, "1")]) == first
    assert configure(location, ConfigureMode.NEW_CYCLE, **plants, parts=[ListedPart(agave, None, "2")]) != first


@pytest.mark.parametrize(
    "wrong",
    [
        {"containers": "", "share_percent": None},
        {"containers": "1", "share_percent": 10},
        {"containers": "1", "side": "left"},
        {"containers": "", "share_percent": 10, "side": "middle"},
        {"containers": "", "share_percent": 101},
        {"containers": "1,2"},
        {"containers": "0"},
        {"containers": "1", "outline": TRIANGLE},
        {"containers": "", "share_percent": 10, "outline": TRIANGLE},
        {"containers": "", "share_percent": 10, "side": "left", "outline": TRIANGLE},
        {"containers": "", "side": "left", "outline": TRIANGLE},
        {"containers": "", "outline": "10 10, 60 10"},
        {"containers": "", "outline": "10 10, 60 10, 101 50"},
        {"containers": "", "outline": "10 10,60 10,60 50"},
    ],
)
def test_the_database_refuses_a_part_that_stands_nowhere(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ConfigPartFactory(**wrong)


@pytest.mark.parametrize("outline", [TRIANGLE, "0 0, 99.9 0.1, 100 100, 0 100", ", ".join(["99.9 99.9"] * 40)])
def test_the_database_holds_drawn_parts(outline):
    part = ConfigPartFactory(containers="", outline=outline)
    assert str(part) == f"{part.product}: {outline}"
    with pytest.raises(IntegrityError), transaction.atomic():
        ConfigPartFactory(containers="", outline=", ".join(["9 9"] * 41))


def test_mixed_plants_are_one_product():
    assert find_or_make_mixed() == find_or_make_mixed()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductFactory(is_mixed=True)


@pytest.mark.parametrize("configured", [False, True])
def test_a_new_cycle_sent_twice_is_one(configured):
    location = StorageLocationFactory(configured=configured)
    location.configs.update(started_at=timezone.now() - timedelta(days=3))
    plants = {"product": ProductFactory(), "packaging": None, "expected_state": ProductStateFactory()}
    first, second = (configure(location, ConfigureMode.NEW_CYCLE, **plants) for _ in range(2))
    assert first == second
    assert location.configs.count() == 1 + configured
    assert configure(location, ConfigureMode.NEW_CYCLE) != first, "other plants are another cycle"


def test_config_at_is_the_cycle_of_that_moment():
    location = StorageLocationFactory()
    days = [timezone.now() - timedelta(days=days) for days in (30, 20, 10)]
    first = LocationConfigFactory(location=location, started_at=days[0], active=False, closed_at=days[1])
    second = LocationConfigFactory(location=location, started_at=days[2])
    hour = timedelta(hours=1)
    for moment, config in (
        (days[0] - hour, first),
        (days[0], first),
        (days[1] - hour, first),
        (days[1], second),
        (days[2] - hour, second),
        (days[2] + hour, second),
    ):
        assert config_at(location, moment) == config
    LocationConfig.objects.filter(pk=second.pk).update(active=False, closed_at=days[2] + hour)
    assert config_at(location, timezone.now()) is None
    assert config_at(StorageLocationFactory(), timezone.now()) is None


def test_a_location_has_one_active_configuration():
    config = LocationConfigFactory()
    with pytest.raises(IntegrityError, match="locationconfig_one_active"), transaction.atomic():
        LocationConfigFactory(location=config.location)
    LocationConfigFactory(location=config.location, active=False, closed_at=timezone.now())


def test_a_configuration_is_inactive_exactly_when_closed():
    with pytest.raises(IntegrityError, match="locationconfig_closed_when_inactive"), transaction.atomic():
        LocationConfigFactory(active=False)
    with pytest.raises(IntegrityError, match="locationconfig_closed_when_inactive"), transaction.atomic():
        LocationConfigFactory(closed_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_four_people_opening_the_same_cycle_at_once_open_one():
    location, product, state = StorageLocationFactory(), ProductFactory(), ProductStateFactory()
    start = threading.Barrier(4)
    failures = []

    def open_cycle():
        start.wait()
        try:
            configure(location, ConfigureMode.NEW_CYCLE, product=product, expected_state=state)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_cycle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert LocationConfig.objects.count() == 1
    assert LocationConfig.objects.filter(active=True).count() == 1


def test_set_density_keeps_both_units_in_step_and_counts_versions():
    keys = {"container_type": ContainerTypeFactory(), "product": ProductFactory(), "packaging": PackagingFactory()}
    first = set_density(**keys, avg_area_per_plant_cm2=64)
    assert (first.plants_per_m2, first.version, first.source) == (156.25, 1, DensitySource.CALIBRATED)
    second = set_density(**keys, avg_area_per_plant_cm2=100, sample_size=5)
    assert (second.pk, second.plants_per_m2, second.version, second.sample_size) == (first.pk, 100, 2, 5)
    assert second.overlap_adjustment_factor == 0.45


def test_set_density_without_packaging_is_one_row():
    keys = {"container_type": ContainerTypeFactory(), "product": ProductFactory(), "packaging": None}
    set_density(**keys, avg_area_per_plant_cm2=64)
    assert set_density(**keys, avg_area_per_plant_cm2=60).version == 2
    with pytest.raises(IntegrityError, match="densityparameters_unique"), transaction.atomic():
        DensityParametersFactory(**keys)


@pytest.mark.parametrize("area_cm2", [0, -1, float("nan")])
def test_set_density_refuses_an_area_that_is_none(area_cm2):
    keys = {"container_type": ContainerTypeFactory(), "product": ProductFactory(), "packaging": None}
    with pytest.raises(ValueError, match="positive"):
        set_density(**keys, avg_area_per_plant_cm2=area_cm2)
    assert not DensityParameters.objects.exists()


def test_find_density_prefers_the_calibrated_one_of_the_detected_kind():
    default = DensityParametersFactory(container_type__kind=ContainerKind.PLUG)
    plants = {"product": default.product, "packaging": default.packaging}
    assert find_density(detected_kind="plug", **plants) == default
    calibrated = set_density(
        container_type=ContainerTypeFactory(kind=ContainerKind.SEEDLING_TRAY), avg_area_per_plant_cm2=20, **plants
    )
    assert find_density(detected_kind="plug", **plants) == calibrated
    assert find_density(detected_kind="box", **plants) is None
    assert find_density(detected_kind="plug", product=default.product, packaging=None) is None
