"""A data set as a download."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

ZIP = "application/zip"


def send(parts: Iterator[bytes], *, name: str) -> StreamingHttpResponse:
    """The parts as they are made."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": disposition or "", "Cache-Control": "no-store"}
    return StreamingHttpResponse(parts, content_type=ZIP, headers=headers)
