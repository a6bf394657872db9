"""Looking for plants in one container: slices over a segment, one or two looks at a box or plug tray.

The pixels of the photo are cut and scaled here, the detector sees windows only, and its boxes come back placed in
the full photo exactly once.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from processing.counting.boxes import PLANT, Detections, Mask, Rgb, concatenate
from processing.counting.containers import Container, crop_window, draw_mask, points_inside
from processing.counting.parameters import CropParameters, SlicingParameters
from processing.counting.pyramid import Pyramid, Sides, Window, longer_side

OnTile = Callable[[int, int], None]
STRIDE_PX = 32
CUT_PX = 2.0


class Detector(Protocol):
    """Finds plants and empty places in a picture; boxes are in the picture's own pixels."""

    def detect(self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_detections: int) -> Detections:
        """Every box of at least the confidence, `capped` when there were max_detections of them."""
        ...


class Slicer(Protocol):
    """Lays slices over a picture and merges what was seen twice."""

    def windows(self, resolution_wh: Sides, *, slice_wh: Sides, overlap_px: int) -> Sequence[Window]:
        """Slices of one size that cover a picture; neighbours share at least `overlap_px`."""
        ...

    def merge(self, detections: Detections, *, rule: str, metric: str, threshold: float) -> Detections:
        """One box for each plant that several slices saw."""
        ...


def detect_cropped(
    photo: Pyramid, container: Container, *, detector: Detector, parameters: CropParameters
) -> Detections:
    """Plants of a box or plug tray, from its whole crop: a coarse look, and a finer one where plants are small.

    The coarse look comes first because a large plant seen too finely falls apart into its leaves.
    """
    window = crop_window(container, photo.resolution_wh)
    for look_px in parameters.looks_px:
        scale = look_px / longer_side(window)
        found = detector.detect(
            photo.view(window, scale),
            imgsz=round_up(look_px, STRIDE_PX),
            confidence=parameters.confidence,
            nms_iou=parameters.nms_iou,
            max_detections=parameters.max_detections,
        )
        seen_px = _median_side(found.of_class(PLANT))
        if seen_px is not None and seen_px >= parameters.legible_plant_px:
            break
    return _inside(container, found.placed(scale=scale, offset_xy=window[:2]))


def detect_sliced(
    photo: Pyramid,
    container: Container,
    *,
    detector: Detector,
    slicer: Slicer,
    parameters: SlicingParameters,
    on_tile: OnTile | None = None,
) -> Detections:
    """Plants of a segment, from slices over its crop; `on_tile(done, total)` is called after each.

    Where the looks that chose the scale were near it already, the nearest is the answer.
    """
    window = crop_window(container, photo.resolution_wh)
    looks = list(_look(photo, container, window, detector, parameters))
    scale = choose_scale(looks, longer_side(window), parameters)
    nearest = min(looks, key=lambda look: _ratio(look.scale, scale))
    if _ratio(nearest.scale, scale) <= parameters.max_look_ratio:
        if on_tile is not None:
            on_tile(1, 1)
        return nearest.found
    shown = photo.view(window, scale)
    mask = draw_mask(container, window, scale)
    height, width = shown.shape[:2]
    slice_wh = (fit_slice(width, parameters), fit_slice(height, parameters))
    slices = touching(slicer.windows((width, height), slice_wh=slice_wh, overlap_px=parameters.overlap_px), mask)
    parts = []
    for done, slice_window in enumerate(slices, start=1):
        seen = _detect_slice(shown, slice_window, detector, parameters)
        seen = without_cut(seen, slice_window, (width, height), overlap_px=parameters.overlap_px)
        parts.append(seen.placed(scale=1.0, offset_xy=slice_window[:2]))
        if on_tile is not None:
            on_tile(done, len(slices))
    merged = slicer.merge(
        concatenate(parts),
        rule=parameters.merge,
        metric=parameters.merge_metric,
        threshold=parameters.merge_threshold,
    )
    return _inside(container, merged.placed(scale=scale, offset_xy=window[:2]))


@dataclass(frozen=True, eq=False)
class Look:
    """What was found in a container, in pixels of the photo, when its whole crop was seen at `scale`."""

    scale: float
    found: Detections


def _look(
    photo: Pyramid, container: Container, window: Window, detector: Detector, parameters: SlicingParameters
) -> Iterator[Look]:
    """Looks at the whole crop, each finer than the one before, until the plants are large enough to be sure of.

    Plants that are small in a look are seen in part, the near ones first.
    """
    for look_px in parameters.looks_px:
        scale = min(1.0, look_px / longer_side(window))
        shown = photo.view(window, scale)
        found = detector.detect(
            shown,
            imgsz=round_up(max(shown.shape[:2]), STRIDE_PX),
            confidence=parameters.confidence,
            nms_iou=parameters.nms_iou,
            max_detections=parameters.max_detections_per_slice,
        )
        look = Look(scale, _inside(container, found.placed(scale=scale, offset_xy=window[:2])))
        yield look
        plant_px = _median_plant_px(look, parameters)
        if scale == 1.0 or (plant_px is not None and plant_px * scale >= parameters.legible_plant_px):
            return


def choose_scale(looks: Sequence[Look], crop_px: int, parameters: SlicingParameters) -> float:
    """The scale at which the median plant is as large as the detector likes it, from looks at a crop of `crop_px`.

    Too few plants in every look mean that they are too small for any: then the crop's own pixels are used.
    """
    sizes_px = [size for look in looks if (size := _median_plant_px(look, parameters)) is not None]
    if not sizes_px:
        return 1.0
    coarsest = min(1.0, parameters.looks_px[0] / crop_px)
    return float(min(parameters.max_upscale, max(coarsest, parameters.target_plant_px / sizes_px[-1])))


def _median_plant_px(look: Look, parameters: SlicingParameters) -> float | None:
    """Side of the median plant in pixels of the photo; None when too few are seen."""
    plants = look.found.of_class(PLANT)
    return _median_side(plants) if len(plants) >= parameters.min_plants_for_scale else None


def _ratio(first: float, second: float) -> float:
    """How many times the larger is the smaller."""
    return max(first, second) / min(first, second)


def _median_side(plants: Detections) -> float | None:
    """Side of the median plant as a square; None without any."""
    return float(np.median(np.sqrt(plants.sizes.prod(axis=1)))) if len(plants) else None


def without_cut(
    detections: Detections, window: Window, resolution_wh: tuple[int, int], *, overlap_px: float
) -> Detections:
    """Boxes in a slice's own pixels, without those cut by a border to another slice, which sees them whole.

    Only boxes shorter than the overlap are sure to be whole in the other slice; the picture's own borders cut for good.
    """
    x1, y1, x2, y2 = window
    width, height = x2 - x1, y2 - y1
    low, high = detections.xyxy[:, :2], detections.xyxy[:, 2:]
    inner_low = np.array([x1 > 0, y1 > 0])
    inner_high = np.array([x2 < resolution_wh[0], y2 < resolution_wh[1]])
    touches = ((low < CUT_PX) & inner_low) | ((high > np.array([width, height]) - CUT_PX) & inner_high)
    cut = (touches & (detections.sizes < overlap_px)).any(axis=1)
    return detections.select(~cut)


def fit_slice(length_px: int, parameters: SlicingParameters) -> int:
    """The side of a slice when this side of a picture is cut into as few as can be, all alike.

    What two slices share is counted once and paid for twice.
    """
    overlap_px = parameters.overlap_px
    pieces = max(1, math.ceil((length_px - overlap_px) / (parameters.max_slice_px - overlap_px)))
    return round_up((length_px + (pieces - 1) * overlap_px) / pieces, STRIDE_PX)


def touching(windows: Sequence[Window], mask: Mask) -> list[Window]:
    """The windows (x1, y1, x2, y2) in which at least one pixel of the mask is set."""
    return [window for window in windows if mask[window[1] : window[3], window[0] : window[2]].any()]


def round_up(value: float, step: int) -> int:
    """The smallest multiple of step that is not below value."""
    return int(-(-value // step) * step)


def _detect_slice(shown: Rgb, window: Window, detector: Detector, parameters: SlicingParameters) -> Detections:
    x1, y1, x2, y2 = window
    return detector.detect(
        shown[y1:y2, x1:x2],
        imgsz=round_up(max(x2 - x1, y2 - y1), STRIDE_PX),
        confidence=parameters.confidence,
        nms_iou=parameters.nms_iou,
        max_detections=parameters.max_detections_per_slice,
    )


def _inside(container: Container, detections: Detections) -> Detections:
    return detections.select(points_inside(container, detections.centres))
