"""Markdown tables and numbers, for the pages that benchmarks write."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def percent(value: float | None, *, signed: bool = False, digits: int = 1) -> str:
    """`3.1 %`, `+3.1 %` when signed, `-` for nothing."""
    if value is None:
        return "-"
    return f"{value:{'+' if signed else ''}.{digits}%}".replace("%", " %")


def number(value: float | None, digits: int = 2) -> str:
    """`3.14`, `-` for nothing."""
    return "-" if value is None else f"{value:.{digits}f}"


def with_interval(figure: Mapping[str, Any]) -> str:
    """`12 % (5 to 21)` for a statistic with an interval, `12 %` without one, `-` for nothing."""
    if figure["interval"] is None:
        return percent(figure["value"], digits=0)
    low, high = (round(100 * bound) for bound in figure["interval"])
    return f"{percent(figure['value'], digits=0)} ({low} to {high})"
