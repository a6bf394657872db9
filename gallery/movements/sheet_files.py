"""Spreadsheets as files: CSV or Excel in, rows of text out. Names of columns may be English or Spanish."""

import csv
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from openpyxl import load_workbook

from demeter.common.exceptions import InvalidInputError

MOST_ROWS = 500
MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED_BYTES = 50 * 1024 * 1024
MOST_COLUMNS = 50
# The order is that of the example.
COLUMNS: Mapping[str, Promise] = {
    "kind": pgettext_lazy("sheet", "kind"),
    "date": pgettext_lazy("sheet", "date"),
    "location": pgettext_lazy("sheet", "location"),
    "quantity": pgettext_lazy("sheet", "quantity"),
    "reason": pgettext_lazy("sheet", "reason"),
    "product": pgettext_lazy("sheet", "product"),
    "packaging": pgettext_lazy("sheet", "packaging"),
    "state": pgettext_lazy("sheet", "state"),
    "batch": pgettext_lazy("sheet", "batch"),
    "unit_price": pgettext_lazy("sheet", "price"),
    "to_location": pgettext_lazy("sheet", "to location"),
    "to_product": pgettext_lazy("sheet", "to product"),
    "to_packaging": pgettext_lazy("sheet", "to packaging"),
    "to_state": pgettext_lazy("sheet", "to state"),
    "note": pgettext_lazy("sheet", "note"),
}


def read_sheet(data: bytes) -> list[dict[str, str]]:
    """The rows of a sheet by our names of the columns, without empty ones.

    Raises:
        InvalidInputError: it is no sheet that can be read; the message says what to do.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInputError(_("The file is too large. At most %(most)d rows at a time.") % {"most": MOST_ROWS})
    table = _read_workbook(data) if data[:4] == b"PK\x03\x04" else _read_csv(data)
    rows = [[_as_text(cell) for cell in row[:MOST_COLUMNS]] for row in table]
    while rows and not any(rows[0]):
        rows.pop(0)
    if not rows:
        raise InvalidInputError(_("The file has no rows."))
    names = [_name_of(cell) for cell in rows[0]]
    missing = [str(COLUMNS[name]) for name in ("kind", "location", "quantity") if name not in names]
    if missing:
        words = _("The first row must name the columns. Missing: %(names)s.")
        raise InvalidInputError(words % {"names": ", ".join(missing)})
    found = [
        {name: cell for name, cell in zip(names, row, strict=False) if name and cell} for row in rows[1:] if any(row)
    ]
    if not 0 < len(found) <= MOST_ROWS:
        words = _("The file has %(number)d rows below the names of the columns; 1 to %(most)d are read at a time.")
        raise InvalidInputError(words % {"number": len(found), "most": MOST_ROWS})
    return found


def example_csv() -> bytes:
    """A sheet to fill in, with one row as an example, as a spreadsheet in the active language opens it."""
    file = StringIO()
    writer = csv.writer(file, delimiter=";" if translation.get_language() == "es" else ",")
    writer.writerow([str(name) for name in COLUMNS.values()])
    example = {"kind": _("Sale"), "date": "2026-11-28", "location": "N1-N-07", "quantity": "40", "note": "Invoice 118"}
    writer.writerow([example.get(name, "") for name in COLUMNS])
    return file.getvalue().encode("utf-8-sig")


def _read_csv(data: bytes) -> Iterable[Sequence[Any]]:
    """As spreadsheets write it: UTF-8 or the Western code page of Windows, with commas, semicolons or tabs."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(StringIO(text.replace("\x00", "")), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInputError(_("The file is neither CSV nor an Excel workbook (.xlsx).")) from error


def _read_workbook(data: bytes) -> Iterable[Sequence[Any]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise InvalidInputError(_("The file is too large. At most %(most)d rows at a time.") % {"most": MOST_ROWS})
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        limits = {"max_row": 10 * MOST_ROWS, "max_col": MOST_COLUMNS}
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True, **limits)]
    except InvalidInputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise InvalidInputError(_("The file is neither CSV nor an Excel workbook (.xlsx).")) from error


def _as_text(cell: object) -> str:
    """A cell as a person would type it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != cell.min.time() else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\x00", "").strip()


def _name_of(cell: str) -> str:
    """Our name of a column; empty for one that means nothing here."""
    typed = cell.strip().lower().replace("_", " ")
    for name, words in COLUMNS.items():
        with translation.override("es"):
            spanish = str(words).lower()
        if typed in (name.replace("_", " "), str(words).lower(), spanish):
            return name
    return ""
