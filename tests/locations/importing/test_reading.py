"""Files as people have them: other encodings, spreadsheets with formulas, files that are none."""

import json
import zipfile
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from locations.importing.coordinates import convert, read_outline, write_outline
from locations.importing.mapping import ImportMapping, read_mapping, read_mapping_file
from locations.importing.patterns import check_pattern, compose
from locations.importing.reading import read_tables
from locations.importing.tables import MOST_COLUMNS, MOST_ROWS, pack, unpack
from locations.importing.values import RefusedError, read_switch
from tests.locations.factories import square

TEXT = "código;nombre\nB1;Señal\n"


def refusal(file, data):
    with pytest.raises(RefusedError) as caught:
        read_tables(file, data)
    return str(caught.value)


def workbook(fill):
    book = Workbook()
    fill(book.active)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(file, data):
    [table] = read_tables(file, data)
    return [row.values for row in table.rows]


@pytest.mark.parametrize(
    ("data", "is_asked"),
    [
        (TEXT.encode(), False),
        (TEXT.encode("utf-8-sig"), False),
        (TEXT.encode("utf-16"), False),
        (TEXT.encode("cp1252"), True),
        (TEXT.replace(";", "\t").encode(), False),
        (TEXT.replace(";", ",").replace("\n", "\r\n").encode(), False),
    ],
)
def test_csv_is_read_in_the_encodings_and_separators_of_spreadsheets(data, is_asked):
    [table] = read_tables("bays.csv", data)
    assert table.columns == ["código", "nombre"]
    assert [row.values for row in table.rows] == [{"código": "B1", "nombre": "Señal"}]
    assert bool(table.notes) == is_asked


def test_csv_rows_keep_the_numbers_of_the_spreadsheet_and_bad_ones_are_named():
    [table] = read_tables("a.csv", b"code,name\n\nB1,nan\nB2,two,three\n'=B3,\0\n")
    assert [(row.number, row.values, bool(row.fault)) for row in table.rows] == [
        (3, {"code": "B1"}, False),
        (4, {}, True),
        (5, {"code": "=B3", "name": "\0"}, False),
    ]


@pytest.mark.parametrize(
    ("file", "data", "reason"),
    [
        ("a.csv", b"", "not a table"),
        ("a.csv", b"code,name\n", "no rows below"),
        ("a.csv", b"code,code\n1,2\n", "two columns are called code"),
        ("a.csv", TEXT.encode("utf-16-le"), "the letters cannot be read"),
        ("a.csv", b"code\n" + b"1\n" * (MOST_ROWS + 1), "more than 20000 rows"),
        ("a.csv", ",".join(map(str, range(MOST_COLUMNS + 1))).encode() + b"\n1\n", "more than 100 columns"),
        ("a.csv", b'code\n"' + b"x" * 200_000 + b'"\n', "not a table"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 600, "an old Excel file; save it as .xlsx"),
        ("a.xlsx", b"PK\x03\x04 broken", "the workbook is damaged"),
        ("a.geojson", '{"features": "\xf1"}'.encode("cp1252"), "the letters are not UTF-8"),
        ("a.geojson", b"[" * 100_000, "not a readable JSON file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "no rows"),
        ("a.csv", b"x" * (21 * 1024**2), "21 MB; at most 20 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(file, data, reason):
    assert reason in refusal(file, data)


def test_workbook_values_of_formulas_are_taken_and_dates_and_errors_are_marked():
    def fill(sheet):
        sheet.append(["code", "name", "when", "wrong"])
        sheet.append([101.0, "=1+1", date(2026, 1, 2), "#N/A"])

    assert rows_of("a.xlsx", workbook(fill)) == [
        {"code": 101, "name": {"cell": "formula"}, "when": {"cell": "date"}, "wrong": {"cell": "error"}}
    ]


def test_workbook_with_merged_cells_is_refused_with_their_names():
    def fill(sheet):
        sheet.append(["code", "name"])
        sheet.append(["A", "B"])
        sheet.merge_cells("A2:B2")

    assert (
        refusal("a.xlsx", workbook(fill)) == "sheet Sheet has merged cells (A2:B2); unmerge them and fill in every row"
    )


def test_workbook_of_several_sheets_is_several_tables_and_empty_ones_are_left_out():
    book = Workbook()
    for title in ("naves", "claros"):
        sheet = book.create_sheet(title)
        sheet.append(["code"])
        sheet.append(["A"])
    file = BytesIO()
    book.save(file)
    assert [table.title for table in read_tables("plan.xlsx", file.getvalue())] == ["naves", "claros"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    file = BytesIO(workbook(lambda sheet: sheet.append(["code"])))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/huge.xml", b"\0" * (101 * 1024**2))
    assert len(file.getvalue()) < 1024**2
    assert "unpacks to more than 100 MB" in refusal("a.xlsx", file.getvalue())


def test_a_workbook_that_defines_entities_is_refused():
    file = BytesIO(workbook(lambda sheet: sheet.append(["code"])))
    with zipfile.ZipFile(file, "a") as parts:
        parts.writestr("xl/evil.xml", '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>')
    assert "damaged" in refusal("a.xlsx", file.getvalue())


def test_tables_are_the_same_after_being_kept():
    text = '{"features": [{"properties": {"name": "half \\ud83c", "n": NaN, "m": ' + "9" * 5000 + "}}, 3]}"
    tables = read_tables("a.geojson", text.encode())
    assert unpack(pack(tables)) == tables


def test_outlines_are_the_same_as_text():
    polygon = square(east_m=1.23456789)
    assert read_outline(write_outline(polygon)) == polygon
    assert read_outline(json.dumps(polygon)) == polygon
    for text in ("POLYGON ((", "{", "3", "[]", "{" * 10_000):
        with pytest.raises(RefusedError, match="neither WKT"):
            read_outline(text)


def test_coordinates_that_do_not_fit_a_system_are_refused():
    far = {"type": "Polygon", "coordinates": [[[1e30, 1e30], [1e30, 2e30], [2e30, 2e30], [1e30, 1e30]]]}
    with pytest.raises(RefusedError, match="do not fit"):
        convert(far, crs="EPSG:32614", swapped=False)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{nave}-{cantero}-{col:02}", "Nave 7-S-05"),
        ("N{nave:2}", "N07"),
        ("{a:b}", "colon"),
        ("fixed", "fixed"),
        ("{empty}", "column empty is empty"),
        ("{cantero:02}", 'column cantero: "S" has no number, or more than one'),
    ],
)
def test_patterns_are_composed_or_say_what_is_missing(pattern, said):
    values = {"nave": "Nave 7", "cantero": "S", "col": "5", "a:b": "colon", "empty": ""}
    try:
        text = compose(pattern, values, values.__getitem__)
    except RefusedError as error:
        text = str(error)
    assert text == said


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [("{nave", "write columns as"), ("{}", "no column {}"), ("{other:02}", "no column other"), ("}{", "write columns")],
)
def test_wrong_patterns_are_refused(pattern, reason):
    with pytest.raises(RefusedError, match=reason):
        check_pattern(pattern, ["nave"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"tables": []}',
        '{"tables": {"a": {"layer": "sheds"}}}',
        '{"tables": {"a": {"layer": "areas", "fields": {"volume": "{a}"}}}}',
        '{"tables": {"a": {"layer": "areas", "fields": {"code": 3}}}}',
        '{"tables": {"a": {"layer": "areas", "parent_by": "guess"}}}',
        '{"values": {"a": "b"}}',
        '{"crs": "EPSG:1"}',
        '{"crs": 4326}',
    ],
)
def test_a_wrong_mapping_file_is_refused_with_its_part(text):
    with pytest.raises(RefusedError, match=r"not a mapping|not a known"):
        read_mapping_file(text.encode())


def test_a_mapping_is_the_same_as_a_file():
    mapping = ImportMapping(values={"a": {"Ñ": "N"}}, crs="EPSG:32614", swapped=True)
    assert read_mapping_file(mapping.as_text().encode()) == mapping == read_mapping(mapping.as_json())


@pytest.mark.parametrize(("value", "meant"), [("Sí", True), ("no", False), (True, True), ("0.0", False), (1, True)])
def test_switches_are_read_in_words(value, meant):
    assert read_switch(value, "active") is meant
