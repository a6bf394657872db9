"""From which ranges a scene is drawn: the base set, and three shifts that share nothing with it (used by plan.py)."""

from dataclasses import dataclass, replace

import numpy as np

from training.nursery.forms import CELL_SPECIES, OTHER_FORMS, POT_SPECIES

BASE_LIGHTS = ("sun", "overcast", "shade", "haze", "net", "grow")
OTHER_LIGHTS = ("low-sun", "led-white", "violet", "dusk")
BASE_FIELD_OF_VIEW = (44.0, 72.0)
BASE_MIN_TILT = 15.0
# An arm's reach over a bench, or a standing person over stock on the ground.
BASE_MAX_ABOVE_M = 1.4


@dataclass(frozen=True)
class Ranges:
    """What one set draws from; `other_camera` replaces the usual hand-held view."""

    pot_species: tuple[str, ...] = POT_SPECIES
    cell_species: tuple[str, ...] = CELL_SPECIES
    lights: tuple[str, ...] = BASE_LIGHTS
    light_shares: tuple[float, ...] = (0.24, 0.25, 0.18, 0.12, 0.13, 0.08)
    other_camera: bool = False


BASE = Ranges()
SHIFTS: dict[str, Ranges] = {
    "camera": replace(BASE, other_camera=True),
    "forms": replace(BASE, pot_species=OTHER_FORMS, cell_species=OTHER_FORMS),
    "light": replace(BASE, lights=OTHER_LIGHTS, light_shares=(0.25, 0.25, 0.25, 0.25)),
}


@dataclass(frozen=True)
class Hold:
    """How the phone is held: height above the plants in metres, angles in degrees."""

    above_m: float
    tilt: float
    field_of_view: float
    roll: float


def hold_phone(rng: np.random.Generator, kind: str, extent_m: float) -> Hold:
    """A usual view of a bed, crate or tray whose longer side measures `extent_m`."""
    fov = rng.uniform(*BASE_FIELD_OF_VIEW)
    if kind == "bed":
        way = str(rng.choice(["low", "down", "usual"], p=[0.33, 0.22, 0.45]))
        if way == "low":  # plants hide each other
            return Hold(rng.uniform(0.28, 0.75), rng.uniform(BASE_MIN_TILT, 30), fov, rng.normal(0, 2))
        if way == "down":  # few pots, close
            return Hold(rng.uniform(0.35, 1.1), rng.uniform(60, 88), fov, rng.normal(0, 4))
        return Hold(rng.uniform(0.6, 1.3), rng.uniform(30, 62), fov, rng.normal(0, 2))
    top = rng.random() < {"crate": 0.35, "plug": 0.5}[kind]
    tilt = rng.uniform(64, 88) if top else rng.uniform(18 if kind == "crate" else 28, 64)
    distance = extent_m / (2 * np.tan(np.radians(fov) / 2) * rng.uniform(0.75, 1.7))
    above = float(np.clip(distance * np.sin(np.radians(tilt)), 0.22, BASE_MAX_ABOVE_M))
    return Hold(above, tilt, fov, rng.normal(0, 2.5))


def hold_otherwise(rng: np.random.Generator, kind: str, extent_m: float) -> Hold:
    """A view the base set never has: ultra-wide, telephoto, almost level, or from a ladder."""
    usual = hold_phone(rng, kind, extent_m)
    way = str(rng.choice(["wide", "tele", "level", "high"]))
    if way == "wide":
        return replace(usual, field_of_view=rng.uniform(84, 104), above_m=max(0.2, usual.above_m * 0.6))
    if way == "tele":
        return replace(usual, field_of_view=rng.uniform(22, 34), above_m=usual.above_m * 1.7)
    if way == "level":
        return replace(usual, tilt=rng.uniform(6, 13), above_m=rng.uniform(0.12, 0.3))
    return replace(usual, above_m=rng.uniform(2.3, 3.2), tilt=rng.uniform(40, 88), roll=rng.uniform(-25, 25))
