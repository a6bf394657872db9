"""The two models that are measured in place of the shipped ones, and a detector that also tells its doubts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from processing import inference
from processing.counting.boxes import CLASS_NAMES, Detections, Rgb
from processing.counting.containers import Segmenter
from processing.counting.detection import Detector
from processing.weights import read_weights

LOWEST_CONFIDENCE = 0.05


@dataclass(frozen=True)
class Models:
    """A detector and a segmenter."""

    detector: Detector
    segmenter: Segmenter


def load_models(folder: Path) -> Models:
    """The models described in the folder's weights.json; WeightsError when they are not as described."""
    return Models(
        inference.YoloDetector(read_weights("detector", folder)),
        inference.YoloSegmenter(read_weights("segmenter", folder)),
    )


@contextmanager
def in_use(models: Models) -> Iterator[None]:
    """The product's pipeline counts with these models inside: at the same two seams as the tests put theirs in."""
    with (
        patch.object(inference, "load_detector", lambda: models.detector),
        patch.object(inference, "load_segmenter", lambda: models.segmenter),
    ):
        yield


class DoubtingDetector(Detector):
    """Passes on what a detector leaves out for its confidence, as classes of their own (class + 3).

    The pipeline chooses scales and looks by the boxes of class plant and NMS lets the more confident box win, so what
    the product would have found stays as it is; the doubtful boxes show what another confidence would find.
    """

    def __init__(self, inner: Detector) -> None:
        self.inner = inner

    def detect(self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_detections: int) -> Detections:
        """Boxes from confidence 0.05; those below the asked confidence are doubtful."""
        lowest = min(confidence, LOWEST_CONFIDENCE)
        found = self.inner.detect(rgb, imgsz=imgsz, confidence=lowest, nms_iou=nms_iou, max_detections=max_detections)
        class_id = np.where(found.confidence < confidence, found.class_id + len(CLASS_NAMES), found.class_id)
        return Detections(found.xyxy, found.confidence, class_id, found.capped)


def without_doubts(detections: Detections) -> Detections:
    """What the product finds."""
    return detections.select(detections.class_id < len(CLASS_NAMES))
