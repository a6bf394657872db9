"""Downloaded tables: CSV with the column names and words of the language in which a person works.

Programs that want the same words always read the JSON API.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import StringIO

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

# A spreadsheet takes a cell that begins like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WORDS: Mapping[str, Promise] = {
    # Column names
    "file": pgettext_lazy("table", "file"),
    "image_id": pgettext_lazy("table", "image_id"),
    "original_filename": pgettext_lazy("table", "original_filename"),
    "location_code": pgettext_lazy("table", "location_code"),
    "location": pgettext_lazy("table", "location"),
    "moment": pgettext_lazy("table", "moment"),
    "taken_at": pgettext_lazy("table", "taken_at"),
    "uploaded_at": pgettext_lazy("table", "uploaded_at"),
    "status": pgettext_lazy("table", "status"),
    "seen": pgettext_lazy("table", "seen"),
    "estimated": pgettext_lazy("table", "estimated"),
    "signed_off": pgettext_lazy("table", "signed_off"),
    "sha256": pgettext_lazy("table", "sha256"),
    "record": pgettext_lazy("table", "record"),
    "container": pgettext_lazy("table", "container"),
    "class": pgettext_lazy("table", "class"),
    "x_px": pgettext_lazy("table", "x_px"),
    "y_px": pgettext_lazy("table", "y_px"),
    "side_px": pgettext_lazy("table", "side_px"),
    "confidence": pgettext_lazy("table", "confidence"),
    "state": pgettext_lazy("table", "state"),
    "user": pgettext_lazy("table", "user"),
    "time": pgettext_lazy("table", "time"),
    "undone_at": pgettext_lazy("table", "undone_at"),
    "text": pgettext_lazy("table", "text"),
    # Column names and cells
    "empty": pgettext_lazy("table", "empty"),
    "dead": pgettext_lazy("table", "dead"),
    "note": pgettext_lazy("table", "note"),
    # Cells
    "yes": pgettext_lazy("table", "yes"),
    "no": pgettext_lazy("table", "no"),
    "mark": pgettext_lazy("table", "mark"),
    "add": pgettext_lazy("table", "add"),
    "remove": pgettext_lazy("table", "remove"),
    "retype": pgettext_lazy("table", "retype"),
    "plant": pgettext_lazy("table", "plant"),
    "found": pgettext_lazy("table", "found"),
    "retyped": pgettext_lazy("table", "retyped"),
    "added": pgettext_lazy("table", "added"),
    "removed": pgettext_lazy("table", "removed"),
}


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """The CSV of these rows, in the language of the moment; what a row lacks stays empty."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow([WORDS[column] for column in columns])
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file.getvalue()


def iso_time(moment: datetime) -> str:
    """A cell for a moment: the clock of the nursery and what it is ahead of UTC."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def plain_text(text: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
