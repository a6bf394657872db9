"""Pixels of a photo: bytes in, upright RGB array or small JPEGs out, in sRGB. Pure; hostile bytes are normal input.

The uploads check with `inspect_picture`, ingest makes thumbnail and preview, the processing stages decode with
`decode_picture`, at half the size where that is enough. Only what shapes the pixels reaches a decoder. Anything that
cannot be decoded raises `UnreadablePictureError`.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

from photos.decoding.jpeg import SIGNATURE as JPEG_SIGNATURE
from photos.decoding.jpeg import clean_jpeg
from photos.decoding.png import SIGNATURE as PNG_SIGNATURE
from photos.decoding.png import clean_png
from photos.decoding.scan import find_damage
from photos.decoding.tags import OPENERS, read_orientation

MAX_PIXELS = 200_000_000
MAX_MEGAPIXELS = MAX_PIXELS // 1_000_000
MAX_WEB_PIXELS = 32_000_000  # what is decoded beside the pages, in a container with 1 GB (compose.yaml)
THUMBNAIL_PX = 300
THUMBNAIL_QUALITY = 80
REPORT_PX = 160
REPORT_QUALITY = 60
PREVIEW_PX = 1600
PREVIEW_QUALITY = 85
ANNOTATED_QUALITY = 88
CONTENT_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a phone's JPEG with a second picture behind the first
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow refuses twice this size by itself and warns from here on; the sizes are checked below all the same.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
pillow_heif.register_heif_opener()


def gettext_noop(text: str) -> str:
    """Mark a text for translation, like Django's own, which a pure module does not import."""
    return text


FAULTS = {
    "not_decoded": gettext_noop("The picture cannot be decoded: the decoder stopped at it."),
    "out_of_memory": gettext_noop("The picture takes too much memory to decode. Save it with a lower resolution."),
    "empty_file": gettext_noop("The file is empty."),
    "no_picture": gettext_noop("The file is not a JPEG, PNG, WebP or HEIC picture."),
    "too_large_by_size": gettext_noop(
        "The picture has %(width)s x %(height)s pixels, which is more than %(most)s megapixels."
    ),
    "too_large": gettext_noop("The picture has more than %(most)s megapixels."),
    "cut_short": gettext_noop("Part of the picture is missing: the file was cut short or damaged on its way."),
    "damaged": gettext_noop("The picture is damaged or cut short."),
}


class UnreadablePictureError(ValueError):
    """The bytes are not a picture that can be counted: a code of FAULTS and its numbers; `str` gives it in English."""

    def __init__(self, code: str, **parameters: int) -> None:
        super().__init__(FAULTS[code] % parameters)
        self.code, self.parameters = code, parameters


class TooManyPixelsError(UnreadablePictureError):
    """The picture is larger than MAX_PIXELS."""


@dataclass(frozen=True)
class PictureInfo:
    """What the header says: content type by content, and the size in pixels once upright."""

    content_type: str
    width_px: int
    height_px: int


def inspect_picture(data: bytes) -> PictureInfo:
    """Content type and upright size from the header alone; UnreadablePictureError when it is no such picture."""
    with _opened(data) as image:
        width, height = image.size
        content_type = CONTENT_TYPES[image.format or ""]
    turned = read_orientation(data) >= 5
    return PictureInfo(content_type, height if turned else width, width if turned else height)


def decode_picture(data: bytes, *, jpeg_reduction: int = 1) -> NDArray[np.uint8]:
    """The whole picture, upright, as (height, width, 3) RGB.

    Raises UnreadablePictureError if it cannot be decoded, or if part of it is missing: viewers show the rest, but the
    missing plants cannot be counted. The sides of a JPEG are divided by `jpeg_reduction` (1, 2, 4 or 8) and rounded up,
    which takes a fraction of the time. Other formats cannot be reduced.
    """
    if data.startswith(JPEG_SIGNATURE):
        _check_scans(data)  # the decoders of other formats find by themselves what is missing
    with _opened(data) as image:
        image.draft(None, (max(1, image.width // jpeg_reduction), max(1, image.height // jpeg_reduction)))
        return np.asarray(_rgb(_turned(image, read_orientation(data))))


def check_whole(data: bytes) -> None:
    """Raise UnreadablePictureError if part of the picture is missing."""
    if data.startswith(JPEG_SIGNATURE):
        _check_scans(data)
    else:
        with _opened(data) as image:
            image.load()


def make_thumbnail(data: bytes) -> bytes:
    """An upright JPEG of at most 300 px a side."""
    return _reduced(data, THUMBNAIL_PX, THUMBNAIL_QUALITY)


def make_report_picture(data: bytes) -> bytes:
    """An upright JPEG of at most 160 px a side, some 5 kB, for a report of a thousand bays."""
    return _reduced(data, REPORT_PX, REPORT_QUALITY)


def make_preview(data: bytes) -> bytes:
    """An upright JPEG of at most 1600 px a side: what a browser shows instead of a 20 MB or HEIC original."""
    return _reduced(data, PREVIEW_PX, PREVIEW_QUALITY)


def encode_jpeg(rgb: NDArray[np.uint8], quality: int = ANNOTATED_QUALITY) -> bytes:
    """An RGB array (height, width, 3) as JPEG."""
    return _jpeg(Image.fromarray(rgb), quality)


def _check_scans(jpeg: bytes) -> None:
    if find_damage(clean_jpeg(jpeg)):
        raise UnreadablePictureError("cut_short")


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The opened picture. Any error while it is read is raised as UnreadablePictureError."""
    if not data:
        raise UnreadablePictureError("empty_file")
    try:
        with Image.open(BytesIO(_clean(data)), formats=OPENERS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooManyPixelsError(
                    "too_large_by_size", width=image.width, height=image.height, most=MAX_MEGAPIXELS
                )
            yield image
    except UnidentifiedImageError as error:
        raise UnreadablePictureError("no_picture") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixelsError("too_large", most=MAX_MEGAPIXELS) from error
    except UnreadablePictureError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, IndexError, struct.error) as error:
        raise UnreadablePictureError("damaged") from error


def _clean(data: bytes) -> bytes:
    """The file reduced to what a decoder needs. WebP and HEIC are unchanged: decoders ignore their tags."""
    if data.startswith(JPEG_SIGNATURE):
        return clean_jpeg(data)
    return clean_png(data) if data.startswith(PNG_SIGNATURE) else data


def _reduced(data: bytes, side_px: int, quality: int) -> bytes:
    with _opened(data) as image:
        image.thumbnail((side_px, side_px))  # first: a JPEG is then decoded at a fraction of its size
        return _jpeg(_rgb(_turned(image, read_orientation(data))), quality)


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    """The picture upright; the memory of the unrotated one is freed."""
    if orientation not in TURNS:
        return image
    upright = image.transpose(TURNS[orientation])
    image.close()
    return upright


def _rgb(image: Image.Image) -> Image.Image:
    """Eight bits, three channels, nothing transparent, sRGB."""
    image = _in_srgb(image)
    if image.mode.startswith(("I", "F")):
        samples = np.asarray(image, dtype=np.float32)
        image = Image.fromarray((samples / max(float(samples.max()), 1.0) * 255).astype(np.uint8))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours that the embedded profile means. A profile that is damaged, or not for this picture, says nothing."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        transform = _transform_of(profile, image.mode)
        return (transform and ImageCms.applyTransform(image, transform)) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


@lru_cache(maxsize=4)
def _transform_of(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From an embedded profile to sRGB; None where it is that already."""
    embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
    if "sRGB" in ImageCms.getProfileDescription(embedded):
        return None
    return ImageCms.buildTransform(embedded, ImageCms.createProfile("sRGB"), mode, "RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=quality < PREVIEW_QUALITY, icc_profile=None)
    return buffer.getvalue()
