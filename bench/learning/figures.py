"""*Pure*: what the rows say: errors before, after a factor and after a training, here and elsewhere.

Each error is a share of the right count and at most 100 %, of all photos, answered or not.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from bench.accuracy.judging import Judged, judge, relative_error
from bench.learning.rows import Row
from learning.figures import share_off
from stock.factors import Factor, Pair, Verdict, learn_factor, multiply

FACTOR_PHOTOS = (3, 5)


def figures_of(counts: Sequence[Row]) -> dict[str, Any]:
    """Mean error with its 95 % interval, bias, and how many are refused."""
    judged = judge([Judged(row["error"], row["answered"], row["marked"]) for row in counts])
    return {
        "photos": len(counts),
        "error": judged["mean_error_all"]["value"],
        "interval": judged["mean_error_all"]["interval"],
        "bias": fmean(share_off(row["counted"], row["true"]) for row in counts) if counts else None,
        "refused": sum(not row["answered"] for row in counts),
    }


def change_of(before: Sequence[Row], after: Sequence[Row]) -> dict[str, Any]:
    """By how much the mean error of the same photos changed, with its 95 % interval; negative is better."""
    changes = [Judged(new["error"] - old["error"], True, False) for old, new in zip(before, after, strict=True)]
    found = judge(changes)["mean_error_all"]
    return {"value": found["value"], "interval": found["interval"]}


def calibrate(learned: Sequence[Row], judged: Sequence[Row], photos: int) -> dict[str, Any]:
    """The error of the judged photos with the factors that the first photos of each kind of container give, where the
    product uses them; `always`: as if it used each."""
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for row in learned:
        if len(by_kind[row["kind"]]) < photos:
            by_kind[row["kind"]].append((row["counted"], row["true"]))
    factors = {kind: factor for kind, pairs in by_kind.items() if (factor := learn_factor(pairs))}
    used = {kind: factor for kind, factor in factors.items() if factor.verdict == Verdict.USED}
    return {
        "error": _error_with(used, judged),
        "always": _error_with(factors, judged),
        "factors": {kind: [round(factor.factor, 3), str(factor.verdict)] for kind, factor in factors.items()},
    }


def _error_with(factors: Mapping[str, Factor], judged: Sequence[Row]) -> float:
    return fmean(
        relative_error(
            multiply(row["counted"], factors[row["kind"]].factor) if row["kind"] in factors else row["counted"],
            [row["true"]],
        )
        for row in judged
    )
