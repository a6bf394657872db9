"""Pictures in bytes that Demeter has not seen, so that runs can be repeated, and pictures made for a case."""

import secrets
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
PNG_HEADER_BYTES = len(PNG) + 25
GPS_IFD = 0x8825


def fresh(data: bytes) -> bytes:
    """The same picture in other bytes: a comment in a JPEG or PNG, an empty box behind a HEIC or AVIF."""
    mark = secrets.token_hex(8).encode()
    if data.startswith(JPEG):
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(mark) + 2) + mark + data[2:]
    if data.startswith(PNG):
        return data[:PNG_HEADER_BYTES] + text_chunk(mark) + data[PNG_HEADER_BYTES:]
    return data + struct.pack(">I", len(mark) + 8) + b"free" + mark


def text_chunk(text: bytes) -> bytes:
    """A tEXt chunk of a PNG."""
    body = b"tEXtComment\0" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def at_point(data: bytes, *, lon: float, lat: float) -> bytes:
    """A JPEG that says it was taken there and not how well it knows that."""
    exif = Image.Exif()
    exif.get_ifd(GPS_IFD).update(
        {1: "N" if lat >= 0 else "S", 2: _to_dms(lat), 3: "E" if lon >= 0 else "W", 4: _to_dms(lon)}
    )
    return save(Image.open(BytesIO(data)), "JPEG", exif=exif, quality=95)


def with_exchanged_colours(data: bytes) -> bytes:
    """A JPEG with red and green exchanged, and a profile that puts them right: what browsers show is the same."""
    red, green, blue = Image.open(BytesIO(data)).convert("RGB").split()
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    first, second = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[first : first + 4], profile[second : second + 4] = b"gXYZ", b"rXYZ"
    # Programs pass over a profile that calls itself sRGB.
    renamed = bytes(profile).replace("sRGB".encode("utf-16-be"), "else".encode("utf-16-be"))
    return save(Image.merge("RGB", (green, red, blue)), "JPEG", icc_profile=renamed, quality=97)


def save(picture: Image.Image, kind: str, **options: object) -> bytes:
    """A picture as a file of this kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _to_dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    minutes = abs(degrees) * 60
    seconds = (minutes - int(minutes)) * 60
    return IFDRational(int(minutes // 60)), IFDRational(int(minutes % 60)), IFDRational(round(seconds * 1e5), 100_000)
