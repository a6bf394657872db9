"""Cacti and their like: globes, barrels, columns, nipple cacti, prickly pears, hairy ones (used by forms.py)."""

import math
from dataclasses import dataclass

import numpy as np

from training.nursery.shapes import (
    GOLDEN_ANGLE,
    Face,
    Floats,
    LeafForm,
    ShapeBuilder,
    hsv,
    leaf,
    rotation_y,
    rotation_z,
    spines,
    tube_faces,
)

Rng = np.random.Generator

SPINE_COLOURS = ((0.12, 0.35, 0.85), (0.1, 0.6, 0.6), (0.0, 0.0, 0.95), (0.02, 0.7, 0.45), (0.14, 0.7, 0.85))


@dataclass(frozen=True)
class BodyForm:
    """A ribbed body: radius and height in metres, depth of the furrows as a share of the radius."""

    radius: float
    height: float
    ribs: int
    depth: float
    twist: float = 0.0
    dented: float = 0.0
    rings: int = 15


def body(builder: ShapeBuilder, form: BodyForm, colour: Floats, foot: Floats) -> tuple[Floats, Floats]:
    """Adds the body at `foot` (3,); returns points along the rib crests and their outward directions, both (n, 3)."""
    heights, radii = _silhouette(form)
    sides = min(form.ribs * 4, 72)
    angles = np.arange(sides) / sides * 2 * math.pi
    profile = 1 - form.depth * (1 - np.abs(np.cos(form.ribs * angles / 2)) ** 0.85)
    twist = form.twist * np.linspace(0, 1, len(heights))
    around, reach = angles[None] + twist[:, None], radii[:, None] * profile[None]
    tall = np.broadcast_to(heights[:, None], reach.shape)
    points = np.stack([reach * np.cos(around), reach * np.sin(around), tall], -1)
    last = (len(heights) - 1) * sides
    faces: list[Face] = [*tube_faces(len(heights), sides), tuple(range(last, last + sides))]
    shade = 0.5 + 0.5 * (profile - profile.min()) / (np.ptp(profile) + 1e-6)
    growth = 1 + 0.35 * np.linspace(0, 1, len(heights)) ** 4
    colours = colour[None, None] * shade[None, :, None] * growth[:, None, None]
    builder.add(points.reshape(-1, 3) + foot, faces, colours.reshape(-1, 3))
    return _crests(form, heights, radii, twist, foot)


def _silhouette(form: BodyForm) -> tuple[Floats, Floats]:
    """Heights and radii of the rings: a cylinder with a round top, or a globe cut off below."""
    if form.height > form.radius * 2.6:
        top = np.linspace(0.25, 1.54, 6)
        shaft = np.linspace(0, 1, form.rings - 6)
        heights = np.concatenate([shaft * (form.height - form.radius), form.height - form.radius * (1 - np.sin(top))])
        return heights, form.radius * np.concatenate([0.8 + 0.2 * shaft**0.4, np.cos(top)])
    angle = np.linspace(-0.75, 1.53, form.rings)
    heights = np.sin(angle) - math.sin(-0.75)
    heights = heights * form.height / heights[-1]
    radii = form.radius * np.cos(angle)
    return heights - form.dented * form.radius * np.clip(1 - radii / (form.radius * 0.35), 0, 1), radii


def _crests(form: BodyForm, heights: Floats, radii: Floats, twist: Floats, foot: Floats) -> tuple[Floats, Floats]:
    rib, ring = np.meshgrid(np.arange(form.ribs), np.arange(1, len(heights) - 1), indexing="ij")
    angle = 2 * math.pi * rib / form.ribs + twist[ring]
    points = np.stack([radii[ring] * np.cos(angle), radii[ring] * np.sin(angle), heights[ring]], -1).reshape(-1, 3)
    if form.height <= form.radius * 2.6:
        up = (heights[ring] - form.height * 0.45) / form.height
    else:
        up = np.maximum(0, (heights[ring] - (form.height - form.radius)) / form.radius)
    outward = np.stack([np.cos(angle), np.sin(angle), up * 1.3], -1).reshape(-1, 3)
    return points + foot, outward / np.linalg.norm(outward, axis=1, keepdims=True)


def _some(rng: Rng, points: Floats, outward: Floats, most: int) -> tuple[Floats, Floats]:
    keep = rng.random(len(points)) < most / max(1, len(points))
    return points[keep], outward[keep]


def _spine_colour(rng: Rng) -> Floats:
    return hsv(*SPINE_COLOURS[int(rng.integers(len(SPINE_COLOURS)))])


def flower(builder: ShapeBuilder, rng: Rng, place: Floats, radius_m: float, colour: Floats | None = None) -> None:
    """An open cactus flower."""
    if colour is None:
        colour = hsv(float(rng.choice([0.93, 0.97, 0.14, 0.0, 0.9, 0.08])), rng.uniform(0.5, 0.95), 0.9)
    count = int(rng.integers(8, 14))
    for index in range(count):
        form = LeafForm(radius_m, radius_m * 0.22, radius_m * 0.03, 0.6, 0.3, 0.3, rings=4, sides=4)
        points, faces, _ = leaf(form)
        turn = rotation_y(-0.7 + 0.2 * (index % 2)).T @ rotation_z(index * 2 * math.pi / count).T
        builder.add(points @ turn + place, faces, colour)


def globular(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A globe or a barrel with strong spines; golden barrels are common in nurseries."""
    radius = size_m * rng.uniform(0.30, 0.48)
    form = BodyForm(
        radius,
        radius * rng.uniform(1.1, 1.8),
        int(rng.integers(9, 24)),
        rng.uniform(0.1, 0.25),
        rng.normal(0, 0.15),
        0.3,
    )
    colour = hsv(float(rng.choice([0.28, 0.33, 0.25, 0.4])), rng.uniform(0.3, 0.6), rng.uniform(0.22, 0.45))
    crest = body(builder, form, colour, np.zeros(3))
    golden = rng.random() < 0.3
    feet, outward = _some(rng, *crest, 240 if golden else 170)
    spines(
        builder,
        feet,
        outward,
        rng,
        length_m=radius * (rng.uniform(0.3, 0.5) if golden else rng.uniform(0.12, 0.4)),
        count=int(rng.integers(4, 7)),
        spread=1.0,
        colour=hsv(0.13, 0.55, 0.8) if golden else _spine_colour(rng),
        width_m=0.00025 + size_m * 0.003,
    )
    if rng.random() < 0.2:
        flower(builder, rng, np.array([0, 0, form.height * 0.97]), radius * 0.5)


def columnar(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """One to three ribbed columns."""
    colour = hsv(float(rng.choice([0.3, 0.35, 0.45, 0.27])), rng.uniform(0.25, 0.55), rng.uniform(0.25, 0.5))
    spine = _spine_colour(rng)
    for index in range(int(rng.choice([1, 1, 1, 2, 3]))):
        radius = size_m * rng.uniform(0.14, 0.26) * (0.7 if index else 1)
        form = BodyForm(
            radius,
            radius * rng.uniform(3, 8) * (0.6 if index else 1),
            int(rng.integers(4, 12)),
            rng.uniform(0.2, 0.4),
        )
        angle = index * GOLDEN_ANGLE
        foot = np.array([math.cos(angle), math.sin(angle), 0]) * size_m * 0.26 * (index > 0)
        crest = body(builder, form, colour, foot)
        spines(
            builder,
            *_some(rng, *crest, 130),
            rng,
            length_m=radius * 0.4,
            count=4,
            spread=1.0,
            colour=spine,
            width_m=0.0002 + size_m * 0.0025,
        )


def hairy(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Old man cactus: a short column hidden in white hair."""
    radius = size_m * rng.uniform(0.18, 0.3)
    form = BodyForm(radius, radius * rng.uniform(2, 5), int(rng.integers(14, 22)), 0.12)
    crest = body(builder, form, hsv(0.28, 0.25, 0.4), np.zeros(3))
    feet, outward = _some(rng, *crest, 260)
    droop = outward - np.array([0, 0, 0.5])
    colour = hsv(0.12, rng.uniform(0, 0.2), rng.uniform(0.8, 0.95))
    droop /= np.linalg.norm(droop, axis=1, keepdims=True)
    spines(
        builder, feet, droop, rng, length_m=radius * 0.9, count=6, spread=0.9, colour=colour, width_m=size_m * 0.0035
    )


def mammillaria(
    builder: ShapeBuilder,
    rng: Rng,
    size_m: float,
    *,
    height_m: float = 0.0,
    radius_m: float | None = None,
    colour: Floats | None = None,
) -> None:
    """A globe of warts with star spines; without spines (a graft's head) when `colour` is given."""
    radius = radius_m or size_m * rng.uniform(0.28, 0.45)
    height = radius * rng.uniform(1.2, 2.0)
    graft = colour is not None
    flesh = (
        colour if colour is not None else hsv(rng.uniform(0.26, 0.37), rng.uniform(0.25, 0.5), rng.uniform(0.3, 0.5))
    )
    count = 60 if graft else int(rng.integers(70, 130))
    body(builder, BodyForm(radius * 0.93, height * 0.97, 6, 0.0, rings=10), flesh * 0.45, np.array([0, 0, height_m]))
    tips, outward = [], []
    for index in range(count):
        way = _sphere_way(-0.55 + 1.53 * (index + 0.5) / count, index * GOLDEN_ANGLE)
        foot = np.array([way[0] * radius * 0.93, way[1] * radius * 0.93, height_m + height * (0.36 + 0.61 * way[2])])
        tips.append(_wart(builder, foot, way, radius * 1.9 / math.sqrt(count), flesh))
        outward.append(way)
    if graft:
        return
    shade = hsv(*((0.0, 0.0, 0.97), (0.11, 0.3, 0.9), (0.06, 0.6, 0.5))[int(rng.integers(3))])
    length = radius * rng.uniform(0.15, 0.35)
    width = 0.00015 + size_m * 0.0018
    spines(builder, tips, outward, rng, length_m=length, count=6, spread=1.25, colour=shade, width_m=width)
    if rng.random() < 0.25:
        petals = hsv(float(rng.choice([0.93, 0.97, 0.14])), 0.6, 0.85)
        for angle in np.arange(8) * math.pi / 4:
            place = np.array([math.cos(angle) * radius * 0.55, math.sin(angle) * radius * 0.55, height * 0.88])
            flower(builder, rng, place, radius * 0.18, petals)


def _sphere_way(z: float, angle: float) -> Floats:
    flat = math.sqrt(max(0.0, 1 - z * z))
    return np.array([flat * math.cos(angle), flat * math.sin(angle), z])


def _wart(builder: ShapeBuilder, foot: Floats, way: Floats, reach: float, colour: Floats) -> Floats:
    """A six-sided wart; returns its tip."""
    aside = np.cross(way, [0.3, 0.5, 0.8])
    aside /= np.linalg.norm(aside)
    other = np.cross(way, aside)
    angles = np.arange(6) * math.pi / 3
    ring = aside * np.cos(angles)[:, None] + other * np.sin(angles)[:, None]
    tip = foot + way * reach * 1.1
    points = np.concatenate([foot + reach * ring, foot + way * reach * 0.7 + 0.55 * reach * ring, tip[None]])
    faces = [*tube_faces(2, 6), *[(6 + k, 6 + (k + 1) % 6, 12) for k in range(6)]]
    colours = np.concatenate([np.tile(colour * 0.6, (6, 1)), np.tile(colour, (6, 1)), colour[None] * 1.25])
    builder.add(points, faces, np.minimum(colours, 1))
    return tip


def moon(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A coloured head grafted on a three-sided stock."""
    height = size_m * rng.uniform(0.5, 0.9)
    body(builder, BodyForm(size_m * 0.11, height, 3, 0.4, rings=14), hsv(0.3, 0.6, 0.4), np.zeros(3))
    head = hsv(*((0.0, 0.85, 0.75), (0.13, 0.85, 0.9), (0.06, 0.85, 0.9), (0.93, 0.6, 0.8))[int(rng.integers(4))])
    mammillaria(builder, rng, size_m, height_m=height * 0.9, radius_m=size_m * 0.2, colour=head)


def opuntia(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A prickly pear of a few pads."""
    colour = hsv(float(rng.choice([0.26, 0.3, 0.33, 0.42])), rng.uniform(0.35, 0.55), rng.uniform(0.32, 0.55))
    upright = rotation_z(rng.random() * 6)
    _pad(builder, rng, np.array([0, 0, -0.004]), upright, size_m * rng.uniform(0.3, 0.42), 0, colour)


def _pad(
    builder: ShapeBuilder, rng: Rng, foot: Floats, stand: Floats, reach: float, level: int, colour: Floats
) -> None:
    tall = np.linspace(0, math.pi, 10)
    angles = np.arange(12) / 12 * 2 * math.pi
    wide, height = np.sin(tall) * reach * 0.62, (1 - np.cos(tall)) * reach * 0.9
    local = np.stack(
        [
            wide[:, None] * np.cos(angles),
            wide[:, None] * 0.26 * np.sin(angles),
            np.broadcast_to(height[:, None], (10, 12)),
        ],
        -1,
    ).reshape(-1, 3)
    builder.add(local @ stand.T + foot, tube_faces(10, 12), colour * (0.85 + 0.15 * level))
    some = rng.integers(0, len(local), 36)
    outward = (local[some] - [0, 0, reach * 0.9]) * [0.3, 4, 0.3]
    outward /= np.linalg.norm(outward, axis=1, keepdims=True) + 1e-9
    feet, shade = local[some] @ stand.T + foot, hsv(0.12, 0.3, 0.9)
    width = 0.0002 + reach * 0.008
    spines(
        builder, feet, outward @ stand.T, rng, length_m=reach * 0.1, count=4, spread=0.9, colour=shade, width_m=width
    )
    for _ in range(int(rng.integers(1, 4 - level)) if level < 2 else 0):
        lean = rng.normal(0, 0.6)
        joint = foot + stand @ np.array([math.sin(lean) * reach * 0.55, 0, reach * (0.95 + 0.75 * math.cos(lean))])
        child = stand @ rotation_z(rng.normal(0, 0.7)) @ rotation_y(lean * 0.8)
        _pad(builder, rng, joint, child, reach * rng.uniform(0.6, 0.8), level + 1, colour)


def candelabra(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """A branching, three- to five-edged spurge."""
    colour = hsv(rng.uniform(0.27, 0.36), rng.uniform(0.35, 0.6), rng.uniform(0.28, 0.42))
    tall, ribs = size_m * rng.uniform(1.4, 2.8), int(rng.integers(3, 6))
    body(builder, BodyForm(size_m * 0.13, tall, ribs, 0.4), colour, np.zeros(3))
    for index in range(int(rng.integers(2, 6))):
        angle = index * GOLDEN_ANGLE + rng.normal(0, 0.2)
        away = size_m * rng.uniform(0.22, 0.32)
        foot = np.array([math.cos(angle) * away, math.sin(angle) * away, tall * rng.uniform(0.2, 0.5)])
        builder.tube([foot * [0, 0, 1], foot + np.array([0, 0, size_m * 0.05])], size_m * 0.07, colour * 0.8)
        body(builder, BodyForm(size_m * 0.09, tall * rng.uniform(0.3, 0.7), ribs, 0.4), colour, foot)
