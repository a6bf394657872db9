"""*Pure*: what a training run learns from: how many tiles of the own photos, of renders and of collages.

A few own photos alone make a model forget all others (measured on ten photos of a nursery: renders from 8 to 45 % off).
So whatever their number, most of what it sees is rehearsal. The numbers are those with which ten photos took a nursery
from 20 to 6 % and the renders stayed as they were (docs/models.md).
"""

from typing import Any, TypedDict

FEWEST_TRAIN, FEWEST_HELD_OUT = 5, 2
SEED = 1


class ModelPlan(TypedDict):
    """The part of one model in the job of `training.on_photos`."""

    own: int
    rehearsal: int
    collages: int
    passes: int
    epoch_tiles: int
    lr: float


def make_job(*, plants: int, containers: int) -> dict[str, Any]:
    """The job for so many photos with known plants and so many with known containers."""
    return {
        "models": {
            "detector": ModelPlan(
                own=_between(40 * plants, 200, 800) if plants else 0,
                rehearsal=700,
                collages=800,
                passes=2,
                epoch_tiles=200,
                lr=0.0004,
            ),
            "segmenter": ModelPlan(
                own=_between(15 * containers, 60, 300) if containers else 0,
                rehearsal=300,
                collages=250,
                passes=2,
                epoch_tiles=100,
                lr=0.0003,
            ),
        },
        "seed": SEED,
    }


def _between(number: int, low: int, high: int) -> int:
    return min(max(number, low), high)
