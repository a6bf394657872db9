"""Split a JPEG into its segments (ITU T.81, annex B); pure, and as tolerant as the decoders of browsers.

`photos.decoding.pixels` decodes what `clean_jpeg` leaves, so that no tag, comment or stray byte can cost a photo;
`photos.decoding.tags` reads the tags from the segments, `photos.decoding.content_types` asks for the end.
"""

import re
from dataclasses import dataclass

START, END, START_OF_SCAN, TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
APP0, APP1, APP2, APP14, APP15, COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
SIGNATURE = bytes((0xFF, START))
END_MARKER = bytes((0xFF, END))
EXIF_HEAD, XMP_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
# The segments that decide how samples become colours, with their least length in bytes.
COLOUR_SEGMENTS = {APP0: (b"JFIF\0", 14), APP2: (b"ICC_PROFILE\0", 14), APP14: (b"Adobe", 12)}
# Fill bytes, then the marker's code. Inside scans 0 and the restarts (D0 to D7) belong to the data.
MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
MARKER_IN_SCANS = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])", re.DOTALL)


@dataclass(frozen=True)
class Jpeg:
    """(marker, content) of the segments before the first scan, then all from there on, whatever hangs behind."""

    segments: tuple[tuple[int, bytes], ...]
    scans: bytes

    def contents(self, marker: int, head: bytes) -> bytes:
        """The content of all segments of a kind behind their common head, joined."""
        own = (content for kind, content in self.segments if kind == marker and content.startswith(head))
        return b"".join(content[len(head) :] for content in own)


def take_apart(data: bytes) -> Jpeg | None:
    """The parts of a JPEG; bytes between segments are skipped. None if there is no scan."""
    segments: list[tuple[int, bytes]] = []
    position = 2
    while match := MARKER.search(data, position):
        marker, position = match[1][0], match.end()
        if marker == START_OF_SCAN:
            return Jpeg(tuple(segments), data[position - 2 :])
        if marker == END:
            return None
        if not _is_bare(marker):
            length = int.from_bytes(data[position : position + 2], "big")
            segments.append((marker, data[position + 2 : position + length]))
            position += length
    return None


def reaches_end(data: bytes) -> bool:
    """Whether an end marker follows the first scan. The preview inside EXIF, before it, has its own."""
    parts = take_apart(data)
    return parts is not None and parts.scans.rfind(END_MARKER) != -1


def clean_jpeg(data: bytes) -> bytes:
    """The file with only the segments that the pixels need before its scans, and always with an end marker.

    Unchanged if there is no scan.
    """
    parts = take_apart(data)
    if parts is None:
        return data
    kept = (_join(marker, content) for marker, content in parts.segments if _shapes_pixels(marker, content))
    return b"".join((SIGNATURE, *kept, parts.scans, END_MARKER))


def without_filling(data: bytes) -> bytes:
    """A JPEG up to its end, without the zeros that stand between its data and its end marker."""
    position = len(data) - len(parts.scans) if (parts := take_apart(data)) else len(data)
    while match := MARKER_IN_SCANS.search(data, position):
        marker, position = match[1][0], match.end()
        if marker == END:
            return data[: match.start()].rstrip(b"\0") + END_MARKER
        if not _is_bare(marker):
            position += int.from_bytes(data[position : position + 2], "big")
    return data


def _is_bare(marker: int) -> bool:
    """Whether a marker stands alone, without length and content."""
    return marker in (START, TEMPORARY) or 0xD0 <= marker <= 0xD7


def _shapes_pixels(marker: int, content: bytes) -> bool:
    if marker in COLOUR_SEGMENTS:
        head, least_bytes = COLOUR_SEGMENTS[marker]
        return content.startswith(head) and len(content) >= least_bytes
    return marker != COMMENT and not APP0 <= marker <= APP15


def _join(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content
