"""*Pure*: a factor for counts that lean one way, learned from photos whose true number is known.

The lean of a kind of photo is the median of its ratios true : counted, so that one odd photo does not move it. The
factor is that median drawn towards 1 by the number of photos, since few photos may lean by chance. It is used only
where the errors lean one way: where 1 lies outside its error bars, and where each photo would have been counted better
with what the others say. Errors that go both ways no factor mends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, log, sqrt
from statistics import NormalDist, median

LEVEL = 0.9
LEAST_PHOTOS = 3
LEAST_PLANTS = 5  # with fewer, one plant is too much of the ratio
# A factor weighs so many photos that say 1 beside those that were counted. Where photos of one kind scatter by 10 % and
# nurseries lean by 7 %, two is right; the median is a little less sure than the mean.
DOUBTING_PHOTOS = 2
LEAST_SCATTER = 0.05  # of the logarithm of a ratio: a few photos that agree by chance are no proof
FURTHEST = 2.0  # beyond half or twice, another part of the bed was counted, or the models are wrong for it
MAD_TO_SIGMA, MEDIAN_TO_MEAN = 1.4826, 1.2533  # of a normal distribution
# The median absolute deviation of few values is too small by these (Croux and Rousseeuw, Time-efficient algorithms for
# two highly robust estimators of scale, 1992).
FEW_VALUES = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}
# Student's t for a level of 0.9 on both sides, by degrees of freedom.
STUDENT = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833}

Pair = tuple[int, int]  # counted, true


class Verdict(StrEnum):
    """Whether a factor is used, or why not."""

    USED = "used"
    BOTH_WAYS = "both_ways"
    NO_BETTER = "no_better"
    TOO_FAR = "too_far"


@dataclass(frozen=True)
class Lean:
    """The middle of the logarithms of some ratios, and its error: the standard error of a median."""

    middle: float
    error: float
    n: int

    @property
    def half_width(self) -> float:
        """Half of the error bars of `LEVEL`."""
        return student(self.n - 1) * self.error


@dataclass(frozen=True)
class Factor:
    """By what to multiply a count, between which numbers that lies, and the mean errors of the `n` photos (shares of
    their true numbers) without it and with what the others of them say."""

    factor: float
    low: float
    high: float
    n: int
    error_before: float
    error_after: float
    verdict: Verdict


def learn_factor(pairs: Sequence[Pair]) -> Factor | None:
    """The factor that some photos of one kind say; None if they are too few."""
    usable = [pair for pair in pairs if min(pair) >= LEAST_PLANTS]
    if len(usable) < LEAST_PHOTOS:
        return None
    lean = measure_lean([ratio(pair) for pair in usable])
    weight = lean.n / (lean.n + DOUBTING_PHOTOS)
    factor, half = exp(weight * lean.middle), weight * lean.half_width
    before = fsum(_error(pair, 1.0) for pair in usable) / lean.n
    after = fsum(_error(pair, _factor_of(usable[:at] + usable[at + 1 :])) for at, pair in enumerate(usable)) / lean.n
    return Factor(
        factor=factor,
        low=exp(weight * lean.middle - half),
        high=exp(weight * lean.middle + half),
        n=lean.n,
        error_before=before,
        error_after=after,
        verdict=_judge(lean, better=after < before),
    )


def measure_lean(ratios: Sequence[float]) -> Lean:
    """The lean of at least two logarithms of ratios."""
    n, middle = len(ratios), median(ratios)
    spread = MAD_TO_SIGMA * FEW_VALUES.get(n, n / (n - 0.8)) * median(abs(value - middle) for value in ratios)
    return Lean(middle, MEDIAN_TO_MEAN * max(spread, LEAST_SCATTER) / sqrt(n), n)


def ratio(pair: Pair) -> float:
    """The logarithm of true : counted."""
    counted, true = pair
    return log(true / counted)


def multiply(counted: int, factor: float) -> int:
    """A count with a factor, in whole plants."""
    return int(counted * factor + 0.5)


def student(freedom: int) -> float:
    """Student's t for `LEVEL`; from ten degrees of freedom on by its series about the normal distribution."""
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    return STUDENT.get(freedom) or z + (z**3 + z) / (4 * freedom)


def _factor_of(pairs: Sequence[Pair]) -> float:
    return exp(len(pairs) / (len(pairs) + DOUBTING_PHOTOS) * median(ratio(pair) for pair in pairs))


def _error(pair: Pair, factor: float) -> float:
    counted, true = pair
    return min(1.0, abs(multiply(counted, factor) - true) / true)


def _judge(lean: Lean, *, better: bool) -> Verdict:
    if abs(lean.middle) <= lean.half_width:
        return Verdict.BOTH_WAYS
    if abs(lean.middle) > log(FURTHEST):
        return Verdict.TOO_FAR
    return Verdict.USED if better else Verdict.NO_BETTER
