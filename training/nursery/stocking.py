"""Fills places with pots, plants, empties and dead ones (used by layouts.py)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.nursery.forms import Form
from training.nursery.pots import PotModel, TrayModel
from training.nursery.ranges import Ranges
from training.nursery.scene import Colour, Draft, Item, Label, Placement, Prop
from training.nursery.shapes import Floats, hsv

Rng = np.random.Generator

LIBRARY = 10
DEAD_LIBRARY = 4
POT_VARIANTS = 5
# Terracotta, black, grey, white, green: hue, saturation, value and how often.
POT_COLOURS = (
    ((0, 0, 0.1), 6), ((0, 0, 0.16), 5), ((0.58, 0.1, 0.2), 2), ((0.04, 0.6, 0.6), 3), ((0.05, 0.52, 0.7), 2),
    ((0, 0, 0.4), 1), ((0.1, 0.04, 0.85), 1.5), ((0.33, 0.5, 0.28), 0.5), ((0.04, 0.5, 0.38), 1),
)  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """A place of a container: foot of the pot or top of the cell, turn, and the share 0..1 of the way along."""

    container: int
    location: tuple[float, float, float]
    turn: float
    along: float


@dataclass(frozen=True)
class Rates:
    """Shares of places that are empty, dead, or without a pot at all."""

    empty: float
    dead: float
    missing: float


def draw_rates(rng: Rng) -> Rates:
    """Most stock is full and alive; some beds have many gaps or 5 to 12 % dead plants."""
    return Rates(
        empty=float(rng.choice([0.0, 0.03, 0.07, 0.15, 0.35], p=[0.15, 0.25, 0.25, 0.23, 0.12])),
        dead=float(rng.choice([0.0, 0.03, 0.07, 0.12], p=[0.35, 0.25, 0.25, 0.15])),
        missing=float(rng.choice([0.0, 0.02, 0.08, 0.2], p=[0.45, 0.3, 0.17, 0.08])),
    )


def draw_label(rng: Rng, rates: Rates) -> Label:
    """What stands in a place."""
    draw = rng.random()
    if draw < rates.empty:
        return "empty"
    return "dead" if draw < rates.empty + rates.dead else "plant"


def pot_colour(rng: Rng) -> Colour:
    """A pot's colour, linear."""
    shares = np.array([share for _, share in POT_COLOURS])
    hue, saturation, value = POT_COLOURS[int(rng.choice(len(POT_COLOURS), p=shares / shares.sum()))][0]
    red, green, blue = hsv(hue, saturation, value * rng.uniform(0.85, 1.15))
    return float(red), float(green), float(blue)


def draw_species(rng: Rng, choice: Sequence[str]) -> list[str]:
    """One variety, a few, or a mix."""
    draw = rng.random()
    names = sorted(set(choice))
    shares = np.array([choice.count(name) for name in names], float)
    most = len(names)
    count = 1 if draw < 0.4 else int(rng.integers(2, 5)) if draw < 0.75 else int(rng.integers(5, 12))
    return [str(name) for name in rng.choice(names, min(count, most), replace=False, p=shares / shares.sum())]


class Stock:
    """The scene's plants: which individuals there are, and how a place gets one."""

    def __init__(self, draft: Draft, rng: Rng, species: Sequence[str], size_m: float) -> None:
        self.draft, self.rng, self.size_m = draft, rng, size_m
        self.species = list(species)
        self.in_blocks = len(species) > 1 and rng.random() < 0.6
        self.low, self.high = [(0.85, 1.2), (0.85, 1.2), (0.45, 0.8), (0.5, 1.3), (1.1, 1.5)][int(rng.integers(5))]
        self.wave = rng.uniform(0, 0.3), rng.uniform(1, 6), rng.random() * 6
        count = max(LIBRARY, len(species))
        self.alive = [self._add(species[i % len(species)], False) for i in range(count)]
        self.dead = [self._add(species[i % len(species)], True) for i in range(max(DEAD_LIBRARY, len(species)))]

    def _add(self, species: str, dead: bool) -> int:
        self.draft.forms.append(Form(species, int(self.rng.integers(2**31)), self.size_m, dead))
        return len(self.draft.forms) - 1

    def plant(self, label: Label, spot: Spot, soil_z: float) -> tuple[int, Placement]:
        """The number of a form and where it stands."""
        rng = self.rng
        choice = self.dead if label == "dead" else self.alive
        if self.in_blocks:
            block = int(min(spot.along, 0.999) * min(2 * len(self.species), 8)) % len(self.species)
            wanted = [form for form in choice if self.draft.forms[form].species == self.species[block]]
            choice = wanted or choice
        strength, turns, phase = self.wave
        uneven = 1 + strength * math.sin(spot.along * turns + phase + spot.location[1] * 2)
        size = rng.uniform(self.low, self.high) * uneven * (rng.uniform(0.4, 0.7) if rng.random() < 0.05 else 1)
        x, y, _ = spot.location
        off = rng.normal(0, 0.035 * self.size_m, 2)
        tilt = rng.normal(0, 0.09 if label == "dead" else 0.06, 2)
        place = Placement(
            (x + off[0], y + off[1], soil_z),
            rng.random() * 6.283,
            (float(tilt[0]), float(tilt[1])),
            (size, size, size * rng.uniform(0.85, 1.15)),
        )
        return int(rng.choice(choice)), place


def _pot_models(draft: Draft, rng: Rng, size_m: float) -> tuple[list[int], list[int]]:
    """Numbers of the usual pots and of those that stand empty: low in soil, or bare."""
    outline = str(rng.choice(["square", "round"]))
    height, taper = size_m * rng.uniform(0.78, 1.0), rng.uniform(0.7, 0.84)
    fill, colours = rng.uniform(0.82, 0.95), [0, 1] if rng.random() < 0.25 else [0]
    usual, empty = [], []
    for index in range(POT_VARIANTS + 3):
        bare = index >= POT_VARIANTS
        level = fill + rng.normal(0, 0.025) if not bare else None if index % 2 else rng.uniform(0.45, 0.8)
        draft.pots.append(
            PotModel(
                outline,  # type: ignore[arg-type]
                size_m * 0.985,
                height,
                taper,
                None if level is None else min(level, 0.97),
                int(rng.integers(2**31)),
                int(rng.choice(colours)),
                int(rng.integers(2)),
            )
        )
        (empty if bare else usual).append(len(draft.pots) - 1)
    return usual, empty


def fill_pots(draft: Draft, rng: Rng, spots: Sequence[Spot], size_m: float, ranges: Ranges) -> None:
    """A pot on every spot that is not missing, with its plant."""
    stock = Stock(draft, rng, draw_species(rng, ranges.pot_species), size_m)
    usual, odd = _pot_models(draft, rng, size_m)
    rates, jitter = draw_rates(rng), rng.choice([0.01, 0.03, 0.06])
    bare = rng.choice([0.0, 0.3, 0.8])
    tags = rng.choice([0.0, 0.006, 0.03, 0.2], p=[0.4, 0.3, 0.2, 0.1])
    style = int(rng.integers(12))
    for spot in spots:
        if rng.random() < rates.missing:
            continue
        label = draw_label(rng, rates)
        number = int(rng.choice(odd if label == "empty" and rng.random() < bare else usual))
        model = draft.pots[number]
        off = rng.normal(0, jitter * size_m, 2)
        turn = spot.turn + (rng.normal(0, 0.07) if model.outline == "square" else rng.random() * 6.28)
        lean = rng.normal(0, 0.018, 2)
        x, y, z = spot.location
        place = Placement((x + off[0], y + off[1], z), turn, (float(lean[0]), float(lean[1])))
        stand = Spot(spot.container, place.location, turn, spot.along)
        form, plant = (None, None) if label == "empty" else stock.plant(label, stand, z + model.soil_m)
        draft.items.append(
            Item(
                id=len(draft.items), label=label, container=spot.container, opening=place.apply(model.opening()),
                place=place, pot=number, form=form, plant=plant,
            )
        )  # fmt: skip
        if rng.random() < tags:
            _tag(draft, rng, place, model, style)


def _tag(draft: Draft, rng: Rng, place: Placement, model: PotModel, style: int) -> None:
    x, y, z = place.location
    at = (x + model.size_m * 0.3 * rng.normal(), y + model.size_m * 0.3 * rng.normal(), z + model.soil_m)
    tilt = rng.normal(0, 0.25, 2)
    draft.props.append(Prop("tag", Placement(at, rng.random() * 6.28, (float(tilt[0]), float(tilt[1]))), style))


def fill_cells(
    draft: Draft, rng: Rng, spots: Sequence[Spot], tray: TrayModel, ranges: Ranges, stock: Stock | None = None
) -> Stock:
    """Soil in the cells, and plants; some empty cells lack soil. Trays beside each other share a stock."""
    stock = stock or Stock(draft, rng, draw_species(rng, ranges.cell_species)[:3], tray.pitch_m)
    if not draft.soil_seeds:
        draft.soil_seeds += [int(seed) for seed in rng.integers(2**31, size=5)]
    rates = draw_rates(rng)
    rates = Rates(max(rates.empty, float(rng.choice([0.02, 0.1, 0.2, 0.35]))), rates.dead, 0.0)
    hollow = rng.choice([0.0, 0.25, 0.8], p=[0.5, 0.3, 0.2])
    level = tray.pitch_m * rng.uniform(0.02, 0.2)
    ring = np.column_stack([tray.opening(), np.zeros(len(tray.opening()))])
    for spot in spots:
        label = draw_label(rng, rates)
        x, y, z = spot.location
        soil_z = z - level - abs(rng.normal(0, 0.03)) * tray.pitch_m
        bare = label == "empty" and rng.random() < hollow
        place = Placement((x, y, soil_z), spot.turn)
        form, plant = (None, None) if label == "empty" else stock.plant(label, spot, soil_z + 0.001)
        draft.items.append(
            Item(
                id=len(draft.items), label=label, container=spot.container, place=place,
                opening=_opening(ring, spot), soil=None if bare else int(rng.integers(len(draft.soil_seeds))),
                form=form, plant=plant,
            )
        )  # fmt: skip
    return stock


def _opening(ring: Floats, spot: Spot) -> Floats:
    return Placement(spot.location, spot.turn).apply(ring)
