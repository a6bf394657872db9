"""Exact truth of a rendered scene: boxes, visibility, outlines, counts (after render.py, before write.py).

Visible parts come from the render's object index; the unobstructed parts are drawn here from the same shapes. Boxes are
xyxy pixels.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.nursery.scene import Container, Item, Placement, ScenePlan
from training.nursery.shapes import Floats, Shape
from training.nursery.view import NEAREST_M, View

LABELS = ("plant", "dead", "empty")
IN_FRAME = 0.5
COUNTED_VISIBILITY = 0.2
STEEPNESS_STEP = 0.12
SMALLEST_OUTLINE = 4e-4
OUTLINE_KEPT = 0.85
# Larger pictures are thinned out for the outlines, which need no more.
OUTLINE_PX = 1200

Record = dict[str, Any]
Group = slice | list[int]


@dataclass(frozen=True)
class Extent:
    """Area in pixels of a thing alone in the picture, without and with the frame cutting it, and its whole box."""

    area_px: float
    inside_px: float
    box: tuple[float, float, float, float]


class SeenPixels:
    """Per object index: number of pixels and the box around them."""

    def __init__(self, index: NDArray[np.int32], highest: int) -> None:
        rows, columns = np.nonzero(index)
        which = index[rows, columns]
        self.count = np.bincount(which, minlength=highest + 1)
        self.low = np.full((highest + 1, 2), np.iinfo(np.int32).max)
        self.high = np.full((highest + 1, 2), -1)
        for axis, values in enumerate((columns, rows)):
            np.minimum.at(self.low[:, axis], which, values)
            np.maximum.at(self.high[:, axis], which, values)

    def box(self, number: int) -> list[int] | None:
        """The visible box, or None when nothing is seen."""
        if not self.count[number]:
            return None
        return [int(value) for value in (*self.low[number], *(self.high[number] + 1))]


def _painted_area(points: Floats, groups: Sequence[Group], scale: float, view: View) -> tuple[float, float]:
    """Pixels covered by the hulls of groups of `points` (n, 2), all and inside the frame, drawn at `scale`.

    OpenCV also paints the edge of a polygon, half a pixel too much all around; drawing at twice the scale halves that,
    so the two together give the true area (Richardson).
    """
    low, high = points.min(axis=0), points.max(axis=0)
    whole, inside = [], []
    for zoom in (scale, 2 * scale):
        canvas = np.zeros(np.ceil((high - low) * zoom).astype(int)[::-1] + 3, np.uint8)
        corners = np.round(((points - low) * zoom + 1) * 16).astype(np.int32)
        for group in groups:
            some = corners[group]
            cv2.fillConvexPoly(canvas, cv2.convexHull(some) if len(some) > 4 else some, 1, shift=4)
        first = np.clip((-low * zoom + 1).astype(int), 0, None)
        last = np.clip(((view.resolution_wh - low) * zoom + 1).astype(int), 0, None)
        whole.append(float(canvas.sum()) / zoom**2)
        inside.append(float(canvas[first[1] : last[1], first[0] : last[0]].sum()) / zoom**2)
    area = max(2 * whole[1] - whole[0], 1e-3)
    return area, min(area, max(2 * inside[1] - inside[0], 0.0))


def project_parts(shape: Shape, place: Placement, view: View) -> tuple[Floats, bool]:
    """Pixels (n, 2) of all vertices and whether they can be seen: in front of the camera and touching the frame."""
    pixels, depth = view.project(place.apply(shape.vertices))
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    seen = bool(depth.min() > NEAREST_M and (high > 0).all() and (low < view.resolution_wh).all())
    return pixels, seen


def plant_extent(shape: Shape, pixels: Floats, view: View, ratio: float) -> Extent:
    """Amodal extent of a plant by the hulls of its leaves and bodies, times the shape's `ratio`."""
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    scale = min(4.0, 220 / max(float(max(high - low)), 1.0))
    area, inside = _painted_area(pixels, _fleshy(shape), scale, view)
    return Extent(area * ratio, inside * ratio, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))


def _fleshy(shape: Shape) -> list[Group]:
    return [slice(start, stop) for start, stop, slot in shape.parts if slot == 0]


def outline_ratio(shape: Shape, pixels: Floats, view: View) -> float:
    """Area of the whole shape (bent leaves, spines) over that of its fleshy parts' hulls, as seen in `pixels` (n, 2).

    Measured enlarged, once per shape and steepness of view; it saves drawing every face of every plant.
    """
    enlarged = pixels * (200 / max(float(np.ptp(pixels, axis=0).max()), 1e-6))
    whole, _ = _painted_area(enlarged, [list(face) for face in shape.faces], 3.0, view)
    parts, _ = _painted_area(enlarged, _fleshy(shape), 3.0, view)
    return whole / parts


class Truth:
    """The truth of one rendering; `shapes` are those of the plan's forms."""

    def __init__(self, plan: ScenePlan, shapes: Sequence[Shape], index: NDArray[np.int32]) -> None:
        self.plan, self.view, self.shapes, self.index = plan, plan.view, shapes, index
        self.highest = plan.body_index(plan.draft.containers[-1])
        self.seen = SeenPixels(index, self.highest)
        self.ratios: dict[tuple[int, int], float] = {}
        self.items = [self._item(item) for item in plan.draft.items]
        self.containers = [self._container(container) for container in plan.draft.containers]

    def totals(self) -> dict[str, dict[str, int]]:
        """Counts of the whole scene, of what is in the frame, and of what is visible there."""
        names = {"scene": "true", "in_frame": "in_frame", "visible": "visible"}
        return {
            key: {label: sum(one[name][label] for one in self.containers) for label in LABELS}
            for key, name in names.items()
        }

    def _item(self, item: Item) -> Record:
        species = self.plan.draft.forms[item.form].species if item.form is not None else None
        record: Record = {"id": item.id, "label": item.label, "container": item.container, "species": species}
        measured = self._empty(item) if item.plant is None else self._plant(item)
        if measured is None:
            return record | {"in_frame": 0.0, "visibility": 0.0, "amodal": None, "visible": None}
        extent, count, box = measured
        return record | {
            "amodal": [round(value, 1) for value in extent.box],
            "in_frame": round(extent.inside_px / extent.area_px, 3),
            "visibility": round(min(1.0, count / extent.area_px), 3),
            "visible_px": count,
            "visible": box,
        }

    def _plant(self, item: Item) -> tuple[Extent, int, list[int] | None] | None:
        """None when outside the frame."""
        if item.form is None or item.plant is None:
            return None
        shape = self.shapes[item.form]
        pixels, seen = project_parts(shape, item.plant, self.view)
        if not seen:
            return None
        key = item.form, round(self._steepness(item.plant) / STEEPNESS_STEP)
        if key not in self.ratios:
            self.ratios[key] = outline_ratio(shape, pixels, self.view)
        extent = plant_extent(shape, pixels, self.view, self.ratios[key])
        return extent, int(self.seen.count[item.plant_index]), self.seen.box(item.plant_index)

    def _steepness(self, place: Placement) -> float:
        """Sine of the angle under which the place is looked down on."""
        sight = np.array(self.view.position) - place.location
        return float(sight[2] / np.linalg.norm(sight))

    def _empty(self, item: Item) -> tuple[Extent, int, list[int] | None] | None:
        """Of an empty pot or cell its opening: seen where the pot, the soil or the tray shows in it."""
        pixels, depth = self.view.project(item.opening)
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        size = np.array(self.view.resolution_wh)
        if depth.min() < NEAREST_M or (high <= 0).any() or (low >= size).any():
            return None
        area, inside = _painted_area(pixels, [slice(None)], min(4.0, 220 / max(high - low)), self.view)
        x0, y0 = np.clip(np.floor(low), 0, size - 1).astype(int)
        x1, y1 = np.clip(np.ceil(high) + 1, 1, size).astype(int)
        opening = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(opening, [np.round((pixels - [x0, y0] - 0.5) * 16).astype(np.int32)], 1, shift=4)
        body = self.plan.body_index(self.plan.draft.containers[item.container])
        own = (opening > 0) & np.isin(self.index[y0:y1, x0:x1], [item.holder_index, body])
        rows, columns = np.nonzero(own)
        box = None
        if len(rows):
            box = [int(x0 + columns.min()), int(y0 + rows.min()), int(x0 + columns.max() + 1), int(y0 + rows.max() + 1)]
        painted = max(1, int(opening.sum()))
        share = min(1.0, len(rows) / painted) * inside
        whole = Extent(area, inside, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))
        return whole, round(share), box

    def _container(self, container: Container) -> Record:
        members = [record for record in self.items if record["container"] == container.id]
        framed = [record for record in members if record["in_frame"] >= IN_FRAME]
        visible = [record for record in framed if record["visibility"] >= COUNTED_VISIBILITY]
        record: Record = {
            "id": container.id,
            "cls": container.cls,
            "capacity": container.capacity,
            "pot_cm": container.pot_cm,
            "polygon": self._polygon(container),
        }
        if container.cells:
            record["cells"] = list(container.cells)
        for name, some in (("true", members), ("in_frame", framed), ("visible", visible)):
            record[name] = {label: sum(one["label"] == label for one in some) for label in LABELS}
        return record

    def _polygon(self, container: Container) -> list[list[int]] | None:
        """The outline in the picture: edge on the ground or rim, with the own plants, without what stands before it."""
        own = np.zeros(max(self.highest, int(self.index.max())) + 1, np.uint8)
        own[self.plan.body_index(container)] = 1
        for item in self.plan.draft.items:
            if item.container == container.id:
                own[[item.holder_index, item.plant_index]] = 1
        step = max(1, max(self.view.resolution_wh) // OUTLINE_PX)
        index = self.index[::step, ::step]
        mine, area = own[index], self._edge(container)[::step, ::step]
        hidden = (index > 0) & (mine == 0)
        pot_px = self._pot_px(container) / step
        uncut, cut = (_smooth(mine | mask, pot_px) for mask in (area, area * ~hidden))
        whole, part = _largest(uncut), _largest(cut)
        if whole is None:
            return None
        total = max(1, int((cut > 0).sum()))
        chosen = part if part is not None and cv2.contourArea(part) > OUTLINE_KEPT * total else whole
        if cv2.contourArea(chosen) < index.size * SMALLEST_OUTLINE:
            return None
        points = cv2.approxPolyDP(chosen, max(1.0, index.shape[1] / 900), True)[:, 0] * step
        return [[int(x), int(y)] for x, y in points] if len(points) >= 3 else None

    def _edge(self, container: Container) -> NDArray[np.uint8]:
        """The filled edge of a container, cut before the camera."""
        width, height = self.view.resolution_wh
        mask = np.zeros((height, width), np.uint8)
        corners = np.concatenate([container.outline, container.outline[:1]])
        share = np.linspace(0, 1, 60)[:, None]
        ends = itertools.pairwise(corners)
        pixels, depth = self.view.project(np.concatenate([a + (b - a) * share for a, b in ends]))
        pixels = pixels[(depth > 0.1) & (np.abs(pixels) < 20000).all(axis=1)]
        if len(pixels) >= 3:
            cv2.fillConvexPoly(mask, cv2.convexHull(np.round(pixels).astype(np.int32)), 1)
        return mask

    def _pot_px(self, container: Container) -> float:
        """A pot's width in the middle of the container, in pixels."""
        _, depth = self.view.project(container.outline.mean(axis=0)[None])
        return float(container.pot_cm / 100 * self.view.focal_px / max(depth[0], 0.2))


def _smooth(mask: NDArray[np.uint8], pot_px: float) -> NDArray[np.uint8]:
    """Gaps up to half a pot closed, then single stems and leaves that stick out cut off."""
    for operation, share in ((cv2.MORPH_CLOSE, 0.5), (cv2.MORPH_OPEN, 0.45)):
        side = int(np.clip(pot_px * share, 3, 60)) | 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        padded = cv2.copyMakeBorder(mask, side, side, side, side, cv2.BORDER_REPLICATE)
        mask = cv2.morphologyEx(padded, operation, kernel)[side:-side, side:-side]
    return np.ascontiguousarray(mask)


def _largest(mask: NDArray[np.uint8]) -> NDArray[np.int32] | None:
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return max(outlines, key=cv2.contourArea) if outlines else None
