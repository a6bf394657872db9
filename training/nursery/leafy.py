"""Plants with stems and soft leaves: crassulas, shrubs, trailing and cushion plants, seedlings (used by forms.py)."""

import math
from dataclasses import replace

import numpy as np

from training.nursery.rosettes import Hsv, draw_colour
from training.nursery.shapes import GOLDEN_ANGLE, Floats, LeafForm, ShapeBuilder, hsv, leaf, rotation_y, rotation_z

Rng = np.random.Generator


def _place_leaf(
    builder: ShapeBuilder, form: LeafForm, colour: Floats, *, foot: Floats, turn: float, elevation: float
) -> None:
    """One leaf from `foot` (3,), pointing `turn` about the vertical and `elevation` above the level."""
    points, faces, along = leaf(form)
    points = points @ rotation_y(-elevation).T @ rotation_z(turn).T + foot
    builder.add(points, faces, colour * (0.75 + 0.35 * along)[:, None])


def _stem(rng: Rng, foot: Floats, turn: float, lean: float, length: float, bow: float = 0.3) -> Floats:
    """Points (6, 3) of a stem that leans and bows outwards."""
    share = np.linspace(0, 1, 6)
    angle = lean + bow * share * rng.normal(0, 1)
    out = np.concatenate([[0], np.cumsum(np.diff(share) * length * np.sin(angle[1:]))])
    up = np.concatenate([[0], np.cumsum(np.diff(share) * length * np.cos(angle[1:]))])
    return foot + np.stack([out * math.cos(turn), out * math.sin(turn), up], 1)


def _along(path: Floats, share: float) -> Floats:
    position = share * (len(path) - 1)
    low = min(int(position), len(path) - 2)
    return path[low] + (path[low + 1] - path[low]) * (position - low)


def crassula(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A small branching succulent with opposite leaves."""
    hue, saturation, value = draw_colour(rng)
    big, width = rng.uniform(0.26, 0.36), rng.uniform(0.28, 0.5)
    form = LeafForm(1.0, width, 0.12, rng.uniform(0.6, 1.1), rng.uniform(0.25, 0.6), 0.3, rings=5)
    for index in range(int(rng.integers(3, 9))):
        turn = index * GOLDEN_ANGLE + rng.normal(0, 0.3)
        foot = np.array([math.cos(turn), math.sin(turn), 0]) * size_m * 0.08
        lean = rng.uniform(0.15, 0.75) if index else 0.05
        path = _stem(rng, foot, turn, lean, size_m * rng.uniform(0.5, 1.3))
        builder.tube(path, size_m * 0.016, hsv(0.1, 0.4, 0.3), sides=4)
        nodes = int(rng.integers(5, 9))
        for node in range(nodes):
            share = (node + 1) / nodes
            for side in (0, math.pi):
                length = size_m * big * (1 - 0.35 * share) * rng.uniform(0.8, 1.2)
                grown = replace(form, length=length, half_width=width * length, thickness=0.12 * length)
                colour = hsv(hue, saturation, value * (0.8 + 0.4 * share))
                around = turn + node * math.pi / 2 + side + rng.normal(0, 0.15)
                elevation = 0.25 + 0.8 * share * rng.random()
                _place_leaf(builder, grown, colour, foot=_along(path, share), turn=around, elevation=elevation)


def shrub(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A young leafy plant: one to three stems with broad or narrow leaves, often taller than its pot."""
    hue, saturation, value = rng.uniform(0.22, 0.36), rng.uniform(0.4, 0.75), rng.uniform(0.2, 0.5)
    width, bend = rng.uniform(0.16, 0.36), rng.uniform(-1.1, 0.1)
    tall, long = size_m * rng.uniform(0.6, 2.6), size_m * rng.uniform(0.45, 0.95)
    for index in range(int(rng.choice([1, 1, 2, 3]))):
        turn = rng.random() * 6.28
        path = _stem(
            rng, np.zeros(3), turn, 0.25 * (index > 0) + rng.normal(0, 0.08), tall * (0.7 if index else 1), 0.1
        )
        builder.tube(path, size_m * 0.025, hsv(0.2, 0.4, 0.3), sides=5)
        nodes = int(rng.integers(5, 12))
        for node in range(nodes):
            share = (node + 1.5) / (nodes + 0.5)
            young = max(0.0, share - 0.7) * 1.2
            length = long * (1 - 0.5 * share**2) * rng.uniform(0.7, 1.2)
            form = LeafForm(length, length * width, length * 0.02, 0.8, 0.7, bend, 0.06, rings=7, sides=4)
            colour = hsv(hue - 0.05 * young, saturation, value * (0.85 + 0.5 * young) * rng.uniform(0.8, 1.2))
            around = node * GOLDEN_ANGLE + rng.normal(0, 0.3)
            elevation = 0.1 + 1.1 * share**2 + rng.normal(0, 0.15)
            _place_leaf(builder, form, colour, foot=_along(path, min(1, share)), turn=around, elevation=elevation)


def trailing(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Stems that creep over the rim and hang down, with small fat leaves."""
    hue, saturation, value = draw_colour(rng)
    bead = size_m * rng.uniform(0.06, 0.13)
    for index in range(int(rng.integers(9, 18))):
        turn = index * GOLDEN_ANGLE + rng.normal(0, 0.4)
        reach, fall = size_m * rng.uniform(0.3, 0.75), size_m * rng.uniform(0.0, 0.7)
        share = np.linspace(0, 1, int(rng.integers(8, 15)))
        out = reach * np.minimum(1, share * 1.5)
        up = size_m * 0.16 * np.sin(np.minimum(1, share * 1.8) * math.pi) - fall * np.maximum(0, share - 0.55) * 2
        path = np.stack([out * math.cos(turn), out * math.sin(turn), up + 0.004], 1)
        path[:, :2] += rng.normal(0, size_m * 0.03, (len(path), 2)).cumsum(axis=0)
        builder.tube(path, size_m * 0.008, hsv(0.25, 0.4, 0.3), sides=3)
        for node, foot in enumerate(path[1:]):
            form = LeafForm(bead * rng.uniform(0.8, 1.5), bead * 0.45, bead * 0.4, 0.5, 0.5, 0.2, rings=4, sides=4)
            for side in (0, math.pi):
                colour = hsv(hue + rng.normal(0, 0.01), saturation, value * rng.uniform(0.8, 1.25))
                around = turn + side + node * 1.9 + rng.normal(0, 0.3)
                _place_leaf(builder, form, colour, foot=foot, turn=around, elevation=rng.uniform(0.1, 0.9))


def sedum(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A cushion of many short stems with needle or pearl leaves, ragged at its edge."""
    hue, saturation, value = draw_colour(rng)
    width = rng.uniform(0.12, 0.3)
    for index in range(int(rng.integers(14, 26))):
        turn = index * GOLDEN_ANGLE
        away = size_m * 0.40 * math.sqrt((index + 0.5) / 26) * rng.uniform(0.8, 1.25)
        foot = np.array([math.cos(turn) * away, math.sin(turn) * away, 0])
        tall = size_m * rng.uniform(0.12, 0.45)
        path = _stem(rng, foot, turn, 0.9 * away / size_m + rng.normal(0, 0.15), tall)
        for node in range(int(rng.integers(6, 11))):
            share = min(1.0, (node + 2) / 10)
            length = size_m * rng.uniform(0.08, 0.15)
            form = LeafForm(length, length * width, length * 0.15, 0.5, 0.6, 0.2, rings=3, sides=4)
            colour = hsv(hue + rng.normal(0, 0.01), saturation, value * (0.65 + 0.6 * share))
            _place_leaf(
                builder, form, colour, foot=_along(path, share), turn=node * GOLDEN_ANGLE, elevation=rng.uniform(0.1, 1)
            )


def seedling(builder: ShapeBuilder, rng: Rng, size_m: float, centre: tuple[float, float] = (0.0, 0.0)) -> None:
    """A flat young rosette with stalked round leaves."""
    count, reach = int(rng.integers(4, 14)), size_m * rng.uniform(0.18, 0.6)
    hue, saturation, value = rng.uniform(0.24, 0.35), rng.uniform(0.45, 0.75), rng.uniform(0.3, 0.6)
    broad = rng.uniform(0.2, 0.36)
    for index in range(count):
        inner = index / (count - 1)
        length = reach * (1 - 0.45 * inner) * rng.uniform(0.75, 1.2)
        bend = rng.uniform(-0.5, 0.3)
        form = LeafForm(length, length * broad, length * 0.03, 2.2, 0.55, bend, 0.12, rings=7, sides=4)
        colour = hsv(hue + rng.normal(0, 0.01), saturation, value * rng.uniform(0.8, 1.2))
        foot = np.array([*centre, size_m * (0.03 + 0.08 * inner)])
        elevation = 0.12 + 0.5 * inner + 0.2 * rng.random()
        turn = index * GOLDEN_ANGLE + rng.normal(0, 0.25)
        _place_leaf(builder, form, colour, foot=foot, turn=turn, elevation=elevation)


def sprout(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A seedling just up: a thin stalk, two seed leaves, perhaps the first true ones; sometimes bent over."""
    tall, turn = size_m * rng.uniform(0.15, 0.6), rng.random() * 6.28
    path = _stem(rng, np.zeros(3), turn, abs(rng.normal(0.1, 0.25)), tall, 0.4)
    pale: Hsv = (rng.uniform(0.2, 0.3), rng.uniform(0.4, 0.7), rng.uniform(0.4, 0.75))
    builder.tube(path, size_m * rng.uniform(0.012, 0.03), hsv(0.2, 0.3, 0.55), sides=4)
    long, broad = size_m * rng.uniform(0.14, 0.34), rng.uniform(0.2, 0.42)
    pairs = int(rng.choice([1, 1, 2, 3]))
    for pair in range(pairs):
        for side in (0, math.pi):
            length = long * (1 + 0.4 * (pair == 1)) * rng.uniform(0.8, 1.15)
            form = LeafForm(length, length * broad, length * 0.03, 0.8, 0.45, rng.uniform(-0.7, 0.3), 0.15, sides=4)
            colour = hsv(pale[0], pale[1], pale[2] * rng.uniform(0.85, 1.15))
            around = turn + pair * math.pi / 2 + side + rng.normal(0, 0.2)
            foot = _along(path, 1 - 0.3 * pair / pairs)
            _place_leaf(builder, form, colour, foot=foot, turn=around, elevation=rng.uniform(0.0, 0.9))


def sprouts(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Several seedlings sown into one place: one plant to the nursery."""
    for _ in range(int(rng.integers(2, 7))):
        single = ShapeBuilder()
        sprout(single, rng, size_m * 0.9)
        grown = single.shape()
        shift = np.array([*rng.normal(0, size_m * 0.12, 2), 0])
        for start, stop, slot in grown.parts:
            faces = [[v - start for v in face] for face in grown.faces if start <= face[0] < stop]
            builder.add(grown.vertices[start:stop] + shift, faces, grown.colours[start:stop], slot)


def straps(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Upright, banded sword leaves (snake plant)."""
    hue, tall = rng.uniform(0.25, 0.36), size_m * rng.uniform(0.8, 2.6)
    for index in range(int(rng.integers(4, 11))):
        turn = index * GOLDEN_ANGLE
        foot = np.array([math.cos(turn), math.sin(turn), 0]) * size_m * rng.uniform(0, 0.2)
        form = LeafForm(
            tall * rng.uniform(0.5, 1), size_m * rng.uniform(0.09, 0.15), size_m * 0.02, 0.2, 0.6, 0.1, 0.6, rings=12
        )
        points, faces, along = leaf(form)
        points = points @ rotation_y(-rng.uniform(1.2, 1.5)).T @ rotation_z(turn).T + foot
        band = 0.8 + 0.35 * np.sin(along * 40 + rng.random() * 6)[:, None]
        builder.add(points, faces, hsv(hue, 0.4, 0.38) * band)


def fern(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Arching fronds with leaflets in two rows (ferns, young palms)."""
    hue, value = rng.uniform(0.22, 0.33), rng.uniform(0.3, 0.55)
    for index in range(int(rng.integers(7, 14))):
        turn, reach = index * GOLDEN_ANGLE, size_m * rng.uniform(0.7, 1.5)
        share = np.linspace(0, 1, 10)
        path = np.stack(
            [
                reach * share * math.cos(turn),
                reach * share * math.sin(turn),
                reach * (0.9 * share - 0.8 * share**2) * rng.uniform(0.7, 1.5),
            ],
            1,
        )
        builder.tube(path, size_m * 0.01, hsv(hue, 0.5, value * 0.7), sides=3)
        for node in range(2, 10):
            for side in (-1, 1):
                length = reach * 0.28 * math.sin(math.pi * min(1, 0.15 + share[node] * 0.85)) + size_m * 0.04
                form = LeafForm(length, length * 0.16, length * 0.02, 0.4, 0.7, -0.3, rings=4, sides=4)
                colour = hsv(hue, 0.6, value * rng.uniform(0.8, 1.2))
                _place_leaf(builder, form, colour, foot=path[node], turn=turn + side * 1.15, elevation=0.1)


def tuft(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A tuft of grass-like leaves."""
    hue, saturation = rng.uniform(0.18, 0.34), rng.uniform(0.2, 0.6)
    for index in range(int(rng.integers(28, 55))):
        length = size_m * rng.uniform(0.6, 1.6)
        form = LeafForm(
            length, size_m * 0.025, size_m * 0.006, 0.15, 0.6, rng.uniform(-1.8, -0.4), 0.6, rings=6, sides=4
        )
        foot = np.array([*rng.normal(0, size_m * 0.07, 2), 0])
        colour = hsv(hue, saturation, rng.uniform(0.3, 0.6))
        _place_leaf(builder, form, colour, foot=foot, turn=index * GOLDEN_ANGLE, elevation=rng.uniform(0.8, 1.45))
