"""What a plant grows in, drawn: pots, bags, cups and the cells of trays, seen at the camera's slant."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.camera import Camera
from training.collage.paste import Sprite, fill_polygon, make_sprite
from training.collage.textures import cut_square, soils

Shape = Literal["round", "square", "bag", "cell"]
COLOURS = [
    (28, 28, 30), (28, 28, 30), (45, 40, 38), (60, 90, 170), (70, 105, 185), (225, 228, 230), (205, 205, 200),
    (120, 125, 125), (70, 110, 60), (160, 60, 120), (150, 110, 60), (40, 40, 160), (190, 160, 110),
]  # fmt: skip


@dataclass(frozen=True)
class PotKind:
    """One make of pot; `height` and `taper` are parts of its width, `wall` of its opening's radius."""

    shape: Shape
    colour: tuple[float, float, float]
    height: float
    taper: float
    wall: float
    fill: float


def draw_pot_kind(rng: np.random.Generator, shape: Shape | None = None) -> PotKind:
    """Any pot, bag or cup; with a shape one of that."""
    chosen: Shape = shape or rng.choice(np.array(["round", "round", "square", "bag"]))
    colour = np.array(COLOURS[rng.integers(len(COLOURS))]) * rng.uniform(0.8, 1.2)
    heights = {"round": (0.5, 1.1), "square": (0.6, 1.1), "bag": (0.7, 1.8), "cell": (0.0, 0.0)}
    taper = rng.uniform(0.95, 1.1) if chosen == "bag" else rng.uniform(0.65, 0.9)
    wall = rng.uniform(0.03, 0.08) if chosen in ("bag", "cell") else rng.uniform(0.06, 0.16)
    blue, green, red = (float(min(value, 255)) for value in colour)
    return PotKind(chosen, (blue, green, red), float(rng.uniform(*heights[chosen])), taper, wall, rng.uniform(0.0, 0.2))


def draw_rim(
    kind: PotKind, width_px: float, camera: Camera, turn: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(n, 2) rim of an opening around (0, 0), as the camera sees it; that of a bag is uneven."""
    radius = width_px / 2
    if kind.shape in ("square", "cell"):
        angles = turn + np.deg2rad([45, 135, 225, 315])
        points = radius * 1.25 * np.stack([np.cos(angles), np.sin(angles)], 1)
    else:
        angles = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        uneven = 1 + (rng.normal(0, 0.05, 28) if kind.shape == "bag" else 0)
        points = radius * (uneven * np.stack([np.cos(angles), np.sin(angles)])).T
    return np.asarray(points * [1, camera.flattening])


def draw_pot(
    kind: PotKind, width_px: float, rim: NDArray[np.float64], camera: Camera, rng: np.random.Generator
) -> Sprite:
    """A pot with this rim, `width_px` wide, anchored in the middle of its opening."""
    drop = kind.height * width_px * camera.rise
    side = int(width_px * 1.4 + drop) + 6
    middle = np.array([side / 2, width_px * 0.7 + 3])
    picture, alpha = np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32)
    colour = np.array(kind.colour, np.float32)
    if drop > 1:
        hull = cv2.convexHull(np.concatenate([rim, rim * kind.taper + [0, drop]]).astype(np.float32)).reshape(-1, 2)
        _fill(picture, alpha, hull + middle, colour * _folds(kind, side, rng))
    _fill(picture, alpha, rim + middle, colour * np.float32(rng.uniform(1.0, 1.5)))
    inner = rim * (1 - kind.wall)
    _fill(picture, alpha, inner + middle, colour * np.float32(rng.uniform(0.35, 0.8)))
    soil = cut_square(soils(), side, rng).astype(np.float32)
    sunk = kind.fill * kind.height * width_px * camera.rise
    _fill(picture, alpha, inner * rng.uniform(0.88, 1.0) + middle + [0, sunk * 0.5], soil)
    return make_sprite(picture, alpha * 255, (float(middle[0]), float(middle[1])))


def _folds(kind: PotKind, side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(side, side, 1) light across the wall: brighter on one side; a bag is wrinkled."""
    light = np.linspace(rng.uniform(0.5, 0.95), rng.uniform(0.4, 1.0), side, dtype=np.float32)
    if kind.shape == "bag":
        wrinkles = np.interp(np.arange(side), np.linspace(0, side, 14), rng.normal(0, 0.5, 14))
        light = (light * (1 + 0.5 * wrinkles)).astype(np.float32)
    return np.clip(np.broadcast_to(light[None, :, None], (side, side, 1)), 0.2, 2.5).astype(np.float32)


def _fill(
    picture: NDArray[np.float32], alpha: NDArray[np.float32], points: NDArray[np.floating], value: NDArray[np.float32]
) -> None:
    mask = np.zeros(alpha.shape, np.uint8)
    fill_polygon(mask, points)
    part = mask.astype(np.float32)[..., None] / np.float32(255)
    picture += (value - picture) * part
    np.maximum(alpha, part[..., 0], out=alpha)
