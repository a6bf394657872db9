"""One scene: ground, areas with pots and plants, clutter, and boxes around the visible part of each thing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.collage.camera import Camera
from training.collage.canvas import Canvas, Truth
from training.collage.clutter import scatter
from training.collage.ground import lay_bottom, lay_floor, raise_wall
from training.collage.layout import Area
from training.collage.paste import Image
from training.collage.planting import plant_area
from training.collage.plants import Cutout

MIN_SEEN = 0.3
MIN_BOX_PX = 6.0
USUAL_PLANT_PX = 60.0


@dataclass(frozen=True, eq=False)
class Stock:
    """What scenes are made of."""

    cutouts: Sequence[Cutout]
    grounds: Sequence[Image]


@dataclass(frozen=True, eq=False)
class Scene:
    """The picture and its boxes (n, 4) xyxy px with labels (n,)."""

    image: Image
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def paint_scene(camera: Camera, areas: Sequence[Area], stock: Stock, rng: np.random.Generator) -> Scene:
    """Paint the areas, far ones first, and find the visible part of each thing."""
    canvas = Canvas(
        camera=camera,
        image=lay_floor(camera, stock.grounds, rng),
        owner=np.full(camera.size_px[::-1], -1, np.int32),
        sun=rng.uniform(0, 2 * np.pi),
        shadow=rng.uniform(0.1, 0.6),
    )
    ordered = sorted(areas, key=lambda area: area.middle[1])
    for area in ordered:
        lay_bottom(canvas, area, rng)
    for area in ordered:
        plant_area(canvas, area, stock.cutouts, rng)
        raise_wall(canvas, area, rng)
    plant_px = float(np.mean([area.plant_px for area in areas])) if areas else USUAL_PLANT_PX
    scatter(canvas.image, canvas.owner, plant_px, rng)
    boxes, labels = find_seen(canvas.owner, canvas.truths)
    return Scene(canvas.image, boxes, labels)


def find_seen(owner: NDArray[np.int32], truths: Sequence[Truth]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Boxes around the visible part of each thing, except those mostly hidden, cut off, or tiny."""
    boxes, labels = [], []
    height, width = owner.shape
    for mark, truth in enumerate(truths):
        x0, y0, x1, y1 = truth.window
        seen = owner[y0:y1, x0:x1] == mark
        if np.count_nonzero(seen) < max(1, MIN_SEEN * truth.pixels):
            continue
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        box = np.array([x0 + columns[0], y0 + rows[0], x0 + columns[-1] + 1, y0 + rows[-1] + 1], np.float32)
        if truth.rim is not None:
            box = np.clip(np.array(truth.rim, np.float32), 0, [width, height, width, height])
        if min(box[2] - box[0], box[3] - box[1]) >= MIN_BOX_PX:
            boxes.append(box)
            labels.append(truth.label)
    return np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64)
