import pytest
from django.utils.translation import override

from locations.configuration import ConfigureMode, ListedPart, configure_location, list_parts
from locations.forms import AssignLocationForm, CalibrateForm, ConfigureLocationForm
from locations.listing import read_part, write_where
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


def sent(*rows, **fields):
    """The data of a form with these rows of (product, where)."""
    main = {"product": ProductFactory().pk, "expected_state": ProductStateFactory().pk, "mode": "update"}
    listed = {
        f"part{number}_{name}": value
        for number, (product, where) in enumerate(rows)
        for name, value in (("product", product and product.pk), ("where", where))
    }
    return main | {"parts": len(rows)} | {name: value or "" for name, value in listed.items()} | fields


def test_configure_lists_products_by_container_and_share():
    agave, aloe = ProductFactory(), ProductFactory()
    form = ConfigureLocationForm(sent((agave, "3, 1 - 2"), (None, ""), (aloe, "40%"), product="mixed"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["parts"] == [
        ListedPart(agave, None, "1-3", None),
        ListedPart(aloe, None, "", 40),
    ]
    assert form.cleaned_data["product"].is_mixed
    config = configure_location(location=StorageLocationFactory(), **form.cleaned_data)
    assert [str(part) for part in config.listed_parts] == [f"{agave}: 1-3", f"{aloe}: 40 %"]
    assert str(config.product) == "Mixed plants (not identified)"


@pytest.mark.parametrize(
    ("rows", "field", "words"),
    [
        (["1-3", "3"], "part1_where", "Container 3 is listed twice."),
        (["60 %", "50 %"], "part1_where", "more than 100 %"),
        (["left 60 %", "right 50 %"], "part1_where", "overlap"),
        (["left 40 %", "left 30 %"], "part1_where", "listed twice"),
        (["left 40 %", "top 30 %"], "part1_where", "Use either left and right, or top and bottom"),
        (
            ["middle 40 %"],
            "part0_where",
            "Write containers (1-3), a side of the photo (left 40 %), the corners of a drawn",
        ),
        (["left half"], "part0_where", "Write containers"),
        (["0 %"], "part0_where", "Write containers"),
        ([""], "part0_where", "Write containers"),
        (["1-1000"], "part0_where", "Write containers"),
        ([",".join(map(str, range(1, 100, 2)))], "part0_where", "too many containers"),
        (["10 10, 60 10"], "part0_where", "at least three corners"),
        (["1 2 3"], "part0_where", "Write containers"),
        (["10 10, 60 10, 60 101"], "part0_where", "from 0 to 100 percent"),
        (["10 10, 60 10, 90 10"], "part0_where", "hardly any area"),
        (["10 10, 60 60, 60 10, 10 60"], "part0_where", "edges of the drawn part cross"),
        ([", ".join(f"{x} {x % 2 * 50}" for x in range(41))], "part0_where", "at most 40 corners"),
        (["0 0, 50 0, 50 100, 0 100", "20 0, 90 0, 90 100"], "part1_where", "overlaps that of Ladyfinger cactus"),
        (["left 40 %", "30 0, 90 0, 90 100, 30 100"], "part1_where", "overlaps"),
        (["30 0, 90 0, 90 100, 30 100", "left 40 %"], "part1_where", "overlaps"),
    ],
)
def test_configure_says_what_is_wrong_with_a_row(rows, field, words):
    form = ConfigureLocationForm(sent(*((ProductFactory(), where) for where in rows)))
    assert words in str(form.errors[field])
    assert set(form.errors) == {field}
    assert form.lists_products


def test_configure_refuses_a_row_without_product_and_a_product_twice():
    assert set(ConfigureLocationForm(sent((None, "1"))).errors) == {"part0_product"}
    agave = ProductFactory()
    assert set(ConfigureLocationForm(sent((agave, "1"), (agave, "2"))).errors) == {"part1_where"}


@pytest.mark.parametrize(("language", "where"), [("en", "left 40 %"), ("es", "Left 40%"), ("en", "  LEFT  40 % ")])
def test_configure_understands_sides_in_both_languages(language, where):
    with override(language):
        form = ConfigureLocationForm(sent((ProductFactory(), where), (ProductFactory(), "right 60 %")))
        assert form.is_valid(), form.errors
        [left, right] = form.cleaned_data["parts"]
        assert (left.side, left.share_percent, right.side) == ("left", 40, "right")
        again = ConfigureLocationForm(sent((left.product, write_where(left))))
        assert again.is_valid()
        assert again.cleaned_data["parts"] == [left]


def test_configure_lists_drawn_parts_beside_each_other():
    rows = ["0 0; 40.04 0; 40 100; 0 100; 0 0", "39 0, 39 0, 70 0, 70 100, 39 100", "right 30 %", "1", "10 %"]
    form = ConfigureLocationForm(sent(*((ProductFactory(), where) for where in rows)))
    assert form.is_valid(), form.errors
    first, second, *_others = form.cleaned_data["parts"]
    assert (first.outline, second.outline) == ("0 0, 40 0, 40 100, 0 100", "39 0, 70 0, 70 100, 39 100")
    assert read_part(first.product, None, write_where(first)) == first
    config = configure_location(location=StorageLocationFactory(), **form.cleaned_data)
    assert config.listed_parts[0].corners == ((0, 0), (40, 0), (40, 100), (0, 100))
    assert config.listed_parts[2].corners == ((70, 0), (100, 0), (100, 100), (70, 100))
    assert list_parts(config) == form.cleaned_data["parts"]


def test_configure_offers_rows_to_spare_and_none_without_end():
    listed = [ListedPart(ProductFactory(), None, "1-2")]
    form = ConfigureLocationForm(initial={"parts": listed})
    assert [row[2].value() for row in form.part_rows] == ["1-2", None, None]
    assert len(ConfigureLocationForm(sent() | {"parts": "999999"}).part_rows) == 30
    without = ConfigureLocationForm(sent() | {"parts": ""})
    assert without.is_valid()
    assert "parts" not in without.cleaned_data, "what was listed stays"


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
