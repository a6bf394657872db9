"""Whether the scans of a JPEG contain its whole picture; pure.

A decoder fills missing parts with grey or garbage and warns. Pillow hides these warnings, so libjpeg-turbo is called a
second time through simplejpeg. `photos.decoding.pixels` asks before it decodes a picture to be counted.
"""

import re

import simplejpeg

from photos.decoding.jpeg import without_filling

REDUCTION = 8  # all bits are read with little further work
# After the last sample, or between the scans of a progressive JPEG: cameras fill up, and some leave bytes behind.
LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker 0x(?:d9|c4|da)")
MOST_LEFT_OVER_BYTES = 16
WARNINGS = ("premature end of data", "bad Huffman", "bad arithmetic", "found marker", "extraneous", "progression")


def find_damage(cleaned: bytes) -> str:
    """The damage that libjpeg reports in a cleaned JPEG (`photos.decoding.jpeg`); empty if the picture is whole."""
    warning = _find_warning(cleaned)
    if LEFT_OVER.search(warning):
        # Zeros in place of data look the same: an interrupted copy into a file of reserved length.
        warning = _find_warning(without_filling(cleaned))
    left_over = LEFT_OVER.search(warning)
    return "" if left_over and int(left_over[1]) <= MOST_LEFT_OVER_BYTES else warning


def _find_warning(cleaned: bytes) -> str:
    """The first warning of the decoder. Its errors are left to whoever decodes the picture."""
    try:
        _, _, colours, _ = simplejpeg.decode_jpeg_header(cleaned)
        plain = "CMYK" if colours in ("CMYK", "YCCK") else "GRAY"
        simplejpeg.decode_jpeg(cleaned, plain, min_height=1, min_width=1, min_factor=REDUCTION)
    except (ValueError, RuntimeError) as error:
        return str(error) if any(warning in str(error) for warning in WARNINGS) else ""
    return ""
