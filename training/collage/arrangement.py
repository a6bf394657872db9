"""How containers stand in a whole photo: groups, grids of trays and crates, long beds, or one that fills the frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from training.collage.layout import Area, AreaKind, Habit, draw_area

BED_KINDS: tuple[AreaKind, ...] = ("pots", "bed", "rows", "channels")
BED_SHARES = (0.6, 0.2, 0.1, 0.1)
MAX_PLACES = 1100
MAX_SHARED = 0.02
NOTHING = Habit(dead=0.0, gap=1.0, twins=0.0, jitter=0.0, is_staggered=False)


@dataclass(frozen=True, eq=False)
class Stand:
    """An area, on a bench of that height in ground pixels or (0) on the floor."""

    area: Area
    bench_px: float = 0.0


def draw_stands(size_px: tuple[int, int], reach_px: tuple[float, float], rng: np.random.Generator) -> list[Stand]:
    """What stands on the ground that the camera sees; that reaches from `reach_px[0]` (far) to `reach_px[1]` (near)."""
    draw = rng.random()
    if draw < 0.12:
        areas = [_fill(size_px, reach_px, rng)]
    elif draw < 0.42:
        areas = list(_make_grid(_draw_unit(size_px, rng), (0.0, 0.0), _draw_counts(rng), rng))
    elif draw < 0.57:
        areas = list(_scatter_groups(size_px, rng))
    elif draw < 0.87:
        areas = list(_make_beds(size_px, reach_px, rng))
    else:
        unit = _draw_unit(size_px, rng)
        areas = [*_make_grid(unit, (0.0, 0.5 * size_px[1]), _draw_counts(rng), rng), *_scatter_groups(size_px, rng)]
    bench_px = float(max(size_px) * rng.uniform(0.1, 0.5)) if rng.random() < 0.35 else 0.0
    return [Stand(area, bench_px) for area in thin_out(keep_apart(areas), reach_px)]


def draw_bare_stands(size_px: tuple[int, int], rng: np.random.Generator) -> list[Stand]:
    """Empty benches and beds of earth, or nothing at all."""
    areas = [_make_bare(area) for area in _scatter_groups(size_px, rng)][: int(rng.integers(0, 3))]
    return [Stand(area, 0.0 if area.kind == "bed" else float(max(size_px) * rng.uniform(0.1, 0.5))) for area in areas]


def draw_shelf(size_px: tuple[int, int], near_px: float, rng: np.random.Generator) -> Stand:
    """A few rows of pots that end at the near edge of a board; they leave a part of it free or fill it."""
    width, height = size_px
    area = draw_area(height * rng.uniform(0.15, 0.5), (0.0, 0.0), (1.0, 1.0), rng, kind="pots")
    deep = area.row_px * int(rng.integers(1, 4)) * 0.501
    wide = width * (0.7 if rng.random() < 0.6 else rng.uniform(0.2, 0.5))
    middle = (float(rng.normal(0, 0.1) * width), near_px * 0.85 - deep)
    return Stand(replace(area, wide=max(wide, area.pitch_px), deep=deep, middle=middle, turn=0.0))


def keep_apart(areas: Sequence[Area]) -> list[Area]:
    """The areas without those that would stand on an earlier one."""
    kept: list[Area] = []
    for area in areas:
        corners = area.corners.astype(np.float32)
        shared = (cv2.intersectConvexConvex(corners, one.corners.astype(np.float32))[0] for one in kept)
        if max(shared, default=0.0) < MAX_SHARED * 4 * area.wide * area.deep:
            kept.append(area)
    return kept


def thin_out(areas: Sequence[Area], reach_px: tuple[float, float]) -> list[Area]:
    """The same with larger and so fewer plants where they were too many to paste."""
    places = sum(4 * area.wide * min(area.deep, np.ptp(reach_px)) / (area.pitch_px * area.row_px) for area in areas)
    factor = float(np.sqrt(max(1.0, places / MAX_PLACES)))
    return [_magnify(area, factor) for area in areas]


def _magnify(area: Area, factor: float) -> Area:
    """Larger plants, pots and spacings in the same space."""
    return replace(
        area,
        pitch_px=area.pitch_px * factor,
        row_px=area.row_px * factor,
        pot_px=area.pot_px * factor,
        plant_px=area.plant_px * factor,
    )


def _make_bare(area: Area) -> Area:
    return replace(area, kind="bed" if area.kind == "bed" else "pots", habit=NOTHING)


def _draw_plant_px(rng: np.random.Generator, largest: float = 50.0) -> float:
    return float(np.exp(rng.uniform(np.log(9), np.log(largest))))


def _draw_bed(plant_px: float, rng: np.random.Generator) -> Area:
    kind = BED_KINDS[rng.choice(len(BED_KINDS), p=BED_SHARES)]
    area = draw_area(plant_px, (0.0, 0.0), (1.0, 1.0), rng, kind=kind)
    return replace(area, row_px=min(area.row_px, 2.4 * area.plant_px))


def _fill(size_px: tuple[int, int], reach_px: tuple[float, float], rng: np.random.Generator) -> Area:
    """A close-up: its border lies at the frame's or beyond."""
    plant_px = float(np.exp(rng.uniform(np.log(16), np.log(130))))
    area = _draw_bed(plant_px, rng)
    if rng.random() < 0.5:
        area = draw_area(plant_px, (0.0, 0.0), (1.0, 1.0), rng, kind="tray" if rng.random() < 0.6 else "crate")
    wide, deep = (side / 2 * rng.uniform(0.85, 1.6) for side in size_px)
    return replace(area, wide=wide, deep=max(deep, deep * np.ptp(reach_px) / size_px[1] / 2), turn=rng.normal(0, 0.08))


def _draw_counts(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.choice([1, 1, 2, 3, 4])), int(rng.choice([1, 1, 2, 3]))


def _draw_unit(size_px: tuple[int, int], rng: np.random.Generator) -> Area:
    """A tray or a crate at the middle of the ground."""
    kind: AreaKind = "tray" if rng.random() < 0.55 else "crate"
    area = draw_area(20.0, (0.0, 0.0), (1.0, 1.0), rng, kind=kind)
    columns = int(rng.integers(4, 17)) if kind == "tray" else int(rng.integers(2, 7))
    rows = max(1, round(columns * rng.uniform(0.45, 1.0)))
    wide = max(size_px) * float(np.exp(rng.uniform(np.log(0.09), np.log(0.4))))
    wide = max(wide, columns * 3.5)  # a cell of 7 px
    area = _magnify(area, 2 * wide / (columns * area.pitch_px) * 0.999)
    if rng.random() < 0.5:
        columns, rows = rows, columns
    return replace(area, wide=area.pitch_px * columns * 0.5005, deep=area.row_px * rows * 0.5005, turn=0.0)


def _make_grid(
    unit: Area, middle: tuple[float, float], counts: tuple[int, int], rng: np.random.Generator
) -> Iterator[Area]:
    """Copies of the unit in columns and rows, close together or apart, turned a little as a whole; some are empty."""
    gap = rng.uniform(0.01, 0.08) if rng.random() < 0.6 else rng.uniform(0.1, 0.7)
    turn = float(rng.normal(0, 0.12) if rng.random() < 0.6 else rng.uniform(-0.8, 0.8))
    loose = 0.06 if gap > 0.1 else 0.004
    is_bare = rng.random() < 0.06
    shift = np.array(middle) + rng.normal(0, 0.5, 2) * [unit.wide, unit.deep] * counts
    frame = replace(unit, turn=turn, middle=(float(shift[0]), float(shift[1])))
    for column in np.arange(counts[0]) - (counts[0] - 1) / 2:
        for row in np.arange(counts[1]) - (counts[1] - 1) / 2:
            place = np.array([[column, row]]) * 2 * (1 + gap) * [unit.wide, unit.deep]
            place += rng.normal(0, loose, 2) * unit.wide
            x, y = frame.to_ground(place)[0].tolist()
            area = replace(unit, middle=(x, y), turn=turn + rng.normal(0, loose))
            yield _empty(area, rng) if is_bare or rng.random() < 0.08 else area


def _empty(area: Area, rng: np.random.Generator) -> Area:
    """The container with empty pots or cells, or a crate with nothing in it."""
    if area.kind == "crate" and rng.random() < 0.6:
        return replace(area, habit=NOTHING)
    return replace(area, empty=1.0)


def _scatter_groups(size_px: tuple[int, int], rng: np.random.Generator) -> Iterator[Area]:
    """One to four groups or small beds anywhere."""
    for _ in range(int(rng.integers(1, 5))):
        wide, deep = np.exp(rng.uniform(np.log(0.1), np.log(0.5), 2)) * size_px
        x, y = (rng.uniform(-0.5, 0.5, 2) * size_px * 1.1).tolist()
        turn = float(rng.normal(0, 0.12) if rng.random() < 0.5 else rng.uniform(-0.8, 0.8))
        area = _draw_bed(_draw_plant_px(rng), rng)
        smallest = area.pitch_px * 0.75
        yield replace(area, middle=(x, y), wide=max(wide, smallest), deep=max(deep, smallest), turn=turn)


def _make_beds(size_px: tuple[int, int], reach_px: tuple[float, float], rng: np.random.Generator) -> Iterator[Area]:
    """Long beds or benches side by side with paths between them, along the view or across it; alike or not."""
    is_along = rng.random() < 0.65
    far, near = reach_px[0] * rng.uniform(0.3, 1.0), reach_px[1]
    turn = float(rng.normal(0, 0.1) + (0.0 if rng.random() < 0.7 else rng.uniform(-0.6, 0.6)))
    plant_px, like = _draw_plant_px(rng, 40.0), None
    start, stop = (-1.5 * size_px[0], 1.5 * size_px[0]) if is_along else (max(far, -1.5 * size_px[1]), near)
    offset = start + rng.uniform(0, 0.3) * size_px[0]
    while offset < stop:
        width = float(np.exp(rng.uniform(np.log(0.12), np.log(0.9)))) * size_px[0]
        if like is None or rng.random() < 0.5:
            like = _draw_bed(plant_px, rng)
        place, half = offset + width / 2, width / 2
        if is_along:
            area = replace(like, middle=(place, (near + far) / 2), wide=half, deep=(near - far) / 2, turn=turn)
        else:
            aside, length = float(rng.normal(0, 0.3) * size_px[0]), float(size_px[0] * rng.uniform(0.5, 2.0))
            area = replace(like, middle=(aside, place), wide=length, deep=half, turn=turn)
        yield area
        offset += width + float(np.exp(rng.uniform(np.log(0.04), np.log(0.5)))) * size_px[0]
