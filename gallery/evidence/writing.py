"""An evidence pack as a stream: file after file, and at last the manifest with the SHA-256 of each."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

from demeter.common.i18n.messages import Message
from gallery.common.tables import FORMULA_STARTS
from gallery.evidence.verifier import FORMAT, MANIFEST, VERSION

Row = Mapping[str, object]
PART_CHARACTERS = 64 * 1024


class PackStream:
    """The ZIP in parts. Each file is written before the next one is added, so that one part is in memory at a time."""

    def __init__(self, about: Mapping[str, object]) -> None:
        self._about = about
        self._archive = ZipStream(compress_type=ZIP_DEFLATED)
        self._files: list[dict[str, object]] = []

    def add(self, name: str, content: bytes | Iterable[bytes], *, is_picture: bool = False) -> Iterator[bytes]:
        """One file. Pictures are compressed already, so they are stored as they are."""
        parts = (content,) if isinstance(content, bytes) else content
        compress_type = ZIP_STORED if is_picture else ZIP_DEFLATED
        self._archive.add(self._noted(name, parts), name, compress_type=compress_type)
        yield from self._archive.all_files()

    def finish(self, note: Callable[[str, int], None]) -> Iterator[bytes]:
        """The manifest. `note` gets its SHA-256 and the number of files before the last part is sent."""
        manifest = json_bytes({"format": FORMAT, "version": VERSION, **self._about, "files": self._files})
        note(hashlib.sha256(manifest).hexdigest(), len(self._files))
        self._archive.add(manifest, MANIFEST)
        yield from self._archive.finalize()

    def _noted(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        for part in parts:
            digest.update(part)
            size += len(part)
            yield part
        self._files.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})


def json_bytes(content: object) -> bytes:
    """JSON for programs and for people."""
    return json.dumps(content, indent=1, ensure_ascii=False, default=_plain).encode()


def csv_parts(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Rows as CSV, for programs: UTF-8, commas, moments in UTC, `yes` and `no`. A spreadsheet runs no cell."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        if file.tell() > PART_CHARACTERS:
            yield file.getvalue().encode()
            file.seek(0)
            file.truncate()
    yield file.getvalue().encode()


def moment_text(moment: datetime | None) -> str | None:
    """UTC to the microsecond, always of the same length, so that texts can be compared like moments."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def message_json(message: Message | None) -> dict[str, Any] | None:
    """A stored message: its code, its parameters, and its text in English."""
    return {**message.as_json(), "text": message.in_english()} if message else None


def _plain(value: object) -> object:
    return moment_text(value) if isinstance(value, datetime) else str(value)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    plain = moment_text(value) if isinstance(value, datetime) else value
    return f"'{plain}" if isinstance(plain, str) and plain.startswith(FORMULA_STARTS) else plain
