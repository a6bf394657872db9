"""*Pure*: how many plants of the photos of a visit were seen before, in an earlier photo of the same visit.

This is the one rule by which plants that two photos show are counted once: a plant belongs to the first photo that
shows it. So the number of a visit is the sum of its photos without what each repeats.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

Place = tuple[int, int]
PARTS_OF_A_SIDE = 10_000


@dataclass(frozen=True)
class Shown:
    """A photo that counts: how many plants it shows, hidden ones included, and how many of them were `located` when it
    was compared."""

    image: UUID
    quantity: int
    located: int = 0


@dataclass(frozen=True)
class Shared:
    """What two photos of a visit both show: plants at these places (x and y of 10,000 in each picture), in order of
    the photos, or a `number` that a person said, which replaces them."""

    first: UUID
    second: UUID
    places: tuple[tuple[Place, Place], ...] = ()
    number: int | None = None


def pairs_of(images: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Each two of these photos, in their order."""
    return list(combinations(images, 2))


def seen_before(photos: Sequence[Shown], shared: Iterable[Shared]) -> dict[UUID, int]:
    """Of each photo (in order of time) how many plants an earlier one shows too, never more than it has.

    Located plants stand for the hidden ones around them, so they weigh as much as the photo's number has for each.
    A plant that three photos show is taken off twice, not three times: places of one picture are compared.
    """
    order = {photo.image: index for index, photo in enumerate(photos)}
    places: dict[UUID, set[Place]] = {photo.image: set() for photo in photos}
    said: dict[UUID, int] = dict.fromkeys(places, 0)
    for pair in shared:
        if pair.first not in order or pair.second not in order:
            continue
        later = max(pair.first, pair.second, key=order.__getitem__)
        if pair.number is not None:
            said[later] += pair.number
        else:
            places[later] |= {second if later == pair.second else first for first, second in pair.places}
    return {photo.image: _repeated(photo, len(places[photo.image]), said[photo.image]) for photo in photos}


def _repeated(photo: Shown, located: int, said: int) -> int:
    found = round(located * photo.quantity / max(photo.located, located)) if located else 0
    return min(photo.quantity, found + said)


def take_off(plants: Mapping[int, int], repeated: int) -> dict[int, int]:
    """The plants of a photo by batch without those seen before, in proportion, by largest remainders.

    ValueError if that is more than there are.
    """
    total = sum(plants.values())
    if repeated > total:
        raise ValueError("more plants were seen before than a photo shows")
    if not repeated:
        return dict(plants)
    exact = {batch: number * repeated / total for batch, number in plants.items()}
    off = {batch: int(part) for batch, part in exact.items()}
    by_remainder = sorted(plants, key=lambda batch: (off[batch] - exact[batch], batch))
    for batch in by_remainder[: repeated - sum(off.values())]:
        off[batch] += 1
    return {batch: number - off[batch] for batch, number in plants.items()}
