"""Pure: the progress of a run in percent and its remaining seconds, from its row and measured averages.

`processing.job_list.queries` feeds it the unfinished jobs. The percentage is exact where work can be counted (tiles),
estimated from the average time elsewhere, and at most 99 before the end. A phase's share of the bar is fixed by its
milestones.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from statistics import median

from django.utils.translation import gettext as _

from processing.statuses import Phase, RunStatus

# Percent at which each phase begins and ends.
MILESTONES: Mapping[str, tuple[int, int]] = {
    Phase.STORE: (0, 20),
    Phase.LOCATE: (20, 30),
    Phase.SEGMENT: (30, 40),
    Phase.DETECT: (40, 90),
    Phase.AGGREGATE: (90, 99),
}
ORDER = tuple(MILESTONES)
# Used until photos were measured: medians of the demo photos on 2 busy cores without a graphics card, rounded up.
TYPICAL_SECONDS: Mapping[str, float] = {
    Phase.STORE: 1.5,
    Phase.LOCATE: 0.1,
    Phase.SEGMENT: 0.5,
    Phase.DETECT: 1.5,
    Phase.AGGREGATE: 0.5,
}
# A phase that takes longer than usual stops short of its end, so that it does not look finished.
LARGEST_GUESSED_SHARE = 0.95
# Until this share of the tiles is done, the average predicts the rest better than the pace so far.
SMALLEST_TELLING_SHARE = 0.1
# The range shown to people around an estimate.
RANGE_FACTORS = (0.8, 1.4)


@dataclass(frozen=True)
class RunState:
    """The state of a job in its row. `waiting`: it is in a queue and no worker has it."""

    status: str
    phase: str
    waiting: bool
    queued_at: float
    seconds_in_phase: float = 0.0
    tiles_done: int = 0
    tiles_total: int = 0


@dataclass(frozen=True)
class Queue:
    """All unfinished work: when each waiting job was queued (ascending, epoch seconds), and the runs in progress.

    Of a long queue only its front: `further` jobs wait behind it, the last of them since `newest`.
    """

    waiting_since: tuple[float, ...] = ()
    further: int = 0
    newest: float = 0.0
    at_work: tuple[RunState, ...] = ()
    averages: Mapping[str, float] = field(default_factory=lambda: TYPICAL_SECONDS)

    def count_before(self, moment: float) -> int:
        """How many waiting jobs were queued before; those behind the front are taken as evenly spread."""
        before = bisect_left(self.waiting_since, moment)
        if not self.further or before < len(self.waiting_since):
            return before
        front = self.waiting_since[-1] if self.waiting_since else moment
        share = (moment - front) / (self.newest - front) if self.newest > front else 1.0
        return before + round(self.further * min(share, 1.0))


def average_seconds(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Median seconds of each phase over the last photos; the typical value for a phase without measurements.

    The first photos of a worker wait for its models, which would distort a mean. `locate` is left out: its time starts
    when the photo is queued, so it includes the queue, which is counted separately.
    """
    averages = dict(TYPICAL_SECONDS)
    for phase in ORDER:
        seconds = [photo[phase] for photo in measured if phase in photo]
        if seconds and phase != Phase.LOCATE:
            averages[phase] = median(seconds)
    return averages


def percent_done(run: RunState, averages: Mapping[str, float]) -> int:
    """0 to 99 for an unfinished run, 100 for a finished one (completed or failed: nothing more will happen)."""
    if run.status not in (RunStatus.PENDING, RunStatus.PROCESSING):
        return 100
    if run.phase == Phase.DONE:
        return MILESTONES[Phase.AGGREGATE][1]
    start, end = MILESTONES[run.phase]
    return floor(start + (end - start) * _share(run, averages))


def remaining_seconds(run: RunState, queue: Queue) -> int:
    """Seconds until an unfinished run ends: its own work and, for a waiting run, the work before it in the queue."""
    if not run.waiting:
        return ceil(_own_seconds(run, queue.averages))
    side_by_side = max(1, sum(other.phase in (Phase.SEGMENT, Phase.DETECT) for other in queue.at_work))
    before = queue.count_before(run.queued_at)
    ahead = sum(_own_seconds(other, queue.averages) for other in queue.at_work)
    ahead += before * _counting_seconds(queue.averages)
    return ceil(ahead / side_by_side + _own_seconds(run, queue.averages))


def overall_percent(percents: Sequence[int]) -> float:
    """The mean of the jobs' percents, one decimal: 100 and 65 give 82.5. 100 without jobs."""
    return round(sum(percents) / len(percents), 1) if percents else 100.0


def remaining_in_words(seconds: int) -> str:
    """The remaining time as a range, for people: `about 2-3 min`."""
    low, high = (seconds * factor for factor in RANGE_FACTORS)
    if high <= 15:
        return _("a few seconds")
    if high <= 90:
        return _range(low / 10, high / 10, scale=10, unit="s")
    if high <= 90 * 60:
        return _range(low / 60, high / 60, unit="min")
    return _range(low / 3600, high / 3600, unit="h")


def _share(run: RunState, averages: Mapping[str, float]) -> float:
    """The completed share of the current phase, 0 to 1."""
    if run.waiting:
        return 0.0
    if run.phase == Phase.DETECT and run.tiles_total:
        return min(run.tiles_done / run.tiles_total, 1.0)
    return min(run.seconds_in_phase / max(averages[run.phase], 0.1), LARGEST_GUESSED_SHARE)


def _own_seconds(run: RunState, averages: Mapping[str, float]) -> float:
    """Seconds of work a run still needs once a worker has it."""
    if run.phase == Phase.DONE:
        return 0.0
    share = _share(run, averages)
    here = averages[run.phase] * (1 - share)
    if run.phase == Phase.DETECT and run.tiles_total and share >= SMALLEST_TELLING_SHARE:
        here = run.seconds_in_phase * (1 - share) / share
    return here + sum(averages[phase] for phase in ORDER[ORDER.index(run.phase) + 1 :])


def _counting_seconds(averages: Mapping[str, float]) -> float:
    """How long a photo keeps a counting worker busy; storing and aggregation run in parallel."""
    return averages[Phase.LOCATE] + averages[Phase.SEGMENT] + averages[Phase.DETECT]


def _range(low: float, high: float, *, unit: str, scale: int = 1) -> str:
    first, last = max(1, floor(low)) * scale, max(1, ceil(high)) * scale
    return _("about %(time)s") % {"time": f"{first}-{last} {unit}" if first < last else f"{first} {unit}"}
