"""*Pure*: the photo counts of one location in order of time, and the movements that make the ledger agree with them.

A photo is a full count of its location, so at the moment of a count the location holds exactly what was seen: that
many plants of the counted batch and none of any other. `stock.ledger` appends what is missing for that to be true.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Count:
    """One standing count: `quantity` plants of `batch` were seen at `moment`."""

    image: UUID
    batch: int
    quantity: int
    moment: datetime


@dataclass(frozen=True)
class Change:
    """Plants that came to a batch (positive) or left it (negative) without a photo: a sale, a planting..."""

    batch: int
    quantity: int
    moment: datetime


@dataclass(frozen=True)
class Due:
    """A movement that the ledger lacks: `quantity` (never 0) for `batch` at the moment of `count`."""

    count: Count
    batch: int
    quantity: int


def find_due(counts: Iterable[Count], changes: Iterable[Change], written: Mapping[tuple[UUID, int], int]) -> list[Due]:
    """What to append so that the ledger's sum at each count is what that count saw.

    `written` is what the ledger already holds for an image and a batch. Expected = last count + in - out; a count's
    share is what was seen minus what was expected. A change at the very moment of a count lies before it. Counts of
    one moment follow each other by image, so that running a photo again does not change their order.
    """
    return list(_walk(sorted(counts, key=lambda count: (count.moment, count.image)), changes, written))


def _walk(counts: list[Count], changes: Iterable[Change], written: Mapping[tuple[UUID, int], int]) -> Iterator[Due]:
    waiting = sorted(changes, key=lambda change: change.moment, reverse=True)
    expected: defaultdict[int, int] = defaultdict(int)
    for count in counts:
        while waiting and waiting[-1].moment <= count.moment:
            change = waiting.pop()
            expected[change.batch] += change.quantity
        touched = {batch for image, batch in written if image == count.image}
        for batch in sorted({count.batch, *expected, *touched}):
            seen = count.quantity if batch == count.batch else 0
            quantity = seen - expected[batch] - written.get((count.image, batch), 0)
            if quantity:
                yield Due(count, batch, quantity)
        expected = defaultdict(int, {count.batch: count.quantity})
