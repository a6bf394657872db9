"""Downloaded tables as the spreadsheets of a nursery open them: right signs, right columns, nothing that runs."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import translation

from gallery.common.tables import write_csv, write_workbook
from tests.processing.factories import CorrectionFactory, make_bed

COLUMNS = ("file", "x_px", "seen", "text")
ROWS = [{"file": "Ñandú cajón.jpg", "x_px": 12.5, "seen": 3, "text": "=1+1"}, {"seen": None}]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_csv_in_english_has_commas_and_points():
    with translation.override("en"):
        data = write_csv(COLUMNS, ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines() == ["file,x_px,seen,text", "Ñandú cajón.jpg,12.5,3,'=1+1", ",,,"]


def test_csv_in_spanish_has_semicolons_and_decimal_commas():
    with translation.override("es"):
        data = write_csv(COLUMNS, ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[1:] == ["Ñandú cajón.jpg;12,5;3;'=1+1", ";;;"]


def read_cells(workbook: bytes) -> dict[str, tuple[str, str]]:
    """Type and value of each cell, and nothing of the library that wrote it."""
    archive = zipfile.ZipFile(BytesIO(workbook))
    texts = [item.findtext(f"{SHEET}t") for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))]
    cells = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}c")
    found = {cell.get("r"): (cell.get("t", "n"), cell.findtext(f"{SHEET}v")) for cell in cells}
    assert not list(ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}f"))
    return {place: (kind, texts[int(value)] if kind == "s" else value) for place, (kind, value) in found.items()}


@pytest.mark.parametrize("language", ["en", "es"])
def test_workbook_keeps_texts_as_texts_and_numbers_as_numbers(language):
    with translation.override(language):
        cells = read_cells(write_workbook(COLUMNS, ROWS))
    assert [cells[place] for place in ("A2", "B2", "C2", "D2")] == [
        ("s", "Ñandú cajón.jpg"),
        ("n", "12.5"),
        ("n", "3"),
        ("s", "=1+1"),
    ]
    assert "C3" not in cells


def test_workbook_takes_what_a_spreadsheet_cannot_hold():
    cells = read_cells(write_workbook(("text",), [{"text": "a\x00\x0b" + "x" * 40_000}]))
    assert len(cells["A2"][1]) > 30_000


@pytest.mark.django_db
def test_marks_are_downloaded_for_excel(viewer: Client):
    bed = make_bed(0, 1)
    CorrectionFactory(image=bed.original_image, action="note", class_id=None, x=None, y=None, text="=HYPERLINK(1)")
    response = viewer.get(f"/gallery/{bed.original_image_id}/export.xlsx")
    assert response.headers["Content-Disposition"].endswith('.xlsx"')
    cells = read_cells(response.content)
    assert (cells["A2"], cells["A3"], cells["I3"]) == (("s", "total"), ("s", "mark"), ("n", "100"))
    assert ("s", "=HYPERLINK(1)") in cells.values()
    assert viewer.get(f"/gallery/{bed.original_image_id}/").content.count(b"export.xlsx") == 1
