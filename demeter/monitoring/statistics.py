"""Statistics from the database: queues, the last day, seconds per phase, live workers.

`demeter.monitoring.metrics` exports them to Prometheus, `demeter.monitoring.dashboard` shows them to people. They come
from the rows, so they are the same in every web process and survive restarts. Events are counted over 24 hours, which
is cheap thanks to the index on the time of a job.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Min, Q

from demeter.monitoring.heartbeat import BEAT, QUEUES, count_workers
from processing.models import Job, ProcessingSession, Segment
from processing.problems import CATALOGUE
from processing.statuses import Phase, RunStatus, SegmentStatus

COUNTED_OVER = timedelta(hours=24)
MEASURED_PHOTOS = 500
QUEUE_OF_PHASE: Mapping[str, str] = {
    Phase.STORE: "io",
    Phase.LOCATE: "gpu",
    Phase.SEGMENT: "gpu",
    Phase.AGGREGATE: "cpu",
}


@dataclass
class Queue:
    """The work for one kind of worker."""

    waiting: int = 0
    running: int = 0
    oldest: datetime | None = None

    def add(self, waiting: int, running: int, oldest: datetime | None) -> None:
        self.waiting += waiting
        self.running += running
        self.oldest = min(filter(None, (self.oldest, oldest)), default=None)


@dataclass(frozen=True)
class PhaseTime:
    """Seconds of one phase over the last photos that went through every phase."""

    median: float
    percentile_95: float


@dataclass(frozen=True)
class LastDay:
    """Jobs of the last 24 hours by status, and those that failed or need a person by cause."""

    statuses: dict[str, int]
    problems: dict[str, int]


def read_queues() -> dict[str, Queue]:
    """Queue depth by the rows: jobs in their phase and containers to be detected, waiting or claimed by a worker.

    Two queries.
    """
    queues = {name: Queue() for name in QUEUES}
    waits = Q(held_by="")
    counted = {"waiting": Count("pk", filter=waits), "running": Count("pk", filter=~waits)}
    oldest = Min("created_at", filter=waits)
    jobs = Job.objects.unfinished().order_by().values_list("phase").annotate(**counted, oldest=oldest)
    for phase, *numbers in jobs:
        if phase in QUEUE_OF_PHASE:
            queues[QUEUE_OF_PHASE[phase]].add(*numbers)
    pending = Segment.objects.filter(status=SegmentStatus.PENDING).aggregate(**counted, oldest=oldest)
    queues["gpu"].add(**pending)
    return queues


def read_last_day(now: datetime) -> LastDay:
    """Two queries; every status and every cause of the catalogue is included, with 0 if there are none."""
    jobs = Job.objects.filter(created_at__gte=now - COUNTED_OVER).order_by()
    statuses = dict(jobs.values_list("status").annotate(Count("pk")))
    problems = dict(jobs.exclude(problem="").values_list("problem").annotate(Count("pk")))
    return LastDay(dict.fromkeys(RunStatus.values, 0) | statuses, dict.fromkeys(CATALOGUE, 0) | problems)


def read_phase_times(now: datetime) -> dict[str, PhaseTime]:
    """Times of the last MEASURED_PHOTOS photos that went through every phase in 24 hours, in the order of the phases;
    one query."""
    counted = ProcessingSession.objects.filter(
        status=RunStatus.COMPLETED, detections_from=None, created_at__gte=now - COUNTED_OVER
    )
    measured: dict[str, list[float]] = {}
    for phases in counted.order_by("-created_at").values_list("phase_seconds", flat=True)[:MEASURED_PHOTOS]:
        for phase, seconds in phases.items():
            measured.setdefault(phase, []).append(float(seconds))
    return {
        phase: PhaseTime(float(np.median(measured[phase])), float(np.percentile(measured[phase], 95)))
        for phase in Phase.values
        if phase in measured
    }


def read_workers() -> dict[str, int]:
    """Processes with a recent heartbeat; none if the broker does not answer, as it cannot wake any either."""
    return count_workers() or dict.fromkeys((*QUEUES, BEAT), 0)
