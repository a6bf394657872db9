"""The first thing that sees an upload's bytes: a request beyond the limit is not read at all.

Named in `FILE_UPLOAD_HANDLERS`, before Django's own handlers, because a form could only refuse what fills the disk.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Form fields and the lines between the parts.
OVERHEAD_BYTES = 2 * 1024 * 1024


class LimitedUploadHandler(FileUploadHandler):
    """Stops a request whose length says that it is too large; leaves the files of others to the next handlers."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django calls by this name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Raises RequestDataTooBig."""
        limit = settings.UPLOAD_MAX_TOTAL_BYTES
        if content_length > limit + OVERHEAD_BYTES:
            raise RequestDataTooBig(
                f"An upload takes {limit // 1024**2} MB in all. Send the photos in several uploads."
            )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass it on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""
