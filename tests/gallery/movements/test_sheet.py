"""Spreadsheets: read, tried, and written once."""

import json
import re
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import Workbook
from pytest_django.asserts import assertContains, assertRedirects

from demeter.common.exceptions import InvalidInputError
from gallery.movements.sheet_files import MOST_ROWS, example_csv, read_sheet
from stock.models import StockBatch, StockDocument
from tests.locations.factories import LocationConfigFactory
from tests.stock.recording import plants_of, record, stock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> StockBatch:
    return record("plantar", plants_of(LocationConfigFactory()), 100).movements.get().batch


def file_of(data: bytes, name: str = "sales.csv") -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file


def workbook(*rows: tuple) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def choose(client, data: bytes, name: str = "sales.csv"):
    return client.post(reverse("stock-import"), {"file": file_of(data, name)})


def apply(client, answer):
    fields = dict(re.findall(r'name="(key|rows)" value="([^"]*)"', answer.content.decode()))
    return client.post(reverse("stock-import-apply"), {name: unescape(value) for name, value in fields.items()})


@pytest.mark.parametrize("kind", ["csv", "windows", "xlsx"])
def test_sheet_is_tried_then_written_once(supervisor, batch, kind):
    code, note = batch.location.code, "Señor 118"
    rows = [("Kind", "location", "QUANTITY", "note"), ("sale", code, 40, note), ("ventas", code, 2, note)]
    text = "\n".join(",".join(map(str, row)) for row in rows)
    data = {
        "csv": text.encode(),
        "windows": text.replace(",", ";").encode("cp1252"),
        "xlsx": workbook(*rows),
    }[kind]
    tried = choose(supervisor, data)
    assertContains(tried, "All 2 rows are right")
    assert (StockDocument.objects.count(), stock_at(batch, 10**6)) == (1, 100)
    assertRedirects(apply(supervisor, tried), reverse("documents"))
    apply(supervisor, tried)
    sale = StockDocument.objects.get(kind="ventas")
    assert sorted(sale.movements.values_list("quantity", flat=True)) == [-40, -2]
    assert (sale.note, sale.source, stock_at(batch, 10**6)) == (note, "sheet", 58)


def test_every_wrong_row_is_named_and_nothing_written(worker, batch):
    code = batch.location.code
    rows = [
        f"loss,{code},10,PEST,",
        f"loss,{code},10,,",
        "loss,NOWHERE,10,PEST,",
        f"loss,{code},1000,PEST,",
        f"loss,{code},ten,PEST,",
        f"sale,{code},1,,",
        f"dance,{code},1,,",
        f"loss,{code},1,PEST,31/31/2026",
        f"loss,{code},1,GNOMES,",
    ]
    answer = choose(worker, "\n".join(["kind,location,quantity,reason,date", *rows]).encode())
    assert answer.status_code == 422
    text = unescape(answer.content.decode())
    problems = dict(re.findall(r"<strong>Row (\d+)</strong>: ([^<]*)", text))
    assert list(problems) == [str(n) for n in range(3, 11)]
    expected = {
        "3": "reason", "4": "no location", "5": "not enough", "6": "whole number", "7": "role", "8": "not a kind",
        "9": "date", "10": "not known",
    }  # fmt: skip
    for number, words in expected.items():
        assert words in problems[number], problems[number]
    assert 'name="rows"' not in text
    assert stock_at(batch, 10**6) == 100


def test_rows_of_different_days_are_documents_of_their_own_in_order_of_time(supervisor):
    config = LocationConfigFactory()
    code = config.location.code
    rows = [f"sale,2026-03-02,{code},40", f"opening,2026-03-01,{code},50", f"sale,02/03/2026 10:00,{code},5"]
    apply(supervisor, choose(supervisor, "\n".join(["kind,date,location,quantity", *rows]).encode()))
    moments = StockDocument.objects.order_by("happened_at").values_list("kind", flat=True)
    assert list(moments) == ["manual_init", "ventas", "ventas"]
    assert StockBatch.objects.get().quantity_current == 5


def test_batch_must_be_named_where_there_are_several(worker, batch):
    record("plantar", plants_of(batch.config, packaging=None), 5)
    line = f"kind,location,quantity,reason,batch\nloss,{batch.location.code},1,ROT,"
    assertContains(choose(worker, line.encode()), "several such batches", status_code=422)
    assertContains(choose(worker, (line + batch.batch_code).encode()), "1 row is right")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no rows|empty"),
        (b"a,b\n1,2\n", "Missing: kind, location, quantity"),
        (b"kind,location,quantity\n", "0 rows"),
        (b"PK\x03\x04broken", "neither CSV nor an Excel"),
        (b"kind,location,quantity\n" + b"sale,x,1\n" * (MOST_ROWS + 1), "1 to 500"),
        (b"\xff\xfe\x00\x01" * 9, "Missing|no rows"),
    ],
)
def test_files_that_are_no_sheets_are_refused_with_what_to_do(worker, data, words):
    answer = choose(worker, data)
    assert answer.status_code == 422
    assert re.search(words, unescape(answer.content.decode()))


def test_unpacked_size_of_a_workbook_is_limited(monkeypatch):
    monkeypatch.setattr("gallery.movements.sheet_files.MOST_UNPACKED_BYTES", 100)
    with pytest.raises(InvalidInputError, match="too large"):
        read_sheet(workbook(("kind",)))


@pytest.mark.parametrize("rows", ["", "[]", "{", "[1]", '[{"kind": 1}]', "[" * 50_000])
def test_rows_lost_between_the_steps_are_asked_for_again(worker, rows):
    answer = worker.post(reverse("stock-import-apply"), {"rows": rows, "key": "\x00"}, follow=True)
    assertContains(answer, "Choose the file again")


def test_applying_what_became_wrong_names_the_row(supervisor, batch):
    tried = choose(supervisor, f"kind,location,quantity\nsale,{batch.location.code},40\n".encode())
    record("ventas", batch, 70, hour=1)
    answer = apply(supervisor, tried)
    assert "not enough plants" in str(next(iter(answer.wsgi_request._messages)))
    rows = json.dumps([{"kind": "sale", "location": "NOWHERE", "quantity": "1"}])
    answer = supervisor.post(reverse("stock-import-apply"), {"rows": rows, "key": "\x00"}, follow=True)
    assertContains(answer, "Row 2: location")


def test_example_can_be_read_again():
    (row,) = read_sheet(example_csv())
    assert (row["kind"], row["quantity"]) == ("Sale", "40")
