"""The errors of counts of real photos, and whether the product marks them, with confidence intervals. Pure.

Each error is a share of the nearest right count and is capped at 100 %, so that one photo cannot dominate the mean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Measure = Callable[[Floats, Flags, Flags], Floats | Flags]

RIGHT, WRONG = 0.10, 0.20
RESAMPLES = 2000
SEED = 0


@dataclass(frozen=True)
class Judged:
    """One photo: the error of its count, whether the product answers at all, and whether it marks or refuses it."""

    error: float
    is_answered: bool
    is_marked: bool


def relative_error(count: int, valid: Sequence[int]) -> float:
    """Distance to the nearest right count as a share of that count, at most 1; any plant where there is none is 1.

    Of two that are equally near the smaller is taken. ValueError when no count is right.
    """
    if not valid:
        raise ValueError("a photo needs at least one right count")
    nearest = min(sorted(valid), key=lambda right: abs(right - count))
    return min(1.0, abs(count - nearest) / max(nearest, 1))


# The values whose mean (or median) is computed, from error, is_answered and is_marked of every photo.
MEANS: dict[str, Measure] = {
    "mean_error_answered": lambda error, answered, _: error[answered],
    "mean_error_all": lambda error, *_: error,
    "answered": lambda _, answered, __: answered,
    "within_10_answered": lambda error, answered, _: error[answered] <= RIGHT,
    "within_10_all": lambda error, *_: error <= RIGHT,
    "marked_of_wrong": lambda error, _, marked: marked[error > WRONG],
    "marked_of_right": lambda error, _, marked: marked[error <= RIGHT],
}
MEDIANS: dict[str, Measure] = {
    "median_error_answered": MEANS["mean_error_answered"],
    "median_error_all": MEANS["mean_error_all"],
}


def judge(photos: Sequence[Judged]) -> dict[str, Any]:
    """Each statistic with its 95 % interval and the number of photos; None without photos."""
    columns = (
        np.array([one.error for one in photos], dtype=np.float64),
        np.array([one.is_answered for one in photos], dtype=bool),
        np.array([one.is_marked for one in photos], dtype=bool),
    )
    figures: dict[str, Any] = {"photos": len(photos)}
    for name, measure in MEANS.items():
        figures[name] = _figure(columns, measure, np.mean)
    for name, measure in MEDIANS.items():
        figures[name] = _figure(columns, measure, np.median)
    return figures


def pooled_share(parts: Sequence[int], wholes: Sequence[int]) -> dict[str, Any]:
    """The sum of the parts over the sum of the wholes of all photos, with its interval; `of` is the latter sum."""
    part, whole = np.array(parts, dtype=np.float64), np.array(wholes, dtype=np.float64)
    if not whole.sum():
        return {"value": None, "interval": None, "of": 0}
    draws = np.random.default_rng(SEED).integers(len(whole), size=(RESAMPLES, len(whole)))
    sums = whole[draws].sum(axis=1)
    shares = part[draws].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    interval = (float(low), float(high)) if len(whole) > 1 else None
    return {"value": float(part.sum() / whole.sum()), "interval": interval, "of": int(whole.sum())}


def _figure(
    columns: tuple[Floats, Flags, Flags], measure: Measure, average: Callable[[Floats | Flags], Any]
) -> dict[str, Any]:
    """The statistic and its interval: percentile bootstrap over the photos (Efron and Tibshirani, 1993, chapter 13)."""
    values = measure(*columns)
    if not len(values):
        return {"value": None, "interval": None, "photos": 0}
    draws = np.random.default_rng(SEED).integers(len(columns[0]), size=(RESAMPLES, len(columns[0])))
    resampled = (measure(*(column[draw] for column in columns)) for draw in draws)
    averages = [float(average(one)) for one in resampled if len(one)]
    low, high = np.quantile(averages, [0.025, 0.975])
    interval = (float(low), float(high)) if len(values) > 1 else None
    return {"value": float(average(values)), "interval": interval, "photos": len(values)}
