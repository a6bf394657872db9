"""The trained models at work: the only module that uses ultralytics and sahi, one model cache per process.

Importing it is cheap: ultralytics (3.5 s, 1 GB) is loaded with the first model, so only processes that count load it. A
CPU runs the models converted by training.convert (OpenVINO, the detector in 8 bits); CUDA runs the checkpoints in half
precision. Everything around them (crops, slices, scales, overlaps) is pure and is in `processing.counting`.
"""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image
from sahi.postprocess.backends import set_postprocess_backend
from sahi.postprocess.combine import nms
from sahi.slicing import get_slice_bboxes

from processing.counting.boxes import CLASS_NAMES, NO_DETECTIONS, Detections, Rgb, make_detections
from processing.counting.containers import CONTAINER_KINDS, Container, FoundMask, Segmenter, find_in_photo
from processing.counting.detection import Detector, OnTile, PlantFinder, Slicer
from processing.counting.missed import FoundContainers, cover_missed
from processing.counting.parameters import DEFAULT_PARAMETERS, CountingParameters
from processing.counting.pyramid import Pyramid, Sides, Window
from processing.runtime.weights import WEIGHT_NAMES, WeightFile, WeightName, WeightsError, read_weights

CLASSES: dict[WeightName, tuple[str, ...]] = {"segmenter": CONTAINER_KINDS, "detector": CLASS_NAMES}
TASKS = {"segmenter": "segment", "detector": "detect"}


@dataclass(frozen=True)
class Models:
    """A detector and a segmenter to count with, and the SHA-256 of their weights, by name."""

    detector: Detector
    segmenter: Segmenter
    versions: Mapping[str, str]


_chosen: ContextVar[Models | None] = ContextVar("models", default=None)


@contextmanager
def counting_with(models: Models | None) -> Iterator[None]:
    """Count with these models inside; with the shipped ones if None."""
    token = _chosen.set(models)
    try:
        yield
    finally:
        _chosen.reset(token)


def read_models(folder: Path) -> Models:
    """The models that the weights.json of a folder describes. Raises WeightsError if a file is not as described."""
    weights = {name: read_weights(name, folder) for name in WEIGHT_NAMES}
    versions: dict[str, str] = {name: one.sha256 for name, one in weights.items()}
    return Models(YoloDetector(weights["detector"]), YoloSegmenter(weights["segmenter"]), versions)


def find_containers(photo: Pyramid, parameters: CountingParameters = DEFAULT_PARAMETERS) -> FoundContainers:
    """Containers of a photo, in its pixels: the segmenter's, most confident first, and beds around plants it missed."""
    chosen = _chosen.get()
    segmenter = chosen.segmenter if chosen else load_segmenter()
    outlined = find_in_photo(photo, segmenter, parameters.segmentation)
    seen = _plant_finder(parameters).find_everywhere(photo, looks=parameters.missed.looks)
    return cover_missed(outlined, seen, photo.resolution_wh, parameters.missed)


def detect_plants(
    photo: Pyramid,
    container: Container,
    *,
    on_tile: OnTile | None = None,
    parameters: CountingParameters = DEFAULT_PARAMETERS,
) -> Detections:
    """Plants, empty places and dead plants of one container, in pixels of the photo.

    `on_tile(done, total)` is called after each slice.
    """
    return _plant_finder(parameters).find_in_container(photo, container, on_tile=on_tile)


def _plant_finder(parameters: CountingParameters) -> PlantFinder:
    chosen = _chosen.get()
    detector = chosen.detector if chosen else load_detector()
    return PlantFinder(detector, SahiSlicer(), parameters.looks, parameters.voting)


class SahiSlicer(Slicer):
    """Slices and merging by sahi."""

    def windows(self, resolution_wh: Sides, *, slice_wh: Sides, overlap_px: int) -> Sequence[Window]:
        """Slices (x1, y1, x2, y2) that cover the picture; a single one if it is smaller than a slice.

        A side that one slice covers has no overlap: the narrow view of a long tray is often shorter than the overlap.
        """
        overlaps = [overlap_px / slice_wh[i] if slice_wh[i] < resolution_wh[i] else 0.0 for i in (0, 1)]
        boxes = get_slice_bboxes(
            image_height=resolution_wh[1],
            image_width=resolution_wh[0],
            slice_height=slice_wh[1],
            slice_width=slice_wh[0],
            overlap_height_ratio=overlaps[1],
            overlap_width_ratio=overlaps[0],
        )
        return [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes]

    def suppress(self, detections: Detections, *, metric: str, threshold: float) -> NDArray[np.intp]:
        """Indices of the boxes kept when each suppresses the less confident ones that it covers by the threshold."""
        if not len(detections):
            return np.zeros(0, dtype=np.intp)
        set_postprocess_backend("numpy")
        columns = (detections.xyxy, detections.confidence[:, None], detections.class_id[:, None])
        rows = np.concatenate(columns, axis=1).astype(np.float32)
        return np.array(nms(rows, metric, threshold), dtype=np.intp)


class YoloDetector(Detector):
    def __init__(self, weights: WeightFile) -> None:
        self.model = _load_model(weights)

    def detect(self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_detections: int) -> Detections:
        """Boxes of plants and empty places in pixels of `rgb`."""
        boxes = self.model(rgb, imgsz=imgsz, conf=confidence, iou=nms_iou, max_det=max_detections).boxes
        if boxes is None or not len(boxes):
            return NO_DETECTIONS
        return make_detections(
            boxes.xyxy.cpu().numpy(),
            boxes.conf.cpu().numpy(),
            boxes.cls.cpu().numpy(),
            capped=len(boxes) >= max_detections,
        )


class YoloSegmenter(Segmenter):
    def __init__(self, weights: WeightFile) -> None:
        self.model = _load_model(weights)

    def segment(
        self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_containers: int
    ) -> Sequence[FoundMask]:
        """Masks in pixels of `rgb`."""
        result = self.model(rgb, imgsz=imgsz, conf=confidence, iou=nms_iou, max_det=max_containers, retina_masks=True)
        if result.masks is None:
            return ()
        masks = result.masks.data.cpu().numpy().astype(bool)
        kinds, scores = result.boxes.cls.int().tolist(), result.boxes.conf.tolist()
        return [
            FoundMask(CONTAINER_KINDS[kind], mask, float(score))
            for kind, mask, score in zip(kinds, masks, scores, strict=True)
        ]


@cache
def load_detector() -> Detector:
    return YoloDetector(read_weights("detector"))


@cache
def load_segmenter() -> Segmenter:
    return YoloSegmenter(read_weights("segmenter"))


def load_models() -> None:
    """Load both now, so that the first photo does not wait for it. Raises WeightsError if a file is not as shipped."""
    load_segmenter()
    load_detector()


def _load_model(weights: WeightFile) -> "_QuietModel":
    weights.verify()
    known = CLASSES[weights.name]
    if weights.classes != known[: len(weights.classes)]:
        raise WeightsError(f"The {weights.name} weights know the classes {weights.classes}, not {known}")
    yolo, torch = _import_quietly()
    if torch.cuda.is_available():
        return _QuietModel(yolo(weights.path, task=TASKS[weights.name]), device="cuda:0", quantize=16)
    device = "intel:cpu" if weights.cpu_folder.is_dir() else "cpu"  # of OpenVINO, or of torch for a checkpoint
    return _QuietModel(yolo(weights.cpu_folder, task=TASKS[weights.name]), device=device, quantize=None)


class _QuietModel:
    """A YOLO model that takes RGB, returns the one result, and neither prints nor saves."""

    def __init__(self, yolo: Any, **fixed: Any) -> None:
        self.yolo, self.fixed = yolo, fixed

    def __call__(self, rgb: Rgb, **options: Any) -> Any:
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        return self.yolo.predict(bgr, verbose=False, save=False, **self.fixed, **options)[0]


def _make_core(make: Callable[[], Any]) -> Any:
    """OpenVINO that computes with the same precision on every CPU."""
    core = make()
    core.set_property("CPU", {"INFERENCE_PRECISION_HINT": DEFAULT_PARAMETERS.inference.cpu_precision})
    return core


@cache
def _import_quietly() -> tuple[Any, Any]:
    """YOLO and torch, imported without network, installs, reports or prints."""
    config_dir = settings.YOLO_CONFIG_DIR
    config_dir.mkdir(parents=True, exist_ok=True)
    os.environ.update(  # noqa: TID251  the library reads them
        YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false", YOLO_CONFIG_DIR=str(config_dir)
    )
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # reports usage unless it is not there
    pillow_open = Image.open
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openvino  # noqa: PLC0415  (see the module's docstring)
        import torch  # noqa: PLC0415
        from ultralytics import YOLO  # noqa: PLC0415
        from ultralytics.utils import LOGGER, SETTINGS  # noqa: PLC0415
    Image.open = pillow_open  # ultralytics adds one that installs packages for files it cannot read
    openvino.Core = partial(_make_core, openvino.Core)  # which it calls for each model
    SETTINGS.update(sync=False)
    LOGGER.setLevel(logging.ERROR)
    return YOLO, torch
