"""Leafy plants, drawn: seedlings, herbs, bushes and saplings, from above and from the side.

The cut-outs are succulents; a nursery also grows plants with thin leaves on stalks, and no usable photographs of those
with transparency were found.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.paste import Image
from training.collage.plants import Cutout, View

SIDE_PX = 200
# Drawn this much larger and then averaged, so that edges are smooth.
FINER = 2
BETWEEN_LEAVES = 2.4  # the golden angle, radians


@dataclass(frozen=True, eq=False)
class Leaf:
    """One leaf, in plant widths: where its stalk begins, where it points (radians), and its sizes.

    `light` is how bright it is; what grows higher is brighter.
    """

    base: tuple[float, float]
    angle: float
    stalk: float
    length: float
    width: float
    light: float


@dataclass(frozen=True, eq=False)
class Habit:
    """What the leaves of one plant have in common; `tip` moves the widest part outwards, `teeth` notch the edge."""

    colour: NDArray[np.float64]
    stem_colour: NDArray[np.float64]
    slenderness: float
    tip: float
    teeth: float
    gloss: float


def draw_leafy(view: View, rng: np.random.Generator) -> Cutout:
    """A plant of any age and kind as seen from there."""
    habit = _draw_habit(rng)
    side = SIDE_PX * FINER
    bgra = np.zeros((side, side, 4), np.uint8)
    if view == "above":
        for leaf in _crown_from_above(habit, rng):
            _paint_leaf(bgra, leaf, habit, rng)
    else:
        _paint_from_side(bgra, habit, rng)
    rows, columns = np.nonzero(bgra[..., 3] > 127)
    part = bgra[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    small = cv2.resize(part, None, fx=1 / FINER, fy=1 / FINER, interpolation=cv2.INTER_AREA)
    return Cutout(np.asarray(small, np.uint8), view)


def _draw_habit(rng: np.random.Generator) -> Habit:
    hue = rng.choice([rng.uniform(32, 48), rng.uniform(25, 60), rng.uniform(0, 180)], p=[0.7, 0.22, 0.08])
    hsv = np.array([[[hue, rng.uniform(90, 225), rng.uniform(90, 215)]]], np.uint8)
    colour = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float64)
    wood = np.array([60.0, 85.0, 115.0]) * rng.uniform(0.5, 1.5)
    return Habit(
        colour=colour,
        stem_colour=colour * 0.7 + 30 if rng.random() < 0.6 else wood,
        slenderness=float(np.exp(rng.uniform(np.log(1.2), np.log(7.0)))),
        tip=float(rng.uniform(0.6, 1.5)),
        teeth=float(rng.choice([0.0, rng.uniform(0.03, 0.25)])),
        gloss=float(rng.uniform(0.0, 0.35)),
    )


def _crown_from_above(habit: Habit, rng: np.random.Generator) -> Iterator[Leaf]:
    """The lower leaves first: they reach further and are darker."""
    least, most = [(2, 3), (3, 8), (8, 20), (20, 70)][rng.choice(4, p=[0.1, 0.4, 0.3, 0.2])]
    count = int(rng.integers(least, most))
    turn = rng.uniform(0, 2 * np.pi)
    step = np.pi if count == 2 else np.pi / 2 if rng.random() < 0.3 else BETWEEN_LEAVES
    is_bush = count >= 20
    for number in range(count):
        height = (number + 1) / count
        reach = rng.uniform(0.75, 1.0) * (1.0 - 0.65 * height if count > 2 else 0.8)
        length = 0.48 * reach * (rng.uniform(0.25, 0.5) if is_bush else rng.uniform(0.5, 0.95))
        stalk = 0.48 * reach - length
        yield Leaf(
            base=(0.5 + float(rng.normal(0, 0.01)), 0.5 + float(rng.normal(0, 0.01))),
            angle=turn + number * step + float(rng.normal(0, 0.2)),
            stalk=max(stalk, 0.0),
            length=length,
            width=length / habit.slenderness * float(rng.uniform(0.75, 1.15)),
            light=0.55 + 0.5 * height,
        )


def _paint_from_side(bgra: Image, habit: Habit, rng: np.random.Generator) -> None:
    """One or a few stems with leaves; a sapling has a bare trunk below its crown."""
    tall = float(rng.uniform(0.35, 0.98))
    bare = float(rng.choice([0.0, rng.uniform(0.1, 0.3), rng.uniform(0.4, 0.65)], p=[0.45, 0.35, 0.2]))
    stems = 1 if bare > 0.3 else int(rng.choice([1, 1, 2, 4]))
    spread = float(rng.uniform(0.15, 0.5)) * min(1.0, tall * 1.3)
    leaves = []
    for _ in range(stems):
        foot = np.array([0.5 + rng.normal(0, 0.03 * (stems > 1)), 0.99])
        top = np.array([0.5 + rng.normal(0, 0.05 + 0.12 * (stems > 1)), 0.99 - tall])
        _paint_stem(bgra, foot, top, habit, float(rng.uniform(0.008, 0.03)))
        leaves += list(_leaves_along(foot, top, bare, spread, habit, rng))
    rng.shuffle(leaves)
    for leaf in leaves:
        _paint_leaf(bgra, leaf, habit, rng)


def _leaves_along(
    foot: NDArray[np.float64],
    top: NDArray[np.float64],
    bare: float,
    spread: float,
    habit: Habit,
    rng: np.random.Generator,
) -> Iterator[Leaf]:
    count = int(np.exp(rng.uniform(np.log(4), np.log(60))))
    size = spread * float(rng.uniform(0.5, 0.95)) / (1 + count / 25)
    for number in range(count):
        height = bare + (1 - bare) * (number + rng.random()) / count
        way = np.sin(np.pi * min(1.0, 0.25 + 0.75 * (height - bare) / (1 - bare)))  # widest in the middle of the crown
        aside = rng.choice([-1, 1]) * rng.uniform(0.1, 1.0)
        stalk = max(0.0, spread * max(way, 0.25) - size) * abs(aside)
        base = foot + (top - foot) * height
        angle = -np.pi / 2 + aside * rng.uniform(0.5, 1.9)
        length = size * float(rng.uniform(0.6, 1.1))
        light = float(rng.uniform(0.5, 1.05)) * (0.75 + 0.3 * height)
        width = length / habit.slenderness * float(rng.uniform(0.35, 1.1))
        yield Leaf((float(base[0]), float(base[1])), float(angle), stalk, length, width, light)


def _paint_stem(
    bgra: Image, foot: NDArray[np.float64], top: NDArray[np.float64], habit: Habit, thickness: float
) -> None:
    side = bgra.shape[0]
    across = np.array([thickness / 2, 0.0])
    outline = np.array([foot - across, foot + across, top + across * 0.5, top - across * 0.5]) * side
    cv2.fillPoly(bgra, [np.round(outline).astype(np.int32)], (*_shade(habit.stem_colour, 0.8), 255))
    lit = np.array([foot, foot + across * 0.6, top + across * 0.3, top]) * side
    cv2.fillPoly(bgra, [np.round(lit).astype(np.int32)], (*_shade(habit.stem_colour, 1.1), 255))


def _paint_leaf(bgra: Image, leaf: Leaf, habit: Habit, rng: np.random.Generator) -> None:
    """Its shadow on what is below, its stalk, its two halves in different light, and its midrib."""
    side = bgra.shape[0]
    along = np.array([np.cos(leaf.angle), np.sin(leaf.angle)])
    across = np.array([-along[1], along[0]])
    foot = np.array(leaf.base)
    start = foot + along * leaf.stalk
    steps = np.linspace(0, 1, 13)
    half = np.sin(np.pi * steps**habit.tip) * leaf.width / 2
    half = np.maximum(half * (1 - habit.teeth * (np.arange(13) % 2)), 0.002)
    bend = float(rng.normal(0, 0.12)) * leaf.length
    spine = start + along * (steps * leaf.length)[:, None] + across * (bend * steps**2)[:, None]
    left, right = spine - across * half[:, None], spine + across * half[:, None]
    _darken(bgra, (np.concatenate([left, right[::-1]]) + 0.012) * side)
    light = leaf.light * float(rng.uniform(0.85, 1.15))
    tilt = float(rng.uniform(-0.18, 0.18))
    if leaf.stalk > 0:
        ends = [np.round(point * side).astype(int).tolist() for point in (foot, start)]
        cv2.line(bgra, ends[0], ends[1], (*_shade(habit.stem_colour, light), 255), max(2, side // 130))
    for edge, share in ((left, 1 + tilt), (right, 1 - tilt)):
        outline = np.concatenate([edge, spine[::-1]]) * side
        cv2.fillPoly(bgra, [np.round(outline).astype(np.int32)], (*_shade(habit.colour, light * share), 255))
    rib = np.round(spine * side).astype(np.int32)
    cv2.polylines(bgra, [rib], False, (*_shade(habit.colour, light * (1.15 + habit.gloss)), 255), max(1, side // 260))


def _darken(bgra: Image, outline: NDArray[np.float64]) -> None:
    """A shadow on the leaves below; none on what is transparent."""
    points = np.round(outline).astype(np.int32)
    x0, y0 = np.maximum(points.min(0), 0)
    x1, y1 = points.max(0) + 1
    part = bgra[y0:y1, x0:x1]
    if part.size == 0:
        return
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(mask, [points - [x0, y0]], 1)
    part[mask > 0, :3] = (part[mask > 0, :3] * 0.72).astype(np.uint8)


def _shade(colour: NDArray[np.float64], light: float) -> tuple[int, int, int]:
    blue, green, red = np.clip(colour * light, 0, 255).astype(int).tolist()
    return blue, green, red
