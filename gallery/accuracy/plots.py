"""*Pure*: what was counted against what is true, and the bias by month, as coordinates for inline SVGs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, log10

from gallery.accuracy.measures import Judged, Measures

WIDTH, HEIGHT = 520, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 40
MOST_DOTS = 400
MOST_MONTHS = 12
MONTH_LABELS = 4


@dataclass(frozen=True)
class Tick:
    """A label of an axis, at its coordinate."""

    at: float
    value: float


@dataclass(frozen=True)
class Dot:
    """One photo."""

    x: float
    y: float
    is_covered: bool | None


@dataclass(frozen=True)
class Scatter:
    """The newest photos, counted upwards over true; on the line from `origin` to `corner` both are equal."""

    dots: tuple[Dot, ...]
    ticks_x: tuple[Tick, ...]
    ticks_y: tuple[Tick, ...]
    corner: tuple[float, float]
    origin: tuple[float, float] = (LEFT, HEIGHT - BOTTOM)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def has_intervals(self) -> bool:
        """Whether the count of any dot had an interval, inside or outside of which the true number may lie."""
        return any(dot.is_covered is not None for dot in self.dots)


@dataclass(frozen=True)
class MonthMark:
    """The bias of a month with its error bars; `is_named` if there is space for its name."""

    month: date
    n: int
    x: float
    y: float
    low: float
    high: float
    is_named: bool


@dataclass(frozen=True)
class Months:
    """The bias by month around the line of zero."""

    marks: tuple[MonthMark, ...]
    ticks: tuple[Tick, ...]
    zero: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def line(self) -> str:
        """The `points` of an SVG polyline."""
        return " ".join(f"{mark.x},{mark.y}" for mark in self.marks)


def draw_scatter(rows: Sequence[Judged]) -> Scatter | None:
    """None for fewer than two photos."""
    if len(rows) < 2:
        return None
    shown = sorted(rows, key=lambda row: row.moment)[-MOST_DOTS:]
    step = _round_step(max(max(row.counted, row.true) for row in shown))
    top = step * max(1, ceil(max(max(row.counted, row.true) for row in shown) / step))
    values = range(0, top + 1, step)
    return Scatter(
        dots=tuple(Dot(_x(row.true / top), _y(row.counted / top), row.is_covered) for row in shown),
        ticks_x=tuple(Tick(_x(value / top), value) for value in values),
        ticks_y=tuple(Tick(_y(value / top), value) for value in values),
        corner=(_x(1), _y(1)),
    )


def draw_months(months: Sequence[tuple[date, Measures]]) -> Months | None:
    """The newest months, oldest first; None for fewer than two."""
    shown = sorted(months, key=lambda row: row[0])[-MOST_MONTHS:]
    if len(shown) < 2:
        return None
    furthest = max(min(100.0, abs(own.bias_percent) + (own.bias_half_percent or 0)) for _month, own in shown)
    step = _round_step(ceil(furthest), lines=2)
    top = step * max(1, ceil(furthest / step))

    def height(percent: float) -> float:
        return _y((max(-top, min(top, percent)) + top) / (2 * top))

    every = ceil(len(shown) / MONTH_LABELS)
    marks = tuple(
        MonthMark(
            month,
            own.n,
            _x((number + 0.5) / len(shown)),
            height(own.bias_percent),
            height(own.bias_percent - (own.bias_half_percent or 0)),
            height(own.bias_percent + (own.bias_half_percent or 0)),
            number % every == 0,
        )
        for number, (month, own) in enumerate(shown)
    )
    return Months(marks, tuple(Tick(height(value), value) for value in range(-top, top + 1, step)), height(0))


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _round_step(highest: int, *, lines: int = 4) -> int:
    """1, 2 or 5 times a power of ten, for at most so many lines."""
    wanted = max(highest / lines, 1)
    power: int = 10 ** int(log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)
