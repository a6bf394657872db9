"""Check each file of an upload before anything is written.
Called by `photos.upload.accepting`.

The result is a `CheckedFile`, or a `RefusedFile` whose message says what is wrong and what to do about it.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from photos.decoding import decoder_pool
from photos.decoding.content_types import JPEG, PNG, content_type_of, is_complete
from photos.decoding.pixels import (
    MAX_PIXELS,
    MAX_WEB_PIXELS,
    PictureInfo,
    TooManyPixelsError,
    UnreadablePictureError,
    inspect_picture,
)
from photos.upload.upload_handlers import sha256_of

FILENAME_LIMIT = 255
MEGABYTE = 1024 * 1024


class RefusalCode(StrEnum):
    """Why a file is refused, for programs."""

    EMPTY_FILE = "empty_file"
    UNSUPPORTED_TYPE = "unsupported_type"
    DAMAGED_FILE = "damaged_file"
    TOO_MANY_PIXELS = "too_many_pixels"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_FILES = "too_many_files"
    UPLOAD_TOO_LARGE = "upload_too_large"


MESSAGES = {
    RefusalCode.EMPTY_FILE: gettext_noop("The file is empty. Copy it from the camera again, or take the photo again."),
    RefusalCode.UNSUPPORTED_TYPE: gettext_noop(
        "This is not a JPEG, PNG, WebP or HEIC photo, whatever its name says. Choose the photo as the camera saved it."
    ),
    RefusalCode.DAMAGED_FILE: gettext_noop(
        "The photo is damaged or was cut short. Copy it from the camera again, or take the photo again."
    ),
    RefusalCode.TOO_MANY_PIXELS: gettext_noop(
        "The photo has more than %(megapixels)d megapixels. Take it with a lower resolution, or as several photos."
    ),
    RefusalCode.FILE_TOO_LARGE: gettext_noop(
        "The file is larger than %(file_megabytes)d MB. Save the photo as JPEG, or with a lower resolution."
    ),
    RefusalCode.TOO_MANY_FILES: gettext_noop("An upload takes %(files)d photos. Send this one in another upload."),
    RefusalCode.UPLOAD_TOO_LARGE: gettext_noop(
        "An upload takes %(total_megabytes)d MB in all. Send this photo in another upload."
    ),
}
LIMITS = {
    "megapixels": MAX_PIXELS // 1_000_000,
    "file_megabytes": settings.UPLOAD_MAX_FILE_BYTES // MEGABYTE,
    "files": settings.UPLOAD_MAX_FILES,
    "total_megabytes": settings.UPLOAD_MAX_TOTAL_BYTES // MEGABYTE,
}


@dataclass(frozen=True)
class RefusedFile:
    """A file that is not kept."""

    filename: str
    code: RefusalCode

    @property
    def message(self) -> str:
        """What is wrong and what to do about it, in the active language."""
        return _(MESSAGES[self.code]) % LIMITS

    def as_record(self) -> dict[str, Any]:
        """What the database stores: no text, but the code and its numbers."""
        numbers = {name: value for name, value in LIMITS.items() if f"%({name})" in MESSAGES[self.code]}
        return {"filename": self.filename, "code": self.code.value, "parameters": numbers}


@dataclass(frozen=True)
class CheckedFile:
    """A valid file, and what its bytes say."""

    file: UploadedFile[bytes]
    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    width_px: int
    height_px: int


def check_file(file: UploadedFile[bytes]) -> CheckedFile | RefusedFile:
    """Check size, type, pixels and completeness, cheapest first. One file at a time is in memory."""
    filename, size_bytes = clean_filename(file.name), file.size or 0
    if size_bytes == 0:
        return RefusedFile(filename, RefusalCode.EMPTY_FILE)
    if size_bytes > settings.UPLOAD_MAX_FILE_BYTES:
        return RefusedFile(filename, RefusalCode.FILE_TOO_LARGE)
    file.seek(0)
    data = file.read()
    file.seek(0)
    picture = _inspect(data)
    if isinstance(picture, RefusalCode):
        return RefusedFile(filename, picture)
    return CheckedFile(
        file=file,
        filename=filename,
        content_type=picture.content_type,
        size_bytes=size_bytes,
        sha256=sha256_of(file, data),
        width_px=picture.width_px,
        height_px=picture.height_px,
    )


def _inspect(data: bytes) -> PictureInfo | RefusalCode:
    content_type = content_type_of(data)
    if content_type is None:
        return RefusalCode.UNSUPPORTED_TYPE
    try:
        picture = inspect_picture(data)
    except TooManyPixelsError:
        return RefusalCode.TOO_MANY_PIXELS
    except UnreadablePictureError:
        return RefusalCode.DAMAGED_FILE
    if is_complete(data, content_type) or (content_type in (JPEG, PNG) and _lacks_only_its_end(data, picture)):
        return picture
    return RefusalCode.DAMAGED_FILE


def _lacks_only_its_end(data: bytes, picture: PictureInfo) -> bool:
    """Whether a truncated JPEG or PNG still contains its whole picture, as browsers show it."""
    if picture.width_px * picture.height_px > MAX_WEB_PIXELS:
        return False
    try:
        decoder_pool.check_whole(data)
    except UnreadablePictureError:
        return False
    return True


def clean_filename(name: str | None) -> str:
    """A name that is safe for a text column and a page: printable, composed (NFC), without a path, of limited length,
    not empty."""
    base = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(character for character in base if character.isprintable()).strip()
    return printable[-FILENAME_LIMIT:] or "photo"
