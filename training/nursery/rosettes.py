"""Rosette succulents: echeveria, haworthia, aloe, agave, houseleek, ghost plant, living stones (used by forms.py).

Every function adds one plant standing at the origin to a builder; `size_m` is the width of its pot.
"""

from dataclasses import dataclass, replace

import numpy as np

from training.nursery.shapes import (
    GOLDEN_ANGLE,
    Floats,
    LeafForm,
    ShapeBuilder,
    hsv,
    leaf,
    rotation_y,
    rotation_z,
)

Rng = np.random.Generator
Hsv = tuple[float, float, float]

# Hue, saturation and value with their spread, from looking at succulents in nurseries: mostly dull green and grey.
COLOURS: dict[str, tuple[Hsv, Hsv]] = {
    "green": ((0.26, 0.32, 0.34), (0.06, 0.22, 0.22)),
    "dark": ((0.29, 0.40, 0.20), (0.03, 0.20, 0.14)),
    "blue": ((0.42, 0.12, 0.46), (0.08, 0.16, 0.24)),
    "grey": ((0.30, 0.06, 0.50), (0.12, 0.10, 0.24)),
    "red": ((0.98, 0.30, 0.34), (0.07, 0.25, 0.20)),
    "purple": ((0.86, 0.12, 0.32), (0.09, 0.20, 0.22)),
    "lime": ((0.19, 0.45, 0.52), (0.05, 0.20, 0.20)),
    "bronze": ((0.08, 0.32, 0.32), (0.06, 0.22, 0.20)),
}
COMMON = ("green", "green", "green", "dark", "blue", "blue", "grey", "grey", "red", "purple", "lime", "bronze")


def draw_colour(rng: Rng) -> Hsv:
    """A succulent's colour as hue, saturation, value."""
    low, spread = COLOURS[str(rng.choice(COMMON))]
    hue, saturation, value = (float(a + b * rng.random()) for a, b in zip(low, spread, strict=True))
    return hue, saturation, value


@dataclass(frozen=True)
class RosetteForm:
    """How a kind of rosette is built; `width` and `thickness` are shares of its radius, elevations in radians."""

    leaves: tuple[int, int]
    outline: tuple[float, float]
    width: tuple[float, float]
    thickness: float
    low: tuple[float, float]
    high: float
    bend: tuple[float, float]
    radius: float = 1.0
    striped: bool = False
    tall: tuple[float, float] = (0.1, 0.4)


KINDS = {
    "echeveria": RosetteForm((22, 44), (1.1, 0.42), (0.20, 0.32), 0.05, (0.12, 0.37), 1.35, (0.35, 0.75)),
    "haworthia": RosetteForm((16, 34), (0.25, 0.9), (0.10, 0.14), 0.08, (0.35, 0.65), 1.45, (0.15, 0.35), 1.05, True),
    "aloe": RosetteForm((9, 17), (0.12, 0.95), (0.10, 0.14), 0.06, (0.5, 0.8), 1.45, (-0.5, 0.1), 1.5),
    "agave": RosetteForm((18, 30), (0.35, 0.7), (0.14, 0.20), 0.06, (0.2, 0.4), 1.4, (0.1, 0.3), 1.2),
    "sempervivum": RosetteForm((40, 70), (0.7, 0.45), (0.15, 0.19), 0.05, (0.05, 0.2), 1.5, (0.5, 0.7)),
    "graptopetalum": RosetteForm((14, 26), (0.7, 0.35), (0.19, 0.26), 0.16, (0.2, 0.4), 1.3, (0.15, 0.35)),
}


def rosette(
    builder: ShapeBuilder,
    rng: Rng,
    size_m: float,
    *,
    kind: str,
    centre: tuple[float, float] = (0.0, 0.0),
    share: float = 1.0,
    colour: Hsv | None = None,
) -> None:
    """One rosette of `kind`, its radius scaled by `share`."""
    form = KINDS[kind]
    hue, saturation, value = colour or draw_colour(rng)
    radius = size_m * rng.uniform(0.40, 0.76) * share
    blade = LeafForm(
        radius * form.radius,
        radius * rng.uniform(*form.width),
        radius * form.thickness,
        form.outline[0] * rng.uniform(0.8, 1.2),
        form.outline[1] * rng.uniform(0.8, 1.2),
        rng.uniform(*form.bend),
    )
    tip = hsv(hue, saturation, value)
    if rng.random() < 0.4:
        tip = hsv(float(rng.choice([0.98, 0.02, 0.93, 0.07])), saturation + 0.15, value * rng.uniform(0.7, 1.1))
    count, low, tall = int(rng.integers(*form.leaves)), rng.uniform(*form.low), radius * rng.uniform(*form.tall)
    striped = form.striped and rng.random() < 0.6
    for index in range(count):
        inner = index / (count - 1)
        points, faces, along = leaf(_inner_leaf(blade, inner, rng))
        elevation = low + (form.high - low) * inner**1.15 + rng.normal(0, 0.09)
        points = points @ rotation_y(-elevation).T @ rotation_z(index * GOLDEN_ANGLE + rng.normal(0, 0.08)).T
        points += [centre[0], centre[1], tall * inner + 0.004]
        foot = hsv(hue, saturation, value * (0.85 + 0.3 * inner))
        builder.add(points, faces, _leaf_colour(foot, tip, along, striped))


def _inner_leaf(outermost: LeafForm, inner: float, rng: Rng) -> LeafForm:
    """A leaf between the outermost (`inner` 0) and the heart (1): shorter, narrower, none like the next."""
    return replace(
        outermost,
        length=outermost.length * (1 - 0.72 * inner**1.3) * rng.uniform(0.85, 1.15),
        half_width=outermost.half_width * (1 - 0.6 * inner) * rng.uniform(0.9, 1.1),
        thickness=outermost.thickness * (1 - 0.5 * inner),
        bend=outermost.bend * rng.uniform(0.7, 1.3),
    )


def _leaf_colour(foot: Floats, tip: Floats, along: Floats, striped: bool) -> Floats:
    """Darker where leaves meet, another colour at the tip, pale bands on some haworthias."""
    share = np.clip((along - 0.55) / 0.45, 0, 1)[:, None] ** 2
    colour = (foot * (1 - share) + tip * share) * (0.5 + 0.5 * np.clip(along * 3, 0, 1))[:, None]
    if not striped:
        return colour
    band = ((np.arange(len(along)) // 5) % 2 == 1)[:, None]
    return np.where(band, colour * 0.5 + 0.25, colour)


def cluster(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Offsets around a mother rosette."""
    colour = draw_colour(rng)
    kind = str(rng.choice(["sempervivum", "graptopetalum", "echeveria", "haworthia"]))
    for index in range(int(rng.integers(3, 8))):
        angle = index * GOLDEN_ANGLE
        away = size_m * 0.24 * (index > 0) * rng.uniform(0.7, 1.3)
        centre = (float(np.cos(angle) * away), float(np.sin(angle) * away))
        share = rng.uniform(0.35, 0.6) if index else 0.7
        rosette(builder, rng, size_m, kind=kind, centre=centre, share=float(share), colour=colour)


def lithops(builder: ShapeBuilder, rng: Rng, size_m: float) -> None:
    """Living stones: one to four pairs of fat lobes."""
    base = hsv(float(rng.choice([0.06, 0.09, 0.95, 0.2])), rng.uniform(0.12, 0.35), rng.uniform(0.4, 0.7))
    for index in range(int(rng.integers(1, 5))):
        angle = index * GOLDEN_ANGLE
        away = size_m * 0.24 * (index > 0)
        width, tall = size_m * rng.uniform(0.13, 0.24), size_m * rng.uniform(0.18, 0.42)
        turn = rotation_z(rng.random() * 6.28)
        for side in (-1, 1):
            middle = turn @ [0, side * width * 0.48, tall * 0.5] + [np.cos(angle) * away, np.sin(angle) * away, 0]
            builder.ball(middle, (width * 0.8, width * 0.62, tall * 0.55), base * rng.uniform(0.8, 1.1), rings=8)
