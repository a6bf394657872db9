"""Reading of CSV files, as spreadsheets of several languages write them."""

import csv
from io import StringIO

from locations.importing.messages import BAD_TEXT, NO_TABLE, ROW_TOO_LONG, WESTERN
from locations.importing.tables import Row, Table, check_rows, name_columns
from locations.importing.values import is_empty, refuse

SEPARATORS = ",;\t|"
# Demeter's own tables mark a text that a spreadsheet would take for a formula with an apostrophe.
FORMULA_STARTS = ("=", "+", "-", "@")


def read_csv(file: str, data: bytes) -> Table:
    """A table whose first row names the columns; commas, semicolons or tabs separate them. Raises RefusedError."""
    text, is_western = _decode(data)
    first_line = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first_line.count)
    try:
        lines = [(number, cells) for number, cells in enumerate(csv.reader(StringIO(text), delimiter=separator), 1)]
    except csv.Error as error:
        raise refuse(NO_TABLE) from error
    filled = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        raise refuse(NO_TABLE)
    columns = name_columns(filled[0][1])
    check_rows(filled[1:])
    rows = [_read_row(number, cells, columns) for number, cells in filled[1:]]
    notes = [WESTERN(file=file).as_json()] if is_western else []
    return Table(file, file.rpartition(".")[0] or file, "row", [name for name in columns if name], rows, notes=notes)


def _decode(data: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding is only the most likely one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data[:1000].count(b"\0") * 10 > len(data[:1000]):  # UTF-16 without its mark, or no text at all
        raise refuse(BAD_TEXT)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding == "cp1252"
        except UnicodeDecodeError:
            continue
    raise refuse(BAD_TEXT)


def _read_row(number: int, cells: list[str], columns: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return Row(number, {}, fault=ROW_TOO_LONG().as_json())
    values = {
        name: cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
        for name, cell in zip(columns, cells, strict=False)
        if name and not is_empty(cell)
    }
    return Row(number, values)
