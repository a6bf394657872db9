"""Numbers the containers of a photo as a person would: from left to right, several rows from the top of the picture."""

from collections.abc import Sequence

Box = tuple[float, float, float, float]
# Two containers stand side by side if their heights overlap by more than this share of the lower one.
BESIDE_SHARE = 0.5


def number_containers(boxes: Sequence[Box]) -> tuple[int, ...]:
    """The number of each box (x0, y0, x1, y1 in pixels), from 1, in the order of the boxes.

    A row is a chain of containers of which each stands beside the next one to its right, so a row may run up or down
    the picture.
    """
    rows = _find_rows(boxes)
    rows.sort(key=lambda row: (sum(_centre(boxes[i])[1] for i in row) / len(row), min(boxes[i] for i in row)))
    order = [i for row in rows for i in sorted(row, key=lambda i: (*_centre(boxes[i]), i))]
    numbers = [0] * len(boxes)
    for number, index in enumerate(order, start=1):
        numbers[index] = number
    return tuple(numbers)


def _find_rows(boxes: Sequence[Box]) -> list[list[int]]:
    """The indices of the boxes of each row."""
    row_of = list(range(len(boxes)))
    for index in range(len(boxes)):
        right = _next_right(boxes, index)
        if right is not None and row_of[right] != row_of[index]:
            joined, kept = row_of[right], row_of[index]
            row_of = [kept if row == joined else row for row in row_of]
    return [[i for i, row in enumerate(row_of) if row == name] for name in sorted(set(row_of))]


def _next_right(boxes: Sequence[Box], index: int) -> int | None:
    """The nearest container to the right that stands beside this one."""
    x, y = _centre(boxes[index])
    beside = [
        other
        for other, box in enumerate(boxes)
        if (*_centre(box), other) > (x, y, index) and _overlap(boxes[index], box) > BESIDE_SHARE
    ]

    def distance(other: int) -> tuple[float, Box]:
        its_x, its_y = _centre(boxes[other])
        return (its_x - x) ** 2 + (its_y - y) ** 2, boxes[other]

    return min(beside, key=distance, default=None)


def _overlap(one: Box, other: Box) -> float:
    """How much of the lower box's height the other one covers."""
    lower = min(one[3] - one[1], other[3] - other[1])
    return (min(one[3], other[3]) - max(one[1], other[1])) / lower if lower > 0 else 0.0


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
