"""*Pure*: which photos a model learns from, and which judge it: by place and time, never by chance alone.

Photos of one location and visit show the same plants, so that a model that learned one of them has seen the others: all
of them are on one side. What was held out once stays so, and takes the rest of its visit with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from stock.visits.grouping import LONGEST_BREAK

SplitName = Literal["train", "held_out"]
HELD_OUT_EVERY = 4  # of the visits of a product, the second is the first that is held out


@dataclass(frozen=True)
class Shot:
    """A photo by its content. `place` is its location, or the upload where it has none; `before` is what it was for in
    an earlier version; `same_as` is an earlier photo of the same moment and camera."""

    sha256: str
    place: str
    moment: datetime | None
    products: tuple[int, ...] = ()
    before: SplitName | None = None
    same_as: str = ""


@dataclass
class _Visits:
    """Disjoint sets of photos."""

    first_of: dict[str, str] = field(default_factory=dict)

    def find(self, sha256: str) -> str:
        first = self.first_of.setdefault(sha256, sha256)
        while first != self.first_of[first]:
            first = self.first_of[first]
        self.first_of[sha256] = first
        return first

    def join(self, one: str, other: str) -> None:
        self.first_of[self.find(other)] = self.find(one)


def group_shots(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Photos of one visit together, earliest visit first."""
    visits = _Visits()
    by_place: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        visits.find(shot.sha256)
        if shot.same_as:
            visits.join(shot.same_as, shot.sha256)
        if shot.moment is not None:
            by_place[shot.place].append(shot)
    for here in by_place.values():
        here.sort(key=_moment)
        for before, after in pairwise(here):
            if _moment(after) - _moment(before) <= LONGEST_BREAK:
                visits.join(before.sha256, after.sha256)
    groups: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        groups[visits.find(shot.sha256)].append(shot)
    return sorted(groups.values(), key=_order)


def _moment(shot: Shot) -> datetime:
    if shot.moment is None:
        raise ValueError("a photo without a moment belongs to no visit")
    return shot.moment


def _order(group: Iterable[Shot]) -> tuple[float, str]:
    shots = list(group)
    dated = [shot.moment.timestamp() for shot in shots if shot.moment]
    return min(dated, default=0.0), min(shot.sha256 for shot in shots)


def split_shots(shots: Sequence[Shot], gone: Sequence[Shot] = ()) -> dict[str, SplitName]:
    """What each photo is for, by its checksum. Of each product's visits the second, sixth, tenth ... are held out.

    `gone` are photos of earlier versions that this one does not have: they decide about their visits only.
    """
    present = {shot.sha256 for shot in shots}
    splits: dict[str, SplitName] = {}
    seen: dict[tuple[int, ...], int] = defaultdict(int)
    held: dict[tuple[int, ...], int] = defaultdict(int)
    groups = [group for group in group_shots([*shots, *gone]) if any(shot.sha256 in present for shot in group)]
    for group in sorted(groups, key=lambda group: _known(group) is None):  # what is decided counts before what is not
        product = min((shot.products for shot in group if shot.products), default=())
        decided = _known(group)
        if decided is None:
            wanted = (seen[product] + 1 + HELD_OUT_EVERY // 2) // HELD_OUT_EVERY
            decided = "held_out" if held[product] < wanted and seen[product] else "train"
        seen[product] += 1
        held[product] += decided == "held_out"
        splits.update({shot.sha256: decided for shot in group})
    return splits


def _known(group: Iterable[Shot]) -> SplitName | None:
    before = {shot.before for shot in group}
    if "held_out" in before:
        return "held_out"
    return "train" if "train" in before else None
