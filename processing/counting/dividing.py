"""Divides the count of a photo among the products of its location; no plant is lost or counted twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
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


@dataclass(frozen=True)
class SideOfPhoto:
    """So many percent of a photo from one of its sides."""

    side: Side
    percent: int

    def holds(self, centres: NDArray[np.float64], resolution_wh: tuple[int, int]) -> NDArray[np.bool_]:
        """Which of the centres (n, 2), in pixels, are in it; those on its inner edge are not."""
        axis = 0 if self.side in ("left", "right") else 1
        along, length = centres[:, axis] * WHOLE_PERCENT, resolution_wh[axis]
        if self.side in ("left", "top"):
            return along < self.percent * length
        return along >= (WHOLE_PERCENT - self.percent) * length


@dataclass(frozen=True)
class DrawnPart:
    """A polygon by its corners in percent of the photo's width and height."""

    corners: tuple[tuple[float, float], ...]

    def holds(self, centres: NDArray[np.float64], resolution_wh: tuple[int, int]) -> NDArray[np.bool_]:
        """Which of the centres (n, 2), in pixels, are in it or on its edge."""
        x, y = (centres * WHOLE_PERCENT / np.array(resolution_wh)).T
        polygon = shapely.Polygon(self.corners)
        shapely.prepare(polygon)
        inside: NDArray[np.bool_] = shapely.intersects_xy(polygon, x, y)
        return inside


def divide_by_regions(
    count: int,
    centres: NDArray[np.float64],
    resolution_wh: tuple[int, int],
    regions: Sequence[SideOfPhoto | DrawnPart],
) -> tuple[int, ...]:
    """How many of a container's plants stand in each part of the photo, and last how many in none.

    The detected ones (n, 2) are where their centres are, in the first of two parts that overlap; the hidden ones in
    proportion. Without any detected, none is known.
    """
    free = np.ones(len(centres), dtype=bool)
    seen = []
    for region in regions:
        inside = region.holds(centres, resolution_wh)
        seen.append(int((inside & free).sum()))
        free &= ~inside
    weights = [*seen, int(free.sum())]
    return tuple(apportion(count, weights)) if any(weights) else (*(0 for _ in regions), count)


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
