"""The register of species: what grows in which places, and how one plant is made (between plan.py and the shapes)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from training.nursery import ageing, cacti, leafy, rosettes
from training.nursery.shapes import Shape, ShapeBuilder

Grow = Callable[[ShapeBuilder, np.random.Generator, float], None]

GROWERS: dict[str, Grow] = {
    **{kind: partial(rosettes.rosette, kind=kind) for kind in rosettes.KINDS},
    "cluster": rosettes.cluster,
    "globular": cacti.globular,
    "columnar": cacti.columnar,
    "hairy": cacti.hairy,
    "mammillaria": cacti.mammillaria,
    "moon": cacti.moon,
    "opuntia": cacti.opuntia,
    "crassula": leafy.crassula,
    "shrub": leafy.shrub,
    "trailing": leafy.trailing,
    "sedum": leafy.sedum,
    "seedling": leafy.seedling,
    "sprout": leafy.sprout,
    "sprouts": leafy.sprouts,
    # Only in the shifted set "forms":
    "lithops": rosettes.lithops,
    "candelabra": cacti.candelabra,
    "straps": leafy.straps,
    "fern": leafy.fern,
    "tuft": leafy.tuft,
}
OTHER_FORMS = ("lithops", "candelabra", "straps", "fern", "tuft")
POT_SPECIES = (
    *rosettes.KINDS, "cluster", "globular", "globular", "columnar", "hairy", "mammillaria", "moon", "opuntia",
    "crassula", "shrub", "shrub", "trailing", "sedum", "seedling",
)  # fmt: skip
CELL_SPECIES = (
    "seedling", "seedling", "sprout", "sprout", "sprouts", "graptopetalum", "echeveria", "mammillaria", "globular",
    "sempervivum", "crassula", "haworthia", "cluster", "columnar", "sedum", "shrub",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One individual of the scene's stock, repeated with other turns and sizes; `size_m` is its place's width."""

    species: str
    seed: int
    size_m: float
    dead: bool = False


def grow(form: Form) -> Shape:
    """The plant's shape, standing at the origin."""
    rng = np.random.default_rng(form.seed)
    builder = ShapeBuilder()
    GROWERS[form.species](builder, rng, form.size_m)
    shape = builder.shape()
    if form.dead:
        return ageing.kill(shape, rng, form.size_m, ageing.DEATHS[int(rng.integers(len(ageing.DEATHS)))])
    return ageing.weather(shape, rng)
