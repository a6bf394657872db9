"""Where plants stand: the areas of a scene and the places in them, on the ground."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.collage.pots import PotKind, draw_pot_kind

AreaKind = Literal["pots", "crate", "tray", "bed", "rows", "channels"]
KINDS: tuple[AreaKind, ...] = ("pots", "crate", "tray", "bed", "rows", "channels")
SHARES = (0.36, 0.12, 0.24, 0.12, 0.09, 0.07)
POTTED = ("pots", "crate", "tray")
# From one plant to the next, as a part of the width of its pot, or of its own without one.
SPACINGS: dict[AreaKind, tuple[float, float]] = {
    "pots": (1.0, 1.7),
    "crate": (1.0, 1.12),
    "tray": (1.0, 1.04),
    "bed": (0.85, 1.7),
    "rows": (1.0, 2.0),
    "channels": (1.1, 2.2),
}


@dataclass(frozen=True)
class Habit:
    """How plants stand: shares of dead ones, of gaps and of places with several; `jitter` is a part of the pitch."""

    dead: float
    gap: float
    twins: float
    jitter: float
    is_staggered: bool


@dataclass(frozen=True, eq=False)
class Area:
    """A rectangle on the ground with plants in it, all alike; lengths in ground pixels.

    `wide` and `deep` are half its sides; pots are `pot_px` wide and stand `pitch_px` apart in rows `row_px` apart.
    `empty` is the share of pots in which nothing grows; `colour` (bgr) is that of trays, crates and channels.
    """

    kind: AreaKind
    middle: tuple[float, float]
    turn: float
    wide: float
    deep: float
    pitch_px: float
    row_px: float
    pot: PotKind | None
    pot_px: float
    plant_px: float
    empty: float
    habit: Habit
    colour: tuple[float, float, float]

    def to_ground(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) points of the area (across, along) on the ground."""
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]) + self.middle)

    @property
    def corners(self) -> NDArray[np.float64]:
        """(4, 2) on the ground."""
        return self.to_ground(np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * [self.wide, self.deep])

    def places(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """(n, 2) places on the ground: a lattice with gaps and small errors."""
        columns, rows = int(2 * self.wide / self.pitch_px), int(2 * self.deep / self.row_px)
        if columns < 1 or rows < 1:
            return np.zeros((0, 2))
        across = (np.arange(columns) + 0.5) * 2 * self.wide / columns - self.wide
        along = (np.arange(rows) + 0.5) * 2 * self.deep / rows - self.deep
        grid = np.stack(np.meshgrid(across, along), -1)
        if self.habit.is_staggered:
            grid[1::2, :, 0] += self.pitch_px / 2
        points = grid.reshape(-1, 2)
        points = points[rng.random(len(points)) >= self.habit.gap]
        return self.to_ground(points + rng.normal(0, self.habit.jitter * self.pitch_px, points.shape))


def draw_area(
    plant_px: float,
    middle: tuple[float, float],
    reach_px: tuple[float, float],
    rng: np.random.Generator,
    *,
    kind: AreaKind | None = None,
) -> Area:
    """An area with plants about `plant_px` wide, `reach_px` (half across, half along) large at most."""
    kind = kind or KINDS[rng.choice(len(KINDS), p=SHARES)]
    is_potted = kind in POTTED
    is_young = rng.random() < (0.55 if kind == "tray" else 0.2)
    growth = rng.uniform(0.25, 0.7) if is_young else rng.uniform(0.65, 1.5)
    pot = draw_pot_kind(rng, "cell" if kind == "tray" else None) if is_potted else None
    pot_px = plant_px / growth if is_potted else plant_px
    pitch_px = pot_px * rng.uniform(*SPACINGS[kind])
    row_px = pitch_px * (rng.uniform(1.6, 4.0) if kind in ("rows", "channels") else rng.uniform(0.95, 1.1))
    empty = float(rng.choice([0, 0.03, 0.15, 0.4, 1.0], p=[0.38, 0.27, 0.2, 0.1, 0.05])) if is_potted else 0.0
    wide, deep = reach_px
    if kind == "crate":
        wide, deep = min(wide, pitch_px * rng.uniform(2, 4.5)), min(deep, pitch_px * rng.uniform(1.5, 4.5))
    return Area(
        kind=kind,
        middle=middle,
        turn=float(rng.normal(0, 0.12) if rng.random() < 0.6 else rng.uniform(-0.8, 0.8)),
        wide=wide,
        deep=deep,
        pitch_px=pitch_px,
        row_px=row_px,
        pot=pot,
        pot_px=pot_px * (1.05 if kind == "tray" else 0.97),
        plant_px=plant_px,
        empty=empty,
        habit=_draw_habit(kind, rng),
        colour=_draw_colour(rng),
    )


def _draw_habit(kind: AreaKind, rng: np.random.Generator) -> Habit:
    return Habit(
        dead=float(rng.choice([0, 0.04, 0.2], p=[0.6, 0.25, 0.15])),
        gap=0.0 if kind in ("tray", "crate") else float(rng.choice([0, 0.08, 0.4], p=[0.6, 0.3, 0.1])),
        twins=float(rng.choice([0, 0.15, 0.7], p=[0.65, 0.25, 0.1])),
        jitter=0.015 if kind == "tray" else float(rng.uniform(0.02, 0.16)),
        is_staggered=kind in ("pots", "bed") and rng.random() < 0.4,
    )


def _draw_colour(rng: np.random.Generator) -> tuple[float, float, float]:
    """Of plastic: mostly black, else some grey with a cast (bgr)."""
    if rng.random() >= 0.5:
        return (32, 32, 34)
    blue, green, red = (rng.uniform(20, 240) * rng.uniform(0.85, 1.15, 3)).tolist()
    return blue, green, red
