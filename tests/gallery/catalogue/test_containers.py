"""Trays and crates in the catalogue: a grid makes the capacity, lengths in the nursery's unit, nothing deleted."""

import pytest
from django.urls import reverse

from locations.models import ContainerType, Packaging
from locations.nursery import forget_nursery, write_nursery
from tests.factories import UserFactory
from tests.locations.factories import ContainerTypeFactory, DensityParametersFactory, PackagingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _boss(client):
    client.force_login(UserFactory(supervisor=True))
    yield
    forget_nursery()


@pytest.fixture
def inches():
    write_nursery(name="Sun Nursery", language="en", units="us")


def tray(**changes):
    empty = dict.fromkeys(("rows", "columns", "capacity", "length_cm", "width_cm", "height_cm", "code"), "")
    return {"name": "Plug tray of 50 cells", "kind": "plug", **empty} | changes


def test_new_tray_gets_its_code_and_its_capacity(client):
    response = client.post(reverse("container-new"), tray(rows="10", columns="5", length_cm="54,5"))
    assert response.headers["Location"] == reverse("containers")
    made = ContainerType.objects.get()
    assert (made.code, made.capacity, made.length_cm) == ("PLUG-TRAY-OF-50-CELLS", 50, 54.5)


def test_tray_without_a_grid_has_the_capacity_that_was_typed(client):
    client.post(reverse("container-new"), tray(name="Crate", kind="box", capacity="12", code="crate-12"))
    made = ContainerType.objects.get(code="CRATE-12")
    assert (made.rows, made.columns, made.capacity) == (None, None, 12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rows": "10"}, "Give both rows and columns"),
        ({"rows": "10", "columns": "5", "capacity": "49"}, "10 rows of 5 make 50"),
        ({"rows": "0", "columns": "5"}, "greater than or equal to 1"),
        ({"rows": "5000", "columns": "5000"}, "at most 10000 cells"),
        ({"capacity": "-1"}, "greater than or equal to 1"),
        ({"capacity": "many"}, "whole number"),
        ({"length_cm": "-3"}, "greater than or equal to"),
        ({"length_cm": "1.250"}, "This may mean"),
        ({"kind": "bathtub"}, "Select a valid choice"),
        ({"name": ""}, "required"),
        ({"code": "a b"}, "capital letters"),
        ({"name": "loose POTS"}, "of this name already"),
    ],
)
def test_wrong_answers_are_shown_again(client, changes, message):
    ContainerTypeFactory(name="Loose pots")
    response = client.post(reverse("container-new"), tray(**changes))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert ContainerType.objects.count() == 1


def test_changed_grid_changes_the_capacity(client):
    made = ContainerTypeFactory(rows=10, columns=5, capacity=50)
    values = tray(name=made.name, kind=made.kind, code=made.code, rows="12", columns="6", capacity="50")
    assert client.post(reverse("container", args=[made.pk]), values).status_code == 302
    made.refresh_from_db()
    assert (made.rows, made.columns, made.capacity) == (12, 6, 72)


def test_viewers_only_look(client):
    made = ContainerTypeFactory()
    client.force_login(UserFactory(viewer=True))
    assert "disabled" in client.get(reverse("container", args=[made.pk])).content.decode()
    assert client.post(reverse("container", args=[made.pk]), tray()).status_code == 403
    assert client.get(reverse("container-new")).status_code == 403


def test_archived_tray_keeps_its_densities_and_comes_back(client):
    density = DensityParametersFactory(container_type__name="Old tray")
    kind = density.container_type
    client.post(reverse("container-archive", args=[kind.pk]), {"active": "no"})
    assert ">Old tray<" not in client.get(reverse("containers")).content.decode()
    assert ">Old tray<" in client.get(reverse("containers"), {"archived": "on"}).content.decode()
    assert kind.densities.count() == 1
    client.post(reverse("container-archive", args=[kind.pk]), {"active": "yes"})
    kind.refresh_from_db()
    assert kind.active


def test_list_is_searched_and_paged_with_few_queries(client, django_assert_max_num_queries):
    ContainerTypeFactory.create_batch(60)
    ContainerTypeFactory(name="Bandeja de alvéolos")
    with django_assert_max_num_queries(10):
        page = client.get(reverse("containers")).content.decode()
    assert "Page 1 of 2" in page
    assert client.get(reverse("containers"), {"q": "alvéolos"}).content.decode().count('class="entry"') == 1
    assert "No tray or crate matches" in client.get(reverse("containers"), {"q": "zzz"}).content.decode()


def test_inches_are_typed_and_centimetres_stored(client, inches):
    assert "Length (in)" in client.get(reverse("container-new")).content.decode()
    client.post(reverse("container-new"), tray(rows="10", columns="5", length_cm="21.5"))
    assert ContainerType.objects.get().length_cm == pytest.approx(54.61)


def test_length_that_nobody_changed_keeps_its_value(client, inches):
    made = PackagingFactory(diameter_cm=10, height_cm=9)
    page = client.get(reverse("packaging", args=[made.pk])).content.decode()
    assert 'value="3.94"' in page
    values = {"packaging_type": made.packaging_type_id, "material": made.material_id, "colour": made.colour_id}
    values |= {"name": "Other name", "sku": made.sku, "diameter_cm": "3.94", "height_cm": "4", "volume_l": ""}
    assert client.post(reverse("packaging", args=[made.pk]), values).status_code == 302
    changed = Packaging.objects.get()
    assert (changed.name, changed.diameter_cm, changed.height_cm) == ("Other name", 10, pytest.approx(10.16))
