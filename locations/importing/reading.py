"""A file of places by its content: GeoJSON, CSV or an Excel workbook."""

from collections.abc import Iterable
from pathlib import Path

from locations.importing.csv_tables import read_csv
from locations.importing.geojson import read_geojson
from locations.importing.messages import NO_JSON, OLD_EXCEL, TOO_LARGE
from locations.importing.tables import Refused, Table
from locations.importing.values import RefusedError, refuse
from locations.importing.xlsx_tables import read_xlsx

MOST_BYTES = 20 * 1024**2


def read_tables(file: str, data: bytes) -> list[Table]:
    """The tables of a file. Raises RefusedError if there are none to read."""
    check_size(len(data))
    if data.startswith(b"PK"):
        return read_xlsx(file, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refuse(OLD_EXCEL)
    is_json = file.lower().endswith((".geojson", ".json")) or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return [read_geojson(file, data) if is_json else read_csv(file, data)]


def check_size(size_bytes: int) -> None:
    """Raise RefusedError if a file is larger than any nursery needs."""
    if size_bytes > MOST_BYTES:
        raise refuse(TOO_LARGE, megabytes=-(-size_bytes // 1024**2), most=MOST_BYTES // 1024**2)


def read_paths(paths: Iterable[Path]) -> tuple[list[Table], list[Refused]]:
    """The tables of files on the disk, and the files that were refused."""
    tables: list[Table] = []
    refused: list[Refused] = []
    for path in paths:
        try:
            tables += read_tables(path.name, path.read_bytes())
        except OSError as error:
            refused.append(Refused(path.name, None, "", NO_JSON(error=str(error))))
        except RefusedError as error:
            refused.append(Refused(path.name, None, "", error.fault))
    return tables, refused
