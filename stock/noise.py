"""*Pure*: which differences between counts and what was expected say that something happened, and which are chance.

How far counts are off was measured on photos of real nurseries (docs/accuracy.md): one in twenty of those that Demeter
does not mark as doubtful by more than 20 %, the marked ones by up to 60 %. A difference has the errors of two counts,
so it says nothing below what both together may be off. The median of several counts is off by less, so a change that
each count alone hides comes to light after a few. `python -m bench.year` measures how often this finds what happened,
and how often it is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from statistics import median

# How far one count may be off, as a share of its plants, where nothing was learned from photos like it.
PHOTO_SHARE, DOUBTFUL_SHARE, HAND_SHARE = 0.20, 0.60, 0.05
# The same for the median of so many counts, as a share of the error of one.
OF_MEDIAN = {1: 1.0, 2: 1.0, 3: 1.0, 4: 0.8, 5: 0.65}
LEAST = 2.0  # plants
MOST_BEFORE = 5
TOGETHER = (3, 5)  # the newest counts that are compared with those before them


@dataclass(frozen=True)
class Observation:
    """One count of a batch beside what was expected. `explained` is the part of the difference that people explained,
    `share` how far the count may be off; `off` the same in plants, where it was learned from photos like it."""

    expected: int
    counted: int
    explained: int = 0
    share: float = PHOTO_SHARE
    off: float | None = None

    @property
    def rest(self) -> int:
        """The part of the difference that nobody explained."""
        return self.counted - self.expected - self.explained

    @property
    def plants_off(self) -> float:
        """By how many plants the count may be off."""
        return self.share * max(self.counted, self.expected) if self.off is None else self.off

    @property
    def plants_off_before(self) -> float:
        """By how many plants what was expected may be off, if nothing is known of it but that the first count is it."""
        known = self.off is not None and self.expected == self.counted
        return self.plants_off if known else PHOTO_SHARE * self.expected


@dataclass(frozen=True)
class Judgement:
    """What is unexplained beyond `noise`, in plants: since the count before if `counts` is 1, else by so many counts
    together. 0 if it may be chance."""

    unexplained: int
    noise: int
    counts: int = 1
    taken_back: bool = False


@dataclass(frozen=True)
class Level:
    """What is missing (or too many) at a count since the first, and by how many plants that may be off."""

    height: int
    off: float


def noise_of(off: float, counts: int = 1, off_before: float = 0.0, before: int = 1) -> int:
    """The largest difference, in plants, between the medians of some counts and of those before them by chance: each
    is off by as many plants at most as `off` and `off_before` say."""
    return round(max(LEAST, hypot(off * OF_MEDIAN[counts], off_before * OF_MEDIAN[min(before, MOST_BEFORE)])))


def judge(history: Sequence[Observation]) -> list[Judgement]:
    """Each count of one batch, in order of time. What was reported once is not reported again, and what the next count
    takes back is not reported at all.

    The level of a count is what is missing (or too many) since the first, as far as nobody explained it. Without
    movements that nobody recorded it stays the same but for the error of the counts.
    """
    judged: list[Judgement] = []
    levels: list[Level] = []  # since what was reported last
    suspended: list[Level] = []  # those before the last count, if that was reported
    height = 0
    for seen in history:
        levels = levels or [Level(height, seen.plants_off_before)]
        height += seen.rest
        here = Level(height, seen.plants_off)
        if suspended and not _compare([*suspended, here], 1).unexplained:
            judged[-1] = Judgement(0, judged[-1].noise, taken_back=True)
            levels = suspended
        levels, suspended = [*levels, here], []
        found = _judge_newest(levels, seen)
        judged.append(found)
        if found.unexplained:
            suspended = levels[:-1] if found.counts == 1 else []
            levels = levels[-found.counts :]
    return judged


def _judge_newest(levels: Sequence[Level], seen: Observation) -> Judgement:
    """The newest count, or as many of the newest as are needed to show a change."""
    alone = _compare(levels, 1)
    if alone.unexplained * seen.rest > 0:
        return Judgement(seen.rest, alone.noise)
    for counts in TOGETHER:
        if len(levels) >= counts + MOST_BEFORE // 2 + 1:
            together = _compare(levels, counts)
            if together.unexplained:
                return together
    return Judgement(0, alone.noise)


def _compare(levels: Sequence[Level], counts: int) -> Judgement:
    """The median of the newest counts with that of those before them."""
    newest, before = levels[-counts:], levels[:-counts][-MOST_BEFORE:]
    change = round(median(level.height for level in newest) - median(level.height for level in before))
    off, off_before = (median(level.off for level in rows) for rows in (newest, before))
    noise = noise_of(off, counts, off_before, len(before))
    return Judgement(change if abs(change) > noise else 0, noise, counts)
