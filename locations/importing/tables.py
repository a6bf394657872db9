"""A file of places as rows of named values, whatever its format; kept as JSON between the steps of an import."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from demeter.common.i18n.messages import Message
from locations.importing.messages import NO_ROWS, SAME_COLUMN, TOO_MANY_COLUMNS, TOO_MANY_ROWS
from locations.importing.values import printable, refuse

MOST_ROWS = 20_000
MOST_COLUMNS = 100
DETAIL_COLUMNS = 12
DISTINCT_VALUES = 12


@dataclass(frozen=True)
class Row:
    """One feature or row: its number in the file (features from 1, rows as the spreadsheet has them)."""

    number: int
    values: dict[str, Any]
    geometry: Any = None
    fault: dict[str, Any] | None = None  # why it cannot be read, as JSON


@dataclass(frozen=True)
class Table:
    """The rows of a GeoJSON file, a CSV file or one sheet. `title` says what they are when no column does."""

    file: str
    title: str
    unit: str  # feature or row
    columns: list[str]
    rows: list[Row]
    crs: str = ""
    notes: list[dict[str, Any]] = field(default_factory=list)  # messages for the person, as JSON


@dataclass(frozen=True)
class Refused:
    """A feature or row that was not imported, and why. Without a number the whole file was refused."""

    file: str
    number: int | None
    code: str
    reason: Message
    unit: str = "feature"

    def __str__(self) -> str:
        place = self.file if self.number is None else f"{self.file}, {self.unit} {self.number}"
        reason = self.reason.in_english()
        return printable(f"{place} ({self.code}): {reason}" if self.code else f"{place}: {reason}")


def name_columns(cells: Sequence[object]) -> list[str]:
    """The names of a table's columns from its first row; braces would be taken for patterns.

    Raises RefusedError if two are alike or there are too many.
    """
    names = [str(cell if cell is not None else "").strip().translate({ord("{"): "(", ord("}"): ")"}) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise refuse(TOO_MANY_COLUMNS, most=MOST_COLUMNS)
    twice = next((name for number, name in enumerate(names) if name and name in names[:number]), None)
    if twice:
        raise refuse(SAME_COLUMN, column=twice)
    return names


def check_rows(rows: Sequence[object]) -> None:
    """Raise RefusedError if there are none or too many."""
    if not rows:
        raise refuse(NO_ROWS)
    if len(rows) > MOST_ROWS:
        raise refuse(TOO_MANY_ROWS, most=MOST_ROWS)


def pack(tables: Iterable[Table]) -> bytes:
    """The tables as the database keeps them."""
    return zlib.compress(json.dumps([asdict(table) for table in tables]).encode(), level=3)


def unpack(data: bytes | memoryview) -> list[Table]:
    """The tables from the result of `pack`."""
    kept = json.loads(zlib.decompress(data))
    return [Table(**{**table, "rows": [Row(**row) for row in table["rows"]]}) for table in kept]
