"""Where things stand: beds of loose pots, crates, plug trays (used by plan.py)."""

import math

import numpy as np

from training.nursery.pots import TrayModel
from training.nursery.ranges import Ranges
from training.nursery.scene import Bench, Colour, Container, CrateModel, Draft, Placement
from training.nursery.shapes import Floats, hsv
from training.nursery.stocking import Spot, Stock, fill_cells, fill_pots, pot_colour
from training.nursery.substrate import draw_recipe

Rng = np.random.Generator

POT_SIZES_M = (0.05, 0.055, 0.065, 0.08, 0.085, 0.105, 0.12)
POT_SIZE_SHARES = (0.13, 0.14, 0.15, 0.2, 0.15, 0.13, 0.1)
MAX_POTS = 1300
# Pot width, columns and rows of usual crates: 24 to 50 pots.
CRATES = ((0.05, 9, 5), (0.05, 8, 5), (0.055, 10, 5), (0.08, 7, 4), (0.08, 6, 4), (0.105, 6, 4))
# Columns and rows of usual trays: 72, 128, 288 cells, and the coarse ones for potting on.
TRAYS = ((12, 6), (16, 8), (24, 12), (6, 4), (5, 4))
TRAY_SHARES = (0.32, 0.26, 0.12, 0.15, 0.15)
BENCH_HEIGHTS_M = (0.45, 0.75, 0.85)


def start(rng: Rng) -> Draft:
    """A draft with two pot or crate colours and two substrates."""
    return Draft(colours=[pot_colour(rng) for _ in range(2)], recipes=[draw_recipe(rng) for _ in range(2)])


def _rectangle(centre: tuple[float, float], size: tuple[float, float], z: float, turn: float = 0.0) -> Floats:
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array(size) / 2
    return Placement((*centre, z), turn).apply(np.column_stack([half, np.zeros(4)]))


def _bench(draft: Draft, rng: Rng, rectangle: tuple[float, float, float, float], height_m: float) -> None:
    shade = hsv(*[(0.08, 0.35, 0.45), (0, 0, 0.6), (0.1, 0.2, 0.7), (0, 0, 0.25)][int(rng.integers(4))])
    colour: Colour = (float(shade[0]), float(shade[1]), float(shade[2]))
    deck = str(rng.choice(["planks", "plain", "mat", "planks", "concrete"]))
    draft.benches.append(Bench(rectangle, height_m, deck, colour, rng.uniform(-0.01, 0.07), int(rng.integers(2**31))))


def lay_beds(draft: Draft, rng: Rng, ranges: Ranges) -> tuple[tuple[float, float, float], float]:
    """One to three beds with aisles; returns a point to look at and the longer side in metres."""
    size = float(rng.choice(POT_SIZES_M, p=POT_SIZE_SHARES))
    raised = float(rng.choice(BENCH_HEIGHTS_M)) if rng.random() < 0.55 else 0.005
    beds = int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12] if size > 0.07 else [0.8, 0.15, 0.05]))
    width, aisle = rng.uniform(0.6, 1.5), rng.uniform(0.35, 0.7)
    most = MAX_POTS * (size * 1.05) ** 2 / beds
    width = min(width, most / 1.0)
    length = min(rng.uniform(1.4, 7), most / width)
    for index in range(beds):
        low = (index - (beds - 1) / 2) * (width + aisle) - width / 2
        if raised > 0.1 or rng.random() < 0.35:
            _bench(draft, rng, (-length / 2 - 0.03, length / 2 + 0.03, low - 0.03, low + width + 0.03), raised)
        other = size if rng.random() < 0.75 else min(0.12, size * 1.3)
        _lay_bed(draft, rng, (length, width), (low, raised), other, ranges)
    chosen = (int(rng.integers(beds)) - (beds - 1) / 2) * (width + aisle)
    target = (rng.uniform(-0.3, 0.3) * length, chosen + rng.uniform(-0.2, 0.2) * width, raised + 0.05)
    return target, max(length, width)


def _lay_bed(
    draft: Draft, rng: Rng, extent: tuple[float, float], edge: tuple[float, float], size: float, ranges: Ranges
) -> None:
    """Pots in rows (sometimes staggered) from y = edge[0], standing at z = edge[1]."""
    pitch = size * float(rng.choice([1.0, 1.02, 1.1, 1.3, 1.6], p=[0.27, 0.3, 0.2, 0.15, 0.08]))
    columns, rows = max(2, int(extent[0] / pitch)), max(2, int(extent[1] / pitch))
    staggered, identity = rng.random() < 0.2, len(draft.containers)
    spots = []
    for column in range(columns):
        for row in range(rows):
            shift = 0.5 * (row % 2) if staggered else 0.0
            x = -extent[0] / 2 + (column + 0.5 + shift) * pitch
            spots.append(Spot(identity, (x, edge[0] + (row + 0.5) * pitch, edge[1]), 0.0, column / columns))
    span = (columns + 0.5 * staggered) * pitch, rows * pitch
    middle = (-extent[0] / 2 + span[0] / 2, edge[0] + span[1] / 2)
    outline = _rectangle(middle, span, edge[1])
    draft.containers.append(Container(identity, "segment", columns * rows, outline, round(size * 100, 1)))
    fill_pots(draft, rng, spots, size, ranges)


def lay_crates(draft: Draft, rng: Rng, ranges: Ranges) -> tuple[tuple[float, float, float], float]:
    """One to nine crates side by side; returns a point to look at and the longer side in metres."""
    count = int(rng.choice([1, 2, 3, 4, 6, 9], p=[0.22, 0.22, 0.15, 0.2, 0.13, 0.08]))
    size, columns, rows = CRATES[int(rng.integers(len(CRATES)))]
    raised = float(rng.choice([0.003, 0.75], p=[0.6, 0.4]))
    pitch, height = size * rng.uniform(1.0, 1.06), size * rng.uniform(0.5, 1.35)
    length, width, gap = columns * pitch + 0.02, rows * pitch + 0.02, float(rng.choice([0.02, 0.05, 0.2]))
    across = math.ceil(math.sqrt(count))
    model = CrateModel(length, width, height, int(rng.integers(2**31)))
    half = np.array([across * (length + gap), math.ceil(count / across) * (width + gap)]) / 2 + 0.12
    if raised > 0.1:
        _bench(draft, rng, (-half[0], half[0], -half[1], half[1]), raised)
    for index in range(count):
        x = (index % across - (across - 1) / 2) * (length + gap) + rng.normal(0, 0.012)
        y = (index // across - (math.ceil(count / across) - 1) / 2) * (width + gap) + rng.normal(0, 0.012)
        place = Placement((x, y, raised), rng.normal(0, 0.05))
        _lay_crate(draft, rng, (model, place), (size, pitch, columns, rows), ranges)
    return (rng.normal(0, 0.05), rng.normal(0, 0.05), raised + 0.08), float(max(half) * 2)


def _lay_crate(
    draft: Draft,
    rng: Rng,
    crate: tuple[CrateModel, Placement],
    grid: tuple[float, float, int, int],
    ranges: Ranges,
) -> None:
    model, place = crate
    size, pitch, columns, rows = grid
    identity, (x, y, z) = len(draft.containers), place.location
    outline = _rectangle((x, y), (model.length_m, model.width_m), z + model.height_m, place.turn)
    colour = int(rng.integers(2, 4))
    while len(draft.colours) < 4:
        shade = hsv(
            *[(0, 0, 0.1), (0.36, 0.6, 0.3), (0.6, 0.6, 0.45), (0, 0, 0.45), (0, 0.7, 0.5)][int(rng.integers(5))]
        )
        draft.colours.append((float(shade[0]), float(shade[1]), float(shade[2])))
    draft.containers.append(
        Container(identity, "box", columns * rows, outline, round(size * 100, 1), None, model, place, colour)
    )
    cells = [
        ((column - (columns - 1) / 2) * pitch, (row - (rows - 1) / 2) * pitch, 0.006)
        for column in range(columns)
        for row in range(rows)
    ]
    feet = place.apply(np.array(cells))
    spots = [
        Spot(identity, (float(a), float(b), float(c)), place.turn, i / len(cells)) for i, (a, b, c) in enumerate(feet)
    ]
    fill_pots(draft, rng, spots, size, ranges)


def lay_trays(draft: Draft, rng: Rng, ranges: Ranges) -> tuple[tuple[float, float, float], float]:
    """One to six plug trays side by side; returns a point to look at and the longer side in metres."""
    columns, rows = TRAYS[int(rng.choice(len(TRAYS), p=TRAY_SHARES))]
    pitch = 0.54 / columns if columns > 6 else rng.uniform(0.05, 0.07)
    outline = str(rng.choice(["square", "round"], p=[0.65, 0.35]))
    model = TrayModel(columns, rows, pitch, min(0.05, pitch * 1.1), outline, rng.uniform(0.8, 0.94))  # type: ignore[arg-type]
    most = max(1, MAX_POTS // (columns * rows))
    count = min(int(rng.choice([1, 2, 3, 4, 6], p=[0.4, 0.25, 0.1, 0.15, 0.1])), most)
    draft.colours[0] = tray_colour(rng)
    raised = float(rng.choice([0.0, 0.8])) + 0.05
    across = math.ceil(math.sqrt(count))
    length, width = columns * pitch + 0.05, rows * pitch + 0.05
    half = np.array([across * length, math.ceil(count / across) * width]) / 2 + 0.2
    if raised > 0.2:
        _bench(draft, rng, (-half[0], half[0], -half[1], half[1]), raised - 0.05)
    stock: Stock | None = None
    for index in range(count):
        x = (index % across - (across - 1) / 2) * length
        y = (index // across - (math.ceil(count / across) - 1) / 2) * width
        place = Placement((x, y, raised), rng.normal(0, 0.02))
        stock = _lay_tray(draft, rng, model, place, ranges, stock)
    return (rng.normal(0, 0.02), rng.normal(0, 0.02), raised), float(max(half) * 2 - 0.35)


def tray_colour(rng: Rng) -> Colour:
    """Black or dark grey plastic, sometimes light."""
    shade = hsv(0.55, 0.05, float(rng.choice([0.06, 0.1, 0.17, 0.3, 0.9], p=[0.35, 0.3, 0.15, 0.12, 0.08])))
    return float(shade[0]), float(shade[1]), float(shade[2])


def _lay_tray(draft: Draft, rng: Rng, model: TrayModel, place: Placement, ranges: Ranges, stock: Stock | None) -> Stock:
    identity, (x, y, z) = len(draft.containers), place.location
    size = model.columns * model.pitch_m + 0.024, model.rows * model.pitch_m + 0.024
    outline = _rectangle((x, y), size, z, place.turn)
    capacity, cells = model.columns * model.rows, (model.rows, model.columns)
    pitch_cm = round(model.pitch_m * 100, 1)
    draft.containers.append(Container(identity, "plug", capacity, outline, pitch_cm, cells, model, place))
    local = [
        ((column - (model.columns - 1) / 2) * model.pitch_m, (row - (model.rows - 1) / 2) * model.pitch_m, 0.0)
        for column in range(model.columns)
        for row in range(model.rows)
    ]
    tops = place.apply(np.array(local))
    spots = [
        Spot(identity, (float(a), float(b), float(c)), place.turn, i / len(local)) for i, (a, b, c) in enumerate(tops)
    ]
    return fill_cells(draft, rng, spots, model, ranges, stock)
