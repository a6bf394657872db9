"""What imports of products and of packaging share: rows read by their headings, and a plan of what becomes of each.

A plan is shown first (`gallery.catalogue`); the same rows are checked again before they are written.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from demeter.common.i18n.messages import Message
from locations.importing.tables import Table
from locations.importing.values import RefusedError, read_text, whole_number
from locations.models.codes import validate_code

MOST_ROWS = 5_000  # the preview sends them back in one form
EMPTY = "---"
Headings = Mapping[str, tuple[str, ...]]
Cells = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass
class PlannedRow:
    """One row of the table: what will happen to it, and why not. `values` are the cells by column."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    kind: Literal["made", "changed", "same", "refused"] = "refused"
    reason: str = ""
    changes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its name for the preview."""
        return self.values.get("name", "")

    @property
    def details(self) -> str:
        """What a new one is, in a few words for the preview."""
        return ""

    def decide(self, changes: list[str] | None) -> None:
        """Made if nothing is known yet (None), else changed or the same."""
        self.changes = changes or []
        self.kind = "made" if changes is None else "changed" if changes else "same"


def read_columns(table: Table, headings: Headings) -> list[dict[str, Any]]:
    """The rows of a table by our columns; headings that nobody knows are left out."""
    known = {heading: column for heading in table.columns if (column := _column_of(heading, headings))}
    return [
        {
            "line": row.number,
            "fault": row.fault,
            **{column: row.values.get(heading, "") for heading, column in known.items()},
        }
        for row in table.rows
    ]


def read_cells(row: PlannedRow, cells: Cells, columns: Iterable[str], lengths: Mapping[str, int]) -> dict[str, str]:
    """The values of a row: its texts, the SKU in capitals. Raises RefusedError, ValidationError."""
    if cells.get("fault"):
        raise RefusedError(Message.from_json(cells["fault"]))
    values = row.values = {
        column: " ".join(whole_number(read_text(cells.get(column, ""), column)).split()) for column in columns
    }
    values["sku"] = values["sku"].upper()
    if not values["name"] and not values["sku"]:
        raise ValidationError(_("The name is missing."))
    for column, most in lengths.items():
        if len(values[column]) > most:
            raise ValidationError(_("%(text)s... is too long.") % {"text": values[column][:30]})
    if values["sku"]:
        validate_code(values["sku"])
    return values


@contextmanager
def giving_reasons(row: PlannedRow) -> Iterator[None]:
    """A row that cannot be imported says why."""
    try:
        yield
    except RefusedError as error:
        row.reason = str(error.fault)
    except ValidationError as error:
        row.reason = " ".join(error.messages)


def _column_of(heading: str, headings: Headings) -> str | None:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().casefold().strip()
    return next((column for column, known in headings.items() if plain in known), None)
