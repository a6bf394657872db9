import pytest

from locations.configuration import ConfigureMode, configure_location
from locations.forms import AssignLocationForm, CalibrateForm, ConfigureLocationForm
from tests.locations.factories import (
    ContainerTypeFactory,
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)

pytestmark = pytest.mark.django_db


def test_assign_takes_an_active_location_only():
    location, off = StorageLocationFactory(), StorageLocationFactory(active=False)
    form = AssignLocationForm({"storage_location": location.pk})
    assert form.is_valid()
    assert form.cleaned_data == {"storage_location": location}
    assert not AssignLocationForm({"storage_location": off.pk}).is_valid()
    assert not AssignLocationForm({}).is_valid()


def test_configure_gives_the_arguments_of_the_core_function():
    product, packaging, state = ProductFactory(), PackagingFactory(), ProductStateFactory()
    data = {"product": product.pk, "packaging": packaging.pk, "expected_state": state.pk, "mode": "new_cycle"}
    form = ConfigureLocationForm(data)
    assert form.is_valid()
    assert form.cleaned_data["mode"] is ConfigureMode.NEW_CYCLE
    config = configure_location(location=StorageLocationFactory(), **form.cleaned_data)
    assert (config.product, config.packaging, config.expected_state) == (product, packaging, state)


def test_configure_works_without_packaging_and_asks_for_the_rest():
    data = {"product": ProductFactory().pk, "expected_state": ProductStateFactory().pk, "mode": "update"}
    form = ConfigureLocationForm(data)
    assert form.is_valid()
    assert form.cleaned_data["packaging"] is None
    assert set(ConfigureLocationForm({}).errors) == {"product", "expected_state", "mode"}


def test_configure_does_not_offer_what_is_switched_off():
    data = {"product": ProductFactory(active=False).pk, "expected_state": ProductStateFactory().pk, "mode": "update"}
    assert set(ConfigureLocationForm(data).errors) == {"product"}


@pytest.mark.parametrize("given", [{"plants_per_m2": "100"}, {"avg_area_per_plant_cm2": "100"}])
def test_calibrate_takes_either_unit(given):
    container_type = ContainerTypeFactory()
    form = CalibrateForm({"container_type": container_type.pk, **given})
    assert form.is_valid()
    assert form.cleaned_data == {"container_type": container_type, "avg_area_per_plant_cm2": 100}


@pytest.mark.parametrize(
    "given",
    [{}, {"plants_per_m2": "1", "avg_area_per_plant_cm2": "1"}, {"plants_per_m2": "0"}, {"plants_per_m2": "nan"}],
)
def test_calibrate_refuses_none_both_and_nonsense(given):
    assert not CalibrateForm({"container_type": ContainerTypeFactory().pk, **given}).is_valid()
