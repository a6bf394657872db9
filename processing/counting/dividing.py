"""Divides the count of a photo among the products of its location; no plant is lost or counted twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WHOLE_PERCENT = 100


@dataclass(frozen=True)
class Part:
    """One product's part of a place: the containers with these numbers, or a share of what is outside all named
    containers."""

    numbers: frozenset[int] = frozenset()
    share_percent: int = 0


def divide(total: int, containers: Mapping[int, int], parts: Sequence[Part]) -> tuple[int, ...]:
    """How many of `total` belong to each part, and last how many to none; the sum is `total`.

    `containers` is the count of each container by its number. Containers that no part names, and plants outside all
    containers, are divided by the shares; what no share takes belongs to none. If the total is lower than the counts of
    the containers (a person signed another one off), the named containers are reduced in proportion.

    Raises:
        ValueError: a negative count, or parts that name a container twice or more than the whole.
    """
    if total < 0 or any(count < 0 for count in containers.values()):
        raise ValueError("counts cannot be negative")
    numbers = [number for part in parts for number in part.numbers]
    if len(numbers) != len(set(numbers)):
        raise ValueError("a container cannot belong to two parts")
    shares = [part.share_percent for part in parts]
    if min(shares, default=0) < 0 or sum(shares) > WHOLE_PERCENT:
        raise ValueError("shares cannot exceed the whole")
    held = [sum(containers.get(number, 0) for number in part.numbers) for part in parts]
    counted = sum(containers.values())
    if counted > total:
        *held, _others = apportion(total, [*held, counted - sum(held)])
    *shared, rest = apportion(total - sum(held), [*shares, WHOLE_PERCENT - sum(shares)])
    return (*(own + more for own, more in zip(held, shared, strict=True)), rest)


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
