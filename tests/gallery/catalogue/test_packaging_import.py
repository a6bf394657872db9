"""Packaging from a spreadsheet: lists are filled, sizes in the unit that the heading or the nursery says, once."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from locations.models import Packaging, PackagingColour, PackagingType
from locations.nursery import forget_nursery, write_nursery
from tests.factories import UserFactory
from tests.gallery.catalogue.test_import import workbook
from tests.locations.factories import PackagingFactory

pytestmark = pytest.mark.django_db
SPANISH = "Clave;Nombre;Tipo;Material;Color;Diámetro (cm);Altura (cm);Volumen (l)\n"


@pytest.fixture(autouse=True)
def _boss(client):
    client.force_login(UserFactory(supervisor=True))
    yield
    forget_nursery()


@pytest.fixture
def inches():
    write_nursery(name="Sun Nursery", language="en", units="us")


def preview(client, data, name="pots.csv"):
    body = data.encode() if isinstance(data, str) else data
    return client.post(reverse("packaging-import"), {"file": SimpleUploadedFile(name, body)})


def confirm(client, response):
    rows = unescape(response.content.decode().split('name="rows" value="')[1].split('"')[0])
    return client.post(reverse("packaging-import"), {"rows": rows})


def test_spanish_table_is_shown_then_imported_once(client):
    known = PackagingFactory(name="Maceta 8 cm")
    table = SPANISH + f";Maceta 9 cm;{known.packaging_type.name.upper()};Barro;Rojo;9,5;8;0,36\n"
    response = preview(client, table)
    page = response.content.decode()
    assert "Import 1 kind of packaging" in page
    assert "diameter 9.5 cm" in page
    assert Packaging.objects.count() == 1
    assert confirm(client, response).headers["Location"] == reverse("packagings")
    made = Packaging.objects.get(sku="MAC-9")
    assert (made.diameter_cm, made.height_cm, made.volume_l) == (9.5, 8, 0.36)
    assert (made.packaging_type, made.material.name, made.colour.name) == (known.packaging_type, "Barro", "Rojo")
    confirm(client, response)
    assert Packaging.objects.count() == 2
    assert PackagingColour.objects.filter(name="Rojo").count() == 1
    assert "There is nothing to import" in preview(client, table).content.decode()


def test_workbook_keeps_its_numbers(client):
    data = workbook(["Name", "Type", "Material", "Colour", "Volume (l)"], ["Pot", "Pot", "Clay", "Red", 1.125])
    confirm(client, preview(client, data, "pots.xlsx"))
    assert Packaging.objects.get().volume_l == 1.125


def test_known_packaging_is_changed_and_empty_cells_change_nothing(client):
    known = PackagingFactory(sku="P-1", name="Pot", diameter_cm=9, volume_l=0.3)
    response = preview(client, f"sku,name,diameter_cm,volume_l\np-1,,10,\n,{known.name},,\n")
    page = unescape(response.content.decode())
    assert "diameter 9 cm → diameter 10 cm" in page
    confirm(client, response)
    known.refresh_from_db()
    assert (known.name, known.diameter_cm, known.volume_l) == ("Pot", 10, 0.3)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";;Pot;Clay;Red;;;", "The name is missing"),
        (";Pot;;Clay;Red;;;", "needs a type, a material and a colour"),
        (";Pot;Pot;Clay;Red;1.250;;", "This may mean"),
        (";Pot;Pot;Clay;Red;wide;;", "Enter a number"),
        (";Pot;Pot;Clay;Red;-4;;", "greater than or equal to"),
        (";Pot;Pot;Clay;Red;50000;;", "less than or equal to"),
        ("A B;Pot;Pot;Clay;Red;;;", "capital letters"),
        ("NEW-1;;;;;;;", "the name is missing"),
        (f";Pot;{'x' * 200};Clay;Red;;;", "is too long"),
    ],
)
def test_wrong_rows_are_named_and_the_others_imported(client, row, reason):
    response = preview(client, SPANISH + row + "\n;Bolsa;Bolsa;Plástico;Negro;;;\n;bolsa;Bolsa;Plástico;Negro;;;\n")
    page = unescape(response.content.decode())
    assert reason in page
    assert "The same packaging is in an earlier row" in page
    confirm(client, response)
    assert [packaging.name for packaging in Packaging.objects.all()] == ["Bolsa"]
    assert PackagingType.objects.count() == 1


def test_heading_without_a_unit_means_that_of_the_nursery(client, inches):
    table = "name,type,material,colour,diameter,height (cm)\nPot,Pot,Clay,Red,4,10\n"
    response = preview(client, table)
    assert "diameter 10.16 cm" in response.content.decode()
    confirm(client, response)
    assert (Packaging.objects.get().diameter_cm, Packaging.objects.get().height_cm) == (pytest.approx(10.16), 10)


def test_size_in_two_units_is_refused(client):
    table = "name,type,material,colour,diameter (cm),diameter (in)\nPot,Pot,Clay,Red,10,4\n"
    assert "twice, in two units" in preview(client, table).content.decode()


@pytest.mark.parametrize("units", ["metric", "us"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_template_can_be_imported_again_without_a_change(client, form, units):
    write_nursery(name="Sun Nursery", units=units)
    PackagingFactory(name="=Pot", diameter_cm=10, height_cm=8.5, volume_l=0.5)
    PackagingFactory(name="Bag", diameter_cm=None, height_cm=None, volume_l=2)
    response = client.get(reverse("packaging-template", args=[form]))
    page = preview(client, response.content, f"x.{form}").content.decode()
    assert "There is nothing to import" in page
    assert "Refused" not in page


def test_rows_of_no_preview_are_a_bad_request(client):
    for rows in ("x", "5", "[5]", '{"a": 1}'):
        assert client.post(reverse("packaging-import"), {"rows": rows}).status_code == 400
    assert client.post(reverse("packaging-import")).status_code == 422
    assert client.get(reverse("packaging-template", args=["pdf"])).status_code == 404
