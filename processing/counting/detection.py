"""Plant detection at several scales, in slices, in the whole photo or in the crop of a crate or tray.

The photo is cut and scaled here. The detector sees windows only, and its boxes are mapped to the full photo exactly
once. `counting.voting` merges the boxes of all looks into one set.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import PLANT, Detections, Mask, Rgb, concatenate
from processing.counting.containers import Container, crop_window, draw_mask, points_inside
from processing.counting.parameters import LookParameters, VotingParameters
from processing.counting.pyramid import Pyramid, Sides, Window, longer_side
from processing.counting.voting import Look, accept, vote

OnTile = Callable[[int, int], None]
STRIDE_PX = 32
CUT_PX = 2.0


class Detector(Protocol):
    """Finds plants and empty places in a picture; boxes are in the picture's own pixels."""

    def detect(self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_detections: int) -> Detections:
        """Every box of at least the given confidence; `capped` if there were max_detections of them."""
        ...


class Slicer(Protocol):
    """Slices a picture and suppresses boxes that overlap a better one."""

    def windows(self, resolution_wh: Sides, *, slice_wh: Sides, overlap_px: int) -> Sequence[Window]:
        """Slices of equal size that cover a picture; neighbours overlap by at least `overlap_px`."""
        ...

    def suppress(self, detections: Detections, *, metric: str, threshold: float) -> NDArray[np.intp]:
        """Indices of the boxes that survive greedy NMS at the given threshold."""
        ...


class PlantFinder:
    """A detector with its slicer and parameters."""

    def __init__(self, detector: Detector, slicer: Slicer, looks: LookParameters, voting: VotingParameters) -> None:
        self.detector, self.slicer, self.looks, self.voting = detector, slicer, looks, voting

    def find_in_container(self, photo: Pyramid, container: Container, *, on_tile: OnTile | None = None) -> Detections:
        """Plants of one container, possible ones included (`voting.accept`).

        A bed is viewed as part of the photo, a crate or tray alone, filling the view.
        `on_tile(done, total)` is called after each slice.
        """
        is_bed = container.kind == "segment"
        window = (0, 0, *photo.resolution_wh) if is_bed else crop_window(container, photo.resolution_wh)
        sizes_px = self.looks.looks_px if is_bed else self.looks.crop_looks_px
        looks = list(self._look(photo, window, sizes_px, container if is_bed else None, on_tile))
        found = self._vote(photo, looks)
        return found.select(points_inside(container, found.centres))

    def find_everywhere(self, photo: Pyramid, *, looks: int) -> Detections:
        """Plants of the whole photo in the coarsest `looks`, inside and outside containers."""
        window = (0, 0, *photo.resolution_wh)
        seen = list(self._look(photo, window, self.looks.looks_px[:looks], None, None))
        return accept(self._vote(photo, seen), self.voting)

    def _vote(self, photo: Pyramid, looks: Sequence[Look]) -> Detections:
        def suppress(boxes: Detections) -> NDArray[np.intp]:
            return self.slicer.suppress(boxes, metric=self.voting.merge_metric, threshold=self.voting.merge_threshold)

        return vote(looks, photo.resolution_wh, suppress=suppress, parameters=self.voting)

    def _look(
        self,
        photo: Pyramid,
        window: Window,
        sizes_px: Sequence[int],
        container: Container | None,
        on_tile: OnTile | None,
    ) -> Iterator[Look]:
        """Look at a window at finer and finer scales until all detected plants are large."""
        scales = choose_scales(longer_side(window), sizes_px, self.looks)
        slices = [self._slices(window, scale, container) for scale in scales]
        done, total = 0, sum(map(len, slices))
        for scale, views in zip(scales, slices, strict=True):
            show = cache(partial(photo.view, window, scale))
            parts = []
            for view in views:
                parts.append(self._look_at_slice(photo, show, (window, scale, view)))
                done += 1
                if on_tile is not None:
                    on_tile(done, total)
            look = Look(scale, concatenate(parts).placed(scale=scale, offset_xy=window[:2]))
            yield look
            if is_all_large(look, self.looks):
                if on_tile is not None and done < total:
                    on_tile(total, total)
                return

    def _slices(self, window: Window, scale: float, container: Container | None) -> list[Window]:
        """The slices of a view of the window; for a container only those that touch it."""
        size = tuple(max(1, round((window[i + 2] - window[i]) * scale)) for i in (0, 1))
        slice_wh = (fit_slice(size[0], self.looks), fit_slice(size[1], self.looks))
        slices = self.slicer.windows((size[0], size[1]), slice_wh=slice_wh, overlap_px=self.looks.overlap_px)
        return list(slices) if container is None else touching(slices, draw_mask(container, window, scale))

    def _look_at_slice(
        self, photo: Pyramid, show: Callable[[], Rgb], place: tuple[Window, float, Window]
    ) -> Detections:
        """The boxes of a slice of the scaled window, in pixels of the latter.

        Beds share slices with each other and with the look at the whole photo: each slice is detected once.
        """
        return photo.once((self.detector, self.looks, *place), lambda: self._detect_slice(show(), place[2]))

    def _detect_slice(self, shown: Rgb, view: Window) -> Detections:
        x1, y1, x2, y2 = view
        seen = self.detector.detect(
            shown[y1:y2, x1:x2],
            imgsz=round_up(max(x2 - x1, y2 - y1), STRIDE_PX),
            confidence=self.looks.confidence,
            nms_iou=self.looks.nms_iou,
            max_detections=self.looks.max_detections,
        )
        size = (shown.shape[1], shown.shape[0])
        return without_cut(seen, view, size, overlap_px=self.looks.overlap_px).placed(scale=1.0, offset_xy=(x1, y1))


def choose_scales(length_px: int, sizes_px: Sequence[int], parameters: LookParameters) -> list[float]:
    """The scales that show a picture of this longer side at the given sizes; enlargement is limited, and there is at
    least one."""
    scales = [min(size / length_px, parameters.max_upscale) for size in sizes_px if size <= parameters.enlarged_px]
    scales += [size / length_px for size in sizes_px if parameters.enlarged_px < size <= length_px]
    return sorted(set(scales))


def is_all_large(look: Look, parameters: LookParameters) -> bool:
    """Whether even the small plants are so large that a finer look would detect their leaves."""
    sure = look.found.select((look.found.class_id == PLANT) & (look.found.confidence >= parameters.sure))
    if len(sure) < parameters.min_plants:
        return False
    sides = np.sqrt(sure.sizes.prod(axis=1)) * look.scale
    return float(np.quantile(sides, parameters.large_quantile)) >= parameters.large_plant_px


def without_cut(
    detections: Detections, window: Window, resolution_wh: tuple[int, int], *, overlap_px: float
) -> Detections:
    """Boxes in the slice's own pixels, without those cut by the border to another slice that contains them whole.

    Only boxes shorter than the overlap are certainly whole in the other slice. Boxes at the picture's own border are
    kept.
    """
    x1, y1, x2, y2 = window
    width, height = x2 - x1, y2 - y1
    low, high = detections.xyxy[:, :2], detections.xyxy[:, 2:]
    inner_low = np.array([x1 > 0, y1 > 0])
    inner_high = np.array([x2 < resolution_wh[0], y2 < resolution_wh[1]])
    touches = ((low < CUT_PX) & inner_low) | ((high > np.array([width, height]) - CUT_PX) & inner_high)
    cut = (touches & (detections.sizes < overlap_px)).any(axis=1)
    return detections.select(~cut)


def fit_slice(length_px: int, parameters: LookParameters) -> int:
    """The side of a slice when this side of a picture is cut into the fewest equal slices.

    Overlaps cost time twice but are counted once.
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
