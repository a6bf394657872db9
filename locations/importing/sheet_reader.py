"""Read a table that a person made: CSV as any spreadsheet writes it, or XLSX. Nothing here knows what the columns mean.

The file comes from outside: its size, rows and unpacked size are limited before anything is read whole.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from demeter.common.exceptions import InvalidInputError, TooLargeError

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 60
DELIMITERS = (";", ",", "\t")
# Spreadsheets are told by a quote that such a cell is no formula (`gallery.common.tables`).
QUOTED = ("'=", "'+", "'-", "'@")
XLSX_START = b"PK"


@dataclass(frozen=True)
class Sheet:
    """The first sheet: its headings, and its rows with their line numbers. Empty rows are left out."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]


def read_sheet(data: bytes) -> Sheet:
    """The table of a CSV or XLSX file, by its content. Raises InvalidInputError, TooLargeError."""
    if len(data) > MOST_BYTES:
        raise TooLargeError(_("The file is larger than 5 MB. Leave out pictures and other sheets."))
    lines = _xlsx_lines(data) if data.startswith(XLSX_START) else _csv_lines(data)
    numbered = [(number, _trim(cells)) for number, cells in enumerate(lines, start=1)]
    filled = [(number, cells) for number, cells in numbered if any(cell not in ("", None) for cell in cells)]
    if len(filled) < 2:
        raise InvalidInputError(_("The table is empty: it needs a row of headings and at least one row below it."))
    headings = tuple(str(cell or "").strip() for cell in filled[0][1])
    width = len(headings)
    return Sheet(headings, tuple((number, (*cells, *[""] * width)[:width]) for number, cells in filled[1:]))


def _trim(cells: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(_clean(cell) for cell in cells[:MOST_COLUMNS])


def _clean(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return str(cell)
    if isinstance(cell, str):
        text = cell.replace("\x00", "").strip()
        return text[1:] if text.startswith(QUOTED) else text
    return cell


def _csv_lines(data: bytes) -> Iterator[Sequence[Any]]:
    text = _decode(data)
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=heading.count)
    try:
        yield from _limited(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInputError(_unreadable()) from error


def _decode(data: bytes) -> str:
    """UTF-8, or what Excel writes in Western languages."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _xlsx_lines(data: bytes) -> Iterator[Sequence[Any]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise TooLargeError(_("The workbook is too large. Copy the table into a new one."))
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        yield from _limited(sheet.iter_rows(values_only=True))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError) as error:
        raise InvalidInputError(_unreadable()) from error


def _limited(lines: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for number, line in enumerate(lines):
        if number > MOST_ROWS:
            raise TooLargeError(_("At most %(most)d rows at a time. Divide the table.") % {"most": MOST_ROWS})
        yield line


def _unreadable() -> str:
    return _("The file cannot be read as a table. Save it as CSV or as an Excel workbook (.xlsx).")
