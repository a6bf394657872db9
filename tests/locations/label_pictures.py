"""Printed labels to paint into test pictures."""

from functools import cache

import cv2
import numpy as np
import pypdfium2
import zxingcpp

from locations.labels.pdf import Label, draw_labels
from photos.decoding.pixels import encode_jpeg

SCALE = 8.0
MM = SCALE * 72 / 25.4


def paint_label(rgb: np.ndarray, code: str, *, x: int, y: int, width_px: int) -> None:
    """A label as it is printed and cut, its upper left corner at (x, y)."""
    printed = _print(code)
    height_px = round(width_px * printed.shape[0] / printed.shape[1])
    rgb[y : y + height_px, x : x + width_px] = cv2.resize(printed, (width_px, height_px), interpolation=cv2.INTER_AREA)


def picture_of(*codes: str) -> bytes:
    """A JPEG of labels as a phone sees them from a step away."""
    rgb = np.full((900, 1200, 3), 128, dtype=np.uint8)
    for number, code in enumerate(codes):
        paint_label(rgb, code, x=50 + 560 * number, y=200, width_px=500)
    return encode_jpeg(rgb)


def paint_qr(rgb: np.ndarray, text: str, *, x: int, y: int, side_px: int) -> None:
    """Somebody else's code, whatever it says."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    modules = np.asarray(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True))
    square = cv2.resize(modules, (side_px, side_px), interpolation=cv2.INTER_NEAREST)
    rgb[y : y + side_px, x : x + side_px] = square[:, :, None]


@cache
def _print(code: str) -> np.ndarray:
    """The first label of a page."""
    page = pypdfium2.PdfDocument(draw_labels([Label(code, "Claro 4", "Nave 1 - Cantero Norte")], title="Labels"))[0]
    printed = np.asarray(page.render(scale=SCALE).to_pil().convert("RGB"))
    return printed[round(14 * MM) : round(80 * MM), round(5 * MM) : round(102 * MM)]
