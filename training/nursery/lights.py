"""Draws the light over a scene: sun, cloud, shade net, grow lamps, those of the shifted set (plan.py, portraits.py)."""

from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Bars:
    """Shadow casters above the scene: glazing bars or the threads of a net; `crossed` makes a grid."""

    spacing_m: float
    width_m: float
    crossed: bool
    turn: float


@dataclass(frozen=True)
class Light:
    """Sky colour (sRGB) and strength; a sun or lamp of some energy, width (radians), elevation and azimuth."""

    kind: str
    sky: Colour
    sky_strength: float
    lamp: Colour
    lamp_energy: float
    lamp_width: float
    elevation: float
    azimuth: float
    bars: Bars | None


@dataclass(frozen=True)
class LightRange:
    """The ranges of a kind of light."""

    sky: Colour
    sky_strength: float
    lamp: tuple[Colour, Colour]
    energy: tuple[float, float]
    width: float
    elevation: tuple[float, float] = (0.5, 1.5)
    barred: float = 0.0


DAY: tuple[Colour, Colour] = ((1, 0.88, 0.72), (1, 0.99, 0.97))
KINDS = {
    "sun": LightRange((0.72, 0.84, 1), 0.9, DAY, (3.0, 5.5), 0.01, barred=0.3),
    "overcast": LightRange((0.93, 0.96, 1), 1.3, DAY, (0.0, 0.7), 1.2),
    "shade": LightRange((0.85, 0.95, 0.9), 1.1, DAY, (0.7, 1.5), 0.3, barred=0.3),
    "haze": LightRange((1, 0.95, 0.88), 1.1, DAY, (1.2, 2.4), 0.25, barred=0.15),
    "net": LightRange((0.85, 0.9, 0.9), 0.8, DAY, (1.8, 3.5), 0.035, barred=1.0),
    "grow": LightRange((0.95, 0.7, 0.92), 0.6, ((1, 0.35, 0.75), (0.9, 0.5, 1)), (1.2, 3.0), 0.9, (0.9, 1.5)),
    "low-sun": LightRange((0.75, 0.8, 1), 0.5, ((1, 0.6, 0.3), (1, 0.75, 0.5)), (3.5, 6.0), 0.01, (0.12, 0.3)),
    "led-white": LightRange((0.75, 0.85, 1), 0.3, ((0.75, 0.88, 1), (0.9, 0.97, 1)), (2.0, 4.0), 0.25, (1.0, 1.5)),
    "violet": LightRange((0.45, 0.25, 0.95), 0.5, ((0.35, 0.15, 1), (0.6, 0.2, 1)), (1.5, 3.0), 0.6, (0.9, 1.5)),
    "dusk": LightRange((0.45, 0.55, 0.8), 0.5, ((1, 0.7, 0.4), (1, 0.8, 0.55)), (0.2, 0.9), 0.15, (0.4, 1.2)),
}


def draw_light(rng: Rng, kind: str) -> Light:
    """One light of a kind."""
    drawn = KINDS[kind]
    share = rng.random()
    lamp = tuple(float(a + (b - a) * share) for a, b in zip(*drawn.lamp, strict=True))
    return Light(
        kind=kind,
        sky=drawn.sky,
        sky_strength=drawn.sky_strength * rng.uniform(0.7, 1.3),
        lamp=lamp,  # type: ignore[arg-type]
        lamp_energy=rng.uniform(*drawn.energy),
        lamp_width=drawn.width,
        elevation=rng.uniform(*drawn.elevation),
        azimuth=rng.random() * 6.28,
        bars=_bars(rng, kind == "net") if rng.random() < drawn.barred else None,
    )


def _bars(rng: Rng, net: bool) -> Bars:
    if net:  # a net's threads are too fine to draw: what shows below is a mottle of a few centimetres
        spacing = rng.uniform(0.05, 0.16)
        return Bars(spacing, spacing * rng.uniform(0.3, 0.55), True, rng.random() * 3)
    spacing = rng.uniform(0.25, 1.6)
    return Bars(spacing, spacing * rng.uniform(0.06, 0.3), bool(rng.random() < 0.3), rng.random() * 3)
