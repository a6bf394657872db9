"""*Pure*: the visits of one location in order of time, and the movements that make the ledger agree with them.

A visit is a full count of its location, so at its moment the location holds exactly what was seen: that many plants of
the counted batches and none of any other. `stock.ledger` appends what is missing for that to be true.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class VisitTotal:
    """What one visit saw of each batch, at the `moment` of `image`, the last of the `photos` that make its number."""

    image: UUID
    plants: Mapping[int, int]
    moment: datetime
    empty: Mapping[int, int] = field(default_factory=dict)
    photos: int = 1


@dataclass(frozen=True)
class Change:
    """Plants that came to a batch (positive) or left it (negative) without a photo: a sale, a planting..."""

    batch: int
    quantity: int
    moment: datetime


@dataclass(frozen=True)
class Due:
    """A movement that the ledger lacks: `quantity` (never 0) for `batch` at the moment of `visit`."""

    visit: VisitTotal
    batch: int
    quantity: int


def find_due(
    visits: Iterable[VisitTotal], changes: Iterable[Change], written: Mapping[tuple[UUID, int], int]
) -> list[Due]:
    """What to append so that the ledger's sum at each visit is what was seen on it.

    `written` is what the ledger already holds for an image and a batch. Expected = last visit + in - out; a visit's
    share is what was seen minus what was expected. A change at the very moment of a visit lies before it. Visits of
    one moment follow each other by image, so that running a photo again does not change their order.
    """
    return list(_walk(sorted(visits, key=lambda visit: (visit.moment, visit.image)), changes, written))


def _walk(
    visits: list[VisitTotal], changes: Iterable[Change], written: Mapping[tuple[UUID, int], int]
) -> Iterator[Due]:
    waiting = sorted(changes, key=lambda change: change.moment, reverse=True)
    expected: defaultdict[int, int] = defaultdict(int)
    for visit in visits:
        while waiting and waiting[-1].moment <= visit.moment:
            change = waiting.pop()
            expected[change.batch] += change.quantity
        touched = {batch for image, batch in written if image == visit.image}
        for batch in sorted({*visit.plants, *expected, *touched}):
            quantity = visit.plants.get(batch, 0) - expected[batch] - written.get((visit.image, batch), 0)
            if quantity:
                yield Due(visit, batch, quantity)
        expected = defaultdict(int, visit.plants)
