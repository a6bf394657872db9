"""Surfaces: what plants stand on and in. A pool is made once per process; each tile cuts, turns and tints its own."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.paste import Image

SIDE_PX = 768
EARTHS = np.array([(38, 48, 62), (30, 34, 40), (70, 85, 105), (110, 120, 130), (45, 60, 85), (60, 85, 125)], np.float32)


def make_noise(side_px: int, grains_px: Sequence[int], rng: np.random.Generator) -> NDArray[np.float32]:
    """(side, side) of mean 0 and a spread of about 1, with grains of several sizes."""
    total = np.zeros((side_px, side_px), np.float32)
    for grain in grains_px:
        coarse = rng.standard_normal((side_px // grain + 3,) * 2).astype(np.float32)
        way = cv2.INTER_NEAREST if grain == 1 else cv2.INTER_CUBIC
        total += cv2.resize(coarse, (side_px + 2 * grain,) * 2, interpolation=way)[:side_px, :side_px]
    return total / np.float32(np.sqrt(len(grains_px)))


@cache
def soils() -> tuple[Image, ...]:
    """Substrates: peat, peat with perlite, sand, gravel, bark."""
    rng = np.random.default_rng(71)
    pool = []
    for number in range(24):
        grains = [(1, 2, 4), (2, 4, 9), (3, 7), (1, 3, 8)][number % 4]
        noise = make_noise(SIDE_PX, grains, rng)
        base = EARTHS[rng.integers(len(EARTHS))] * rng.uniform(0.5, 1.3)
        picture = base[None, None] * np.exp(rng.uniform(0.15, 0.5) * noise)[..., None]
        if number % 3 == 0:  # perlite
            light = make_noise(SIDE_PX, (3, 4), rng) > rng.uniform(1.5, 2.4)
            picture[light] = rng.uniform(150, 235)
        pool.append(_as_image(picture))
    return tuple(pool)


@cache
def floors() -> tuple[Image, ...]:
    """What containers stand on: gravel, cloth, concrete, slats, mesh, boards, earth."""
    rng = np.random.default_rng(72)
    return tuple(_make_floor(number, rng) for number in range(48))


def _make_floor(number: int, rng: np.random.Generator) -> Image:
    grains = [(1, 2, 5), (2, 6, 14), (1, 30, 80), (4, 9)][number % 4]
    noise = make_noise(SIDE_PX, grains, rng)
    base = EARTHS[rng.integers(len(EARTHS))] if rng.random() < 0.4 else rng.uniform(25, 215, 3) * rng.uniform(0.8, 1.0)
    base = base.mean() * 0.75 + base * 0.25 if rng.random() < 0.7 else base
    picture = base[None, None] * np.exp(rng.uniform(0.03, 0.35) * noise)[..., None]
    if number % 3 == 0:
        picture *= _pattern(rng)[..., None]
    return _as_image(picture)


def _pattern(rng: np.random.Generator) -> NDArray[np.float32]:
    """Slats, or the mesh of a bench or of ground cloth."""
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX].astype(np.float32)
    period, sharp = rng.uniform(6, 90), rng.uniform(1.0, 6.0)
    wave = np.cos(x * 2 * np.pi / period)
    if rng.random() < 0.5:
        wave = np.maximum(wave, np.cos(y * 2 * np.pi / (period * rng.choice([1.0, 1.0, 2.0]))))
    return np.asarray(1 + rng.uniform(0.15, 0.6) * np.tanh(sharp * wave), np.float32)


def read_grounds(folder: Path) -> tuple[Image, ...]:
    """Photographs of bare ground."""
    return tuple(np.asarray(cv2.imread(str(path)), np.uint8) for path in sorted(folder.glob("*.jpg")))


def _as_image(picture: NDArray[np.floating]) -> Image:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def tint(image: Image, rng: np.random.Generator, *, strength: float = 0.25) -> Image:
    """The image in another light and colour."""
    ramp = np.arange(256, dtype=np.float32) / 255
    factors = rng.uniform(1 - strength, 1 + strength) * rng.uniform(1 - strength / 2, 1 + strength / 2, 3)
    gamma = rng.uniform(0.75, 1.35)
    table = np.clip(255 * factors[None] * ramp[:, None] ** gamma, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def cut_square(pool: Sequence[Image], side_px: int, rng: np.random.Generator) -> Image:
    """A square part of one of the pool, turned and tinted."""
    image = pool[int(rng.integers(len(pool)))]
    part = int(min(*image.shape[:2], max(8, side_px * rng.uniform(0.7, 2.5))))
    y, x = (int(rng.integers(0, length - part + 1)) for length in image.shape[:2])
    square = cv2.resize(image[y : y + part, x : x + part], (side_px, side_px), interpolation=cv2.INTER_AREA)
    return tint(np.rot90(square, int(rng.integers(4))).copy(), rng)
