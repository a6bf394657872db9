"""What Prometheus sees: work by the rows, causes of failure, seconds per phase."""

from datetime import timedelta

import pytest
import redis
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from demeter.accounts.tokens import issue_token
from demeter.monitoring import heartbeat
from processing.models import Job
from processing.statuses import Phase
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import JobFactory, ProcessingSessionFactory, SegmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scrape(client: Client):
    """All samples by name and labels, fetched with a token as Prometheus does."""
    token = issue_token(user=UserFactory(viewer=True), name="prometheus")

    def fetch() -> dict[tuple[str, ...], float]:
        answer = client.get("/api/v1/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(answer.content.decode())
        return {
            (sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples
        }

    return fetch


def test_empty_demeter_says_zero(scrape):
    found = scrape()
    assert found["demeter_work_waiting", "gpu"] == 0
    assert found["demeter_oldest_waiting_seconds", "io"] == 0
    assert found["demeter_problems_last_day", "unreadable_photo"] == 0
    assert found["demeter_faulty_originals",] == 0
    assert found["demeter_storage_breaker_open",] == 0


def test_an_open_breaker_is_seen(scrape, open_breaker):
    assert scrape()["demeter_storage_breaker_open",] == 1


def test_work_stands_before_the_worker_that_does_it(scrape):
    old = JobFactory()
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    JobFactory(phase=Phase.STORE)
    JobFactory(phase=Phase.LOCATE, held_by="gpu@host")
    JobFactory(phase=Phase.AGGREGATE)
    SegmentFactory.create_batch(3)
    SegmentFactory(held_by="gpu@host")
    SegmentFactory(status="done")
    found = scrape()
    assert [found["demeter_work_waiting", queue] for queue in ("io", "gpu", "cpu")] == [2, 3, 1]
    assert [found["demeter_work_running", queue] for queue in ("io", "gpu", "cpu")] == [0, 2, 0]
    assert 300 <= found["demeter_oldest_waiting_seconds", "io"] < 330
    assert found["demeter_oldest_waiting_seconds", "cpu"] < 30


def test_last_day_is_told_by_status_and_cause(scrape):
    ProcessingSessionFactory.create_batch(2, ready=True)
    ProcessingSessionFactory(needs_location=True)
    ProcessingSessionFactory(failed=True)
    older = ProcessingSessionFactory(failed=True)
    Job.objects.filter(pk=older.job_id).update(created_at=timezone.now() - timedelta(hours=25))
    found = scrape()
    assert found["demeter_jobs_last_day", "completed"] == 3
    assert found["demeter_jobs_last_day", "failed"] == 1
    assert found["demeter_problems_last_day", "detection_failed"] == 1
    assert found["demeter_problems_last_day", "needs_location"] == 1


def test_seconds_of_each_phase_as_median_and_percentile(scrape):
    for seconds in (10, 20, 90):
        ProcessingSessionFactory(ready=True, phase_seconds={"detect": seconds})
    found = scrape()
    assert found["demeter_phase_seconds", "detect", "0.5"] == 20
    assert found["demeter_phase_seconds", "detect", "0.95"] == pytest.approx(83)


def test_faults_and_workers(scrape, settings):
    S3ImageFactory(ready=True, original_fault="missing")
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        heartbeat.record_sign_of_life(broker, "io", "host:1")
    found = scrape()
    assert found["demeter_faulty_originals",] == 1
    assert (found["demeter_workers", "io"], found["demeter_workers", "gpu"]) == (1, 0)


def test_broker_that_is_away_is_no_error(scrape, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert scrape()["demeter_workers", "io"] == 0


def test_scrape_costs_the_same_however_much_there_is(client, django_assert_num_queries):
    client.force_login(UserFactory(viewer=True))
    ProcessingSessionFactory.create_batch(5, ready=True)
    JobFactory.create_batch(5)
    with django_assert_num_queries(3 + 6):  # sign-in and permissions, then one for each question
        client.get("/api/v1/metrics")
