"""Products and packagings: made inside the form that needs them too, with a SKU from the name; archived, merged."""

from decimal import Decimal

import pytest
from django.urls import reverse

from locations.catalogue import suggest_sku
from locations.models import LocationConfig, Packaging, Product
from stock.products import merge_products
from tests.factories import UserFactory
from tests.locations.factories import (
    DensityParametersFactory,
    LocationConfigFactory,
    PackagingFactory,
    ProductCategoryFactory,
    ProductFactory,
)
from tests.stock.factories import StockBatchFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = UserFactory(supervisor=True)
    client.force_login(user)
    return user


def product(**changes):
    return {
        "common_name": "Rosa de alabastro",
        "scientific_name": "Echeveria elegans",
        "category": ProductCategoryFactory().pk,
        "family_name": "",
        "sku": "",
        "price": "",
        "currency": "",
    } | changes


def test_new_product_gets_sku_and_family_from_its_name(client, boss):
    assert client.post(reverse("product-new"), product(price="45,50", currency="MXN")).status_code == 302
    made = Product.objects.get()
    assert (made.sku, made.family.name, made.price, made.currency) == ("ECH-ELE", "Echeveria", Decimal("45.50"), "MXN")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": "45"}, "Choose the currency"),
        ({"price": "1.250", "currency": "MXN"}, "This may mean"),
        ({"price": "1,255", "currency": "MXN"}, "This may mean"),
        ({"price": "1.2345", "currency": "MXN"}, "at most two decimals"),
        ({"price": "-1", "currency": "MXN"}, "greater than or equal to 0"),
        ({"common_name": ""}, "required"),
        ({"sku": "a b"}, "capital letters"),
    ],
)
def test_wrong_product_is_shown_again(client, boss, changes, message):
    response = client.post(reverse("product-new"), product(**changes))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Product.objects.exists()


def test_product_is_not_made_twice(client, boss):
    client.post(reverse("product-new"), product())
    response = client.post(reverse("product-new"), product(common_name="rosa de ALABASTRO"))
    assert "already: ECH-ELE" in response.content.decode()
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sku"),
    [
        ("Echeveria elegans", "ECH-ELE"),
        ("Maceta 10 cm negra", "MAC-10-NEG"),
        ("Ñ", "N"),
        ("李", "X"),
        ("Aloe", "ALO-2"),
    ],
)
def test_sku_is_short_and_free(name, sku):
    ProductFactory(sku="ALO")
    assert suggest_sku(name, Product) == sku


def test_new_product_in_the_modal_is_chosen_where_it_was_needed(client, boss):
    headers = {"HX-Request": "true"}
    assert b"<html" not in client.get(reverse("product-new"), headers=headers).content
    response = client.post(reverse("product-new"), product(), headers=headers)
    made = Product.objects.get()
    assert f'<option value="{made.pk}" selected>' in response.content.decode()
    assert "close-modal" in response.headers["HX-Trigger-After-Settle"]
    assert client.post(reverse("product-new"), product(common_name=""), headers=headers).status_code == 422


def test_without_scripts_the_page_leads_back_with_the_new_product(client, boss):
    place = LocationConfigFactory().location
    back = f"{reverse('location', args=[place.code])}#configuration"
    response = client.post(reverse("product-new"), product(next=back))
    made = Product.objects.get(sku="ECH-ELE")
    assert response.headers["Location"] == back.replace("#", f"?product={made.pk}#")
    page = client.get(response.headers["Location"]).content.decode()
    assert f'<option value="{made.pk}" selected>' in page
    assert client.post(reverse("product-new"), product(common_name="x", next="https://evil.example")).headers[
        "Location"
    ] == reverse("products")


def test_new_packaging(client, boss):
    known = PackagingFactory()
    values = {"packaging_type": known.packaging_type_id, "material": known.material_id, "colour": known.colour_id}
    response = client.post(reverse("packaging-new"), values | {"name": "Maceta 9 cm", "diameter_cm": "9,5"})
    assert response.status_code == 302
    made = Packaging.objects.get(sku="MAC-9")
    assert made.diameter_cm == 9.5
    assert client.post(reverse("packaging-new"), values | {"name": "maceta 9 CM"}).status_code == 422


def test_list_finds_products_and_counts_where_they_grow(client, boss, django_assert_max_num_queries):
    grown = LocationConfigFactory(product__common_name="Árnica", product__sku="ARN").product
    ProductFactory.create_batch(20)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("products"), {"q": "arn"}).content.decode()
    assert "grows in 1 location" in page
    assert page.count('class="entry"') == 1
    client.post(reverse("product-archive", args=[grown.pk]), {"active": "no"})
    assert (
        "Árnica"
        not in client.get(reverse("products"), {"q": "arn"}).content.decode().split("messages")[-1].split("<ul")[-1]
    )
    assert "Árnica" in client.get(reverse("products"), {"archived": "on"}).content.decode()


def test_product_is_changed_by_those_who_may(client, boss):
    made = ProductFactory()
    values = product(common_name="Other", scientific_name="Other other", sku=made.sku)
    assert client.post(reverse("product", args=[made.pk]), values).status_code == 302
    made.refresh_from_db()
    assert made.common_name == "Other"
    client.force_login(UserFactory(viewer=True))
    assert "disabled" in client.get(reverse("product", args=[made.pk])).content.decode()
    assert client.post(reverse("product", args=[made.pk]), values).status_code == 403


def test_merge_moves_everything_and_keeps_both_names(client, boss):
    source, target = ProductFactory(sku="OLD"), ProductFactory(sku="NEW")
    config = LocationConfigFactory(product=source)
    batch = StockBatchFactory(product=source)
    moved = DensityParametersFactory(product=source)
    kept = DensityParametersFactory(product=source)
    DensityParametersFactory(product=target, packaging=kept.packaging, container_type=kept.container_type)
    page = reverse("product-merge", args=[source.pk])
    assert client.post(page, {"target": target.pk}).status_code == 422
    assert client.post(page, {"target": target.pk, "sure": "on"}).status_code == 302
    for row in (config, batch, moved, kept, source):
        row.refresh_from_db()
    assert (config.product, batch.product, moved.product, kept.product) == (target, target, target, source)
    assert (source.active, source.merged_into) == (False, target)
    assert "OLD" in client.get(reverse("product", args=[target.pk])).content.decode()
    assert client.get(page).status_code == 302


def test_merge_that_would_add_up_stock_is_refused(client, boss):
    source, target = ProductFactory(), ProductFactory()
    batch = StockBatchFactory(product=source)
    StockBatchFactory(product=target, location=batch.location, config=batch.config, packaging=batch.packaging)
    response = client.post(reverse("product-merge", args=[source.pk]), {"target": target.pk, "sure": "on"})
    assert response.status_code == 422
    assert "has stock of both products" in response.content.decode()
    source.refresh_from_db()
    assert source.active


def test_products_merged_before_follow(boss):
    first, second, third = ProductFactory.create_batch(3)
    merge_products(source=first, target=second)
    merge_products(source=second, target=third)
    first.refresh_from_db()
    assert first.merged_into == third
    assert not LocationConfig.objects.exists()


def test_a_merged_product_is_only_read(client, boss):
    source, target = ProductFactory(sku="OLD", common_name="Agave"), ProductFactory()
    page = reverse("product", args=[source.pk])
    assert "Configure a location with it" in client.get(page).content.decode()
    merge_products(source=source, target=target)
    shown = client.get(page).content.decode()
    assert ">Save<" not in shown
    assert "Configure a location with it" not in shown
    assert "use that one" in client.post(page, {"common_name": "Aloe"}, follow=True).content.decode()
    source.refresh_from_db()
    assert source.common_name == "Agave"


@pytest.mark.parametrize("name", ["products", "packagings", "containers"])
def test_empty_lists_say_what_to_do(client, boss, name):
    assert "empty-state" in client.get(reverse(name)).content.decode()
