"""Models that see what is painted: white squares are plants, blue ones empty places, coloured areas containers."""

from collections.abc import Sequence

import cv2
import numpy as np

from processing.counting.boxes import EMPTY, PLANT, Detections, Rgb, concatenate, make_detections
from processing.counting.containers import ContainerKind, FoundMask

PLANT_COLOUR = (255, 255, 255)
EMPTY_COLOUR = (0, 0, 255)
KIND_COLOURS: dict[ContainerKind, tuple[int, int, int]] = {
    "segment": (90, 60, 30),
    "box": (120, 0, 120),
    "plug": (0, 120, 120),
}


class PaintedDetector:
    """Finds the squares of a painted picture, as a detector would: in the pixels of the picture it is shown."""

    def __init__(self, confidence: float = 0.8, smallest_px: int = 3) -> None:
        self.confidence = confidence
        self.smallest_px = smallest_px
        self.shown: list[tuple[int, int]] = []

    def detect(self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_detections: int) -> Detections:
        self.shown.append(rgb.shape[:2])
        found = concatenate(
            [
                self._squares(rgb, colour, class_id)
                for class_id, colour in ((PLANT, PLANT_COLOUR), (EMPTY, EMPTY_COLOUR))
            ]
        )
        kept = found.select(np.arange(min(len(found), max_detections)))
        return make_detections(kept.xyxy, kept.confidence, kept.class_id, capped=len(kept) >= max_detections)

    def _squares(self, rgb: Rgb, colour: tuple[int, int, int], class_id: int) -> Detections:
        alike = (np.abs(rgb.astype(int) - colour).max(axis=2) < 60).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(alike, connectivity=4)
        boxes = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:] if min(w, h) >= self.smallest_px]
        return make_detections(boxes, [self.confidence] * len(boxes), [class_id] * len(boxes))


class PaintedSegmenter:
    """Finds areas in the colours of the kinds; plants standing in them are holes in the mask, as in real masks."""

    def segment(
        self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_containers: int
    ) -> Sequence[FoundMask]:
        found = []
        for kind, colour in KIND_COLOURS.items():
            alike = (np.abs(rgb.astype(int) - colour).max(axis=2) < 25).astype(np.uint8)
            count, labels, stats, _ = cv2.connectedComponentsWithStats(alike)
            found += [FoundMask(kind, labels == n, 0.9) for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] > 300]
        return found[:max_containers]


def paint_picture(width: int, height: int) -> Rgb:
    """A grey floor."""
    return np.full((height, width, 3), 128, dtype=np.uint8)


def paint_container(rgb: Rgb, kind: ContainerKind, xyxy: tuple[int, int, int, int]) -> None:
    """A filled rectangle in the kind's colour."""
    x1, y1, x2, y2 = xyxy
    rgb[y1:y2, x1:x2] = KIND_COLOURS[kind]


def paint_grid(
    rgb: Rgb, xyxy: tuple[int, int, int, int], *, rows: int, columns: int, side: int, empty: Sequence[int] = ()
) -> None:
    """rows x columns squares spread evenly over a rectangle; those whose number is in `empty` are empty places."""
    x1, y1, x2, y2 = xyxy
    for number in range(rows * columns):
        row, column = divmod(number, columns)
        x = round(x1 + (column + 0.5) * (x2 - x1) / columns - side / 2)
        y = round(y1 + (row + 0.5) * (y2 - y1) / rows - side / 2)
        rgb[y : y + side, x : x + side] = EMPTY_COLOUR if number in empty else PLANT_COLOUR
