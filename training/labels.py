"""Lines of label files in YOLO layout: boxes and polygons in fractions of the picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def box_lines(boxes: NDArray[np.float32], labels: NDArray[np.int64], size_px: tuple[int, ...]) -> list[str]:
    """YOLO lines of boxes (n, 4) xyxy in a picture of `size_px` (width, height)."""
    shares = boxes / np.array([*size_px, *size_px])
    return [
        f"{label} {(x0 + x1) / 2:.5f} {(y0 + y1) / 2:.5f} {x1 - x0:.5f} {y1 - y0:.5f}"
        for label, (x0, y0, x1, y1) in zip(labels, shares, strict=True)
    ]


def polygon_lines(polygons: Sequence[tuple[int, NDArray[np.float32]]], size_px: tuple[int, ...]) -> list[str]:
    """YOLO lines of classes and their polygons (n, 2) in a picture of `size_px` (width, height)."""
    size = np.array(size_px, np.float32)
    return [f"{kind} " + " ".join(f"{value:.5f}" for value in (polygon / size).ravel()) for kind, polygon in polygons]
