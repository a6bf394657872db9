"""ZIP files of strangers: read without trusting a name or a size in them, and never unpacked to the disk."""

import posixpath
import stat
import zipfile
import zlib
from typing import IO

from learning.exchange.layout import LayoutError

MOST_FILES = 20_000
MOST_BYTES = 4 * 1024**3
MOST_TIMES_SMALLER = 200  # labels shrink to a tenth, pictures not at all
SMALL_BYTES = 1024**2  # below, nobody minds
IGNORED_FOLDERS = ("__MACOSX/",)
IGNORED_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class Archive:
    """The files of a ZIP by name, without a folder around them all."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises LayoutError if it is no ZIP, or has names or sizes that no honest one has."""
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise LayoutError("no_zip") from error
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir() and not _is_ignored(entry.filename)]
        if len(entries) > MOST_FILES:
            raise LayoutError("too_many_files", most=MOST_FILES)
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise LayoutError("too_large", gigabytes=MOST_BYTES // 1024**3)
        for entry in entries:
            _check(entry)
        around = _common_folder([entry.filename for entry in entries])
        self._entries = {entry.filename[len(around) :]: entry for entry in entries}
        if len(self._entries) < len(entries):
            raise LayoutError("name_twice")

    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted(self._entries)

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """A file. Raises LayoutError if it is missing, damaged or larger than allowed, whatever the ZIP says."""
        entry = self._entries.get(name)
        if entry is None:
            raise LayoutError("missing", file=name)
        if entry.file_size > most_bytes:
            raise LayoutError("file_too_large", file=name, megabytes=most_bytes // 1024**2)
        try:
            with self._zip.open(entry) as opened:
                content = opened.read(most_bytes + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise LayoutError("damaged", file=name) from error
        if len(content) > most_bytes:
            raise LayoutError("file_too_large", file=name, megabytes=most_bytes // 1024**2)
        return content


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or "\x00" in name or ".." in parts or ":" in parts[0]:
        raise LayoutError("bad_name", file=name[:100])
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise LayoutError("link", file=name[:100])
    if entry.flag_bits & 1:
        raise LayoutError("encrypted")
    if entry.file_size > SMALL_BYTES and entry.file_size > MOST_TIMES_SMALLER * max(1, entry.compress_size):
        raise LayoutError("bomb", file=name[:100])


def _is_ignored(name: str) -> bool:
    return name.startswith(IGNORED_FOLDERS) or posixpath.basename(name) in IGNORED_NAMES


def _common_folder(names: list[str]) -> str:
    """A folder that a person packed with its contents; "" if there is none, or it is one of the layout itself."""
    first = names[0].partition("/")[0] + "/" if names and "/" in names[0] else ""
    around = bool(first) and all(name.startswith(first) for name in names)
    return first if around and first not in ("images/", "train/", "valid/", "val/", "test/") else ""
