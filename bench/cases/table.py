"""Reads cases.tsv and keeps, for each case, the function that tries it."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.cases.demeter import Demeter


@dataclass(frozen=True)
class Case:
    """A row of cases.tsv."""

    id: str
    title: str
    expected: str


@dataclass(frozen=True)
class Seen:
    """What a case showed, and whether that is what is expected."""

    as_expected: bool
    words: str


Check = Callable[["Demeter"], Seen]
CHECKS: dict[str, Check] = {}


def check(*ids: str) -> Callable[[Check], Check]:
    """Makes a function the check of these cases."""

    def register(function: Check) -> Check:
        CHECKS.update(dict.fromkeys(ids, function))
        return function

    return register


def read_cases(folder: Path) -> list[Case]:
    """The cases of a folder, in the order of its table."""
    with (folder / "cases.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [Case(row["id"], row["title"], row["expected"]) for row in rows]
