"""Split a PNG into its chunks (W3C PNG, section 5); pure.

`photos.decoding.pixels` decodes what `clean_png` leaves: text, however much of it, and times are no reason to lose a
photo. `photos.decoding.tags` reads the tags, which may stand behind the pixels.
"""

import struct
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND"
END_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"
# Pixels and their colours. Of an animation only the first frame is kept.
KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT"}
XMP_HEAD = b"XML:com.adobe.xmp\0\0\0\0\0"  # keyword, not compressed, no language
# A camera's profile has some hundred bytes, a printer's up to a few MB; packed zeros can unpack to anything.
MAX_PROFILE_BYTES = 64 * 1024


def read_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, whole chunk) up to the end; the last one is short where the file breaks off."""
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        end = position + 12 + length
        kind = data[position + 4 : position + 8]
        yield kind, data[position:end]
        if kind == END:
            return
        position = end


def reaches_end(data: bytes) -> bool:
    """Whether the file has its end chunk."""
    return any(kind == END for kind, _ in read_chunks(data))


def clean_png(data: bytes) -> bytes:
    """The file with only the chunks that the pixels need, and always with an end."""
    kept = (chunk for kind, chunk in read_chunks(data) if _shapes_pixels(kind, chunk))
    return b"".join((SIGNATURE, *kept, END_CHUNK))


def read_exif_chunk(data: bytes) -> bytes:
    """The EXIF of a PNG, before its pixels or behind them; empty when it has none."""
    return next((chunk[8:-4] for kind, chunk in read_chunks(data) if kind == b"eXIf"), b"")


def read_xmp_chunk(data: bytes) -> bytes:
    """The XMP of a PNG; empty when it has none."""
    texts = (chunk[8:-4] for kind, chunk in read_chunks(data) if kind == b"iTXt")
    return next((text[len(XMP_HEAD) :] for text in texts if text.startswith(XMP_HEAD)), b"")


def _shapes_pixels(kind: bytes, chunk: bytes) -> bool:
    return kind in KEPT and (kind != b"iCCP" or len(chunk) <= MAX_PROFILE_BYTES)
