"""Names inside an archive of photos: by location, day and original name, safe on every system, each used once; pure.

File names are hostile input like any other.
"""

import re
import unicodedata
from datetime import datetime

MAX_NAME = 80
ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
RESERVED = frozenset('<>:"/\\|?*')
# Windows opens a device instead of a file of this name, whatever its extension.
DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
)


class ArchiveNames:
    """Gives out unique names, also for case-insensitive file systems."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name_photo(self, *, location_code: str, seen_at: datetime, filename: str, extension: str) -> str:
        """`N1-N-04/2025-10-08/IMG_1.jpg`; the extension follows the content, whatever the file was called."""
        folder = f"{safe_part(location_code, 'no-location')}/{seen_at:%Y-%m-%d}/"
        stem = safe_part(ENDING.sub("", filename), "photo")
        name, number = f"{folder}{stem}.{extension}", 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{folder}{stem} ({number}).{extension}"
        self._taken.add(name.casefold())
        return name


def safe_part(text: str, instead: str) -> str:
    """The text as one part of a path, at most MAX_NAME long; `instead` if nothing remains of it."""
    readable = unicodedata.normalize("NFC", text)
    kept = "".join("_" if sign in RESERVED or unicodedata.category(sign)[0] == "C" else sign for sign in readable)
    kept = kept.strip(" .")[:MAX_NAME].strip(" .")
    return f"_{kept}" if kept.partition(".")[0].casefold() in DEVICES else kept or instead
