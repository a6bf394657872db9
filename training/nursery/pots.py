"""Pots, crates and plug trays as shapes, and the soil in them (used by stage.py).

Slots of a pot: 0 plastic or clay, 1 soil, 2 loose grains. Of a tray or crate: 0.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.nursery.shapes import GREY, Floats, Shape, ShapeBuilder, hsv, rotation_z, tube_faces

Rng = np.random.Generator
PotOutline = Literal["square", "round"]

WALL_M = 0.0012
ROUND_SIDES = 24


@dataclass(frozen=True)
class PotModel:
    """One pot of the scene's stock. `fill` is the soil's height as a share of the pot's; None: no soil at all."""

    outline: PotOutline
    size_m: float
    height_m: float
    taper: float
    fill: float | None
    seed: int
    colour: int
    substrate: int

    @property
    def soil_m(self) -> float:
        """Height of the soil above the pot's foot."""
        return self.height_m * self.fill if self.fill is not None else 0.002

    def opening(self) -> Floats:
        """The rim's outline (n, 3) around the pot's axis."""
        ring = _outline(self.outline) * self.size_m / 2
        return np.column_stack([ring, np.full(len(ring), self.height_m)])


def _outline(outline: PotOutline) -> Floats:
    """Points (n, 2) of a ring of half-width 1."""
    if outline == "round":
        angles = np.arange(ROUND_SIDES) / ROUND_SIDES * 2 * math.pi
        return np.stack([np.cos(angles), np.sin(angles)], 1)
    corner = np.array([[1, 0.8], [0.94, 0.94], [0.8, 1]])
    return np.concatenate([corner @ rotation_z(k * math.pi / 2)[:2, :2].T for k in range(4)])


def pot_shape(model: PotModel) -> Shape:
    """The pot with its soil, standing at the origin."""
    rng = np.random.default_rng(model.seed)
    builder = ShapeBuilder()
    ring = _outline(model.outline) * model.size_m / 2
    inner = 1 - 2 * WALL_M / model.size_m * 1.6
    rim = model.size_m * rng.uniform(0.06, 0.12)
    low_inner = inner * (model.taper + (1 - model.taper) * model.soil_m / model.height_m)
    profile = [
        (model.taper, 0.0),
        (0.955, model.height_m - rim),
        (1.0, model.height_m - rim),
        (1.0, model.height_m),
        (inner, model.height_m),
        (low_inner * 0.995, model.soil_m),
    ]
    points = np.concatenate([np.column_stack([ring * share, np.full(len(ring), z)]) for share, z in profile])
    faces = tube_faces(len(profile), len(ring))
    bottom = len(points) - len(ring)
    if model.fill is None:
        faces.append(tuple(range(bottom, bottom + len(ring))))
    builder.add(points, faces, GREY)
    if model.fill is not None:
        soil_disc(builder, rng, ring * low_inner, model.soil_m, model.size_m)
    return builder.shape()


def soil_disc(builder: ShapeBuilder, rng: Rng, ring: Floats, height_m: float, size_m: float) -> None:
    """A lumpy surface inside `ring` (n, 2) in slot 1, with loose grains and chips lying on it in slot 2."""
    shares = np.linspace(0.999, 0.12, 7)
    mound = rng.normal(0, 0.03) * size_m
    rough = size_m * rng.uniform(0.008, 0.022)
    rings = [
        np.column_stack(
            [ring * share, height_m + mound * (1 - share**2) + rng.normal(0, rough, len(ring)) * (share < 0.98)]
        )
        for share in shares
    ]
    sides, last = len(ring), (len(shares) - 1) * len(ring)
    points = np.concatenate([*rings, [[0, 0, height_m + mound]]])
    faces = [*tube_faces(len(shares), sides), *[(last + k, last + (k + 1) % sides, last + sides) for k in range(sides)]]
    builder.add(points, faces, GREY, slot=1)
    reach = np.linalg.norm(ring, axis=1).min() * 0.92
    for _ in range(int(rng.integers(4, 26))):
        angle, away = rng.random() * 6.28, reach * math.sqrt(rng.random())
        _grain(builder, rng, np.array([math.cos(angle) * away, math.sin(angle) * away, height_m + mound * 0.8]), size_m)


def _grain(builder: ShapeBuilder, rng: Rng, place: Floats, size_m: float) -> None:
    """A crumb of perlite, bark or soil: a squashed, dented octahedron."""
    size = min(size_m * rng.uniform(0.012, 0.04), 0.004)
    corners = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 0.7], [0, 0, -0.7]])
    corners = corners * rng.uniform(0.6, 1.4, (6, 1)) * [1, rng.uniform(0.4, 1), 1] * size
    faces = [(0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4), (1, 0, 5), (2, 1, 5), (3, 2, 5), (0, 3, 5)]
    shades = (hsv(0.1, 0.1, 0.75), hsv(0.07, 0.45, 0.25), hsv(0.07, 0.5, 0.12), hsv(0.07, 0.5, 0.12))
    builder.add(corners @ rotation_z(rng.random() * 6).T + place, faces, shades[int(rng.integers(4))], slot=2)


def crate_shape(length_m: float, width_m: float, height_m: float, seed: int) -> Shape:
    """An open crate, its floor at z = 0: slatted, ribbed or plain."""
    rng = np.random.default_rng(seed)
    builder, wall = ShapeBuilder(), 0.005
    builder.box((0, 0, wall / 2), (length_m, width_m, wall))
    style = str(rng.choice(["slats", "ribs", "plain"]))
    slats = int(rng.integers(2, 5)) if style == "slats" else 1
    gap = height_m * 0.12 if style == "slats" else 0.0
    tall = (height_m - gap * (slats - 1)) / slats
    for index in range(slats):
        middle = index * (tall + gap) + tall / 2
        for side in (-1, 1):
            builder.box((side * length_m / 2, 0, middle), (wall, width_m + wall, tall))
            builder.box((0, side * width_m / 2, middle), (length_m + wall, wall, tall))
    for x in (-1, 1):
        for y in (-1, 1):
            builder.box((x * length_m / 2, y * width_m / 2, height_m / 2), (0.018, 0.018, height_m))
    for side in (-1, 1):
        builder.box((side * length_m / 2, 0, height_m), (0.014, width_m + 0.018, 0.009))
        builder.box((0, side * width_m / 2, height_m), (length_m + 0.018, 0.014, 0.009))
    if style == "ribs":
        _ribs(builder, length_m, width_m, height_m)
    return builder.shape()


def _ribs(builder: ShapeBuilder, length_m: float, width_m: float, height_m: float) -> None:
    for x in np.arange(-length_m / 2 + 0.03, length_m / 2 - 0.01, 0.03):
        for side in (-1, 1):
            builder.box((x, side * width_m / 2, height_m / 2), (0.005, 0.009, height_m))
    for y in np.arange(-width_m / 2 + 0.03, width_m / 2 - 0.01, 0.03):
        for side in (-1, 1):
            builder.box((side * length_m / 2, y, height_m / 2), (0.009, 0.005, height_m))


@dataclass(frozen=True)
class TrayModel:
    """A plug tray of `columns` x `rows` cells, `pitch_m` apart."""

    columns: int
    rows: int
    pitch_m: float
    depth_m: float
    outline: PotOutline
    opening_share: float

    def opening(self) -> Floats:
        """A cell's outline (n, 2) around its middle, at the tray's top."""
        if self.outline == "round":
            angles = (np.arange(12) + 0.5) / 12 * 2 * math.pi
            ring = np.stack([np.cos(angles), np.sin(angles)], 1)
        else:
            ring = np.array([[1, -0.7], [1, 0.7], [0.7, 1], [-0.7, 1], [-1, 0.7], [-1, -0.7], [-0.7, -1], [0.7, -1]])
        return ring * self.pitch_m * self.opening_share / 2


def tray_shape(model: TrayModel) -> Shape:
    """Lattice with tapered cells, its top at z = 0."""
    builder, pitch = ShapeBuilder(), model.pitch_m
    opening = model.opening()
    square = opening / np.abs(opening).max(1)[:, None] * pitch / 2
    sides = len(opening)
    rings = [(square, 0.0), (opening * 1.03, 0.0), (opening, -0.0015), (opening * 0.65, -model.depth_m)]
    cell = np.concatenate([np.column_stack([ring, np.full(sides, z)]) for ring, z in rings])
    bottom = 3 * sides
    faces = [*tube_faces(len(rings), sides), tuple(range(bottom, bottom + sides))]
    for column in range(model.columns):
        for row in range(model.rows):
            middle = [(column - (model.columns - 1) / 2) * pitch, (row - (model.rows - 1) / 2) * pitch, 0]
            builder.add(cell + middle, faces, GREY)
    length, width, edge = model.columns * pitch + 0.012, model.rows * pitch + 0.012, 0.025
    for side in (-1, 1):
        builder.box((side * length / 2, 0, -edge / 2), (0.012, width - 0.012, edge))
        builder.box((0, side * width / 2, -edge / 2), (length + 0.012, 0.012, edge))
    return builder.shape()


def cell_soil_shape(model: TrayModel, seed: int) -> Shape:
    """The soil of one cell, its level at z = 0."""
    rng = np.random.default_rng(seed)
    builder = ShapeBuilder()
    soil_disc(builder, rng, model.opening() * 0.97, 0.0, model.pitch_m)
    return builder.shape()
