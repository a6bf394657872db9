"""The catalogue, read and kept by programs: the forms of the pages, lengths in centimetres in every nursery."""

import pytest

from locations.models import Packaging, Product
from locations.models.nursery import Units
from locations.nursery import write_nursery
from tests.locations.factories import (
    ContainerTypeFactory,
    PackagingFactory,
    ProductCategoryFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/catalogue"


def send(client, method, path, body):
    return getattr(client, method)(f"{API}/{path}", body, content_type="application/json")


def test_product_is_made_read_changed_and_archived(supervisor, viewer):
    category = ProductCategoryFactory()
    body = {"common_name": "Agave", "category": category.pk, "price": "12.50", "currency": "MXN"}
    made = send(supervisor, "post", "products", body)
    assert made.status_code == 201
    assert send(supervisor, "post", "products", body).status_code == 400
    product = made.json()
    path = f"products/{product['id']}"
    assert viewer.get(f"{API}/{path}").json() == product
    assert (product["price"], product["category"]) == ("12.50", category.pk)
    changed = send(supervisor, "patch", path, {"price": 13}).json()
    assert changed == {**product, "price": "13.00"}
    assert send(supervisor, "post", f"{path}/archive", {}).status_code == 400
    for _time in range(2):
        assert send(supervisor, "post", f"{path}/archive", {"active": False}).json()["active"] is False
    assert viewer.get(f"{API}/products").json()["products"] == []
    assert len(viewer.get(f"{API}/products?archived=true").json()["products"]) == 1


def test_misspelt_field_is_refused_instead_of_ignored(supervisor):
    product = ProductFactory()
    answer = send(supervisor, "patch", f"products/{product.pk}", {"prize": 3})
    assert (answer.status_code, "prize" in answer.json()["error"]["message"]) == (400, True)
    answer = supervisor.patch(f"{API}/products/{product.pk}", "price=3", content_type="text/plain")
    assert answer.status_code == 400


@pytest.mark.parametrize("odd", [{"common_name": {"a": 1}}, {"common_name": 5}, {"common_name": None}, {"price": []}])
def test_odd_values_are_refused(supervisor, odd):
    product = ProductFactory(common_name="Agave")
    status = send(supervisor, "patch", f"products/{product.pk}", odd).status_code
    product.refresh_from_db()
    assert (status in (200, 400), product.common_name) == (True, "Agave")


def test_lengths_are_in_centimetres_where_people_type_inches(supervisor):
    write_nursery(units=Units.US)
    packaging = PackagingFactory(diameter_cm=10)
    shown = supervisor.get(f"{API}/packagings/{packaging.pk}").json()
    assert shown["diameter_cm"] == 10
    changed = send(supervisor, "patch", f"packagings/{packaging.pk}", {"height_cm": 9}).json()
    assert (changed["diameter_cm"], changed["height_cm"]) == (10, 9)
    packaging.refresh_from_db()
    assert packaging.height_cm == 9


def test_grid_of_a_tray_makes_its_capacity(supervisor):
    body = {"name": "Tray 200", "kind": "plug", "rows": 10, "columns": 20}
    made = send(supervisor, "post", "containers", body)
    assert (made.status_code, made.json()["capacity"]) == (201, 200)
    tray = ContainerTypeFactory()
    assert supervisor.get(f"{API}/containers/{tray.pk}").json()["code"] == tray.code
    assert send(supervisor, "post", f"containers/{tray.pk}/archive", {"active": False}).json()["active"] is False


def test_terms_name_what_forms_ask_for(viewer):
    packaging = PackagingFactory()
    terms = viewer.get(f"{API}/terms").json()
    assert packaging.material_id in [term["id"] for term in terms["packaging_materials"]]
    assert {term["code"] for term in terms["loss_reasons"]} >= {"FROST", "THEFT"}


def test_mixed_plants_are_no_product_of_the_catalogue(supervisor):
    mixed = ProductFactory(is_mixed=True)
    assert supervisor.get(f"{API}/products/{mixed.pk}").status_code == 404
    assert Packaging.objects.count() + Product.objects.filter(is_mixed=False).count() == 0
