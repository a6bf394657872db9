"""A spreadsheet of documents: tried as a whole without writing, then written as a whole.

Rows of the same kind, date and note become one document. Nothing is written while one row is wrong.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django import forms
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import InvalidInputError
from gallery.common.days import check_moment
from gallery.movements.kinds import KINDS, Kind
from gallery.movements.rows import read_line
from gallery.movements.sheet_files import COLUMNS
from stock.documents import find_recorded, record_documents, try_documents
from stock.lines import Header, Line
from stock.models import DocumentSource, MovementKind, StockDocument

FIRST_ROW = 2  # below the names of the columns
NOTE_LENGTH = 2000
DATES = ["%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y"]
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One row of a sheet. `header` and `line` are None if it cannot be read; `problem` says why, or why the stock does
    not allow it; it is empty if nothing is wrong."""

    number: int
    cells: Cells
    problem: str
    header: Header | None = None
    line: Line | None = None


class MomentForm(forms.Form):
    """The date of a row. Empty, or today without a time, is now; another day without a time is its end."""

    date = forms.DateTimeField(required=False, input_formats=DATES)

    def clean_date(self) -> datetime | None:
        moment: datetime | None = check_moment(self.cleaned_data["date"])
        if moment is None or ":" in self.data["date"]:
            return moment
        local = timezone.localtime(moment)
        if local.date() == timezone.localdate():
            return None
        return local.replace(hour=23, minute=59)


def try_sheet(cells: Sequence[Cells], *, user: User) -> list[Row]:
    """Every row and what is wrong with it. Rows are tried in order of time, what comes in first, as documents of their
    own; nothing is written."""
    rows = [_read_row(number, row, user) for number, row in enumerate(cells, start=FIRST_ROW)]
    entries = {row.number: (row.header, [row.line]) for row in rows if row.header and row.line}
    ordered = sorted(entries.items(), key=lambda entry: _when(entry[1][0]))
    reasons = try_documents([entry for _number, entry in ordered])
    refused = {number: reason for (number, _entry), reason in zip(ordered, reasons, strict=True)}
    return [replace(row, problem=row.problem or refused.get(row.number, "")) for row in rows]


def apply_sheet(cells: Sequence[Cells], *, user: User, key: str) -> list[StockDocument]:
    """Write the documents of a sheet, all or none. With the same key again nothing is written.

    Raises:
        InvalidInputError: a row is wrong; the message names it.
        ConflictError: the stock does not allow one.
    """
    content = json.dumps(list(cells), sort_keys=True)
    known = find_recorded(user=user, key=f"{key}/{FIRST_ROW}", content=content)
    if known is not None:
        return [known, *StockDocument.objects.filter(user=user, key__startswith=f"{key}/").exclude(pk=known.pk)]
    documents: dict[tuple[str, str, str], tuple[Header, list[Line]]] = {}
    for number, row_cells in enumerate(cells, start=FIRST_ROW):
        row = _read_row(number, row_cells, user, key=key)
        if row.header is None or row.line is None:
            raise InvalidInputError(_("Row %(number)d: %(problem)s") % {"number": number, "problem": row.problem})
        alone = str(number) if row.header.kind == MovementKind.HAND_COUNT else ""
        together = (row.header.kind + alone, str(row.header.happened_at), row.header.note)
        documents.setdefault(together, (replace(row.header, content=content), []))[1].append(row.line)
    ordered = sorted(documents.values(), key=lambda entry: _when(entry[0]))
    return [recorded.document for recorded in record_documents(ordered)]


def _when(header: Header) -> tuple[bool, str, bool]:
    """In order of time; at the same time what comes in first."""
    goes_out = header.kind not in {kind.kind for kind in KINDS.values() if kind.comes_in}
    return header.happened_at is None, header.happened_at.isoformat() if header.happened_at else "", goes_out


def _read_row(number: int, cells: Cells, user: User, key: str = "try") -> Row:
    try:
        kind = _kind(cells.get("kind", ""))
        if not user.has_perm(kind.permission):
            words = _("Your role does not allow you to record this: %(kind)s.")
            raise InvalidInputError(words % {"kind": kind.label})
        form = MomentForm({"date": cells.get("date", "")})
        if not form.is_valid():
            raise InvalidInputError(" ".join(map(str, form.errors["date"])))
        header = Header(
            kind=kind.kind,
            happened_at=form.cleaned_data["date"],
            user=user,
            key=f"{key}/{number}",
            source=DocumentSource.SHEET,
            note=cells.get("note", "")[:NOTE_LENGTH],
        )
        return Row(number, cells, "", header, read_line(kind, cells, names=COLUMNS))
    except InvalidInputError as error:
        return Row(number, cells, error.message)


def _kind(text: str) -> Kind:
    """By the name for programs, or as the pages call it in English or Spanish."""
    typed = text.strip().lower()
    for kind in KINDS.values():
        names = {kind.code, kind.kind.value, kind.label.lower()}
        for language in ("en", "es"):
            with translation.override(language):
                names.add(kind.label.lower())
        if typed in names:
            return kind
    labels = ", ".join(kind.label for kind in KINDS.values())
    raise InvalidInputError(_("“%(text)s” is not a kind. Write one of: %(kinds)s.") % {"text": text, "kinds": labels})
