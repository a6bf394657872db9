"""How far away a printed QR label may be, and what looking for one costs: `python -m bench.labels PHOTO...`

Each photo, at 12 megapixels, gets a label painted in at 20 places, slanted, a little blurred and saved as a phone saves
it; the label's width in pixels goes down until it is not read any more. Prints shares read and milliseconds of a core.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

from locations.labels.pdf import Label, draw_labels
from locations.labels.reader import read_labels
from photos.decoding.pixels import decode_picture, encode_jpeg

SIZE_WH = (4032, 3024)
WIDTHS_PX = (900, 600, 400, 300, 250, 200, 150, 100)
PLACES = 20
CODE = "DEM-N1-N-04"
SCALE = 8.0
MM = SCALE * 72 / 25.4


def main(paths: list[Path]) -> None:
    """Print one line for each width of the label, then the cost without one."""
    label, random = print_label(), np.random.default_rng(1)
    photos = [cv2.resize(decode_picture(path.read_bytes()), SIZE_WH, interpolation=cv2.INTER_AREA) for path in paths]
    for width_px in WIDTHS_PX:
        whole, half = 0, 0
        for number in range(PLACES):
            seen = decode_picture(encode_jpeg(with_label(photos[number % len(photos)], label, width_px, random)))
            whole += read_labels(seen) == (CODE,)
            half += read_labels(cv2.resize(seen, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)) == (CODE,)
        print(f"{width_px:4} px: {whole / PLACES:4.0%} read, {half / PLACES:4.0%} at half the size", flush=True)
    milliseconds = [timed(photo) for photo in photos]
    print(f"without a label: median {np.median(milliseconds):.0f} ms, most {max(milliseconds):.0f} ms")
    print(f"read where there is none: {sum(bool(read_labels(photo)) for photo in photos)} of {len(photos)}")


def print_label() -> np.ndarray:
    """The label as it is printed and cut."""
    page = pypdfium2.PdfDocument(draw_labels([Label(CODE, "Claro 4", "Nave 1")], title="Labels"))[0]
    printed = np.asarray(page.render(scale=SCALE).to_pil().convert("RGB"))
    return printed[round(14 * MM) : round(80 * MM), round(5 * MM) : round(102 * MM)]


def with_label(photo: np.ndarray, label: np.ndarray, width_px: int, random: np.random.Generator) -> np.ndarray:
    """The photo with the label somewhere in it, seen from a slant by a phone."""
    height_px = round(width_px * label.shape[0] / label.shape[1])
    small = cv2.resize(label, (width_px, height_px), interpolation=cv2.INTER_AREA)
    corners = np.array([[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]], dtype=np.float32)
    moved = corners + random.uniform(0, 0.12 * width_px, (4, 2)).astype(np.float32)
    slant = cv2.getPerspectiveTransform(corners, moved)
    size = (round(1.15 * width_px), round(1.15 * height_px + 0.1 * width_px))
    cut, mask = (cv2.warpPerspective(part, slant, size) for part in (small, np.full_like(small, 255)))
    x, y = random.integers(0, np.array(SIZE_WH) - size)
    result = photo.copy()
    part = result[y : y + size[1], x : x + size[0]]
    part[:] = cv2.GaussianBlur(np.where(mask > 127, cut, part), (0, 0), 0.8)
    return result


def timed(photo: np.ndarray) -> float:
    """Milliseconds of a core for one look."""
    read_labels(photo)
    start = time.process_time()
    for _ in range(3):
        read_labels(photo)
    return (time.process_time() - start) / 3 * 1000


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
