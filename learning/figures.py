"""*Pure*: what the counts of two pairs of models on the same photos say: bias and mean error, before and after.

Errors are shares of the true number, at most 100 % each, as on the accuracy page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

SetName = Literal["held_out", "benchmark"]
SETS: tuple[SetName, ...] = ("held_out", "benchmark")
MOST = 1.0


@dataclass(frozen=True)
class JudgedPhoto:
    """The true number of a photo and what both counted; `refused_...`: that pair would not rely on its own count.
    `rival` is the detector that counted before, `category` that of what grows there."""

    set_name: SetName
    name: str
    truth: int
    before: int
    after: int
    refused_before: bool
    refused_after: bool
    seconds_before: float
    seconds_after: float
    category: int | None = None
    rival: str = ""


@dataclass(frozen=True)
class Side:
    """What one pair of models does on a set: bias is negative if it counts too few."""

    bias: float
    error: float
    refused: int
    seconds: float


@dataclass(frozen=True)
class Comparison:
    """Both on one set."""

    photos: int
    before: Side
    after: Side


def share_off(counted: int, truth: int) -> float:
    """The error as a share of the true number, from -1 to 1; all of it if something was counted where nothing is."""
    if truth == 0:
        return MOST if counted else 0.0
    return max(-MOST, min(MOST, (counted - truth) / truth))


def compare(rows: Iterable[JudgedPhoto], name: SetName) -> Comparison | None:
    """The figures of one set; None without photos."""
    found = [row for row in rows if row.set_name == name]
    if not found:
        return None
    before = [(row.before, row.truth, row.refused_before, row.seconds_before) for row in found]
    after = [(row.after, row.truth, row.refused_after, row.seconds_after) for row in found]
    return Comparison(len(found), _side(before), _side(after))


def _side(rows: Sequence[tuple[int, int, bool, float]]) -> Side:
    off = [share_off(counted, truth) for counted, truth, _refused, _seconds in rows]
    return Side(
        bias=fmean(off),
        error=fmean(map(abs, off)),
        refused=sum(refused for _counted, _truth, refused, _seconds in rows),
        seconds=fmean(seconds for *_rest, seconds in rows),
    )


def read_rows(stored: Iterable[dict[str, Any]]) -> list[JudgedPhoto]:
    """The rows that a training kept."""
    return [JudgedPhoto(**row) for row in stored]
