"""Errors of counts and of boxes, as arithmetic on arrays: nothing here knows a picture or a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MIN_TRUE_PLANTS = 5
RESAMPLES = 1000


@dataclass(frozen=True)
class CountError:
    """How far counts are from the truth over several photos.

    `mae` in plants per photo; `mape` the mean of |found - true| / true over photos with at least five true plants
    (None without any), with the 95 % interval that resampling the photos gives; `bias` the sum found over the sum
    true, less 1; `r2` one less the squared errors over the variance of the truth.
    """

    photos: int
    true: int
    found: int
    mae: float | None
    mape: float | None
    mape_interval: tuple[float, float] | None
    bias: float | None
    r2: float | None


def count_error(true: Sequence[int], found: Sequence[int]) -> CountError:
    """The errors of `found` against `true`, one number per photo each; ValueError when they differ in length."""
    if len(true) != len(found):
        raise ValueError("one count per true count is needed")
    there, counted = np.array(true, dtype=float), np.array(found, dtype=float)
    errors = np.abs(counted - there)
    enough = there >= MIN_TRUE_PLANTS
    shares = errors[enough] / there[enough]
    spread = float(((there - there.mean()) ** 2).sum()) if len(there) > 1 else 0.0
    return CountError(
        photos=len(there),
        true=int(there.sum()),
        found=int(counted.sum()),
        mae=float(errors.mean()) if len(errors) else None,
        mape=float(shares.mean()) if len(shares) else None,
        mape_interval=_interval(shares) if len(shares) > 1 else None,
        bias=float(counted.sum() / there.sum() - 1) if there.sum() else None,
        r2=float(1 - (errors**2).sum() / spread) if spread else None,
    )


def _interval(shares: Floats) -> tuple[float, float]:
    """Percentile bootstrap of the mean (Efron and Tibshirani, An Introduction to the Bootstrap, 13.3)."""
    draws = np.random.default_rng(0).integers(len(shares), size=(RESAMPLES, len(shares)))
    low, high = np.quantile(shares[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def average_precision(confidence: Floats, hit: Flags, true_count: int) -> float | None:
    """Area under the precision-recall curve, precision made non-increasing (PASCAL VOC 2010); None without truth.

    `confidence` and `hit` (n,) describe the found boxes.
    """
    if not true_count:
        return None
    hits = hit[np.argsort(-confidence, kind="stable")]
    true_positives = np.cumsum(hits)
    precision = true_positives / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[hits].sum() / true_count)


def precision_recall(
    confidence: Floats, hit: Flags, true_count: int, thresholds: Sequence[float]
) -> list[tuple[float, float | None, float | None]]:
    """(threshold, precision, recall) of the boxes of at least each threshold; None where nothing can be divided."""
    rows = []
    for threshold in thresholds:
        kept = hit[confidence >= threshold]
        precision = float(kept.mean()) if len(kept) else None
        rows.append((threshold, precision, float(kept.sum() / true_count) if true_count else None))
    return rows


def band_of(value: float, edges: Sequence[float], unit: str = "") -> str:
    """The name of the band that holds the value: `below 20 px`, `20 to 40 px`, `from 40 px`."""
    below = [edge for edge in edges if edge <= value]
    above = [edge for edge in edges if edge > value]
    if not below:
        return f"below {above[0]:g}{unit}"
    return f"{below[-1]:g} to {above[0]:g}{unit}" if above else f"from {below[-1]:g}{unit}"


def off_by(count: int, valid: Sequence[int]) -> int:
    """Signed distance to the nearest count that is right."""
    return min((count - right for right in valid), key=abs)
