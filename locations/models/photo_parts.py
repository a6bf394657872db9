"""*Pure*: parts of a photo by their corners, in percent from the left and from the top: "10 10, 60 10, 60 50"."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from shapely import Polygon

Corner = tuple[float, float]
Corners = tuple[Corner, ...]
Fault = Literal["outside", "few", "many", "small", "crossing"]

FEWEST_CORNERS, MOST_CORNERS = 3, 40
MOST_CHARACTERS = 450  # of MOST_CORNERS corners
_NUMBER = r"(100|[1-9]?[0-9](\.[1-9])?)"
CORNERS_PATTERN = f"^{_NUMBER} {_NUMBER}(, {_NUMBER} {_NUMBER}){{{FEWEST_CORNERS - 1},{MOST_CORNERS - 1}}}$"
_CORNER = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,9})?)\s+([0-9]{1,5}(?:\.[0-9]{1,9})?)")

SMALLEST_AREA = 10  # a thousandth of the photo, in percent times percent
# Fingers never draw a common edge exactly: so much of the smaller of two parts may lie in both.
TOLERATED_SHARE = 0.05


def read_corners(text: str) -> Corners:
    """The corners typed, to a tenth of a percent. Raises ValueError if they cannot be read.

    A corner named twice in a row is one, and so is the first one named again at the end.
    """
    corners: list[Corner] = []
    for entry in filter(None, (entry.strip() for entry in re.split(r"[,;\n]", text))):
        found = _CORNER.fullmatch(entry)
        if found is None:
            raise ValueError(f"not a corner: {entry!r}")
        corners.append((round(float(found[1]), 1), round(float(found[2]), 1)))
    distinct = tuple(corner for corner, following in pairwise([*corners, *corners[:1]]) if corner != following)
    return distinct or tuple(corners[:1])


def write_corners(corners: Sequence[Corner]) -> str:
    """The text that `read_corners` reads."""
    return ", ".join(f"{x:g} {y:g}" for x, y in corners)


def corners_of_side(side: str, percent: float) -> Corners:
    """The part of a photo that begins at one of its sides."""
    rest = 100.0 - percent
    left, top, right, bottom = {
        "left": (0.0, 0.0, percent, 100.0),
        "right": (rest, 0.0, 100.0, 100.0),
        "top": (0.0, 0.0, 100.0, percent),
        "bottom": (0.0, rest, 100.0, 100.0),
    }[side]
    return (left, top), (right, top), (right, bottom), (left, bottom)


def find_fault(corners: Corners) -> Fault | None:
    """Why these corners are no part of a photo; None if they are one."""
    if not all(0 <= value <= 100 for corner in corners for value in corner):
        return "outside"
    if len(corners) < FEWEST_CORNERS:
        return "few"
    if len(corners) > MOST_CORNERS:
        return "many"
    polygon = Polygon(corners)
    if polygon.convex_hull.area < SMALLEST_AREA:
        return "small"
    if not polygon.is_valid:
        return "crossing"
    return "small" if polygon.area < SMALLEST_AREA else None


def do_overlap(one: Corners, other: Corners) -> bool:
    """Whether more of the smaller part lies in both than a hand draws by mistake."""
    first, second = Polygon(one), Polygon(other)
    return bool(first.intersection(second).area > TOLERATED_SHARE * min(first.area, second.area))
