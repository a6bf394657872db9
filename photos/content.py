"""What a file is and whether it goes to its end, by its bytes; pure. `photos.uploads` asks before it accepts one.

Both answers come from the file's own structure: decoding 12 megapixels takes 60 ms even at reduced size, and an upload
of a hundred photos must be answered in half a second. What only decoding shows, ingest finds.
"""

from collections.abc import Callable, Mapping

JPEG, PNG, WEBP, HEIC = "image/jpeg", "image/png", "image/webp", "image/heic"

# Brands of ISO/IEC 23008-12 (HEIF) with HEVC inside; AVIF has others.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

JPEG_START_OF_SCAN = 0xDA
JPEG_END = b"\xff\xd9"


def content_type_of(data: bytes) -> str | None:
    """JPEG, PNG, WebP or HEIC by the first bytes, else None; a file's name says nothing."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(PNG_SIGNATURE):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        return HEIC
    return None


def is_complete(data: bytes, content_type: str) -> bool:
    """Whether the file reaches the end that its format marks or its lengths promise."""
    return _REACHES_END[content_type](data)


def _jpeg_reaches_end(data: bytes) -> bool:
    """Walk the segments (marker, length) to the first scan and look behind it for the end marker.

    It cannot occur inside a scan (ITU T.81, B.1.1.5), but the preview inside EXIF, before the scan, has its own.
    """
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        if data[position + 1] == JPEG_START_OF_SCAN:
            return data.rfind(JPEG_END, position) != -1
        is_filling = data[position + 1] == 0xFF
        position += 1 if is_filling else 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return False


def _png_reaches_end(data: bytes) -> bool:
    """Walk the chunks (length, type, data, checksum) to IEND."""
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if data[position + 4 : position + 8] == b"IEND":
            return end <= len(data)
        position = end
    return False


def _webp_reaches_end(data: bytes) -> bool:
    return int.from_bytes(data[4:8], "little") + 8 <= len(data)


def _heic_reaches_end(data: bytes) -> bool:
    """Walk the outermost boxes (length, type, data) to the end of the one with the pixels.

    A length of 1 means that 64 bits follow, 0 the rest of the file. Phones hang things of their own behind.
    """
    position = 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        if kind == b"mdat":
            return position + size <= len(data)
        if size < 8:
            return False
        position += size
    return False


_REACHES_END: Mapping[str, Callable[[bytes], bool]] = {
    JPEG: _jpeg_reaches_end,
    PNG: _png_reaches_end,
    WEBP: _webp_reaches_end,
    HEIC: _heic_reaches_end,
}
