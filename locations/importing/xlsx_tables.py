"""Reading of Excel workbooks: each sheet with rows is a table, with the results of its formulas.

A workbook is a zip file, so its unpacked size is limited before it is unpacked.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from locations.importing.messages import BAD_WORKBOOK, MERGED_CELLS, NO_ROWS, ROW_TOO_LONG, UNPACKS_TOO_LARGE
from locations.importing.tables import MOST_COLUMNS, MOST_ROWS, Row, Table, check_rows, name_columns
from locations.importing.values import RefusedError, is_empty, refuse, unreadable_cell

MOST_UNPACKED_MB = 100
MOST_PARTS = 500
MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]*ref=\"([A-Z0-9:]+)\"")
FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def read_xlsx(file: str, data: bytes) -> list[Table]:
    """The sheets that have rows. Raises RefusedError if the workbook cannot be read as plain tables."""
    try:
        _check_parts(data)
        values = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        tables = [table for name in values.sheetnames if (table := _read_sheet(file, values[name], data)) is not None]
    except RefusedError:
        raise
    except Exception as error:
        raise refuse(BAD_WORKBOOK) from error
    if not tables:
        raise refuse(NO_ROWS)
    return tables if len(tables) > 1 else [replace(tables[0], title=file.rpartition(".")[0] or file)]


def _check_parts(data: bytes) -> None:
    """Refuse a workbook that unpacks to very much, or that defines entities."""
    with zipfile.ZipFile(BytesIO(data)) as parts:
        infos = parts.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED_MB * 1024**2:
            raise refuse(UNPACKS_TOO_LARGE, most=MOST_UNPACKED_MB)
        if any(b"<!DOCTYPE" in parts.open(info).read(4096) for info in infos if info.filename.endswith(".xml")):
            raise refuse(BAD_WORKBOOK)


def _read_sheet(file: str, values: Any, data: bytes) -> Table | None:
    """None for a chart and an empty sheet."""
    if not isinstance(values, ReadOnlyWorksheet):
        return None
    with zipfile.ZipFile(BytesIO(data)) as parts:
        raw = parts.read(values._worksheet_path.lstrip("/"))
    formulas = None
    if FORMULA.search(raw):
        formulas = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False)[values.title]
    lines = _lines(values, formulas)
    first = next(lines, None)
    if first is None:
        return None
    merged = MERGED.search(raw)
    if merged:
        raise refuse(MERGED_CELLS, sheet=values.title, cells=merged.group(1).decode())
    columns = name_columns(first[1])
    rows = [_read_row(number, cells, columns) for number, cells in lines]
    check_rows(rows)
    return Table(file, values.title, "row", [name for name in columns if name], rows)


def _lines(values: ReadOnlyWorksheet, formulas: ReadOnlyWorksheet | None) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not empty, with their numbers."""
    limits = {"max_row": 10 * MOST_ROWS, "max_col": MOST_COLUMNS + 1, "values_only": True}
    values.reset_dimensions()
    plain = values.iter_rows(**limits)
    if formulas is not None:
        formulas.reset_dimensions()
    written = formulas.iter_rows(**limits) if formulas is not None else None
    found = 0
    for number, cells in enumerate(plain, start=1):
        sources = next(written, ()) if written is not None else ()
        line = [_read_cell(cell, sources[at] if at < len(sources) else None) for at, cell in enumerate(cells)]
        if not all(is_empty(cell) for cell in line):
            yield number, line
            found += 1
        if found > MOST_ROWS + 1:
            return


def _read_cell(value: Any, source: Any) -> Any:
    if value is None and isinstance(source, str) and source.startswith("="):
        return unreadable_cell("formula")
    if isinstance(value, date | time | timedelta):
        return unreadable_cell("date")
    if isinstance(value, str) and re.fullmatch(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)", value):
        return unreadable_cell("error")
    return value


def _read_row(number: int, cells: list[Any], columns: list[str]) -> Row:
    if not all(is_empty(cell) for cell in cells[len(columns) :]):
        return Row(number, {}, fault=ROW_TOO_LONG().as_json())
    pairs = zip(columns, cells, strict=False)
    return Row(number, {name: cell for name, cell in pairs if name and not is_empty(cell)})
