"""Divides the count of a photo among the products of its location; no plant is lost or counted twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["left", "right", "top", "bottom"]
WHOLE_PERCENT = 100


@dataclass(frozen=True)
class Part:
    """One product's part of a place: the containers with these numbers, the plants `found` to be its own, or a share
    of all that belongs to no other part by place."""

    numbers: frozenset[int] = frozenset()
    share_percent: int = 0
    found: int = 0


def divide(total: int, containers: Mapping[int, int], parts: Sequence[Part]) -> tuple[int, ...]:
    """How many of `total` belong to each part, and last how many to none; the sum is `total`.

    `containers` is the count of each container by its number. All that is neither in a named container nor found to be
    a part's own is divided by the shares; what no share takes belongs to none. If the total is lower than the counts of
    the containers (a person signed another one off), the named containers are reduced in proportion.

    Raises:
        ValueError: a negative count, or parts that name a container twice or more than the whole.
    """
    if total < 0 or any(count < 0 for count in (*containers.values(), *(part.found for part in parts))):
        raise ValueError("counts cannot be negative")
    numbers = [number for part in parts for number in part.numbers]
    if len(numbers) != len(set(numbers)):
        raise ValueError("a container cannot belong to two parts")
    shares = [part.share_percent for part in parts]
    if min(shares, default=0) < 0 or sum(shares) > WHOLE_PERCENT:
        raise ValueError("shares cannot exceed the whole")
    held = [part.found + sum(containers.get(number, 0) for number in part.numbers) for part in parts]
    counted = max(sum(held), sum(containers.values()))
    if counted > total:
        *held, _others = apportion(total, [*held, counted - sum(held)])
    *shared, rest = apportion(total - sum(held), [*shares, WHOLE_PERCENT - sum(shares)])
    return (*(own + more for own, more in zip(held, shared, strict=True)), rest)


def divide_by_sides(
    count: int, centres: NDArray[np.float64], resolution_wh: tuple[int, int], sides: Sequence[tuple[Side, int]]
) -> tuple[int, ...]:
    """How many of a container's plants stand on each side (with its percent of the photo), and last how many on none.

    The detected ones (n, 2) are where they are, the hidden ones in proportion. Without any detected, none is known.
    """
    free = np.ones(len(centres), dtype=bool)
    seen = []
    for side, percent in sides:
        axis = 0 if side in ("left", "right") else 1
        along, length = centres[:, axis] * WHOLE_PERCENT, resolution_wh[axis]
        is_low = side in ("left", "top")
        inside = along < percent * length if is_low else along >= (WHOLE_PERCENT - percent) * length
        seen.append(int((inside & free).sum()))
        free &= ~inside
    weights = [*seen, int(free.sum())]
    return tuple(apportion(count, weights)) if any(weights) else (*(0 for _ in sides), count)


def apportion(number: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that sum to `number`, by largest remainders; the first of equals.

    The weights are not negative, and not all are 0.
    """
    whole = sum(weights)
    portions = [number * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(number * weights[i] % whole), i))
    for index in by_remainder[: number - sum(portions)]:
        portions[index] += 1
    return portions
