"""*Pure*: the visits of one location in order of time, and the movements that make the ledger agree with them.

A visit is a full count of its location, so at its moment the location has exactly the plants that were seen and none of
any other batch. `stock.ledger` appends the movements that make this true.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class VisitTotal:
    """How many plants of each batch one visit found, at the `moment` of `image`, the last of the `photos` that
    count."""

    image: UUID
    plants: Mapping[int, int]
    moment: datetime
    empty: Mapping[int, int] = field(default_factory=dict)
    photos: int = 1


@dataclass(frozen=True)
class Change:
    """Plants added to a batch (positive) or taken from it (negative) without a photo: a planting, a sale..."""

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
    """The movements to append so that the ledger's sum at each visit equals its count.

    `written` is what the ledger already has for an image and a batch. Expected = last visit + in - out; a visit's
    share is what was seen minus what was expected. A change at the very moment of a visit comes before it. Visits at
    the same moment are ordered by image, so that running a photo again does not change their order.
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
