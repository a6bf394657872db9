"""The first to see an upload's bytes: refuses unread what is too much or finds no room, hashes files while they arrive.

The one entry of `FILE_UPLOAD_HANDLERS`. A form could refuse only what already fills the disk; and a hundred photos
hashed after their last byte would take a third of the half second in which the answer is due.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext as _

from demeter.refusals import NoRoom
from photos.room import check_room, refusing_when_full

# Form fields and the lines between the parts.
OVERHEAD_BYTES = 2 * 1024 * 1024


class PhotoUploadHandler(TemporaryFileUploadHandler):
    """Django's handler into temporary files, with a limit before and `file.sha256` behind it."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django calls by this name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Raises RequestDataTooBig or NoRoom."""
        limit = settings.UPLOAD_MAX_TOTAL_BYTES
        if content_length > limit + OVERHEAD_BYTES:
            raise RequestDataTooBig(
                _("An upload takes %(megabytes)d MB in all. Send the photos in several uploads.")
                % {"megabytes": limit // 1024**2}
            )
        check_room(content_length)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        with refusing_when_full():
            super().new_file(*args, **kwargs)
        self._sha256 = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Some of it is here."""
        self._sha256.update(raw_data)
        with self._told_when_full():
            return super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """All of it is here."""
        with self._told_when_full():
            file = super().file_complete(file_size)
        if file is not None:
            file.sha256 = self._sha256.hexdigest()  # type: ignore[attr-defined]  # read by `sha256_of`
        return file

    @contextmanager
    def _told_when_full(self) -> Iterator[None]:
        """Raises NoRoom when the disk is full; what had arrived of the file goes at once and makes room."""
        try:
            with refusing_when_full():
                yield
        except NoRoom:
            with suppress(OSError):  # closing writes what is still in the buffer
                self.upload_interrupted()
            raise


def sha256_of(file: UploadedFile[bytes], data: bytes) -> str:
    """What the handler has hashed; computed for a file that did not come through it."""
    received: str | None = getattr(file, "sha256", None)
    return received or hashlib.sha256(data).hexdigest()
