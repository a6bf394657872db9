"""Which models are in use, for the page Models and the API."""

from dataclasses import dataclass

from learning.models import TrainingRun
from processing.models import ModelFault, Promotion
from processing.runtime.registry import shipped_versions

DIGITS = 12


@dataclass(frozen=True)
class Promoted:
    """The promotions in force, newest of each group first, what is wrong with them, and the shipped models."""

    rows: tuple[Promotion, ...]
    faults: tuple[ModelFault, ...]
    shipped: str

    @property
    def has_general(self) -> bool:
        """Whether trained models count all other products too, so that nothing is left to the shipped ones."""
        return any(row.category_id is None for row in self.rows)


def read_promoted() -> Promoted:
    """As of now; only rows are read, never weights."""
    rows = newest_of_groups()
    faults = ModelFault.objects.filter(trained__in=[row.trained_id for row in rows])
    versions = shipped_versions()
    shipped = "-".join(versions[name][:DIGITS] for name in ("detector", "segmenter"))
    return Promoted(tuple(rows), tuple(faults), shipped)


def newest_of_groups() -> list[Promotion]:
    """The promotion in force of each group."""
    found: dict[int | None, Promotion] = {}
    for row in Promotion.objects.in_force().select_related("trained", "category", "promoted_by"):
        found.setdefault(row.category_id, row)
    return list(found.values())


def promotions_of(run: TrainingRun) -> list[Promotion]:
    """The groups that the models of a training are in use for."""
    return [row for row in newest_of_groups() if run.trained_id and row.trained_id == run.trained_id]
