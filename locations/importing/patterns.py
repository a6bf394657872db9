"""Values composed of columns: `{nave}-{col:02}` is `nave`, a dash, and the number in `col` with two digits."""

import re
from collections.abc import Callable, Collection

from locations.importing.messages import BAD_PATTERN, COLUMN_EMPTY, NO_NUMBER, UNKNOWN_COLUMN
from locations.importing.values import refuse, whole_number

PART = re.compile(r"\{([^{}]*)\}")
NUMBER = re.compile(r"(?P<column>.+):0?(?P<digits>\d{1,2})")


def split_part(part: str, columns: Collection[str]) -> tuple[str, int | None]:
    """The column of a part in braces, and the digits of its number if it is one."""
    number = NUMBER.fullmatch(part)
    if part in columns or number is None:
        return part, None
    return number["column"], int(number["digits"])


def plain_column(pattern: str, columns: Collection[str]) -> str | None:
    """The column, if the pattern is nothing but its value."""
    whole = PART.fullmatch(pattern)
    if whole is None:
        return None
    column, digits = split_part(whole[1], columns)
    return column if digits is None else None


def columns_of(pattern: str, columns: Collection[str]) -> list[str]:
    """The columns of a pattern."""
    return [split_part(part, columns)[0] for part in PART.findall(pattern)]


def check_pattern(pattern: str, columns: Collection[str]) -> None:
    """Raise RefusedError if the pattern has other braces or a column that is not there."""
    if "{" in PART.sub("", pattern) or "}" in PART.sub("", pattern):
        raise refuse(BAD_PATTERN)
    unknown = next((column for column in columns_of(pattern, columns) if column not in columns), None)
    if unknown is not None:
        raise refuse(UNKNOWN_COLUMN, column=unknown or "{}")


def compose(pattern: str, columns: Collection[str], value_of: Callable[[str], str]) -> str:
    """The pattern with its values. Raises RefusedError if one is empty, or has no number where one is wanted."""

    def fill(part: re.Match[str]) -> str:
        column, digits = split_part(part[1], columns)
        text = value_of(column)
        if not text:
            raise refuse(COLUMN_EMPTY, column=column)
        return text if digits is None else _number(column, text).zfill(digits)

    return PART.sub(fill, pattern)


def _number(column: str, text: str) -> str:
    """The only number in a text: 7 of "Nave 7"."""
    found = re.findall(r"\d+", whole_number(text))
    if len(found) != 1:
        raise refuse(NO_NUMBER, column=column, value=text)
    return str(int(found[0]))
