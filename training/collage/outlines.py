"""Container outlines of a whole photo: from the pixels that show each container to polygons (used by photos.py)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.paste import Image

MIN_PART = 0.004  # of the picture: less of a container is not outlined
SMOOTH_PX = 7
MAX_GAP_PX = 120
COARSER = 4
ERROR_PX = 1.2


@dataclass(frozen=True, eq=False)
class Outline:
    """One container: its class (CONTAINER_CLASSES) and its polygon (n, 2) in picture pixels."""

    kind: int
    polygon: NDArray[np.float32]


def close_gaps(mask: Image, gap_px: float) -> Image:
    """The mask (0 or 255) without gaps of that width and without leaves that stick out: as people outline a bed."""
    small = cv2.resize(mask, None, fx=1 / COARSER, fy=1 / COARSER, interpolation=cv2.INTER_AREA)
    size = round(min(gap_px, MAX_GAP_PX) / COARSER) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    whole = np.maximum(cv2.resize(closed, mask.shape[::-1], interpolation=cv2.INTER_LINEAR), mask)
    return np.where(cv2.medianBlur(np.asarray(whole, np.uint8), SMOOTH_PX) > 127, 255, 0).astype(np.uint8)


def trace(mask: Image, kind: int) -> list[Outline]:
    """One outline for each part of the mask (0 or 255) that is large enough; holes are not kept."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    least = MIN_PART * mask.size
    simple = [cv2.approxPolyDP(one, ERROR_PX, True).reshape(-1, 2) for one in contours if cv2.contourArea(one) > least]
    return [Outline(kind, one.astype(np.float32)) for one in simple if len(one) >= 3]
