"""Files to upload: small real pictures, and the bad ones that people send."""

import struct
import zlib
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

_shades = count(1)
BAD_FILES = {
    "empty.jpg": (b"", "empty_file"),
    "notes.jpg": (b"Bring more pots on Monday.", "unsupported_type"),
    "logo.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_type"),
    "moving.gif": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "unsupported_type"),
}


def make_picture(format_name: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A picture that differs from every other one made here."""
    output = BytesIO()
    shade = next(_shades)
    image = Image.effect_noise(size, 40).convert("RGB")
    image.putpixel((0, 0), (shade % 256, shade // 256 % 256, shade // 65536))
    image.save(output, format_name, **options)
    return output.getvalue()


def make_exif(**tags: Any) -> Image.Exif:
    """EXIF with a camera, a time and a position, in Santiago de Chile."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = tags.get("make", "Apple"), tags.get("model", "iPhone 13 Pro")
    exif[0x0112] = tags.get("orientation", 1)
    exif.get_ifd(0x8769).update(tags.get("details", {0x9003: "2025:10:08 07:30:15", 0x9011: "-03:00"}))
    exif.get_ifd(0x8825).update(
        tags.get("gps", {1: "S", 2: (33.0, 26.0, 55.5), 3: "W", 4: (70.0, 39.0, 0.0), 5: b"\x00", 6: 567.0, 31: 4.5})
    )
    return exif


def upload_file(name: str, data: bytes) -> SimpleUploadedFile:
    """As a browser sends it; the claimed type says nothing."""
    return SimpleUploadedFile(name, data, content_type="application/octet-stream")


def photo(name: str = "photo.jpg", **options: Any) -> SimpleUploadedFile:
    """A good photo."""
    return upload_file(name, make_picture(**options))


def huge_png(side_px: int = 30_000) -> bytes:
    """A whole PNG of `side_px` squared black pixels in some 100 KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    line = bytes(1 + (side_px + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(line) for _ in range(side_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", side_px, side_px, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
