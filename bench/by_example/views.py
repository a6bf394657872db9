"""What the detector sees of a photo at the scales that its plants need: boxes, and the features that its head reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import openvino
from numpy.typing import NDArray

from bench.by_example.pictures import Marked
from processing.counting.boxes import Detections, Rgb, make_detections
from processing.counting.detection import STRIDE_PX, fit_slice, round_up, without_cut
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.pyramid import Window
from processing.pipeline.photo_count import open_picture
from processing.runtime.inference import SahiSlicer

# The side of the median plant at each look, in pixels; features are kept of the middle ones.
PLANT_SIDES_PX = (32, 45, 64, 90)
WITH_FEATURES_PX = (45, 64, 90)
MAX_SCALE = 3.0
CONFIDENCE = 0.01
HEADS = ("model.23.cv2.0.0.conv", "model.23.cv2.1.0.conv")
LOOKS = DEFAULT_PARAMETERS.looks
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tile:
    """A slice of the scaled photo: where, and its features at stride 8 and 16, (channels, h, w)."""

    window: Window
    fine: NDArray[np.float16]
    coarse: NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class View:
    """A look at the whole photo: boxes in its pixels, with the confidence of each class (n, 3)."""

    scale: float
    size: tuple[int, int]
    xyxy: Floats
    scores: Floats
    tiles: tuple[Tile, ...]


class Reader:
    """The converted detector with the inputs of its head as further outputs."""

    def __init__(self, xml: Path) -> None:
        core = openvino.Core()
        model = core.read_model(xml)
        sources = []
        for head in HEADS:
            conv = next(
                op for op in model.get_ops() if head in op.get_friendly_name() and op.get_type_name() == "Convolution"
            )
            sources.append(conv.input_value(0))
        model.add_outputs(sources)
        self.compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1})

    def read(self, rgb: Rgb) -> tuple[NDArray[np.float32], NDArray[np.float16], NDArray[np.float16]]:
        """(7, n) boxes and class scores, and the features at stride 8 and 16."""
        height, width = (round_up(side, STRIDE_PX) for side in rgb.shape[:2])
        padded = np.full((height, width, 3), 114, np.uint8)
        padded[: rgb.shape[0], : rgb.shape[1]] = rgb
        found = self.compiled(np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32) / 255)
        boxes, fine, coarse = (found[index][0] for index in range(3))
        return boxes, fine.astype(np.float16), coarse.astype(np.float16)


def look(marked: Marked, reader: Reader) -> list[View]:
    """The photo at every scale at which its median plant has one of the sides, coarse to fine."""
    photo = open_picture(marked.photo.path.read_bytes())
    views = []
    for side_px in PLANT_SIDES_PX:
        scale = min(side_px / marked.side_px, MAX_SCALE)
        if views and abs(views[-1].scale / scale - 1) < 0.1:
            continue
        views.append(_look(photo.whole(scale), scale, reader, with_features=side_px in WITH_FEATURES_PX))
    return views


def _look(shown: Rgb, scale: float, reader: Reader, *, with_features: bool) -> View:
    size = (shown.shape[1], shown.shape[0])
    slice_wh = (fit_slice(size[0], LOOKS), fit_slice(size[1], LOOKS))
    found, scores, tiles = [], [], []
    for window in SahiSlicer().windows(size, slice_wh=slice_wh, overlap_px=LOOKS.overlap_px):
        x1, y1, x2, y2 = window
        boxes, fine, coarse = reader.read(shown[y1:y2, x1:x2])
        xyxy, each = _boxes_of(boxes, window, size)
        found.append((xyxy + np.array([x1, y1, x1, y1])) / scale)
        scores.append(each)
        if with_features:
            tiles.append(Tile(window, fine, coarse))
    return View(scale, size, *(np.concatenate(part).astype(np.float32) for part in (found, scores)), tuple(tiles))


def _boxes_of(boxes: Floats, window: Window, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Boxes in pixels of the slice after NMS, and their scores; none that another slice shows whole."""
    sure = boxes[:, boxes[4:].max(axis=0) >= CONFIDENCE]
    centres, half = sure[:2].T, sure[2:4].T / 2
    xyxy, scores = np.concatenate([centres - half, centres + half], axis=1), sure[4:].T
    wh = np.concatenate([xyxy[:, :2], 2 * half], axis=1)
    kept = np.array(cv2.dnn.NMSBoxes(wh.tolist(), scores.max(axis=1).tolist(), CONFIDENCE, LOOKS.nms_iou), dtype=int)
    numbered = make_detections(xyxy[kept], scores[kept].max(axis=1), np.arange(len(kept)))
    whole: Detections = without_cut(numbered, window, size, overlap_px=LOOKS.overlap_px)
    return whole.xyxy, scores[kept][whole.class_id]


def save_views(path: Path, views: list[View]) -> None:
    """Write what was seen."""
    parts: dict[str, NDArray[np.generic]] = {}
    for number, view in enumerate(views):
        parts[f"{number}"] = np.array([view.scale, *view.size])
        parts[f"{number}-xyxy"], parts[f"{number}-scores"] = view.xyxy, view.scores
        for index, tile in enumerate(view.tiles):
            parts[f"{number}-{index}"] = np.array(tile.window)
            parts[f"{number}-{index}-fine"], parts[f"{number}-{index}-coarse"] = tile.fine, tile.coarse
    np.savez(path, **parts)  # type: ignore[arg-type]


def read_views(path: Path) -> list[View]:
    """What `save_views` wrote."""
    with np.load(path) as parts:
        return list(_read_views(dict(parts)))


def _read_views(parts: dict[str, NDArray[np.generic]]) -> Iterator[View]:
    number = 0
    while f"{number}" in parts:
        scale, width, height = parts[f"{number}"].tolist()
        tiles = []
        while (key := f"{number}-{len(tiles)}") in parts:
            x1, y1, x2, y2 = (int(value) for value in parts[key].tolist())
            tiles.append(Tile((x1, y1, x2, y2), parts[f"{key}-fine"], parts[f"{key}-coarse"]))  # type: ignore[arg-type]
        xyxy, scores = parts[f"{number}-xyxy"], parts[f"{number}-scores"]
        yield View(scale, (int(width), int(height)), xyxy, scores, tuple(tiles))  # type: ignore[arg-type]
        number += 1
