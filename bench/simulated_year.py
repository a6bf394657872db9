"""*Pure*: what happens in one warehouse during a year, for `bench.year`. The same seed gives the same year.

Each bay is sown, sold from in most weeks, loses a few plants and is sown again when it is nearly empty. Plants grow,
which changes no number. One sale in a hundred is not registered. Every week a photo counts each bay, with the error of
one of the photos of real nurseries on which the detector was measured (docs/accuracy/accuracy.json), drawn anew each
time. Whether two photos of one bay have similar errors was not measured; if they have, this is too pessimistic.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

ACCURACY = Path(__file__).parents[1] / "docs" / "accuracy" / "accuracy.json"
WEEKS = 52
SOWN, NEARLY_EMPTY = (150, 600), 60
SALES_A_WEEK, SALE_SHARE, LEAST_SOLD = 0.6, (0.05, 0.5), 3
LOST_IN, LOST_SHARE = 0.5, 0.02
UNREGISTERED = 0.01


@dataclass(frozen=True)
class PhotoError:
    """How far a photo of known plants was counted off, as a share of them, and whether Demeter marked it."""

    share: float
    is_marked: bool


@dataclass(frozen=True)
class Event:
    """What happens in a bay on a day: `sowing`, `sale`, `loss` or `photo`. Of a photo `plants` is what is counted.

    `there` are the plants that are really there before it.
    """

    bay: int
    day: float
    kind: str
    plants: int
    there: int
    is_registered: bool = True
    is_doubtful: bool = False


def read_errors(path: Path = ACCURACY) -> list[PhotoError]:
    """The measured errors of the photos with plants; if two numbers are right, that of the nearer one."""
    photos = json.loads(path.read_text())["real"]["nursery"]["photos"]
    errors = []
    for photo in photos:
        right = min(photo["valid_plants"], key=lambda plants: abs(plants - photo["estimated"]))
        if right:
            errors.append(PhotoError((photo["estimated"] - right) / right, photo["is_marked"]))
    return errors


def simulate_year(*, seed: int, bays: int, errors: Sequence[PhotoError], weeks: int = WEEKS) -> list[Event]:
    """All events, by bay and in order of time."""
    dice = Random(seed)
    return [event for bay in range(bays) for event in _simulate_bay(bay, weeks, errors, dice)]


def _simulate_bay(bay: int, weeks: int, errors: Sequence[PhotoError], dice: Random) -> Iterator[Event]:
    plants = 0
    for week in range(weeks):
        if plants < NEARLY_EMPTY:
            sown = dice.randint(*SOWN)
            yield Event(bay, 7 * week + 0.5, "sowing", sown, plants)
            plants += sown
        error = dice.choice(errors)
        counted = max(0, round(plants * (1 + error.share)))
        yield Event(bay, 7 * week + 1, "photo", counted, plants, is_doubtful=error.is_marked)
        if dice.random() < SALES_A_WEEK:
            sold = max(LEAST_SOLD, round(plants * dice.uniform(*SALE_SHARE)))
            yield Event(bay, 7 * week + 3, "sale", sold, plants, is_registered=dice.random() >= UNREGISTERED)
            plants -= sold
        if dice.random() < LOST_IN:
            lost = dice.randint(0, round(plants * LOST_SHARE))
            if lost:
                yield Event(bay, 7 * week + 5, "loss", lost, plants)
            plants -= lost
