"""Downloaded tables: CSV and Excel, with the column names and words of the language in which a person works.

Programs should read the JSON API, whose words never change.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import pgettext_lazy
from xlsxwriter.worksheet import Worksheet

Row = Mapping[str, object]
Writer = Callable[[Sequence[str], Iterable[Row]], bytes]
CELL_LIMIT = 32_767  # Excel's

# A spreadsheet treats a cell that begins like this as a formula.
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
    "before_calibration": pgettext_lazy("table", "before_calibration"),
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
    "sku": pgettext_lazy("table", "SKU"),
    "name": pgettext_lazy("table", "Name"),
    "scientific_name": pgettext_lazy("table", "Scientific name"),
    "category": pgettext_lazy("table", "Category"),
    "family": pgettext_lazy("table", "Family"),
    "price": pgettext_lazy("table", "Price"),
    "currency": pgettext_lazy("table", "Currency"),
    "type": pgettext_lazy("table", "Type"),
    "material": pgettext_lazy("table", "Material"),
    "colour": pgettext_lazy("table", "Colour"),
    "diameter_cm": pgettext_lazy("table", "Diameter (cm)"),
    "diameter_in": pgettext_lazy("table", "Diameter (in)"),
    "height_cm": pgettext_lazy("table", "Height (cm)"),
    "height_in": pgettext_lazy("table", "Height (in)"),
    "volume_l": pgettext_lazy("table", "Volume (l)"),
    "as_of": pgettext_lazy("table", "as_of"),
    "product": pgettext_lazy("table", "product"),
    "packaging": pgettext_lazy("table", "packaging"),
    "size": pgettext_lazy("table", "size"),
    "warehouse": pgettext_lazy("table", "warehouse"),
    "area": pgettext_lazy("table", "area"),
    "plants": pgettext_lazy("table", "plants"),
    "compared_with": pgettext_lazy("table", "compared_with"),
    "earlier": pgettext_lazy("table", "earlier"),
    "change": pgettext_lazy("table", "change"),
    "signed_off_plants": pgettext_lazy("table", "signed_off_plants"),
    "recent": pgettext_lazy("table", "counted_in_last_30_days"),
    "uncertain": pgettext_lazy("table", "uncertain"),
    "interval_low": pgettext_lazy("table", "interval_low"),
    "interval_high": pgettext_lazy("table", "interval_high"),
    "interval_basis": pgettext_lazy("table", "interval_basis"),
    "interval_photos": pgettext_lazy("table", "interval_photos"),
    "never_counted": pgettext_lazy("table", "never_counted"),
    "value": pgettext_lazy("table", "value"),
    "unpriced": pgettext_lazy("table", "without_price"),
    "expected": pgettext_lazy("table", "expected"),
    "counted": pgettext_lazy("table", "counted"),
    "difference": pgettext_lazy("table", "difference"),
    "chance": pgettext_lazy("table", "chance"),
    "accepted": pgettext_lazy("table", "accepted"),
    "unexplained": pgettext_lazy("table", "unexplained"),
    "assigned_to": pgettext_lazy("table", "assigned_to"),
    "to_count_again": pgettext_lazy("table", "to_count_again"),
    "month": pgettext_lazy("table", "month"),
    "date_from": pgettext_lazy("table", "date_from"),
    "date_to": pgettext_lazy("table", "date_to"),
    "lost": pgettext_lazy("table", "lost"),
    "unexplained_missing": pgettext_lazy("table", "unexplained_missing"),
    "unexplained_too_many": pgettext_lazy("table", "unexplained_too_many"),
    "total": pgettext_lazy("table", "total"),
    "stocktake": pgettext_lazy("table", "stocktake"),
    "stock_until": pgettext_lazy("table", "stock_until"),
    "counted_how": pgettext_lazy("table", "counted"),
    "counted_at": pgettext_lazy("table", "counted_at"),
    "counted_by": pgettext_lazy("table", "counted_by"),
    "signed_off_by": pgettext_lazy("table", "signed_off_by"),
    "uncertain_count": pgettext_lazy("table", "in_doubt_or_open"),
    "batch": pgettext_lazy("table", "batch"),
    # Column names and cells
    "empty": pgettext_lazy("table", "empty"),
    "dead": pgettext_lazy("table", "dead"),
    "note": pgettext_lazy("table", "note"),
    "products": pgettext_lazy("table", "products"),
    # Cells
    "yes": pgettext_lazy("table", "yes"),
    "no": pgettext_lazy("table", "no"),
    "mark": pgettext_lazy("table", "mark"),
    "add": pgettext_lazy("table", "add"),
    "remove": pgettext_lazy("table", "remove"),
    "retype": pgettext_lazy("table", "retype"),
    "flag": pgettext_lazy("table", "flag"),
    "proposed_add": pgettext_lazy("table", "proposed: add"),
    "proposed_remove": pgettext_lazy("table", "proposed: remove"),
    "proposed_retype": pgettext_lazy("table", "proposed: retype"),
    "plant": pgettext_lazy("table", "plant"),
    "found": pgettext_lazy("table", "found"),
    "retyped": pgettext_lazy("table", "retyped"),
    "added": pgettext_lazy("table", "added"),
    "removed": pgettext_lazy("table", "removed"),
}


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The rows as CSV, as a spreadsheet in the active language opens it; missing values are empty.

    A byte order mark marks it as UTF-8. With decimal commas, semicolons separate the columns.
    """
    file = StringIO()
    decimal_sign = get_format("DECIMAL_SEPARATOR")
    writer = csv.writer(file, delimiter=";" if decimal_sign == "," else ",")
    writer.writerow([WORDS[column] for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(row.get(column), decimal_sign) for column in columns])
    return file.getvalue().encode("utf-8-sig")


def _csv_cell(value: object, decimal_sign: str) -> object:
    if isinstance(value, float):
        return str(value).replace(".", decimal_sign)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def write_workbook(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The rows as an Excel workbook, where texts and numbers keep their types in every language."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.write_string(0, number, str(WORDS[column]), workbook.add_format({"bold": True}))
        for line, row in enumerate(rows, start=1):
            for number, column in enumerate(columns):
                _write_cell(sheet, line, number, row.get(column))
        sheet.autofit()
    return file.getvalue()


WRITERS: Mapping[str, tuple[Writer, str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def download(columns: Sequence[str], rows: Iterable[Row], *, name: str, ending: str) -> HttpResponse:
    """The rows as a file called `name.ending`."""
    write, content_type = WRITERS[ending]
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{ending}")
    return HttpResponse(
        write(columns, rows), content_type=content_type, headers={"Content-Disposition": disposition or ""}
    )


def iso_time(moment: datetime) -> str:
    """A moment for a cell: the nursery's local time with its UTC offset."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _write_cell(sheet: Worksheet, line: int, number: int, value: object) -> None:
    if isinstance(value, int | float):
        sheet.write_number(line, number, value)
    elif value is not None and value != "":
        sheet.write_string(line, number, str(value)[:CELL_LIMIT])
