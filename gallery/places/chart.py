"""The chart of a location's counts as coordinates for an inline SVG; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, log10
from uuid import UUID

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 88, 20, 16, 36
MAX_DATES = 4


@dataclass(frozen=True)
class Counted:
    """One photo's count at a moment, and between which numbers the true one should lie; the count itself if that is
    not known."""

    image_id: UUID
    moment: datetime
    plants: int
    low: int
    high: int


@dataclass(frozen=True)
class Dot:
    """One count on the chart, and where the lower and upper end of its interval are."""

    counted: Counted
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Height:
    """A label of the vertical axis, at its coordinate."""

    at: float
    plants: int


@dataclass(frozen=True)
class Moment:
    """A label of the time axis, at its coordinate."""

    at: float
    moment: datetime


@dataclass(frozen=True)
class Chart:
    """Dots from oldest to newest, the line through them, and the labels of both axes."""

    dots: tuple[Dot, ...]
    heights: tuple[Height, ...]
    dates: tuple[Moment, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def moment_format(self) -> str:
        """The format of the time axis: dates, or times if all counts are of one day."""
        return "TIME_FORMAT" if (self.dates[-1].moment - self.dates[0].moment).days < 1 else "DATE_FORMAT"

    @property
    def line(self) -> str:
        """The `points` of an SVG polyline."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


def draw_chart(counts: Sequence[Counted]) -> Chart | None:
    """The chart of counts over time, from zero up; None for fewer than two counts."""
    if len(counts) < 2:
        return None
    ordered = sorted(counts, key=lambda counted: counted.moment)
    first, last = ordered[0].moment, ordered[-1].moment
    seconds = max((last - first).total_seconds(), 1.0)
    highest = max(counted.high for counted in ordered)
    step = _round_step(highest)
    top = step * max(1, ceil(highest / step))
    dots = tuple(
        Dot(
            counted,
            _x((counted.moment - first).total_seconds() / seconds),
            _y(counted.plants / top),
            _y(counted.low / top),
            _y(counted.high / top),
        )
        for counted in ordered
    )
    heights = tuple(Height(_y(value / top), value) for value in range(0, top + 1, step))
    return Chart(dots, heights, _dates(first, last))


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _round_step(highest: int) -> int:
    """The step of the vertical axis: 1, 2 or 5 times a power of ten, for at most five lines."""
    wanted = max(highest / 5, 1)
    power: int = 10 ** int(log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)


def _dates(first: datetime, last: datetime) -> tuple[Moment, ...]:
    """Evenly spaced moments for the time axis."""
    span = last - first
    shares = [number / (MAX_DATES - 1) for number in range(MAX_DATES)]
    return tuple(Moment(_x(share), first + span * share) for share in shares)
