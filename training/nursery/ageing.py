"""Ageing of a plant: dry tips and lower leaves, cork, scars, and death (changes a Shape; used by forms.py)."""

from typing import Literal

import numpy as np

from training.nursery.shapes import Floats, Shape, hsv

Rng = np.random.Generator
Death = Literal["shrivelled", "dried", "rotten"]
DEATHS: tuple[Death, ...] = ("shrivelled", "dried", "rotten")

# Of a plant's lower or outer parts, the share that dries, as seen in the real photos.
MAX_DRY_SHARE = 0.22
# Parts of so many vertices are bodies and pads, which do not dry up like leaves.
BODY_VERTICES = 100
# What is left of the height and of the width.
SHRINKAGE: dict[Death, tuple[tuple[float, float], tuple[float, float]]] = {
    "shrivelled": ((0.3, 0.6), (0.5, 0.8)),
    "dried": ((0.55, 0.95), (0.75, 1.0)),
    "rotten": ((0.15, 0.4), (0.8, 1.05)),
}


def weather(shape: Shape, rng: Rng) -> Shape:
    """A living plant with some dry or eaten leaves, cork at the foot of a body, and uneven colour."""
    colours = shape.colours * (1 + rng.normal(0, 0.08, (len(shape.vertices), 1)))
    dry_share = rng.uniform(0, MAX_DRY_SHARE) if rng.random() < 0.6 else 0.0
    straw = hsv(rng.uniform(0.07, 0.12), rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6))
    flesh = [part for part in shape.parts if part[2] == 0]
    for index, (start, stop, _) in enumerate(flesh):
        outer = 1.6 * (1 - index / len(flesh))  # the first parts of a rosette or stem are the oldest
        whole_body = stop - start >= BODY_VERTICES
        if not whole_body and rng.random() < dry_share * outer:
            colours[start:stop] = colours[start:stop] * 0.25 + straw * 0.75 * rng.uniform(0.7, 1.2)
        elif not whole_body and rng.random() < 0.12:
            colours[start:stop] *= rng.uniform(0.6, 1.0, 3)
    colours = _cork(shape, colours, flesh, rng) if len(flesh) < 8 else colours
    return Shape(shape.vertices, shape.faces, np.clip(colours, 0, 1), shape.slots, shape.parts)


def _cork(shape: Shape, colours: Floats, flesh: list[tuple[int, int, int]], rng: Rng) -> Floats:
    """Brown bark that climbs from the foot of a cactus, and now and then a scar."""
    brown, reach = hsv(0.09, 0.4, rng.uniform(0.3, 0.5)), rng.uniform(0.0, 0.35)
    for start, stop, _ in flesh:
        height = shape.vertices[start:stop, 2]
        span = np.ptp(height) + 1e-9
        share = np.clip(1 - (height - height.min()) / span / max(reach, 1e-6), 0, 1)[:, None] * 0.8
        if rng.random() < 0.2:
            scar = shape.vertices[start + int(rng.integers(stop - start))]
            near = np.linalg.norm(shape.vertices[start:stop] - scar, axis=1) < span * rng.uniform(0.1, 0.25)
            share = np.maximum(share, near[:, None] * 0.7)
        colours[start:stop] = colours[start:stop] * (1 - share) + brown * share
    return colours


def kill(shape: Shape, rng: Rng, size_m: float, death: Death) -> Shape:
    """A dead plant: sunken, crumpled, hanging leaves, brown, straw or black."""
    (low, high), (narrow, wide) = SHRINKAGE[death]
    points = shape.vertices.copy()
    points[:, 2] *= rng.uniform(low, high)
    points[:, :2] *= rng.uniform(narrow, wide)
    away = np.linalg.norm(points[:, :2], axis=1)
    droop = rng.uniform(0.1, 0.5) * np.maximum(0, points[:, 2]) * np.clip(away / (0.5 * size_m), 0, 1)
    points[:, 2] = np.maximum(points[:, 2] - droop, np.minimum(points[:, 2], 0.0))
    points[:, 0] += points[:, 2] * rng.normal(0, 0.35)
    for start, stop, _ in shape.parts:
        if stop - start > 4:
            middle = points[start:stop].mean(axis=0)
            curled = middle + (points[start:stop] - middle) * rng.uniform(0.55, 1.0, 3)
            points[start:stop] = curled + rng.normal(0, size_m * 0.008, (stop - start, 3))
    return Shape(points, shape.faces, _dead_colours(shape, rng, death), shape.slots, shape.parts)


def _dead_colours(shape: Shape, rng: Rng, death: Death) -> Floats:
    dark, light = {
        "shrivelled": (hsv(0.06, 0.55, 0.16), hsv(0.08, 0.5, 0.5)),
        "dried": (hsv(0.09, 0.4, 0.35), hsv(0.11, 0.35, 0.72)),
        "rotten": (hsv(0.07, 0.5, 0.07), hsv(0.09, 0.5, 0.26)),
    }[death]
    grey = shape.colours.mean(axis=1, keepdims=True)
    share = np.clip((grey - grey.min()) / (np.ptp(grey) + 1e-6) + rng.normal(0, 0.12, grey.shape), 0, 1)
    colours = dark * (1 - share) + light * share
    for start, stop, _ in shape.parts:
        colours[start:stop] *= rng.uniform(0.65, 1.25)
    green = 0.25 * rng.random() * (death == "shrivelled")
    return np.clip(colours * (1 - green) + shape.colours * green, 0, 1)
