"""Django's upload handler: rejects what is too large for the limits or the disk unread, and hashes files as they
arrive.

The only entry of `FILE_UPLOAD_HANDLERS`. A form could refuse a file only after it has filled the disk, and hashing a
hundred photos after their last byte would take a third of the half second allowed for the answer.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext as _

from demeter.common.exceptions import DiskFullError
from photos.storage.disk_space import check_space, largest_bytes, refusing_when_full

# A file that is still arriving is written to continuously.
CUT_SHORT_AFTER_SECONDS = 3600


class PhotoUploadHandler(TemporaryFileUploadHandler):
    """Django's handler for temporary files, with a limit check before and `file.sha256` after it."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django calls by this name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Raises RequestDataTooBig or DiskFullError."""
        if content_length > largest_bytes():
            raise RequestDataTooBig(
                _("An upload takes %(megabytes)d MB in all. Send the photos in several uploads.")
                % {"megabytes": settings.UPLOAD_MAX_TOTAL_BYTES // 1024**2}
            )
        check_space(content_length)
        _prepare_folder()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        with refusing_when_full():
            super().new_file(*args, **kwargs)
        self._sha256 = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._sha256.update(raw_data)
        with self._without_a_full_disk():
            return super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        with self._without_a_full_disk():
            file = super().file_complete(file_size)
        if file is not None:
            file.sha256 = self._sha256.hexdigest()  # type: ignore[attr-defined]  # read by `sha256_of`
        return file

    @contextmanager
    def _without_a_full_disk(self) -> Iterator[None]:
        """Raise DiskFullError if the disk is full, after removing the incomplete file."""
        try:
            with refusing_when_full():
                yield
        except DiskFullError:
            with suppress(OSError):  # closing writes what is still in the buffer
                self.upload_interrupted()
            raise


def _prepare_folder() -> None:
    """Create the folder for incoming files, and remove incomplete files that a crash left there."""
    folder, long_ago = Path(settings.FILE_UPLOAD_TEMP_DIR), time.time() - CUT_SHORT_AFTER_SECONDS
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another request was quicker
            if file.stat().st_mtime < long_ago:
                file.unlink()


def sha256_of(file: UploadedFile[bytes], data: bytes) -> str:
    """The hash made by the handler; computed for a file that did not pass through it."""
    received: str | None = getattr(file, "sha256", None)
    return received or hashlib.sha256(data).hexdigest()
