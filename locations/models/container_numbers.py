"""*Pure*: numbers of containers as people type them, "1-3, 5"."""

import re

MOST_CONTAINERS = 999
NUMBERS_PATTERN = "^[1-9][0-9]{0,2}(-[1-9][0-9]{0,2})?(, [1-9][0-9]{0,2}(-[1-9][0-9]{0,2})?)*$"
_RANGE = re.compile(r"([1-9][0-9]{0,2})(?:\s*[-\u2013]\s*([1-9][0-9]{0,2}))?")


def read_numbers(text: str) -> frozenset[int]:
    """The numbers named; none for an empty text. Raises ValueError if it cannot be read."""
    numbers: set[int] = set()
    for entry in filter(None, (entry.strip() for entry in re.split("[,;]", text))):
        found = _RANGE.fullmatch(entry)
        first = int(found[1]) if found else 0
        last = int(found[2] or first) if found else -1
        if last < first:
            raise ValueError(f"not a container or a range of containers: {entry!r}")
        numbers.update(range(first, last + 1))
    return frozenset(numbers)


def write_numbers(numbers: frozenset[int]) -> str:
    """The shortest text that names these numbers: "1-3, 5"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
