"""Whether the scans of a JPEG hold its whole picture; pure.

A decoder fills what is missing with grey, or with whatever the damaged bits say, and warns; Pillow keeps that to
itself, so libjpeg-turbo is asked a second time through simplejpeg. `photos.decoding.pixels` asks before it decodes a
picture to be counted.
"""

import re

import simplejpeg

from photos.decoding.jpeg import without_filling

REDUCTION = 8  # the bits are all read, and hardly anything is made of them
# After the last sample, or between the scans of a progressive JPEG: cameras fill up, and some leave bytes behind.
LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker 0x(?:d9|c4|da)")
MOST_LEFT_OVER_BYTES = 16
WARNINGS = ("premature end of data", "bad Huffman", "bad arithmetic", "found marker", "extraneous", "progression")


def find_damage(cleaned: bytes) -> str:
    """What libjpeg says of damage in a cleaned JPEG (`photos.decoding.jpeg`); empty when its picture is whole."""
    warning = _find_warning(cleaned)
    if LEFT_OVER.search(warning):
        # Zeros in the place of data look the same: a copy that broke off in a file whose length was reserved.
        warning = _find_warning(without_filling(cleaned))
    left_over = LEFT_OVER.search(warning)
    return "" if left_over and int(left_over[1]) <= MOST_LEFT_OVER_BYTES else warning


def _find_warning(cleaned: bytes) -> str:
    """The first warning of the decoder. What else it says is left to the one who decodes the picture."""
    try:
        _, _, colours, _ = simplejpeg.decode_jpeg_header(cleaned)
        plain = "CMYK" if colours in ("CMYK", "YCCK") else "GRAY"
        simplejpeg.decode_jpeg(cleaned, plain, min_height=1, min_width=1, min_factor=REDUCTION)
    except (ValueError, RuntimeError) as error:
        return str(error) if any(warning in str(error) for warning in WARNINGS) else ""
    return ""
