"""`/status/`, for admins when photos are not processed: services, queues, phases, failures, storage.

The same statistics as `/healthz` and `/api/v1/metrics`, for people. Eleven queries, for any number of photos.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from demeter.monitoring.health import HealthJson, read_health
from demeter.monitoring.heartbeat import BEAT, QUEUES
from demeter.monitoring.statistics import LastDay, PhaseTime, Queue, read_last_day, read_phase_times, read_queues
from photos.models import S3Image, Upload
from photos.storage.circuit_breaker import Mode
from photos.storage.disk_space import free_bytes, reserve_bytes
from photos.storage.object_store import breaker_mode
from processing.models import Job
from processing.problems import CATALOGUE, Problem
from processing.statuses import Phase, RunStatus

QUEUE_WORDS: Mapping[str, StrOrPromise] = {
    "io": _("Store photos (io)"),
    "gpu": _("Find containers and plants (gpu)"),
    "cpu": _("Add up (cpu)"),
}
BREAKER_WORDS: Mapping[Mode, StrOrPromise] = {
    Mode.CLOSED: _("Works"),
    Mode.HALF_OPEN: _("Was unavailable, trying again"),
    Mode.OPEN: _("Unavailable: photos wait in staging and continue by themselves"),
}


@dataclass(frozen=True)
class QueueRow:
    """One queue: its workers, and the work that waits for them."""

    name: StrOrPromise
    workers: int
    queue: Queue

    @property
    def is_stuck(self) -> bool:
        """Whether work waits without a worker."""
        return not self.workers and bool(self.queue.waiting or self.queue.running)


@dataclass(frozen=True)
class StorageStatistics:
    """The state of the storage and of the upload disk."""

    breaker: StrOrPromise
    is_away: bool
    put_off: int
    received_files: int
    received_bytes: int
    in_trash: int
    free_bytes: int
    reserve_bytes: int

    @property
    def is_full(self) -> bool:
        """Whether uploads are refused."""
        return self.free_bytes < self.reserve_bytes


@dataclass(frozen=True)
class Dashboard:
    """The data of the page. `causes` are those of the last day, most frequent first."""

    health: HealthJson
    beats: int
    queues: tuple[QueueRow, ...]
    phases: tuple[tuple[StrOrPromise, PhaseTime], ...]
    statuses: tuple[tuple[StrOrPromise, int], ...]
    causes: tuple[tuple[Problem, int], ...]
    storage: StorageStatistics
    read_at: datetime


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page; its polls get the statistics alone."""
    if not request.user.is_staff:
        raise PermissionDenied
    template = "monitoring/_dashboard.html" if "HX-Request" in request.headers else "monitoring/dashboard.html"
    return render(request, template, {"dashboard": read_dashboard(timezone.now())})


def read_dashboard(now: datetime) -> Dashboard:
    """Check every service and read the statistics."""
    health, queues, day = read_health(), read_queues(), read_last_day(now)
    times = read_phase_times(now)
    return Dashboard(
        health=health,
        beats=health["workers"][BEAT],
        queues=tuple(QueueRow(QUEUE_WORDS[name], health["workers"][name], queues[name]) for name in QUEUES),
        phases=tuple((Phase(phase).label, time) for phase, time in times.items()),
        statuses=tuple((status.label, day.statuses[status]) for status in RunStatus),
        causes=_causes(day),
        storage=_read_storage(),
        read_at=now,
    )


def _causes(day: LastDay) -> tuple[tuple[Problem, int], ...]:
    occurred = [(CATALOGUE[code], number) for code, number in day.problems.items() if number and code in CATALOGUE]
    return tuple(sorted(occurred, key=lambda cause: -cause[1]))


def _read_storage() -> StorageStatistics:
    """Four queries."""
    received = Upload.objects.aggregate(files=Sum("accepted_files"), bytes=Sum("accepted_bytes"))
    mode = breaker_mode()
    return StorageStatistics(
        breaker=BREAKER_WORDS[mode],
        is_away=mode is not Mode.CLOSED,
        put_off=Job.objects.unfinished().filter(awaits_storage=True).count(),
        received_files=received["files"] or 0,
        received_bytes=received["bytes"] or 0,
        in_trash=S3Image.objects.photos().in_trash().count(),
        free_bytes=free_bytes(),
        reserve_bytes=reserve_bytes(),
    )
