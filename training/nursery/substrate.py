"""Paints potting soil and floors as pictures of a known size: colour and height (used by surfaces.py, no Blender).

Real substrate is dark fibrous peat with light grains scattered in it, not a packing of pebbles: a dark ground of
crumbs, then fibres, bark chips, grit and perlite on top, in the mix of the recipe.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.nursery.shapes import hsv, linear

Rng = np.random.Generator
Picture = NDArray[np.float32]

SIDE_PX = 1024
SOIL_SIDE_M = 0.13
FLOOR_SIDE_M = 1.6


@dataclass(frozen=True)
class Recipe:
    """Peat's colour (hue, saturation, value); grains of each kind per square centimetre; wetness 0..1."""

    peat: tuple[float, float, float]
    perlite: float
    bark: float
    grit: float
    fibre: float
    wet: float
    algae: float
    seed: int


def draw_recipe(rng: Rng) -> Recipe:
    """A mix as nurseries use it: pure peat, peat with perlite, coir, bark, or mineral cactus soil."""
    mix = str(rng.choice(["peat", "peat-perlite", "coir", "bark", "mineral"], p=[0.25, 0.32, 0.13, 0.12, 0.18]))
    peat = {
        "peat": (rng.uniform(0.05, 0.08), rng.uniform(0.3, 0.5), rng.uniform(0.14, 0.28)),
        "peat-perlite": (rng.uniform(0.05, 0.09), rng.uniform(0.25, 0.5), rng.uniform(0.14, 0.3)),
        "coir": (rng.uniform(0.02, 0.05), rng.uniform(0.5, 0.65), rng.uniform(0.25, 0.4)),
        "bark": (rng.uniform(0.05, 0.08), rng.uniform(0.4, 0.55), rng.uniform(0.2, 0.33)),
        "mineral": (rng.uniform(0.07, 0.11), rng.uniform(0.1, 0.3), rng.uniform(0.3, 0.55)),
    }[mix]
    return Recipe(
        peat=tuple(float(value) for value in peat),  # type: ignore[arg-type]
        perlite=float({"peat-perlite": rng.uniform(2, 10), "mineral": rng.uniform(0, 4)}.get(mix, rng.uniform(0, 0.7))),
        bark=float({"bark": rng.uniform(3, 8)}.get(mix, rng.uniform(0, 0.8))),
        grit=float({"mineral": rng.uniform(25, 70)}.get(mix, rng.uniform(0, 9))),
        fibre=float({"coir": rng.uniform(8, 20)}.get(mix, rng.uniform(1, 8))),
        wet=float(rng.choice([0.0, rng.uniform(0.2, 0.6), rng.uniform(0.6, 1.0)], p=[0.35, 0.35, 0.3])),
        algae=float(rng.uniform(0.1, 0.5) if rng.random() < 0.12 else 0.0),
        seed=int(rng.integers(2**31)),
    )


def noise(rng: Rng, cells: float, side_px: int = SIDE_PX) -> Picture:
    """Smooth noise of variance about 1 with `cells` bumps along a side."""
    count = max(4, int(cells))
    grid = rng.standard_normal((count, count)).astype(np.float32)
    return cv2.resize(grid, (side_px, side_px), interpolation=cv2.INTER_CUBIC)


def paint_soil(recipe: Recipe) -> tuple[Picture, Picture]:
    """Linear colour (1024, 1024, 3) and height (1024, 1024) in 0..1 of 13 cm of substrate."""
    rng = np.random.default_rng(recipe.seed)
    crumbs = sum(noise(rng, cells) * weight for cells, weight in ((8, 0.25), (40, 0.35), (110, 0.5), (330, 0.45)))
    height = np.clip(0.45 + 0.16 * crumbs, 0, 0.8).astype(np.float32)
    base = hsv(*recipe.peat) * (1 - 0.45 * recipe.wet)
    shade = np.exp(0.5 * crumbs + 0.18 * noise(rng, 512)).astype(np.float32)
    colour = (base[None, None] * shade[..., None]).astype(np.float32)
    colour *= 1 + 0.12 * np.stack([noise(rng, 60), noise(rng, 60) * 0.3, -noise(rng, 60) * 0.5], -1)
    area_cm2 = (SOIL_SIDE_M * 100) ** 2
    _fibres(colour, height, rng, int(recipe.fibre * area_cm2), recipe.wet)
    _grains(colour, height, rng, int(recipe.grit * area_cm2), (0.5, 1.9), _grit_colour(rng))
    _grains(colour, height, rng, int(recipe.bark * area_cm2), (2.0, 6.0), (hsv(0.06, 0.5, 0.2), hsv(0.07, 0.45, 0.42)))
    _grains(
        colour, height, rng, int(recipe.perlite * area_cm2), (0.8, 2.6), (hsv(0.1, 0.12, 0.55), hsv(0.1, 0.05, 0.88))
    )
    if recipe.algae:
        moss = np.clip(noise(rng, 9) * 0.6 + noise(rng, 60) * 0.4 + recipe.algae - 0.3, 0, 0.8)[..., None]
        colour = colour * (1 - moss) + hsv(0.25, 0.55, 0.25).astype(np.float32) * moss
    return np.clip(colour, 0.002, 0.95), np.clip(height, 0, 1)


def _grit_colour(rng: Rng) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    hue, saturation = rng.uniform(0.05, 0.12), rng.uniform(0.05, 0.35)
    return hsv(hue, saturation, 0.28), hsv(hue, saturation * 0.7, rng.uniform(0.5, 0.75))


def _fibres(colour: Picture, height: Picture, rng: Rng, count: int, wet: float) -> None:
    """Thin bowed strands of root, moss and wood."""
    px_per_mm = SIDE_PX / (SOIL_SIDE_M * 1000)
    for _ in range(count):
        start, angle = rng.random(2) * SIDE_PX, rng.random() * 6.28
        length, bow = rng.uniform(1, 9) * px_per_mm, rng.normal(0, 0.4)
        share = np.linspace(0, 1, 6)
        points = start + length * np.stack(
            [share * np.cos(angle + bow * share), share * np.sin(angle + bow * share)], 1
        )
        shade = hsv(rng.uniform(0.05, 0.1), rng.uniform(0.3, 0.6), rng.uniform(0.12, 0.55)) * (1 - 0.4 * wet)
        line = np.round(points * 8).astype(np.int32)[None]
        thick = int(rng.choice([1, 1, 2, 3]))
        cv2.polylines(colour, line, False, shade.tolist(), thick, cv2.LINE_AA, 3)
        cv2.polylines(height, line, False, rng.uniform(0.6, 0.8), thick, cv2.LINE_AA, 3)


def _grains(
    colour: Picture,
    height: Picture,
    rng: Rng,
    count: int,
    size_mm: tuple[float, float],
    shades: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Angular crumbs between two colours, lighter on one side, with a dark gap around them; some half buried."""
    px_per_mm = SIDE_PX / (SOIL_SIDE_M * 1000)
    radius = size_mm[0] * (size_mm[1] / size_mm[0]) ** (rng.random(count) ** 1.6) * px_per_mm / 2
    angles = np.sort(rng.random((count, 6)) * 6.28, axis=1)
    ring = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.45, 1, (count, 1))], 2) * radius[:, None, None]
    turn = rng.random(count) * 6.28
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]).transpose(2, 0, 1)
    ring, middle = ring @ turned, rng.random((count, 1, 2)) * SIDE_PX
    gap, outline, light = (
        np.round((ring * reach + middle + shift[:, None, None]) * 8).astype(np.int32)
        for reach, shift in ((1.2, np.full(count, 0.8)), (1.0, np.zeros(count)), (0.55, -radius * 0.2))
    )
    share = rng.random((count, 1))
    shade = (shades[0] * (1 - share) + shades[1] * share) * rng.uniform(0.75, 1.1, (count, 1))
    lit, level = np.minimum(shade * 1.25, 0.95), rng.uniform(0.7, 1.0, count)
    for index in range(count):
        cv2.fillConvexPoly(colour, gap[index], (shade[index] * 0.12).tolist(), cv2.LINE_AA, 3)
        cv2.fillConvexPoly(colour, outline[index], shade[index].tolist(), cv2.LINE_AA, 3)
        cv2.fillConvexPoly(colour, light[index], lit[index].tolist(), cv2.LINE_AA, 3)
        cv2.fillConvexPoly(height, outline[index], float(level[index]), cv2.LINE_AA, 3)


def paint_floor(kind: str, seed: int) -> tuple[Picture, Picture]:
    """Linear colour and height of 1.6 m of floor: gravel, concrete, soil, mat, planks or tiles."""
    rng = np.random.default_rng(seed)
    return FLOORS[kind](rng)


def _stained(colour: Picture, rng: Rng, strength: float) -> Picture:
    """Large dirty patches, wet spots and crumbs of soil."""
    dirt = noise(rng, 5) * 0.5 + noise(rng, 23) * 0.35 + noise(rng, 140) * 0.3
    colour = colour * np.exp(strength * np.minimum(dirt, 1.2) - strength * 0.3)[..., None]
    for _ in range(int(rng.integers(0, 160))):
        middle, radius = rng.integers(0, SIDE_PX, 2), int(rng.integers(1, 5))
        cv2.circle(colour, (int(middle[0]), int(middle[1])), radius, hsv(0.07, 0.4, rng.uniform(0.1, 0.3)).tolist(), -1)
    return np.clip(colour, 0.004, 0.9).astype(np.float32)


def _gravel(rng: Rng) -> tuple[Picture, Picture]:
    hue, saturation = rng.choice([0.07, 0.1, 0.58]), rng.uniform(0.02, 0.2)
    colour = np.full((SIDE_PX, SIDE_PX, 3), hsv(hue, 0.3, 0.15), np.float32)
    height = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    size = rng.uniform(5, 10)
    count = int(1.3 * (SIDE_PX / size) ** 2)
    angles = np.arange(7) * 0.9 + rng.uniform(0, 0.6, (count, 7))
    ring = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.5, 1, (count, 1))], 2)
    ring, middle = ring * size * rng.uniform(0.4, 1.2, (count, 1, 1)), rng.random((count, 1, 2)) * SIDE_PX
    tones = hsv(hue, saturation, 1.0) * rng.uniform(0.08, 0.38, (count, 1))
    layers = [
        (tone, np.round((ring * reach + middle - (1 - reach) * size * 0.4) * 8).astype(np.int32))
        for reach, tone in ((1.15, 0.15), (1.0, 0.75), (0.7, 1.0))
    ]
    for index in range(count):
        for tone, outlines in layers:
            cv2.fillConvexPoly(colour, outlines[index], (tones[index] * tone).tolist(), cv2.LINE_AA, 3)
            cv2.fillConvexPoly(height, outlines[index], tone, cv2.LINE_AA, 3)
    return _stained(colour, rng, 0.45), height


def _concrete(rng: Rng) -> tuple[Picture, Picture]:
    base = hsv(rng.uniform(0.07, 0.12), rng.uniform(0.02, 0.12), rng.uniform(0.32, 0.58))
    grain = 1 + 0.06 * noise(rng, 500) + 0.06 * noise(rng, 60)
    colour = (base[None, None] * grain[..., None]).astype(np.float32)
    for _ in range(int(rng.integers(0, 4))):
        path = np.cumsum(rng.normal(0, 18, (40, 2)) + rng.normal(0, 14, 2), axis=0) + rng.random(2) * SIDE_PX
        cv2.polylines(colour, [np.round(path).astype(np.int32)], False, (base * 0.3).tolist(), 2, cv2.LINE_AA)
    return _stained(colour, rng, 0.5), np.clip(0.5 + 0.1 * noise(rng, 300), 0, 1).astype(np.float32)


def _soil(rng: Rng) -> tuple[Picture, Picture]:
    crumbs = sum(noise(rng, cells) * weight for cells, weight in ((6, 0.3), (40, 0.4), (150, 0.5), (420, 0.5)))
    base = hsv(rng.uniform(0.03, 0.09), rng.uniform(0.3, 0.55), rng.uniform(0.25, 0.5))
    colour = (base[None, None] * np.exp(0.4 * crumbs)[..., None]).astype(np.float32)
    for _ in range(int(rng.integers(0, 300))):  # straw, dry leaves
        start, step = rng.random(2) * SIDE_PX, rng.normal(0, 10, 2)
        shade = hsv(rng.uniform(0.08, 0.13), 0.4, rng.uniform(0.3, 0.65)).tolist()
        ends = [tuple(int(v) for v in start), tuple(int(v) for v in start + step)]
        cv2.line(colour, ends[0], ends[1], shade, int(rng.integers(1, 4)), cv2.LINE_AA)
    return _stained(colour, rng, 0.4), np.clip(0.5 + 0.2 * crumbs, 0, 1).astype(np.float32)


def _mat(rng: Rng) -> tuple[Picture, Picture]:
    """Woven weed mat: tapes of 3 mm (faded with distance by the material), tracer lines, creases, spilt soil."""
    base = hsv(*((0.0, 0.0, 0.12), (0.0, 0.0, 0.17), (0.36, 0.45, 0.2), (0.0, 0.0, 0.75))[int(rng.integers(4))])
    steps = np.arange(SIDE_PX)
    over = ((steps[:, None] // 2 + steps[None] // 2) % 2).astype(np.float32)
    weave = 0.8 + 0.4 * over + 0.1 * noise(rng, 400)
    colour = (base[None, None] * weave[..., None]).astype(np.float32)
    tracer = hsv(float(rng.choice([0.35, 0.15, 0.6])), 0.5, 0.4)
    gap = int(rng.choice([96, 128, 192]))
    for line in range(gap // 2, SIDE_PX, gap):
        colour[:, line : line + 2] = colour[:, line : line + 2] * 0.4 + tracer * 0.6
    height = np.clip(0.5 + 0.2 * noise(rng, 6) + 0.05 * over, 0, 1)
    return _stained(colour, rng, 0.35), height.astype(np.float32)


def _planks(rng: Rng) -> tuple[Picture, Picture]:
    base = hsv(rng.uniform(0.06, 0.11), rng.uniform(0.1, 0.45), rng.uniform(0.3, 0.65))
    grain = cv2.resize(rng.standard_normal((SIDE_PX // 3, 24)).astype(np.float32), (SIDE_PX, SIDE_PX))
    colour = base[None, None] * np.exp(0.16 * grain + 0.1 * noise(rng, 12) + 0.08 * noise(rng, 500))[..., None]
    height = np.full((SIDE_PX, SIDE_PX), 0.6, np.float32)
    board = int(rng.uniform(0.06, 0.14) / FLOOR_SIDE_M * SIDE_PX)
    for start in range(0, SIDE_PX, board):
        colour[start : start + board] *= rng.uniform(0.75, 1.2)
        colour[start : start + 3] *= 0.12
        height[start : start + 3] = 0
    return _stained(colour.astype(np.float32), rng, 0.35), height


def _plain(rng: Rng) -> tuple[Picture, Picture]:
    """Metal, plastic or fleece of a bench."""
    base = linear(rng.uniform(0.25, 0.9) * np.array([1.0, rng.uniform(0.95, 1.02), rng.uniform(0.88, 1.04)]))
    colour = (np.clip(base, 0, 1)[None, None] * (1 + 0.04 * noise(rng, 300))[..., None]).astype(np.float32)
    return _stained(colour, rng, rng.uniform(0.1, 0.5)), np.full((SIDE_PX, SIDE_PX), 0.5, np.float32)


FLOORS = {"gravel": _gravel, "concrete": _concrete, "soil": _soil, "mat": _mat, "planks": _planks, "plain": _plain}
