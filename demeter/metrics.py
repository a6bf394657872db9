"""`/api/v1/metrics`: what Prometheus scrapes, read from the rows at each scrape, for whoever may see jobs.

The rows are the truth, so the figures are the same whichever web process answers and survive every restart. What
happened is counted over the last 24 hours, which the index on the time of a job makes cheap however many there are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import redis
from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from demeter.heartbeat import BEAT, QUEUES, count_alive
from demeter.http import api_view
from photos import storage
from photos.breaker import Mode
from photos.models import S3Image
from processing.models import Job, Segment, Session
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


@api_view("GET", permission="processing.view_job")
def metrics(_request: HttpRequest) -> HttpResponse:
    """All of them in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(DemeterCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class DemeterCollector(Collector):
    """Seven queries and two round trips to the broker."""

    def collect(self) -> Iterator[Metric]:
        """Work now, what became of the last day's, and what needs a person."""
        now = timezone.now()
        yield from _work(now)
        yield from _last_day(now - COUNTED_OVER)
        yield _phase_seconds(now - COUNTED_OVER)
        faulty = "Originals that the nightly check found missing or changed"
        yield GaugeMetricFamily("demeter_faulty_originals", faulty, value=S3Image.objects.faulty().count())
        yield _breaker()
        yield _workers()


@dataclass
class Queue:
    """What stands before one kind of worker."""

    waiting: int = 0
    running: int = 0
    oldest: datetime | None = None

    def add(self, waiting: int, running: int, oldest: datetime | None) -> None:
        """More of it."""
        self.waiting += waiting
        self.running += running
        self.oldest = min(filter(None, (self.oldest, oldest)), default=None)


def _work(now: datetime) -> Iterator[Metric]:
    """Queue depth by the rows: jobs in their phase and containers to be detected, waiting or held by a worker."""
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
    ages = {name: (now - queue.oldest).total_seconds() if queue.oldest else 0.0 for name, queue in queues.items()}
    yield _family("work_waiting", "Jobs and containers that wait for a worker", "queue", _of(queues, "waiting"))
    yield _family("work_running", "Jobs and containers that a worker holds", "queue", _of(queues, "running"))
    yield _family("oldest_waiting_seconds", "Age of the oldest that waits", "queue", ages)


def _of(queues: Mapping[str, Queue], name: str) -> dict[str, float]:
    return {queue: getattr(found, name) for queue, found in queues.items()}


def _last_day(since: datetime) -> Iterator[Metric]:
    jobs = Job.objects.filter(created_at__gte=since).order_by()
    statuses = dict.fromkeys(RunStatus.values, 0.0) | dict(jobs.values_list("status").annotate(Count("pk")))
    yield _family("jobs_last_day", "Jobs of the last 24 hours by what became of them", "status", statuses)
    problems = dict(jobs.exclude(problem="").values_list("problem").annotate(Count("pk")))
    causes = dict.fromkeys(CATALOGUE, 0.0) | problems
    yield _family("problems_last_day", "Jobs of the last 24 hours that failed or need a person", "cause", causes)


def _phase_seconds(since: datetime) -> Metric:
    """Median and 95th percentile of the last photos that were counted anew."""
    family = GaugeMetricFamily(
        "demeter_phase_seconds", "Seconds per phase of the last counted photos", labels=["phase", "quantile"]
    )
    counted = Session.objects.filter(status=RunStatus.COMPLETED, detections_from=None, created_at__gte=since)
    measured: dict[str, list[float]] = {}
    for phases in counted.order_by("-created_at").values_list("phase_seconds", flat=True)[:MEASURED_PHOTOS]:
        for phase, seconds in phases.items():
            measured.setdefault(phase, []).append(float(seconds))
    for phase, seconds in measured.items():
        for quantile, value in (("0.5", np.median(seconds)), ("0.95", np.percentile(seconds, 95))):
            family.add_metric([phase, quantile], float(value))
    return family


def _breaker() -> Metric:
    found = GaugeMetricFamily("demeter_storage_breaker_open", "1 while the workers know that S3 does not answer")
    found.add_metric([], float(storage.breaker_mode() is not Mode.CLOSED))
    return found


def _workers() -> Metric:
    """None, when the broker does not answer: then no worker can be woken either."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            alive = count_alive(client)
    except redis.RedisError:
        alive = dict.fromkeys((*QUEUES, BEAT), 0)
    return _family("workers", "Processes that gave a sign of life lately", "queue", alive)


def _family(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"demeter_{name}", text, labels=[label])
    for labelled, value in values.items():
        family.add_metric([labelled], value)
    return family
