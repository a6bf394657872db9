"""QR labels: every code on the printed page is read back and leads to its location."""

import cv2
import numpy as np
import pypdfium2
import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from locations.labels import pdf as labels
from locations.labels.pdf import MAX_LABELS, PER_PAGE, Label, draw_labels
from locations.matching import match_qr_code
from locations.models import StorageLocation
from tests.factories import UserFactory
from tests.locations.factories import StorageAreaFactory, StorageLocationFactory

DPI = 200
LONGEST = "ABCDEFGHIJ_LMN.PQ-ST"  # 20 characters, not all of QR's short alphabet


@pytest.fixture
def viewer(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(viewer=True))
    return client


def pages_of(pdf: bytes) -> list[np.ndarray]:
    """The pages as a printer would have them, in grey."""
    document = pypdfium2.PdfDocument(pdf)
    return [np.asarray(page.render(scale=DPI / 72).to_pil().convert("L")) for page in document]


def codes_of(page: np.ndarray) -> list[str]:
    """What a scanner reads from each label of a page, cut along the marks; empty for a place without a label."""
    found = []
    for left, bottom in labels._corners():
        x, y = round(left / 72 * DPI), page.shape[0] - round((bottom + labels.HEIGHT) / 72 * DPI)
        cut = page[y : y + round(labels.HEIGHT / 72 * DPI), x : x + round(labels.WIDTH / 72 * DPI)]
        found.append(cv2.QRCodeDetector().detectAndDecode(cut)[0])
    return found


def make_labels(count: int) -> list[Label]:
    return [Label(f"DEM-N1-N-{number:02}", f"Claro {number}", "Nave 1 - Cantero Norte") for number in range(count)]


def test_labels_fill_pages_of_a4_in_their_order():
    pages = pages_of(draw_labels(make_labels(PER_PAGE + 1), title="Labels"))
    assert [page.shape for page in pages] == [(2339, 1654)] * 2
    assert codes_of(pages[0]) == [f"DEM-N1-N-{number:02}" for number in range(PER_PAGE)]
    assert codes_of(pages[1]) == [f"DEM-N1-N-{PER_PAGE:02}", *[""] * (PER_PAGE - 1)]


@pytest.mark.parametrize("name", ["Claro 1", "Ñandú-Łódź " * 12, "endless" * 40, "", "<b>&\n"])
def test_no_name_spoils_a_code_or_its_neighbour(name):
    page = pages_of(draw_labels([Label(LONGEST, name, name), Label("NEIGHBOUR-1", name, name)], title="Labels"))[0]
    assert codes_of(page)[:2] == [LONGEST, "NEIGHBOUR-1"]


def test_a_label_with_a_stain_is_still_read():
    page = pages_of(draw_labels(make_labels(1), title="Labels"))[0].copy()
    cv2.circle(page, (330, 340), 22, 128, -1)
    assert codes_of(page)[0] == "DEM-N1-N-00"


@pytest.mark.parametrize("count", [0, MAX_LABELS + 1])
def test_no_labels_and_too_many_are_refused(count):
    with pytest.raises(ValueError, match="labels"):
        draw_labels(make_labels(count), title="Labels")


def test_printed_codes_lead_to_their_locations(viewer: Client):
    area = StorageAreaFactory()
    bays = [StorageLocationFactory(storage_area=area, qr_code=code) for code in (LONGEST, "DEM-N1-N-04")]
    StorageLocationFactory(storage_area=area, qr_code=None)
    StorageLocationFactory(storage_area=area, active=False)
    StorageLocationFactory()
    answer = viewer.get("/labels/labels.pdf", {"warehouse_id": area.warehouse_id})
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="qr-labels.pdf"',
    )
    read = [code for page in pages_of(answer.content) for code in codes_of(page) if code]
    assert [match_qr_code(code).location for code in read] == bays


def test_labels_of_an_area_or_of_ticked_locations_only(viewer: Client):
    area, bay = StorageAreaFactory(), StorageLocationFactory(qr_code="DEM-N1-N-04")
    StorageLocationFactory(qr_code="DEM-N1-N-05")
    StorageLocationFactory(storage_area=area, qr_code="DEM-N1-N-06")
    for asked, expected in (
        ({"location_id": [bay.pk]}, "DEM-N1-N-04"),
        ({"warehouse_id": area.warehouse_id, "area_id": area.pk}, "DEM-N1-N-06"),
    ):
        [page] = pages_of(viewer.get("/labels/labels.pdf", asked).content)
        assert [code for code in codes_of(page) if code] == [expected]


def test_the_page_offers_what_has_a_code_and_names_what_has_none(viewer: Client):
    bay = StorageLocationFactory(name="Bay 4", qr_code="DEM-N1-N-04")
    StorageLocationFactory(storage_area=bay.storage_area, name="Bay 5", qr_code=None)
    warehouse_id = bay.storage_area.warehouse_id
    assertNotContains(viewer.get("/labels/"), "Bay 4")
    page = viewer.get("/labels/", {"warehouse_id": warehouse_id})
    assertContains(page, "DEM-N1-N-04")
    assertContains(page, "1 location has no QR code")
    assertContains(page, f"/labels/labels.pdf?warehouse_id={warehouse_id}")
    assertNotContains(page, "Bay 5")


@pytest.mark.parametrize("asked", [{}, {"location_id": "999999"}, {"location_id": "x"}, {"warehouse_id": "\x00"}])
def test_nothing_to_print_is_told_on_the_page_before(viewer: Client, asked):
    page = viewer.get("/labels/labels.pdf", asked, follow=True)
    assert page.redirect_chain[0][0].startswith("/labels/?")
    assertContains(page, "Choose at least one location that has a QR code.", status_code=page.status_code)


def test_too_many_labels_are_told_on_the_page_before(viewer: Client, monkeypatch):
    monkeypatch.setattr("gallery.places.label_sheet_views.MAX_LABELS", 1)
    area = StorageAreaFactory()
    StorageLocationFactory.create_batch(2, storage_area=area)
    page = viewer.get("/labels/labels.pdf", {"warehouse_id": area.warehouse_id}, follow=True)
    assertRedirects(page, f"/labels/?warehouse_id={area.warehouse_id}")
    assertContains(page, "At most 1 label at a time. Choose an area.")


def test_the_page_takes_the_same_queries_for_any_number(viewer: Client, django_assert_num_queries):
    area = StorageAreaFactory()
    for _ in range(2):
        StorageLocationFactory.create_batch(3, storage_area=area)
        with django_assert_num_queries(7):  # sign-in and permissions 3, the chosen warehouse, locations, choices 2
            viewer.get("/labels/", {"warehouse_id": area.warehouse_id})
    assert StorageLocation.objects.count() == 6
