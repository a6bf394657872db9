"""A mesh kit of plain arrays: plants, pots and props are Shapes, made without Blender (used by every shape module)."""

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Face = tuple[int, ...]

GOLDEN_ANGLE = math.radians(137.508)
GREY = (0.5, 0.5, 0.5)


def linear(srgb: ArrayLike) -> Floats:
    """Linear light of sRGB values in 0..1 (IEC 61966-2-1)."""
    value = np.asarray(srgb, float)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def hsv(hue: float, saturation: float, value: float) -> Floats:
    """Linear colour of hue (in turns), saturation and value, the latter two cut to 0..1."""
    return linear(colorsys.hsv_to_rgb(hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1)))


@dataclass
class Shape:
    """Vertices (n, 3) in metres, faces, linear colour per vertex (n, 3), material slot per face.

    `parts` are (start, stop, slot) ranges of vertices: a leaf, a body, a spine. Each is about convex.
    """

    vertices: Floats
    faces: list[Face]
    colours: Floats
    slots: list[int]
    parts: list[tuple[int, int, int]]


@dataclass
class ShapeBuilder:
    """Collects parts; `shape()` joins them."""

    vertices: list[Floats] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)
    colours: list[Floats] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    parts: list[tuple[int, int, int]] = field(default_factory=list)
    count: int = 0

    def add(self, vertices: ArrayLike, faces: Sequence[Sequence[int]], colour: ArrayLike, slot: int = 0) -> None:
        """One part: vertices (n, 3), faces by their numbers in it, one colour or one per vertex."""
        points = np.asarray(vertices, float)
        self.vertices.append(points)
        self.colours.append(np.broadcast_to(np.asarray(colour, float), (len(points), 3)))
        self.faces += [tuple(int(index) + self.count for index in face) for face in faces]
        self.slots += [slot] * len(faces)
        self.parts.append((self.count, self.count + len(points), slot))
        self.count += len(points)

    def box(self, centre: ArrayLike, size: ArrayLike, colour: ArrayLike = GREY, slot: int = 0) -> None:
        """An upright cuboid."""
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        corners = signs * (np.asarray(size, float) / 2) + np.asarray(centre, float)
        sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        self.add(corners, sides, colour, slot)

    def tube(self, path: ArrayLike, radius_m: ArrayLike, colour: ArrayLike, sides: int = 6, slot: int = 0) -> None:
        """A round bar along `path` (n, 3), one radius or one per point, with closed ends."""
        points = np.asarray(path, float)
        radii = np.broadcast_to(np.asarray(radius_m, float), (len(points),))
        along = np.gradient(points, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-12
        aside = np.cross(along, [0.31, 0.17, 0.94])
        aside /= np.linalg.norm(aside, axis=1, keepdims=True) + 1e-12
        other = np.cross(along, aside)
        angles = np.arange(sides) / sides * 2 * math.pi
        rings = points[:, None] + radii[:, None, None] * (
            aside[:, None] * np.cos(angles)[None, :, None] + other[:, None] * np.sin(angles)[None, :, None]
        )
        last = (len(points) - 1) * sides
        caps = [tuple(range(sides - 1, -1, -1)), tuple(range(last, last + sides))]
        self.add(rings.reshape(-1, 3), tube_faces(len(points), sides) + caps, colour, slot)

    def ball(self, centre: ArrayLike, radii: ArrayLike, colour: ArrayLike, rings: int = 7, slot: int = 0) -> None:
        """An ellipsoid."""
        heights = np.linspace(-math.pi / 2 + 0.05, math.pi / 2 - 0.05, rings)
        angles = np.arange(2 * rings) / (2 * rings) * 2 * math.pi
        unit = np.stack(
            [
                np.cos(heights)[:, None] * np.cos(angles),
                np.cos(heights)[:, None] * np.sin(angles),
                np.broadcast_to(np.sin(heights)[:, None], (rings, 2 * rings)),
            ],
            axis=-1,
        )
        sides = 2 * rings
        last = (rings - 1) * sides
        caps = [tuple(range(sides - 1, -1, -1)), tuple(range(last, last + sides))]
        points = unit.reshape(-1, 3) * np.asarray(radii, float) + np.asarray(centre, float)
        self.add(points, tube_faces(rings, sides) + caps, colour, slot)

    def shape(self) -> Shape:
        """All parts as one; ValueError when nothing was added."""
        if not self.count:
            raise ValueError("a shape without parts")
        return Shape(np.concatenate(self.vertices), self.faces, np.concatenate(self.colours), self.slots, self.parts)


def tube_faces(rings: int, sides: int) -> list[Face]:
    """Quads between neighbouring rings of `sides` points each."""
    faces: list[Face] = []
    for ring in range(rings - 1):
        for side in range(sides):
            after = (side + 1) % sides
            low, high = ring * sides, (ring + 1) * sides
            faces.append((low + side, low + after, high + after, high + side))
    return faces


def rotation_z(angle: float) -> Floats:
    """Matrix (3, 3) of a turn about the vertical."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def rotation_y(angle: float) -> Floats:
    """Matrix (3, 3) of a turn about the y axis."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])


def rotation_x(angle: float) -> Floats:
    """Matrix (3, 3) of a turn about the x axis."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])


@dataclass(frozen=True)
class LeafForm:
    """Outline and thickness of a leaf, in metres.

    Half the width runs as t^a (1-t)^b along the leaf, `base` keeps it broad at its foot; `bend` turns it up (radians).
    """

    length: float
    half_width: float
    thickness: float
    a: float = 0.6
    b: float = 0.4
    bend: float = 0.0
    base: float = 0.3
    rings: int = 6
    sides: int = 5


def leaf(form: LeafForm) -> tuple[Floats, list[Face], Floats]:
    """Vertices (n, 3) along +x from the origin, faces, and each vertex's share 0..1 of the way to the tip."""
    share = np.linspace(0, 1, form.rings) ** 0.9
    peak = (form.a / (form.a + form.b)) ** form.a * (form.b / (form.a + form.b)) ** form.b
    outline = np.clip(share, 1e-4, 1) ** form.a * (1 - share) ** form.b / peak
    width = form.half_width * np.maximum(np.maximum(outline, form.base * (1 - share)), 0.02)
    thickness = form.thickness * np.sqrt(np.clip(1 - share**3, 0.02, 1)) * np.clip(width / form.half_width + 0.25, 0, 1)
    angle = form.bend * share
    step = np.diff(share) * form.length
    middle = (angle[1:] + angle[:-1]) / 2
    run = np.concatenate([[0], np.cumsum(step * np.cos(middle))])
    rise = np.concatenate([[0], np.cumsum(step * np.sin(middle))])
    around = np.linspace(0, 2 * math.pi, form.sides, endpoint=False) + math.pi / form.sides
    y = width[:, None] * np.cos(around)
    off = np.sin(around) * thickness[:, None]
    off = np.where(off > 0, off * 0.35 + 0.15 * np.abs(y), off)  # hollow above, keeled below
    x = run[:, None] - off * np.sin(angle)[:, None]
    z = rise[:, None] + off * np.cos(angle)[:, None]
    last = (form.rings - 1) * form.sides
    faces = [*tube_faces(form.rings, form.sides), tuple(range(last, last + form.sides))]
    return np.stack([x, y, z], -1).reshape(-1, 3), faces, np.repeat(share, form.sides)


def spines(
    builder: ShapeBuilder,
    feet: ArrayLike,
    outward: ArrayLike,
    rng: np.random.Generator,
    *,
    length_m: float,
    count: int,
    spread: float,
    colour: ArrayLike,
    width_m: float,
) -> None:
    """`count` thin pyramids at each of `feet` (n, 3), leaning up to `spread` radians from `outward` (n, 3); slot 1."""
    feet, outward = np.asarray(feet, float).reshape(-1, 3), np.asarray(outward, float).reshape(-1, 3)
    foot, normal = np.repeat(feet, count, axis=0), np.repeat(outward, count, axis=0)
    total = len(foot)
    aside = np.cross(normal, [0.3, 0.5, 0.81])
    aside /= np.linalg.norm(aside, axis=1, keepdims=True) + 1e-9
    other = np.cross(normal, aside)
    turn = 2 * math.pi * (np.tile(np.arange(count), len(feet)) + rng.random(total)) / count
    lean = (spread * (0.6 + 0.5 * rng.random(total)))[:, None]
    way = normal * np.cos(lean) + (aside * np.cos(turn)[:, None] + other * np.sin(turn)[:, None]) * np.sin(lean)
    edge = np.cross(way, normal + 0.013)
    edge *= width_m / (np.linalg.norm(edge, axis=1, keepdims=True) + 1e-9)
    back = np.cross(way, edge)
    tip = foot + way * (length_m * (0.7 + 0.6 * rng.random(total)))[:, None]
    points = np.stack([foot - edge, foot + edge, foot + back, tip], axis=1).reshape(-1, 3)
    first = np.arange(total) * 4
    faces = np.concatenate([np.stack([first + i, first + j, first + 3], 1) for i, j in ((0, 1), (1, 2), (2, 0))])
    builder.add(points, faces.tolist(), colour, slot=1)
