"""Products from a spreadsheet: what people really have in it, seen first, imported once, and nothing wrong silently."""

from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from locations.importing.reading import MOST_BYTES
from locations.models import Product, ProductCategory
from tests.factories import UserFactory
from tests.locations.factories import ProductCategoryFactory, ProductFactory, ProductFamilyFactory

pytestmark = pytest.mark.django_db
SPANISH = "Clave;Nombre común;Nombre científico;Categoría;Precio;Moneda\n"


@pytest.fixture(autouse=True)
def _boss(client):
    client.force_login(UserFactory(supervisor=True))


def preview(client, data, name="products.csv"):
    body = data.encode() if isinstance(data, str) else data
    return client.post(reverse("catalogue-import"), {"file": SimpleUploadedFile(name, body)})


def confirm(client, response):
    page = response.content.decode()
    rows = unescape(page.split('name="rows" value="')[1].split('"')[0])
    return client.post(reverse("catalogue-import"), {"rows": rows})


def workbook(*rows):
    book, data = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def test_spanish_table_is_shown_then_imported_once(client):
    ProductCategoryFactory(code="SUCCULENT", name="Suculentas")
    table = SPANISH + ";Rosa de alabastro;Echeveria elegans;suculentas;45,50;MXN\n;Biznaga;;Cactáceas;;\n"
    response = preview(client, table)
    assert response.status_code == 200
    assert "Import 2 products" in response.content.decode()
    assert not Product.objects.exists()
    assert confirm(client, response).status_code == 302
    rose = Product.objects.get(sku="ECH-ELE")
    assert (rose.price, rose.currency, rose.family.category.name) == (Decimal("45.50"), "MXN", "Suculentas")
    assert ProductCategory.objects.filter(name="Cactáceas").count() == 1
    confirm(client, response)
    assert Product.objects.count() == 2
    assert "There is nothing to import" in preview(client, table).content.decode()


def test_workbook_keeps_its_numbers(client):
    data = workbook(["SKU", "Name", "Price", "Currency", "Notes"], ["a-1", "Aloe", 1.125e3, "EUR", "x"], [None] * 5)
    confirm(client, preview(client, data, "products.xlsx"))
    aloe = Product.objects.get()
    assert (aloe.sku, aloe.price, aloe.family.category.name) == ("A-1", Decimal("1125.00"), "Other plants")


def test_cells_that_are_no_text_are_named_and_the_other_rows_imported(client):
    day = date(2026, 3, 4)
    response = preview(
        client, workbook(["Name", "Price", "Currency"], ["Aloe", day, "EUR"], ["Agave", 2, "EUR"]), "x.xlsx"
    )
    assert "date" in response.content.decode()
    confirm(client, response)
    assert [product.common_name for product in Product.objects.all()] == ["Agave"]


def test_known_products_are_changed_and_empty_cells_change_nothing(client):
    known = ProductFactory(sku="A-1", common_name="Aloe", family=ProductFamilyFactory(), price=3, currency="EUR")
    response = preview(client, "sku,name,price,currency\nA-1,Aloe vera,,\n")
    assert "Aloe → Aloe vera" in response.content.decode()
    confirm(client, response)
    known.refresh_from_db()
    assert (known.common_name, known.price, known.scientific_name) == ("Aloe vera", 3, "Mammillaria elongata")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";;;;45;MXN", "The name is missing"),
        (";Aloe;;;1.250;MXN", "This may mean"),
        (";Aloe;;;45;", "has no currency"),
        (";Aloe;;;45;PESOS", "has no currency"),
        (";Aloe;;;viele;MXN", "Enter a number"),
        ("A B;Aloe;;;;", "capital letters"),
        (f";{'x' * 200};;;;", "is too long"),
        ("NEW-1;;;;;", "the name is missing"),
    ],
)
def test_wrong_rows_are_named_and_the_others_imported(client, row, reason):
    response = preview(client, SPANISH + row + "\n;Agave;;;;\n;agave;;;;\n")
    page = unescape(response.content.decode())
    assert reason in page
    assert "The same product is in an earlier row" in page
    confirm(client, response)
    assert [product.common_name for product in Product.objects.all()] == ["Agave"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"name\n", "there are no rows"),
        (b"colour;weight\nred;3\n", "No column has the heading"),
        (b"PK\x03\x04 not a workbook", "the workbook is damaged"),
        (b"name\n" + b"Aloe\n" * 6000, "At most 5000 rows"),
        (b"x" * (MOST_BYTES + 1), "at most 20 MB"),
        (b"\xff\xfe\x00\x01\x02", "the letters cannot be read"),
    ],
)
def test_files_that_are_no_table_are_refused_with_words(client, data, message):
    response = preview(client, data)
    assert response.status_code == 422
    assert message in unescape(response.content.decode())


def test_rows_of_no_preview_are_a_bad_request(client):
    for rows in ("x", "5", "[5]", '{"a": 1}'):
        assert client.post(reverse("catalogue-import"), {"rows": rows}).status_code == 400
    assert client.post(reverse("catalogue-import")).status_code == 422


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_template_can_be_imported_again_without_a_change(client, form):
    ProductFactory(common_name="=Aloe", price=Decimal("45.50"), currency="EUR")
    ProductFactory()
    response = client.get(reverse("catalogue-template", args=[form]))
    assert response.status_code == 200
    page = preview(client, response.content, f"x.{form}").content.decode()
    assert "There is nothing to import" in page
    assert "Refused" not in page


def test_latin_file_of_a_spreadsheet_is_read(client):
    confirm(client, preview(client, "Nombre\nÁrnica\n".encode("cp1252")))
    assert Product.objects.get().common_name == "Árnica"
