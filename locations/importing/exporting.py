"""All places as files that import again without a change: GeoJSON, CSV, XLSX."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from django.utils.formats import get_format
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from locations.importing.coordinates import write_outline
from locations.importing.csv_tables import FORMULA_STARTS
from locations.models import StorageArea, StorageLocation, Warehouse

COLUMNS = (
    "layer",
    "code",
    "name",
    "warehouse",
    "area",
    "position",
    "type",
    "qr_code",
    "description",
    "active",
    "polygon",
)
CELL_LIMIT = 32_767  # Excel's; an outline that is longer is left out, which changes nothing when it is imported


def _places() -> Iterator[dict[str, Any]]:
    for house in Warehouse.objects.order_by("code"):
        yield _row("warehouses", house, type=house.warehouse_type)
    for bed in StorageArea.objects.select_related("warehouse").order_by("code"):
        yield _row("areas", bed, warehouse=bed.warehouse.code, position=bed.position)
    bays = StorageLocation.objects.select_related("storage_area").order_by("code")
    for bay in bays.iterator(chunk_size=2000):
        yield _row("locations", bay, area=bay.storage_area.code, qr_code=bay.qr_code or "", description=bay.description)


def _row(layer: str, place: Warehouse | StorageArea | StorageLocation, **values: str) -> dict[str, Any]:
    common = {"layer": layer, "code": place.code, "name": place.name, "active": place.active, "polygon": place.polygon}
    return common | values


def export_geojson() -> bytes:
    """One FeatureCollection; `layer` says what each place is."""
    features = []
    for place in _places():
        geometry = place.pop("polygon")
        features.append({"type": "Feature", "properties": place, "geometry": geometry})
    collection = {"type": "FeatureCollection", "name": "places", "features": features}
    return json.dumps(collection, ensure_ascii=False).encode()


def export_csv() -> bytes:
    """One table, with semicolons where the language writes decimal commas, as spreadsheets expect it there."""
    file = StringIO()
    writer = csv.writer(file, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
    writer.writerow(COLUMNS)
    for place in _places():
        writer.writerow([_csv_cell(_cell(place, column)) for column in COLUMNS])
    return file.getvalue().encode("utf-8-sig")


def _csv_cell(text: str) -> str:
    """A spreadsheet would take some texts for formulas; the import drops the apostrophe again."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def export_xlsx() -> bytes:
    """One sheet; every cell is text, so that a spreadsheet changes none."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("places")
    sheet.append(list(COLUMNS))
    for place in _places():
        texts = (_cell(place, column) for column in COLUMNS)
        sheet.append([_text_cell(sheet, text if len(text) <= CELL_LIMIT else "") for text in texts])
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # not a formula, whatever it begins with
    cell.number_format = "@"
    return cell


def _cell(place: dict[str, Any], column: str) -> str:
    value = place.get(column)
    if column == "polygon":
        return write_outline(value) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value or ""
