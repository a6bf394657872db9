"""How well a value of each photo separates photos with large errors from the others. Pure.

Thresholds are chosen by all photos but one and tried on that one, so that few photos do not flatter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MIN_FAR_OFF = 3
RIDGE = 3.0


@dataclass(frozen=True)
class Separation:
    """Of one number: `auc` is the chance that it is higher on a photo far off than on another (0.5 says nothing).

    `threshold` is chosen by all photos, `is_above` says on which side of it a photo is taken for far off. `caught` of
    the photos far off and `false_alarms` of the others were taken for it when left out.
    """

    auc: float
    threshold: float
    is_above: bool
    caught: float
    false_alarms: float


def measure_auc(values: Floats, is_far_off: Flags) -> float:
    """Area under the ROC curve: pairs in the right order, ties half (Mann and Whitney); ValueError with one class."""
    far, other = values[is_far_off], values[~is_far_off]
    if not len(far) or not len(other):
        raise ValueError("photos of both classes are needed")
    above = (far[:, None] > other[None]).mean()
    return float(above + (far[:, None] == other[None]).mean() / 2)


def choose_threshold(values: Floats, is_far_off: Flags) -> tuple[float, bool]:
    """The threshold with the most caught less false alarms (Youden's J), and whether photos above it are far off."""
    ordered = np.unique(values)
    middles = (ordered[:-1] + ordered[1:]) / 2 if len(ordered) > 1 else ordered
    above = values[None] > middles[:, None]
    gain = above[:, is_far_off].mean(axis=1) - above[:, ~is_far_off].mean(axis=1)
    best = int(np.argmax(np.abs(gain)))
    return float(middles[best]), bool(gain[best] >= 0)


def separate(values: Floats, is_far_off: Flags) -> Separation | None:
    """How well one number separates; None where too few photos (fewer than 3) are far off, or too few are not."""
    if min(is_far_off.sum(), (~is_far_off).sum()) < MIN_FAR_OFF:
        return None
    filled = np.where(np.isnan(values), np.nanmedian(values) if not np.isnan(values).all() else 0.0, values)
    taken = [_is_taken(filled[_without(filled, i)], is_far_off[_without(filled, i)], filled[i]) for i in _each(filled)]
    return _summarize(filled, is_far_off, np.array(taken))


def separate_together(signs: Floats, errors: Floats, limit: float) -> Separation | None:
    """How well an error predicted from all signs (n, k) separates photos with errors over the limit.

    For each photo the prediction and its threshold come from the others alone.
    """
    is_far_off = errors > limit
    if min(is_far_off.sum(), (~is_far_off).sum()) < MIN_FAR_OFF:
        return None
    filled = fill_gaps(signs)
    taken = []
    for i in _each(errors):
        rest = _without(errors, i)
        own = predict(filled[rest], errors[rest], filled[i : i + 1])[0]
        taken.append(_is_taken(predict_left_out(filled[rest], errors[rest]), is_far_off[rest], own))
    return _summarize(predict_left_out(filled, errors), is_far_off, np.array(taken))


def fill_gaps(signs: Floats) -> Floats:
    """(n, k) with the median of the other photos where a sign is not known; 0 where it never is."""
    known = ~np.isnan(signs).all(axis=0)
    middle = np.zeros(signs.shape[1])
    middle[known] = np.nanmedian(signs[:, known], axis=0)
    return np.where(np.isnan(signs), middle[None], signs)


def predict(signs: Floats, errors: Floats, asked: Floats) -> Floats:
    """(m,) errors expected for `asked` (m, k) by ridge regression on standardized signs (n, k)."""
    middle, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-9)
    design = (signs - middle) / spread
    weights = np.linalg.solve(design.T @ design + RIDGE * np.eye(design.shape[1]), design.T @ (errors - errors.mean()))
    return np.asarray(errors.mean() + (asked - middle) / spread @ weights, dtype=np.float64)


def predict_left_out(signs: Floats, errors: Floats) -> Floats:
    """(n,) the error expected for each photo by the others."""
    rests = [_without(errors, i) for i in _each(errors)]
    return np.array([predict(signs[rest], errors[rest], signs[i : i + 1])[0] for i, rest in enumerate(rests)])


def _each(values: Floats) -> range:
    return range(len(values))


def _without(values: Floats, index: int) -> Flags:
    return np.asarray(np.arange(len(values)) != index, dtype=bool)


def _is_taken(values: Floats, is_far_off: Flags, own: float) -> bool:
    threshold, is_above = choose_threshold(values, is_far_off)
    return bool(own > threshold) == is_above


def _summarize(values: Floats, is_far_off: Flags, taken: Sequence[bool] | Flags) -> Separation:
    threshold, is_above = choose_threshold(values, is_far_off)
    flags = np.asarray(taken, dtype=bool)
    return Separation(
        auc=measure_auc(values, is_far_off),
        threshold=threshold,
        is_above=is_above,
        caught=float(flags[is_far_off].mean()),
        false_alarms=float(flags[~is_far_off].mean()),
    )
