"""The QR labels of locations in a picture, read by zxing-cpp; pure.

`processing.pipeline.stages` looks at each photo whose location nobody chose, `photos.upload.location_lookup` at a
picture of one label. The whole picture is read, not a reduced one: that works at twice the distance and costs little
(docs/locations.md).
"""

import re
from collections.abc import Iterable

import numpy as np
import zxingcpp
from numpy.typing import NDArray

# The form of `locations.models`. Other codes in a greenhouse (pallets, pots, payment) are ignored.
LABEL = re.compile(r"[A-Z0-9][A-Z0-9._-]{7,19}")
MAX_LABELS = 20
QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def read_labels(rgb: NDArray[np.uint8]) -> tuple[str, ...]:
    """The texts of labels in a picture (height, width, 3), in capitals, each once, sorted; at most MAX_LABELS."""
    found = zxingcpp.read_barcodes(rgb, formats=QR_CODES, try_rotate=False, try_invert=False)
    return keep_labels(code.text for code in found)


def keep_labels(codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the texts of QR codes that have the form of a label."""
    texts = {code.strip().upper() for code in codes}
    return tuple(sorted(text for text in texts if LABEL.fullmatch(text)))[:MAX_LABELS]
