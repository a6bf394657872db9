"""The EXIF tags of a photo, wherever its format keeps them; pure, and never an error.

`photos.decoding.pixels` asks how the picture must be turned, `photos.decoding.exif` for all the rest. The tags of a
JPEG or PNG are read without opening it as a picture, so that damage beside them, or in them, costs neither the picture
nor what can be read.
"""

import logging
import re
from contextlib import suppress
from io import BytesIO

from PIL import Image

from photos.decoding import jpeg, png

OPENERS = ("JPEG", "PNG", "WEBP", "HEIF")  # Pillow opens MPO as JPEG and knows no opener of that name
ORIENTATION = 0x0112
XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=\"|>)([1-8])")
logger = logging.getLogger(__name__)


def read_tags(data: bytes) -> Image.Exif:
    """The tags of a JPEG, PNG, WebP or HEIC file; empty where there are none or they are damaged."""
    try:
        return _read_tags(data)
    except Exception as error:  # noqa: BLE001 - parsers of hostile bytes fail in every way there is
        logger.info("EXIF left out: %r", error)
        return Image.Exif()


def read_orientation(data: bytes) -> int:
    """How the picture must be rotated, 1 to 8 (Exif 2.32, section 4.6.4); 1 without a valid value."""
    try:
        said = read_tags(data).get(ORIENTATION, 1)
    except Exception as error:  # noqa: BLE001 - a tag is parsed when it is asked for
        logger.info("orientation left out: %r", error)
        return 1
    return said if said in range(1, 9) else 1


def is_turned_by_xmp(data: bytes) -> bool:
    """Whether the rotation of a JPEG is only in its XMP, which browsers do not read."""
    if not data.startswith(jpeg.SIGNATURE):
        return False
    exif, xmp = _read_jpeg(data)
    return ORIENTATION not in _load_tags(exif) and XMP_ORIENTATION.search(xmp) is not None


def _load_tags(exif: bytes) -> Image.Exif:
    tags = Image.Exif()
    with suppress(SyntaxError):  # no TIFF head: there may be XMP all the same
        tags.load(exif)
    return tags


def _read_tags(data: bytes) -> Image.Exif:
    if not data.startswith((jpeg.SIGNATURE, png.SIGNATURE)):
        with Image.open(BytesIO(data), formats=OPENERS) as image:
            return image.getexif()
    exif, xmp = _read_png(data) if data.startswith(png.SIGNATURE) else _read_jpeg(data)
    tags = _load_tags(exif)
    orientation = XMP_ORIENTATION.search(xmp)
    if orientation and ORIENTATION not in tags:
        tags[ORIENTATION] = int(orientation[1])
    return tags


def _read_jpeg(data: bytes) -> tuple[bytes, bytes]:
    parts = jpeg.take_apart(data)
    if parts is None:
        return b"", b""
    return parts.contents(jpeg.APP1, jpeg.EXIF_HEAD), parts.contents(jpeg.APP1, jpeg.XMP_HEAD)


def _read_png(data: bytes) -> tuple[bytes, bytes]:
    return png.read_exif_chunk(data), png.read_xmp_chunk(data)
