"""*Pure*: the counts of one location in order of time, and the movements that make the ledger agree with them.

A visit by photos is a full count of its location, so at its moment the location has exactly the plants that were seen
and none of any other batch. A count by hand is one of its batch alone. Between them counts what people record; where
more plants left than were there, the difference is a shortfall. `stock.reconciliation` appends the movements that make
this true.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

Written = Mapping[tuple[UUID, int], int]


@dataclass(frozen=True)
class VisitTotal:
    """How many plants of each batch one count found, at the `moment` of `image`, the last of the `photos` that count.

    `is_full`: it shows everything at the location; a count by hand says nothing about other batches. `beside` are the
    batches that people put beside the counted ones, each with the counted ones that a photo cannot tell from it.
    `document` is the number of a count by hand, 0 for photos; `uncalibrated` what all plants together were before
    factors, if there were any.
    """

    image: UUID
    plants: Mapping[int, int]
    moment: datetime
    empty: Mapping[int, int] = field(default_factory=dict)
    photos: int = 1
    is_full: bool = True
    beside: Mapping[int, Sequence[int]] = field(default_factory=dict)
    document: int = 0
    uncalibrated: int | None = None


@dataclass(frozen=True)
class Change:
    """Plants added to a batch (positive) or taken from it (negative) without a count: a planting, a sale..."""

    batch: int
    quantity: int
    moment: datetime


@dataclass(frozen=True)
class Due:
    """A movement that the ledger lacks: `quantity` (never 0) for `batch` at the moment of `visit`."""

    visit: VisitTotal
    batch: int
    quantity: int


@dataclass(frozen=True)
class Replay:
    """What the counts of a location differ from what was expected, and what people took beyond what was there.

    `seen` has what was expected of a batch at each count and what was counted, in order of time.
    """

    counted: Mapping[tuple[UUID, int], int]
    short: Mapping[tuple[int, datetime], int]
    seen: Mapping[tuple[UUID, int], tuple[int, int]]


def find_due(visits: Iterable[VisitTotal], changes: Iterable[Change], written: Written) -> list[Due]:
    """The movements to append so that the ledger's sum at each count equals it.

    `written` is what the ledger already has for an image and a batch. Expected = last count + in - out; the share of a
    count is what was seen minus what was expected. A change at the very moment of a count comes before it.
    """
    ordered = in_order(visits)
    counted = replay(ordered, changes).counted
    batches: defaultdict[UUID, set[int]] = defaultdict(set)
    for image, batch in (*counted, *written):
        batches[image].add(batch)
    return [
        Due(visit, batch, missing)
        for visit in ordered
        for batch in sorted(batches[visit.image])
        if (missing := counted.get((visit.image, batch), 0) - written.get((visit.image, batch), 0))
    ]


def find_shortfalls(
    visits: Iterable[VisitTotal], changes: Iterable[Change], written: Mapping[tuple[int, datetime], int]
) -> list[Change]:
    """The shortfalls to append, given those that the ledger has; negative where one became smaller."""
    short = replay(visits, changes).short
    missing = {key: short.get(key, 0) - written.get(key, 0) for key in {*short, *written}}
    return [Change(batch, missing[batch, at], at) for batch, at in sorted(missing) if missing[batch, at]]


def replay(visits: Iterable[VisitTotal], changes: Iterable[Change]) -> Replay:
    """Go through the counts and the changes in order of time. At no moment is a batch left with less than 0 plants."""
    expected: defaultdict[int, int] = defaultdict(int)
    counted: dict[tuple[UUID, int], int] = {}
    short: dict[tuple[int, datetime], int] = {}
    seen: dict[tuple[UUID, int], tuple[int, int]] = {}
    waiting = sorted(changes, key=lambda change: change.moment)
    for visit in in_order(visits):
        due = [change for change in waiting if change.moment <= visit.moment]
        waiting = waiting[len(due) :]
        short |= _apply(due, expected, covered=visit)
        plants = _found(visit, expected)
        for batch in {*plants, *(expected if visit.is_full else ())}:
            seen[visit.image, batch] = expected[batch], plants.get(batch, 0)
            if difference := plants.get(batch, 0) - expected[batch]:
                counted[visit.image, batch] = difference
                expected[batch] += difference
    return Replay(counted, short | _apply(waiting, expected), seen)


def in_order(visits: Iterable[VisitTotal]) -> Sequence[VisitTotal]:
    """By moment. At the same moment photos come first, by image, so that running one again does not change their order;
    then counts by hand as they were recorded, so that the correction of one stands."""
    return sorted(visits, key=lambda visit: (visit.moment, visit.document, visit.image))


def _apply(
    changes: Iterable[Change], expected: defaultdict[int, int], covered: VisitTotal | None = None
) -> dict[tuple[int, datetime], int]:
    """Add changes in order of time to what is expected, and return the shortfalls. `covered` counts at its own moment
    what the changes then left, so that there is none."""
    short: dict[tuple[int, datetime], int] = {}
    for moment, together in groupby(changes, key=lambda change: change.moment):
        touched = set()
        for change in together:
            expected[change.batch] += change.quantity
            touched.add(change.batch)
        for batch in touched:
            is_counted = covered and moment == covered.moment and (covered.is_full or batch in covered.plants)
            if expected[batch] < 0 and not is_counted:
                short[batch, moment] = -expected[batch]
                expected[batch] = 0
    return short


def _found(visit: VisitTotal, expected: Mapping[int, int]) -> dict[int, int]:
    """The plants of a visit by batch: those beside the counted batch keep what is expected of them, as far as the
    count goes; the rest is the counted batch."""
    plants = dict(visit.plants)
    for batch in sorted(set(visit.beside) - set(visit.plants)):
        left = max(0, expected.get(batch, 0))
        for counted in visit.beside[batch]:
            kept = min(left, plants[counted])
            plants[batch] = plants.get(batch, 0) + kept
            plants[counted] -= kept
            left -= kept
    return plants
