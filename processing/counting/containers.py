"""Containers: from the segmenter's masks to polygons, and which container owns which plant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from processing.counting.boxes import Detections, Mask, Rgb
from processing.counting.parameters import SegmentationParameters
from processing.counting.pyramid import Pyramid, Window

ContainerKind = Literal["segment", "box", "plug"]
CONTAINER_KINDS: tuple[ContainerKind, ...] = ("segment", "box", "plug")


@dataclass(frozen=True)
class Container:
    """One bed of loose pots (segment), crate (box) or plug tray, outlined in full-image pixels."""

    kind: ContainerKind
    polygon: tuple[tuple[float, float], ...]
    confidence: float

    def __post_init__(self) -> None:
        if self.kind not in CONTAINER_KINDS:
            raise ValueError(f"unknown container kind {self.kind!r}")
        if len(self.polygon) < 3:
            raise ValueError("a container needs at least three corners")

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        """The box around the outline."""
        xs, ys = zip(*self.polygon, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @cached_property
    def shape(self) -> Polygon:
        """The outline as a valid shapely polygon."""
        return largest_polygon(shapely.make_valid(Polygon(self.polygon)))

    @property
    def area_px(self) -> float:
        """Area inside the outline."""
        return float(self.shape.area)


@dataclass(frozen=True, eq=False)
class FoundMask:
    """One result of a segmenter: a mask over the whole picture."""

    kind: ContainerKind
    mask: Mask
    confidence: float


class Segmenter(Protocol):
    """Finds containers in a picture; masks have the picture's own height and width."""

    def segment(
        self, rgb: Rgb, *, imgsz: int, confidence: float, nms_iou: float, max_containers: int
    ) -> Sequence[FoundMask]:
        """One mask per container seen."""
        ...


def largest_polygon(geometry: shapely.Geometry) -> Polygon:
    """The largest polygon of a geometry, without holes; an empty polygon if it has none."""
    parts = shapely.get_parts(geometry)
    polygons = [part for part in parts if isinstance(part, Polygon) and not part.is_empty]
    if not polygons:
        nested = [largest_polygon(part) for part in parts if shapely.get_num_geometries(part) > 1]
        polygons = [part for part in nested if not part.is_empty]
    if not polygons:
        return Polygon()
    return Polygon(max(polygons, key=lambda part: float(part.area)).exterior)


def outline_mask(mask: Mask, *, close_share: float, simplify_share: float) -> NDArray[np.float32] | None:
    """(n, 2) corners of the mask's largest part, with gaps closed, holes filled, simplified; None if it is too small.

    Both shares are of the mask's longer side, so a small photo is treated like a large one.
    """
    pixels = mask.astype(np.uint8)
    longer_side = max(mask.shape)
    radius = max(1, round(close_share * longer_side))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = cv2.copyMakeBorder(pixels, radius, radius, radius, radius, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[radius:-radius, radius:-radius]
    contours, _ = cv2.findContours(np.ascontiguousarray(closed), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    corners = cv2.approxPolyDP(largest, simplify_share * longer_side, True).reshape(-1, 2)
    return corners.astype(np.float32) if len(corners) >= 3 else None


def find_in_photo(photo: Pyramid, segmenter: Segmenter, parameters: SegmentationParameters) -> tuple[Container, ...]:
    """Containers of a whole photo, most confident first, each plant area claimed once."""
    width, height = photo.resolution_wh
    scale = min(1.0, parameters.imgsz_px / max(height, width))
    shown = photo.whole(scale)
    found = segmenter.segment(
        shown,
        imgsz=parameters.imgsz_px,
        confidence=parameters.confidence_alone,
        nms_iou=parameters.nms_iou,
        max_containers=parameters.max_containers,
    )
    factors = np.array([width / shown.shape[1], height / shown.shape[0]], dtype=np.float32)
    containers = []
    for item in _surest(found, parameters.confidence):
        corners = outline_mask(item.mask, close_share=parameters.close_share, simplify_share=parameters.simplify_share)
        if corners is None:
            continue
        polygon = tuple((round(float(x), 1), round(float(y), 1)) for x, y in (corners + 0.5) * factors)
        containers.append(Container(item.kind, polygon, item.confidence))
    large = [item for item in containers if item.area_px >= parameters.min_area_share * height * width]
    return resolve_overlaps(large, parameters)


def _surest(found: Sequence[FoundMask], confidence: float) -> Sequence[FoundMask]:
    """Those of at least the given confidence; all of them if there are none."""
    return [item for item in found if item.confidence >= confidence] or found


def resolve_overlaps(containers: Iterable[Container], parameters: SegmentationParameters) -> tuple[Container, ...]:
    """Let each object be claimed once, most confident first.

    A second outline of the same object is dropped; so is a crate or tray inside or around another, which is one of its
    cells or a group of them. Pieces of one bed are joined. A crate or tray on a bed is kept.
    """
    kept: list[Container] = []
    for candidate in sorted(containers, key=lambda item: -item.confidence):
        if any(_iou(candidate, other) >= parameters.same_container_iou for other in kept):
            continue
        is_bed = candidate.kind == "segment"
        overlapping = [
            other
            for other in kept
            if (other.kind == "segment") == is_bed and _cover(candidate, other) >= parameters.nested_cover
        ]
        if not overlapping:
            kept.append(candidate)
        elif is_bed:
            kept[kept.index(overlapping[0])] = _joined(overlapping[0], candidate)
    return tuple(kept)


def _iou(first: Container, second: Container) -> float:
    common = first.shape.intersection(second.shape).area
    return float(common / (first.area_px + second.area_px - common)) if common else 0.0


def _cover(first: Container, second: Container) -> float:
    """The share of the smaller container that lies inside the other."""
    smaller = min(first.area_px, second.area_px)
    return float(first.shape.intersection(second.shape).area / smaller) if smaller else 1.0


def _joined(first: Container, second: Container) -> Container:
    union = largest_polygon(first.shape.union(second.shape))
    corners = tuple((float(x), float(y)) for x, y in union.exterior.coords[:-1])
    return replace(first, polygon=corners) if len(corners) >= 3 else first


def points_inside(container: Container, points: NDArray[np.float32]) -> Mask:
    """(n,) True where the point (x, y) lies inside the outline or on it."""
    if not len(points):
        return np.zeros(0, dtype=bool)
    shapely.prepare(container.shape)
    return np.asarray(shapely.intersects_xy(container.shape, points[:, 0], points[:, 1]), dtype=bool)


def crop_window(container: Container, resolution_wh: tuple[int, int]) -> Window:
    """The container's box in whole pixels, kept inside a photo of that size and never empty."""
    width, height = resolution_wh
    x1, y1, x2, y2 = container.xyxy
    left, top = min(max(int(x1), 0), width - 1), min(max(int(y1), 0), height - 1)
    right, bottom = min(max(int(np.ceil(x2)), left + 1), width), min(max(int(np.ceil(y2)), top + 1), height)
    return left, top, right, bottom


def draw_mask(container: Container, window: Window, scale: float = 1.0) -> Mask:
    """The outline filled in over a window (x1, y1, x2, y2) of the photo, seen at `scale`."""
    x1, y1, x2, y2 = window
    height, width = max(1, round((y2 - y1) * scale)), max(1, round((x2 - x1) * scale))
    corners = (np.array(container.polygon, dtype=np.float64) - (x1, y1)) * scale
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
    return mask.astype(bool)


def owned_detections(containers: Sequence[Container], detections: Sequence[Detections]) -> tuple[Detections, ...]:
    """The boxes that each container owns, so that no plant is counted twice.

    A box belongs to the container that holds its centre; where several do, to the smallest, then to the
    most confident: a crate on a bed was looked at more closely than the bed around it.
    """
    if len(containers) != len(detections):
        raise ValueError("one set of detections per container is needed")
    order = sorted(range(len(containers)), key=lambda i: (containers[i].area_px, -containers[i].confidence))
    owned = []
    for index, boxes in enumerate(detections):
        mine = points_inside(containers[index], boxes.centres)
        for rival in order[: order.index(index)]:
            mine &= ~points_inside(containers[rival], boxes.centres)
        owned.append(boxes.select(mine))
    return tuple(owned)
