"""Cut-outs of real and rendered plants, and what is made of one: recoloured, withered, turned, flattened."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from training.collage.camera import Camera
from training.collage.paste import Image, Sprite, make_sprite

View = Literal["above", "side"]
MAX_CUTOUT_PX = 200


@dataclass(frozen=True, eq=False)
class Cutout:
    """One plant, bgra (h, w, 4), seen from above or from the side (then it grows upwards in the picture)."""

    bgra: Image
    view: View


def read_cutouts(folder: Path, view: View) -> list[Cutout]:
    """Every WebP or PNG with transparency in a folder, cut to the plant and at most 200 px large."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".webp", ".png"})
    return [Cutout(_tight(np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.uint8)), view) for path in paths]


def _tight(bgra: Image) -> Image:
    rows, columns = np.nonzero(bgra[..., 3] > 127)
    part = bgra[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    factor = min(1.0, MAX_CUTOUT_PX / max(part.shape[:2]))
    return np.asarray(cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def recolour(cutout: Cutout, rng: np.random.Generator) -> Cutout:
    """A little of hue, saturation and light, as plants of one kind differ; now and then another colour altogether."""
    turn = rng.uniform(-60, 60) if rng.random() < 0.06 else rng.uniform(-8, 8)
    return Cutout(_change_hsv(cutout.bgra, turn, rng.uniform(0.65, 1.35), rng.uniform(0.65, 1.3)), cutout.view)


def wither(cutout: Cutout, rng: np.random.Generator) -> Cutout:
    """The same plant dead: brown, grey or straw-coloured, darker, thinner and collapsed."""
    bgra = cutout.bgra.copy()
    grey = cv2.cvtColor(bgra[..., :3], cv2.COLOR_BGR2GRAY).astype(np.float32)
    hue, saturation = rng.uniform(6, 24), rng.uniform(20, 140)
    value = np.clip(grey * rng.uniform(0.5, 1.1) + rng.uniform(-30, 15), 5, 220)
    hsv = np.dstack([np.full_like(grey, hue), np.full_like(grey, saturation), value]).astype(np.uint8)
    brown = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    kept = rng.uniform(0.0, 0.35)
    bgra[..., :3] = (brown * (1 - kept) + bgra[..., :3] * kept).astype(np.uint8)
    if rng.random() < 0.6:  # leaves are missing
        ragged = cv2.resize(rng.random((9, 9)).astype(np.float32), bgra.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        bgra[..., 3][ragged < rng.uniform(0.1, 0.45)] = 0
    lower = rng.uniform(0.45, 1.0)
    return Cutout(
        np.asarray(cv2.resize(bgra, None, fx=1.0, fy=lower, interpolation=cv2.INTER_AREA), np.uint8), cutout.view
    )


def _change_hsv(bgra: Image, turn: float, saturation: float, value: float) -> Image:
    hue, sat, val = cv2.split(cv2.cvtColor(bgra[..., :3], cv2.COLOR_BGR2HSV))
    ramp = np.arange(256, dtype=np.float32)
    hue = cv2.LUT(hue, ((ramp + turn) % 180).astype(np.uint8))
    sat = cv2.LUT(sat, np.clip(ramp * saturation, 0, 255).astype(np.uint8))
    val = cv2.LUT(val, np.clip(ramp * value, 0, 255).astype(np.uint8))
    return np.dstack([cv2.cvtColor(cv2.merge([hue, sat, val]), cv2.COLOR_HSV2BGR), bgra[..., 3]])


def stand(cutout: Cutout, width_px: float, camera: Camera, rng: np.random.Generator) -> Sprite:
    """The plant about `width_px` wide as this camera sees it, anchored where it leaves the soil."""
    return _stand_upright(cutout, width_px, rng) if cutout.view == "side" else _lay_flat(cutout, width_px, camera, rng)


def _lay_flat(cutout: Cutout, width_px: float, camera: Camera, rng: np.random.Generator) -> Sprite:
    height, width = cutout.bgra.shape[:2]
    factor = width_px / max(height, width)
    source, factor = _reduced(cutout.bgra, factor)
    height, width = source.shape[:2]
    angle, flat = rng.uniform(0, 2 * np.pi), 1 - (1 - camera.flattening) * rng.uniform(0.2, 0.7)
    cos, sin = np.cos(angle) * factor, np.sin(angle) * factor
    matrix = np.array([[cos, -sin, 0.0], [sin * flat, cos * flat, 0.0]])
    reach = np.abs(matrix[:, :2]) @ np.array([width, height])
    size = np.ceil(reach).astype(int) + 2
    matrix[:, 2] = size / 2 - matrix[:, :2] @ np.array([width / 2, height / 2])
    turned = cv2.warpAffine(source, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    lift = (1 - camera.flattening) * width_px * rng.uniform(0.1, 0.4)
    return make_sprite(turned[..., :3], turned[..., 3], (size[0] / 2, size[1] / 2 + lift))


def _stand_upright(cutout: Cutout, width_px: float, rng: np.random.Generator) -> Sprite:
    source = cutout.bgra if rng.random() < 0.5 else cutout.bgra[:, ::-1]
    factor = width_px / source.shape[1] * rng.uniform(0.85, 1.15)
    size = max(2, round(source.shape[1] * factor)), max(2, round(source.shape[0] * factor * rng.uniform(0.85, 1.15)))
    source, _ = _reduced(source, factor)
    sized = cv2.resize(source, size, interpolation=cv2.INTER_LINEAR)
    return make_sprite(sized[..., :3], sized[..., 3], (size[0] / 2, size[1] * rng.uniform(0.88, 1.0)))


def _reduced(bgra: Image, factor: float) -> tuple[Image, float]:
    """Averaged down to nearly its final size, and what is left of the factor."""
    if factor >= 0.6:
        return bgra, factor
    smaller = np.asarray(
        cv2.resize(bgra, None, fx=factor * 1.5, fy=factor * 1.5, interpolation=cv2.INTER_AREA), np.uint8
    )
    return smaller, factor * bgra.shape[1] / smaller.shape[1]


def pick_kinds(cutouts: Sequence[Cutout], camera: Camera, rng: np.random.Generator) -> list[Cutout]:
    """The plants of one container: one kind or a few, seen as this camera may see them."""
    from_side = camera.slant > 0.6 and rng.random() < 0.55
    fitting = [one for one in cutouts if (one.view == "side") == from_side] or list(cutouts)
    count = int(rng.choice([1, 1, 2, 4, 8]))
    return [fitting[rng.integers(len(fitting))] for _ in range(count)]
