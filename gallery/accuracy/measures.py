"""*Pure*: bias, mean error, coverage and drift of counts whose true number is known.

Errors are shares of the true number, at most 100 % each, so that one tiny photo does not outweigh all others.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import comb, hypot, sqrt
from statistics import fmean, stdev
from typing import TypeVar
from uuid import UUID

from stock.conformal import LEVEL
from stock.factors import LEAST_PLANTS, measure_lean, ratio, student

RECENT = 8  # photos of one kind that are compared with all before them, which are at least as many
FAR = 3.0  # standard errors: Shewhart's limit of a control chart
LAST, LEAST_LAST = 20, 10  # intervals that are looked at together
RARE = 0.01

Row = TypeVar("Row")
Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True)
class Seen:
    """A photo that was to be counted: by which models, in which kind of container, with which phone, and when."""

    image_id: UUID
    moment: datetime
    model: str
    container: str
    phone: str
    product: int | None = None
    packaging: int | None = None


@dataclass(frozen=True)
class Answer(Seen):
    """Whether Demeter gave a count that it relies on."""

    is_answered: bool = True


@dataclass(frozen=True)
class Judged(Seen):
    """What was counted, before (`raw`) and after calibration, and what is true. The interval, if it is known, is that
    of before the truth was known."""

    raw: int = 0
    counted: int = 0
    true: int = 0
    low: int | None = None
    high: int | None = None
    score: float | None = None

    @property
    def off(self) -> float:
        """The error as a share of the true number: negative if too few were counted."""
        return _share(self.counted, self.true)

    @property
    def raw_off(self) -> float:
        """The same error without calibration."""
        return _share(self.raw, self.true)

    @property
    def is_covered(self) -> bool | None:
        """Whether the true number lies in the interval; None without one."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.true <= self.high


@dataclass(frozen=True)
class Measures:
    """What some judged photos say. `bias_half`: half of the error bars of the bias; None for one photo."""

    n: int
    bias: float
    bias_half: float | None
    error: float
    covered: int
    with_interval: int

    @property
    def bias_percent(self) -> float:
        return 100 * self.bias

    @property
    def bias_half_percent(self) -> float | None:
        return None if self.bias_half is None else 100 * self.bias_half

    @property
    def error_percent(self) -> float:
        return 100 * self.error

    @property
    def covered_percent(self) -> float | None:
        """How many intervals held."""
        return 100 * self.covered / self.with_interval if self.with_interval else None


@dataclass(frozen=True)
class Drift:
    """Photos of one kind that lean otherwise since a moment: the middle of their errors before and since."""

    product: int | None
    packaging: int | None
    container: str
    since: datetime
    before_percent: float
    since_percent: float


@dataclass(frozen=True)
class Missed:
    """So many of the last intervals held, which is too few for chance."""

    covered: int
    n: int


def measure(rows: Sequence[Judged]) -> Measures | None:
    """The measures of some photos; None without any."""
    if not rows:
        return None
    errors = [row.off for row in rows]
    held = [row.is_covered for row in rows if row.is_covered is not None]
    half = student(len(errors) - 1) * stdev(errors) / sqrt(len(errors)) if len(errors) > 1 else None
    return Measures(len(rows), fmean(errors), half, fmean(map(abs, errors)), sum(held), len(held))


def group(rows: Iterable[Row], key: Callable[[Row], Group]) -> Mapping[Group, list[Row]]:
    """The rows by their key."""
    found: defaultdict[Group, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _share(counted: int, true: int) -> float:
    return max(-1.0, min(1.0, (counted - true) / max(true, 1)))


def find_drifts(rows: Iterable[Judged]) -> list[Drift]:
    """The kinds of photos, counted by the same models, of which the newest lean otherwise than those before. Without
    calibration, which is meant to change how they lean."""
    kinds = group(rows, lambda row: (row.model, row.product, row.packaging, row.container))
    found = (_find_drift(sorted(own, key=lambda row: row.moment)) for own in kinds.values())
    return [drift for drift in found if drift is not None]


def _find_drift(rows: Sequence[Judged]) -> Drift | None:
    usable = [row for row in rows if min(row.raw, row.true) >= LEAST_PLANTS]
    earlier, newest = usable[:-RECENT], usable[-RECENT:]
    if len(earlier) < RECENT:
        return None
    before, since = (measure_lean([ratio((row.raw, row.true)) for row in part]) for part in (earlier, newest))
    if abs(since.middle - before.middle) <= FAR * hypot(before.error, since.error):
        return None
    first = newest[0]
    return Drift(
        first.product,
        first.packaging,
        first.container,
        first.moment,
        100 * fmean(row.raw_off for row in earlier),
        100 * fmean(row.raw_off for row in newest),
    )


def find_missed(rows: Iterable[Judged]) -> Missed | None:
    """Whether the last intervals held too seldom."""
    known = sorted((row for row in rows if row.is_covered is not None), key=lambda row: row.moment)[-LAST:]
    covered = sum(bool(row.is_covered) for row in known)
    if len(known) < LEAST_LAST or chance_of_at_most(covered, len(known)) >= RARE:
        return None
    return Missed(covered, len(known))


def chance_of_at_most(covered: int, n: int, level: float = LEVEL) -> float:
    """How likely it is that at most so many of `n` intervals hold by chance (binomial)."""
    return sum(comb(n, held) * level**held * (1 - level) ** (n - held) for held in range(covered + 1))
