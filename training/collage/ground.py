"""The ground of a scene and what an area has under and in front of its plants: floor, earth, trays, a crate's wall."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.camera import Camera
from training.collage.canvas import Canvas
from training.collage.layout import Area
from training.collage.paste import Image, fill_polygon
from training.collage.textures import cut_square, floors, soils

FLOOR_SIDE_PX = 640


def lay_floor(camera: Camera, grounds: Sequence[Image], rng: np.random.Generator) -> Image:
    """The whole picture: a floor in perspective; now and then a photograph of bare ground, if there are any."""
    width, height = camera.size_px
    pool = grounds if grounds and rng.random() < 0.15 else floors()
    square = cut_square(pool, FLOOR_SIDE_PX, rng)
    zoom = max(width, height) * rng.uniform(0.6, 2.0) / FLOOR_SIDE_PX
    shift = -zoom * FLOOR_SIDE_PX / 2
    matrix = camera.homography @ np.array([[zoom, 0, shift], [0, zoom, shift], [0, 0, 1]])
    floor = cv2.warpPerspective(square, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(floor, np.uint8)


def lay_bottom(canvas: Canvas, area: Area, rng: np.random.Generator) -> None:
    """The tray, the crate's bottom, the bed's earth or the channels under the plants; pots stand on the floor."""
    if area.kind == "pots":
        return
    height, width = canvas.owner.shape
    if area.kind in ("bed", "rows"):
        surface = cut_square(soils(), max(height, width), rng)[:height, :width]
    else:
        surface = np.full_like(canvas.image, np.clip(area.colour, 0, 255).astype(np.uint8))
    mask = np.zeros((height, width), np.uint8)
    for quad in _channels(area) if area.kind == "channels" else [area.corners]:
        places, _ = canvas.camera.project_outline(quad)
        if len(places):
            fill_polygon(mask, places)
    part = (mask.astype(np.float32) / 255)[..., None]
    canvas.image[:] = canvas.image * (1 - part) + surface * part


def _channels(area: Area) -> list[NDArray[np.float64]]:
    """(4, 2) corners on the ground of each channel."""
    rows = max(1, int(2 * area.deep / area.row_px))
    half = area.pitch_px * 0.45
    left, right = -area.wide, area.wide
    return [
        area.to_ground(np.array([(left, y - half), (right, y - half), (right, y + half), (left, y + half)]))
        for y in (np.arange(rows) + 0.5) * 2 * area.deep / rows - area.deep
    ]


def raise_wall(canvas: Canvas, area: Area, rng: np.random.Generator) -> None:
    """The near wall of a crate, in front of its plants; other areas have none."""
    places, scales = canvas.camera.project(area.corners)
    if area.kind != "crate" or (scales <= 0).any():
        return
    first, second = places[np.argsort(places[:, 1])[-2:]]
    height = np.array([0, canvas.camera.rise * area.pitch_px * float(scales.max()) * rng.uniform(0.1, 0.8)])
    up, down = height * 0.3, height * 0.7
    mask = np.zeros(canvas.owner.shape, np.uint8)
    fill_polygon(mask, np.array([first - up, second - up, second + down, first + down]))
    canvas.image[mask > 127] = np.clip(np.array(area.colour) * rng.uniform(0.5, 1.1), 0, 255).astype(np.uint8)
    canvas.owner[mask > 127] = -1
