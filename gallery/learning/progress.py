"""How far a training is, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from learning.hours import free_from
from learning.models import RunState, TrainingRun
from processing.job_list.progress import remaining_in_words

UNTAKEN_AFTER = timedelta(minutes=1)
STAGES: Mapping[str, StrOrPromise] = {
    "detector-tiles": _("Cutting tiles with plants"),
    "detector-collages": _("Composing pictures of plants"),
    "detector": _("Learning plants"),
    "segmenter-tiles": _("Cutting tiles with containers"),
    "segmenter-collages": _("Composing pictures of containers"),
    "segmenter": _("Learning containers"),
    "convert": _("Preparing the models for this machine"),
    "judging": _("Counting the photos kept for testing and the benchmark"),
}


@dataclass(frozen=True)
class ShownRun:
    """A run as pages show it."""

    run: TrainingRun

    @property
    def polls(self) -> bool:
        """Whether it still changes."""
        return self.run.is_unfinished

    @property
    def waits_until(self) -> datetime | None:
        """When the working hours end, if it waits for that."""
        return free_from() if self.run.state == RunState.QUEUED else None

    @property
    def is_untaken(self) -> bool:
        """Whether no worker has taken it, although one could: perhaps none is running."""
        waiting = self.run.waiting_since
        is_waiting = self.run.state == RunState.QUEUED and self.waits_until is None
        return is_waiting and waiting is not None and timezone.now() - waiting > UNTAKEN_AFTER

    @property
    def step(self) -> StrOrPromise:
        """What it does now."""
        return STAGES.get(self.run.stage, _("Fetching the photos"))

    @property
    def remaining_text(self) -> str:
        """The time left as a range; empty while nobody can tell."""
        left = self.run.seconds_left
        return "" if left is None else remaining_in_words(round(left))

    @property
    def minutes(self) -> int:
        """How long it was at work."""
        return round(self.run.seconds / 60)


def find_shown() -> ShownRun | None:
    """The newest run."""
    run = TrainingRun.objects.select_related("data_set", "requested_by", "cancelled_by").first()
    return ShownRun(run) if run else None
