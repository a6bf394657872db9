"""*Pure*: how far a count may be off, by split-conformal regression on photos whose true number is known.

A photo's score is its error over the error that its run predicted (`processing.counting.quality`). The 90 % quantile of
the scores of photos like it, with the correction for their finite number, times its own predicted error is the half
width of its interval. If the photos are exchangeable, the true number lies in it in at least 90 of 100 cases, whatever
the errors are distributed like (Lei and others, Distribution-Free Predictive Inference for Regression, 2018).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from math import ceil, floor

LEVEL = 0.9
# With fewer photos no finite interval holds at this level: the rank of the quantile is beyond the last score.
NEEDED = 9
LEAST_ERROR = 1.0  # plants


class Rung(IntEnum):
    """By what an interval was learned, from the most exact to the most general."""

    CHECKED = 0
    PRODUCT = 1
    PACKAGING = 2
    CONTAINER = 3
    SHIPPED = 4

    @property
    def code(self) -> str:
        return self.name.lower()


# The first photos that an interval may be learned from: model, container, and as far as the rung goes the packaging
# and the product.
Key = tuple[Rung, str, str, int | None, int | None]
LEARNED = (Rung.PRODUCT, Rung.PACKAGING, Rung.CONTAINER)


@dataclass(frozen=True)
class Stratum:
    """What a photo shows: by which models it was counted, in which kind of container most of its plants stand, and
    which product grows there. Without a product the packaging is not known either; a packaging of None with a product
    is none at all."""

    model: str
    container: str
    product: int | None = None
    packaging: int | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """The strata that it belongs to, most exact first."""
        container = (Rung.CONTAINER, self.model, self.container, None, None)
        if self.product is None:
            return (container,)
        return (
            (Rung.PRODUCT, self.model, self.container, self.packaging, self.product),
            (Rung.PACKAGING, self.model, self.container, self.packaging, None),
            container,
        )


@dataclass(frozen=True)
class Quantile:
    """The 90 % quantile of the scores of `n` photos; None where they are too few."""

    quantile: float | None
    n: int


@dataclass(frozen=True)
class Margin:
    """How many plants a number may be off, learned from at least `n` photos. `missing`: how many more photos of this
    kind of container are needed before the nursery's own count."""

    plants: float
    rung: Rung
    n: int
    missing: int = 0


@dataclass(frozen=True)
class Interval:
    """Between which whole numbers the true one lies in 90 of 100 cases."""

    low: int
    high: int
    count: int
    rung: Rung
    n: int
    missing: int = 0
    level: float = LEVEL

    @property
    def basis(self) -> str:
        """The code of what it was learned from."""
        return self.rung.code

    @property
    def half(self) -> int:
        """Plants more or less."""
        return self.high - self.count

    @property
    def is_checked(self) -> bool:
        """Whether a person checked the number, so that it is taken as it is."""
        return self.rung == Rung.CHECKED

    @property
    def is_shipped(self) -> bool:
        """Whether it was learned from the pictures that Demeter was tested with, not from this nursery's."""
        return self.rung == Rung.SHIPPED


def score(counted: int, true: int, predicted_error: float) -> float:
    """The error of a count over the predicted one."""
    return abs(true - counted) / max(predicted_error, LEAST_ERROR)


def conformal_quantile(scores: Iterable[float], level: float = LEVEL) -> float | None:
    """The score of rank ceil((n + 1) level); None if there are too few scores for that."""
    ordered = sorted(scores)
    rank = ceil((len(ordered) + 1) * Fraction(str(level)))
    return ordered[rank - 1] if 0 < rank <= len(ordered) else None


def learn(known: Iterable[tuple[Stratum, float]]) -> dict[Key, Quantile]:
    """The quantile of every stratum of photos with known scores; each photo belongs to all its strata."""
    scores: defaultdict[Key, list[float]] = defaultdict(list)
    for stratum, own in known:
        for key in stratum.keys:
            scores[key].append(own)
    return {key: Quantile(conformal_quantile(own), len(own)) for key, own in scores.items()}


def find_margin(
    predicted_error: float | None,
    stratum: Stratum,
    learned: Mapping[Key, Quantile],
    shipped: Mapping[str, Quantile],
) -> Margin | None:
    """The margin of one count: by its own kind of photo if enough are validated, else by wider kinds, else by the
    pictures that its models were tested with (`shipped`, by model).

    A predicted error of 0 is that of a number that a person checked. None: nothing was predicted, or nothing is known
    of these models.
    """
    if predicted_error is None:
        return None
    if predicted_error == 0:
        return Margin(0.0, Rung.CHECKED, 1)
    error = max(predicted_error, LEAST_ERROR)
    for key in stratum.keys:
        found = learned.get(key)
        if found is not None and found.quantile is not None:
            return Margin(error * found.quantile, key[0], found.n)
    default = shipped.get(stratum.model)
    if default is None or default.quantile is None:
        return None
    return Margin(error * default.quantile, Rung.SHIPPED, default.n, count_missing(stratum, learned))


def count_missing(stratum: Stratum, learned: Mapping[Key, Quantile]) -> int:
    """How many validated photos of this kind of container are missing."""
    known = learned.get(stratum.keys[-1])
    return max(0, NEEDED - (known.n if known else 0))


def add_margins(margins: Iterable[Margin | None]) -> Margin | None:
    """The margin of a sum: the margins added up, as if all errors had the same direction, which errors of one model
    often have. It is named after its least exact part. None if the margin of one part is not known."""
    parts = list(margins)
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    unchecked = [part for part in known if part.rung != Rung.CHECKED] or known
    return Margin(
        plants=sum(part.plants for part in known),
        rung=max(part.rung for part in known),
        n=min(part.n for part in unchecked),
        missing=max(part.missing for part in known),
    )


def interval_around(count: int, margin: Margin | None) -> Interval | None:
    """The whole numbers that are no further away than the margin; none is below 0."""
    if margin is None:
        return None
    low, high = max(0, ceil(count - margin.plants)), floor(count + margin.plants)
    return Interval(min(low, count), max(high, count), count, margin.rung, margin.n, margin.missing)
