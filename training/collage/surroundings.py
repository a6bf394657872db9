"""What is around the containers of a whole photo: benches under them, and sky, walls or trees behind the ground."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.camera import Camera
from training.collage.canvas import Canvas
from training.collage.layout import Area
from training.collage.paste import Image, fill_polygon
from training.collage.textures import SIDE_PX, cut_square, floors, make_noise

BENCH_MARGIN = (1.02, 1.25)


def lay_bench(canvas: Canvas, area: Area, height_px: float, rng: np.random.Generator) -> Image:
    """A bench a little larger than the area, with what is seen of its edge and legs; returns its mask (h, w)."""
    wide, deep = (side * rng.uniform(*BENCH_MARGIN) for side in (area.wide, area.deep))
    places, scales = canvas.camera.project_outline(replace(area, wide=wide, deep=deep).corners)
    mask = np.zeros(canvas.owner.shape, np.uint8)
    if not len(places):
        return mask
    drop = np.stack([np.zeros(len(scales)), scales * height_px * canvas.camera.rise], axis=1)
    colour = rng.uniform(20, 230) * rng.uniform(0.9, 1.1, 3)
    _fill_hull(canvas.image, mask, places, places + drop, colour * rng.uniform(0.05, 0.4))
    for place, fall, scale in zip(places, drop, scales, strict=True):
        foot = np.round(place + fall).astype(int).tolist()
        top = np.round(place).astype(int).tolist()
        cv2.line(canvas.image, top, foot, (colour * 0.7).tolist(), max(1, round(height_px * 0.06 * scale)))
    _fill_hull(canvas.image, mask, places, places + drop * rng.uniform(0.05, 0.2), colour * rng.uniform(0.5, 1.0))
    top_mask = np.zeros_like(mask)
    fill_polygon(top_mask, places)
    height, width = canvas.owner.shape
    surface = cut_square(floors(), max(height, width), rng)[:height, :width]
    canvas.image[top_mask > 127] = surface[top_mask > 127]
    return mask | top_mask


def _fill_hull(
    image: Image, mask: Image, first: NDArray[np.float64], second: NDArray[np.float64], colour: NDArray[np.float64]
) -> None:
    hull = cv2.convexHull(np.concatenate([first, second]).astype(np.float32)).reshape(-1, 2)
    part = np.zeros_like(mask)
    fill_polygon(part, hull)
    image[part > 127] = np.clip(colour, 0, 255).astype(np.uint8)
    mask |= part


def find_far_line(camera: Camera, scale: float) -> tuple[float, float]:
    """Where things look `scale` times as large as in the middle: along the ground, and down the canvas (px)."""
    along = (1 - 1 / scale) * camera.distance_px / max(np.sin(camera.slant), 1e-9)
    return along, camera.size_px[1] / 2 + along * np.cos(camera.slant) * scale


def raise_background(image: Image, line_px: float, rng: np.random.Generator) -> None:
    """Sky, a wall, trees or a glasshouse above the line; often one behind the other."""
    if line_px < 1:
        return
    bottom = min(round(line_px), image.shape[0])
    backs = [_make_sky, _make_wall, _make_trees, _make_glasshouse]
    image[:bottom] = backs[rng.choice(4, p=[0.3, 0.15, 0.2, 0.35])](bottom, image.shape[1], rng)
    if rng.random() < 0.6:
        height = max(1, round(bottom * rng.uniform(0.1, 0.7)))
        image[bottom - height : bottom] = backs[rng.choice([1, 2, 2])](height, image.shape[1], rng)


def hang_wall(image: Image, line_px: float, rng: np.random.Generator) -> None:
    """A wall above the line, often in the shade."""
    bottom = int(np.clip(line_px, 0, image.shape[0]))
    if bottom:
        wall = _make_wall(bottom, image.shape[1], rng) * rng.uniform(0.2, 1.0)
        image[:bottom] = wall.astype(np.uint8)


def _make_sky(height: int, width: int, rng: np.random.Generator) -> Image:
    top, low = np.array([rng.uniform(150, 255), rng.uniform(120, 235), rng.uniform(90, 235)]), rng.uniform(190, 255, 3)
    ramp = np.linspace(0, 1, height)[:, None, None]
    sky = np.broadcast_to(top * (1 - ramp) + low * ramp, (height, width, 3))
    return np.ascontiguousarray(sky, np.uint8)


def _make_wall(height: int, width: int, rng: np.random.Generator) -> Image:
    return cut_square(floors(), max(height, width), rng)[:height, :width]


def _make_trees(height: int, width: int, rng: np.random.Generator) -> Image:
    return cut_square(foliages(), max(height, width), rng)[:height, :width]


def _make_glasshouse(height: int, width: int, rng: np.random.Generator) -> Image:
    """A bright film or panes, with bars that run to a point."""
    image = _make_sky(height, width, rng)
    colour = (np.array(image[0, 0], float) * rng.uniform(0.2, 0.85)).tolist()
    middle = (round(rng.uniform(-0.5, 1.5) * width), round(height * rng.uniform(0.7, 1.3)))
    for end in np.linspace(-width, 2 * width, int(rng.integers(6, 30))):
        cv2.line(image, middle, (round(end), -height), colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    for level in rng.uniform(0, height, int(rng.integers(0, 5))):
        cv2.line(image, (0, round(level)), (width, round(level + rng.normal(0, 8))), colour, int(rng.integers(1, 5)))
    return image


@cache
def foliages() -> tuple[Image, ...]:
    """Trees, hedges and grass from afar."""
    rng = np.random.default_rng(73)
    pool = []
    for _ in range(12):
        noise = make_noise(SIDE_PX, [(2, 7, 25), (3, 12, 60), (1, 4, 9)][int(rng.integers(3))], rng)
        green = np.array([rng.uniform(25, 70), rng.uniform(70, 120), rng.uniform(40, 95)])
        light = np.exp(rng.uniform(0.3, 0.7) * noise)[..., None]
        pool.append(np.clip(green * light * rng.uniform(0.4, 1.2), 0, 255).astype(np.uint8))
    return tuple(pool)
