"""`/api/v1/metrics`: metrics for Prometheus, read from the rows at each scrape; needs permission to view jobs."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from demeter.accounts.authentication import api_view
from demeter.monitoring.statistics import read_last_day, read_phase_times, read_queues, read_workers
from photos.models import S3Image
from photos.storage import object_store
from photos.storage.circuit_breaker import Mode


@api_view("GET", permission="processing.view_job", answers={200: "text/plain"})
def metrics(_request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus, in its text format."""
    registry = CollectorRegistry()
    registry.register(DemeterCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class DemeterCollector(Collector):
    """Six queries and two round trips to the broker."""

    def collect(self) -> Iterator[Metric]:
        """Current work, the results of the last day, and photos that need a person."""
        now = timezone.now()
        yield from _work(now)
        yield from _last_day(now)
        yield _phase_seconds(now)
        faulty = "Originals that the nightly check found missing or changed"
        yield GaugeMetricFamily("demeter_faulty_originals", faulty, value=S3Image.objects.faulty().count())
        yield _breaker()
        yield _family("workers", "Processes with a recent heartbeat", "queue", read_workers())


def _work(now: datetime) -> Iterator[Metric]:
    queues = read_queues()
    waiting = {name: queue.waiting for name, queue in queues.items()}
    running = {name: queue.running for name, queue in queues.items()}
    ages = {name: (now - queue.oldest).total_seconds() if queue.oldest else 0.0 for name, queue in queues.items()}
    yield _family("work_waiting", "Jobs and containers that wait for a worker", "queue", waiting)
    yield _family("work_running", "Jobs and containers that a worker is processing", "queue", running)
    yield _family("oldest_waiting_seconds", "Age of the oldest waiting job or container", "queue", ages)


def _last_day(now: datetime) -> Iterator[Metric]:
    day = read_last_day(now)
    yield _family("jobs_last_day", "Jobs of the last 24 hours by status", "status", day.statuses)
    yield _family("problems_last_day", "Jobs of the last 24 hours that failed or need a person", "cause", day.problems)


def _phase_seconds(now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "demeter_phase_seconds", "Seconds per phase of the last counted photos", labels=["phase", "quantile"]
    )
    for phase, time in read_phase_times(now).items():
        for quantile, value in (("0.5", time.median), ("0.95", time.percentile_95)):
            family.add_metric([phase, quantile], value)
    return family


def _breaker() -> Metric:
    found = GaugeMetricFamily("demeter_storage_breaker_open", "1 while S3 is known to be down")
    found.add_metric([], float(object_store.breaker_mode() is not Mode.CLOSED))
    return found


def _family(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"demeter_{name}", text, labels=[label])
    for labelled, value in values.items():
        family.add_metric([labelled], value)
    return family
