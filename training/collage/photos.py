"""Whole photos for the segmenter: containers as people outline them, and places without any.

The same plants, pots and grounds as in tiles (scene.py), but the truth is an outline around the visible part of each
container: its plants, pots, walls and ground.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from training.collage.arrangement import Stand, draw_bare_stands, draw_shelf, draw_stands
from training.collage.camera import Camera
from training.collage.canvas import Canvas
from training.collage.clutter import scatter
from training.collage.ground import lay_bottom, lay_floor, raise_wall
from training.collage.layout import AreaKind
from training.collage.outlines import Outline, close_gaps, trace
from training.collage.paste import Image, fill_polygon
from training.collage.planting import plant_area
from training.collage.scene import Stock
from training.collage.surroundings import find_far_line, hang_wall, lay_bench, raise_background
from training.pictures import CONTAINER_CLASSES

SIZES_PX = ((640, 480), (640, 480), (480, 640), (480, 640), (640, 640), (640, 360))
CLASS_OF: dict[AreaKind, int] = {
    "crate": CONTAINER_CLASSES.index("box"),
    "tray": CONTAINER_CLASSES.index("plug"),
}
BED = CONTAINER_CLASSES.index("segment")
UNTOUCHED = -2
LIP = (1.01, 1.07)
BARE_SHARE = 0.1
SHELVES_SHARE = 0.06
MIN_SHELF_PX = 60


@dataclass(frozen=True, eq=False)
class Photo:
    """The picture and the outlines of its containers."""

    image: Image
    outlines: list[Outline]


def make_photo(stock: Stock, rng: np.random.Generator) -> Photo:
    """Any whole photo: from over a tray to along the benches of a glasshouse."""
    size_px = SIZES_PX[int(rng.integers(len(SIZES_PX)))]
    draw = rng.random()
    if draw < SHELVES_SHARE:
        return _paint_shelves(size_px, stock, rng)
    camera = draw_view(size_px, rng)
    reach_px, line_px = find_reach(camera, rng)
    stands = draw_bare_stands(size_px, rng) if draw > 1 - BARE_SHARE else draw_stands(size_px, reach_px, rng)
    canvas = _lay_canvas(camera, stock, rng)
    raise_background(canvas.image, line_px, rng)
    return paint_stands(canvas, stands, stock, rng)


def draw_view(size_px: tuple[int, int], rng: np.random.Generator) -> Camera:
    """From straight down to along the benches; only there the horizon may be in the frame."""
    kind = rng.random()
    if kind < 0.6:
        slant = rng.uniform(0.0, 0.3) if kind < 0.3 else rng.uniform(0.3, 0.9)
        nearest = 1.1 * size_px[1] / 2 * np.tan(slant)
        return Camera(size_px, float(slant), float(max(nearest, max(size_px) * np.exp(rng.uniform(0.0, 1.6)))))
    slant = rng.uniform(0.9, 1.35)
    return Camera(size_px, float(slant), float(rng.uniform(0.4, 1.4) * size_px[1] / 2 * np.tan(slant)))


def find_reach(camera: Camera, rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    """The far and the near end of the ground in the frame, and where on the canvas the far end is (px from its top)."""
    half = camera.size_px[1] / 2
    per_px = np.tan(camera.slant) / camera.distance_px
    scale_at_top, scale_at_bottom = 1 - half * per_px, 1 + half * per_px
    near = half / (np.cos(camera.slant) * scale_at_bottom)
    least = rng.uniform(0.2, 0.4)
    if scale_at_top >= least:
        return (-half / (np.cos(camera.slant) * scale_at_top) * 1.1, near * 1.1), 0.0
    far, line_px = find_far_line(camera, least)
    return (far, near * 1.1), line_px


def _lay_canvas(camera: Camera, stock: Stock, rng: np.random.Generator) -> Canvas:
    return Canvas(
        camera=camera,
        image=lay_floor(camera, stock.grounds, rng),
        owner=np.full(camera.size_px[::-1], UNTOUCHED, np.int32),
        sun=rng.uniform(0, 2 * np.pi),
        shadow=rng.uniform(0.1, 0.6),
    )


def paint_stands(canvas: Canvas, stands: list[Stand], stock: Stock, rng: np.random.Generator) -> Photo:
    """Paint the far ones first, so that nearer ones cover them."""
    seen: list[tuple[int, Image]] = []
    for stand in sorted(stands, key=lambda one: one.area.middle[1]):
        bench = lay_bench(canvas, stand.area, stand.bench_px, rng) if stand.bench_px else np.zeros(1, np.uint8)
        mask = _paint_area(canvas, stand, stock, rng)
        covered = (mask | bench) > 0
        for _, other in seen:
            other[np.broadcast_to(covered, other.shape)] = 0
        seen.append((CLASS_OF.get(stand.area.kind, BED), mask))
    sizes = [stand.area.plant_px for stand in stands] or [40.0]
    scatter(canvas.image, canvas.owner, float(np.mean(sizes)), rng)
    return Photo(canvas.image, [outline for kind, mask in seen for outline in trace(mask, kind)])


def _paint_area(canvas: Canvas, stand: Stand, stock: Stock, rng: np.random.Generator) -> Image:
    """Paints one area and returns its mask; a bed in which nothing stands is ground and has none."""
    area = stand.area
    bottom = area
    if area.kind in CLASS_OF:
        bottom = replace(area, wide=area.wide * rng.uniform(*LIP), deep=area.deep * rng.uniform(*LIP))
    lay_bottom(canvas, bottom, rng)
    canvas.owner.fill(UNTOUCHED)
    plant_area(canvas, area, stock.cutouts, rng)
    raise_wall(canvas, bottom, rng)
    mask = np.where(canvas.owner == UNTOUCHED, 0, 255).astype(np.uint8)
    if area.kind not in CLASS_OF and not mask.any():
        return mask
    places, _ = canvas.camera.project_outline(bottom.corners)
    if len(places):
        fill_polygon(mask, places)
    return close_gaps(np.where(mask > 127, 255, 0).astype(np.uint8), max(area.pitch_px, area.plant_px))


def _paint_shelves(size_px: tuple[int, int], stock: Stock, rng: np.random.Generator) -> Photo:
    """Boards above each other, seen from before them: what stands on each is a bed."""
    width, height = size_px
    image = np.zeros((height, width, 3), np.uint8)
    outlines = []
    edges = np.linspace(0, height, int(rng.integers(3, 6)) + 1) + rng.uniform(-0.6, 0.3) * height / 5
    for top, bottom in pairwise(np.clip(np.round(edges), 0, height).astype(int).tolist()):
        if bottom - top < MIN_SHELF_PX:
            continue
        photo = _paint_shelf((width, bottom - top), stock, rng)
        image[top:bottom] = photo.image
        outlines += [Outline(one.kind, one.polygon + np.array([0, top], np.float32)) for one in photo.outlines]
    return Photo(image, outlines)


def _paint_shelf(size_px: tuple[int, int], stock: Stock, rng: np.random.Generator) -> Photo:
    """One board with a few rows of pots on it, and a wall behind them."""
    slant = float(rng.uniform(1.1, 1.35))
    camera = Camera(size_px, slant, float(rng.uniform(1.2, 2.5) * size_px[1] / 2 * np.tan(slant)))
    canvas = _lay_canvas(camera, stock, rng)
    (_, near), _ = find_reach(camera, rng)
    stand = draw_shelf(size_px, near, rng)
    far_places, _ = camera.project(stand.area.corners)
    hang_wall(canvas.image, float(far_places[:, 1].min()), rng)
    photo = paint_stands(canvas, [stand], stock, rng)
    edge = round(size_px[1] * rng.uniform(0.02, 0.12))
    photo.image[size_px[1] - edge :] = np.clip(rng.uniform(20, 235) * rng.uniform(0.85, 1.1, 3), 0, 255)
    return photo
