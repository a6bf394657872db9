"""What judging a training found, as the page shows it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from learning.figures import Comparison, JudgedPhoto, SetName, read_rows
from learning.models import TrainingRun

WORDS: tuple[tuple[SetName, StrOrPromise, StrOrPromise], ...] = (
    ("held_out", _("Your photos kept for testing"), _("Whole visits that no model learned from.")),
    ("benchmark", _("The benchmark of Demeter"), _("Renders that no model learned from: whether it forgot anything.")),
)


@dataclass(frozen=True)
class ShownSide:
    """One pair of models, in percent."""

    name: StrOrPromise
    bias_percent: float
    error_percent: float
    refused: int
    seconds: float


@dataclass(frozen=True)
class ShownSet:
    """One set, with both pairs and each photo."""

    title: StrOrPromise
    words: StrOrPromise
    photos: int
    sides: tuple[ShownSide, ...]
    rows: tuple[JudgedPhoto, ...]


def compare_sets(run: TrainingRun) -> list[ShownSet]:
    """The sets that were judged."""
    rows = read_rows(run.judged)
    found = []
    for name, title, words in WORDS:
        comparison = run.compare(name)
        if comparison is not None:
            own = tuple(row for row in rows if row.set_name == name)
            found.append(ShownSet(title, words, comparison.photos, _sides(comparison), own))
    return found


def _sides(found: Comparison) -> tuple[ShownSide, ...]:
    return tuple(
        ShownSide(name, 100 * side.bias, 100 * side.error, side.refused, side.seconds)
        for name, side in ((_("in use"), found.before), (_("trained"), found.after))
    )
