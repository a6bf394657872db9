"""Puts the pots and plants of an area on the canvas (after ground.py; scene.py finds what is seen of them)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.collage.camera import Camera
from training.collage.canvas import Canvas, Place, Truth
from training.collage.layout import Area
from training.collage.paste import Sprite, Window, paste
from training.collage.plants import Cutout, pick_kinds, recolour, stand, wither
from training.collage.pots import draw_pot, draw_rim
from training.pictures import PLANT_CLASSES

PLANT, EMPTY, DEAD = (PLANT_CLASSES.index(name) for name in ("plant", "empty", "dead"))
GROWING_SPRITES = 12
WITHERED_SPRITES = 3
POT_SPRITES = 3
SCALES = (0.15, 4.0)
MIN_PLANT_PX = 6.0


@dataclass(frozen=True, eq=False)
class Nursery:
    """Sprites for all places of an area, as large as at its nearest place; a pot has its rim (n, 2) with it."""

    growing: Sequence[Sprite]
    withered: Sequence[Sprite]
    pots: Sequence[tuple[Sprite, NDArray[np.float64]]]


def plant_area(canvas: Canvas, area: Area, cutouts: Sequence[Cutout], rng: np.random.Generator) -> None:
    """Pots and plants of one area, the far ones first."""
    camera = canvas.camera
    kinds = pick_kinds(cutouts, camera, rng)
    places, scales = camera.project(area.places(rng))
    margin = area.pitch_px * 2
    is_near = (places > -margin).all(1) & (places < np.array(camera.size_px) + margin).all(1)
    is_near &= (scales > SCALES[0]) & (scales < SCALES[1])
    if not is_near.any():
        return
    largest = float(scales[is_near].max())
    nursery = _raise_plants(area, kinds, largest, camera, rng)
    for index in np.flatnonzero(is_near)[np.argsort(places[is_near][:, 1])]:
        place = (float(places[index, 0]), float(places[index, 1]))
        _plant(canvas, area, nursery, place, float(scales[index]) / largest, rng)


def _raise_plants(
    area: Area, kinds: Sequence[Cutout], scale: float, camera: Camera, rng: np.random.Generator
) -> Nursery:
    pots = _make_pots(area, scale, camera, rng)
    width_px = max(area.plant_px * scale, MIN_PLANT_PX)
    growing, withered = [], []
    for _ in range(GROWING_SPRITES):
        cutout = recolour(kinds[int(rng.integers(len(kinds)))], rng)
        growing.append(stand(cutout, width_px, camera, rng))
    for _ in range(WITHERED_SPRITES if area.habit.dead else 0):
        cutout = wither(recolour(kinds[int(rng.integers(len(kinds)))], rng), rng)
        withered.append(stand(cutout, width_px, camera, rng))
    return Nursery(growing, withered, pots)


def _make_pots(
    area: Area, scale: float, camera: Camera, rng: np.random.Generator
) -> list[tuple[Sprite, NDArray[np.float64]]]:
    if area.pot is None:
        return []
    pots = []
    for _ in range(POT_SPRITES):
        kind = replace(area.pot, fill=float(rng.uniform(0.0, 0.2)))
        turn = area.turn + rng.normal(0, 0.0 if area.kind == "tray" else 0.06)
        rim = draw_rim(kind, area.pot_px * scale, camera, turn, rng)
        pots.append((draw_pot(kind, area.pot_px * scale, rim, camera, rng), rim))
    return pots


def _plant(canvas: Canvas, area: Area, nursery: Nursery, place: Place, scale: float, rng: np.random.Generator) -> None:
    """A pot, if the area has them, and what grows in it."""
    is_empty = bool(nursery.pots) and rng.random() < area.empty
    if nursery.pots:
        sprite, rim = nursery.pots[int(rng.integers(len(nursery.pots)))]
        _put_pot(canvas, sprite.scaled(scale), rim * scale, place, is_empty=is_empty)
    if is_empty:
        return
    if nursery.withered and rng.random() < area.habit.dead:
        _put_plants(canvas, nursery.withered, place, scale, DEAD, 1, rng)
    else:
        count = int(rng.integers(2, 4)) if rng.random() < area.habit.twins else 1
        _put_plants(canvas, nursery.growing, place, scale, PLANT, count, rng)


def _put_pot(canvas: Canvas, sprite: Sprite, rim: NDArray[np.float64], place: Place, *, is_empty: bool) -> None:
    canvas.shade_beside(place, float(np.ptp(rim[:, 0])))
    window = paste(canvas.image, sprite, place, canvas.owner, len(canvas.truths) if is_empty else -1)
    if is_empty and window is not None:
        (x0, y0), (x1, y1) = (rim.min(0) + place).tolist(), (rim.max(0) + place).tolist()
        canvas.truths.append(Truth(EMPTY, window, sprite.pixels, (x0, y0, x1, y1)))


def _put_plants(
    canvas: Canvas,
    pool: Sequence[Sprite],
    place: Place,
    scale: float,
    label: int,
    count: int,
    rng: np.random.Generator,
) -> None:
    """Plants that share a place and a box; several are smaller, and stand further from its middle."""
    is_single = count == 1
    windows: list[Window] = []
    pixels = 0
    for _ in range(count):
        sprite = pool[int(rng.integers(len(pool)))]
        factor = scale * float(np.exp(rng.normal(0, 0.15))) * (1.0 if is_single else rng.uniform(0.45, 0.8))
        aside = rng.normal(0, 0.04 if is_single else 0.2, 2) * sprite.width * scale
        here = (place[0] + float(aside[0]), place[1] + float(aside[1]) * canvas.camera.flattening)
        sized = sprite.scaled(factor)
        canvas.shade_beside(here, sized.width * 0.9)
        window = paste(canvas.image, sized, here, canvas.owner, len(canvas.truths))
        pixels += round(sprite.pixels * factor**2)
        if window is not None:
            windows.append(window)
    if windows:
        lefts, tops, rights, bottoms = zip(*windows, strict=True)
        canvas.truths.append(Truth(label, (min(lefts), min(tops), max(rights), max(bottoms)), pixels))
