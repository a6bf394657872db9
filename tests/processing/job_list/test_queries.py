from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from demeter.common.exceptions import NotFoundError
from processing.job_list import queries
from processing.models import Job
from processing.statuses import JobKind
from tests.photos.factories import UploadFactory
from tests.processing.factories import JobFactory, ProcessingSessionFactory

pytestmark = pytest.mark.django_db


def test_recent_shows_each_job_with_its_result():
    session = ProcessingSessionFactory(ready=True)
    (job,) = queries.recent_jobs().jobs
    assert job.job_id == session.job_id
    assert job.filename == session.original_image.original_filename
    assert (job.progress_percent, job.remaining_seconds, job.processing_seconds) == (100, 0, 320)
    assert (job.total_detected, job.total_estimated, job.session_id) == (120, 125, session.session_id)


def test_recent_is_newest_first_and_ends_after_48_hours():
    jobs = [ProcessingSessionFactory().job for _ in range(3)]
    Job.objects.filter(pk=jobs[0].pk).update(created_at=timezone.now() - timedelta(hours=49))
    assert [job.job_id for job in queries.recent_jobs().jobs] == [jobs[2].pk, jobs[1].pk]


def test_recent_hides_deleted_photos():
    session = ProcessingSessionFactory(ready=True)
    session.original_image.deleted_at = timezone.now()
    session.original_image.save()
    assert queries.recent_jobs().jobs == ()


def test_a_photo_that_is_processed_again_shows_its_latest_run():
    first = ProcessingSessionFactory(needs_location=True)
    again = JobFactory(image=first.original_image, kind=JobKind.REPROCESS)
    ProcessingSessionFactory(job=again)
    assert [job.job_id for job in queries.recent_jobs().jobs] == [again.pk]


@pytest.mark.parametrize("photos", [1, 12])
def test_recent_takes_three_queries_however_many_jobs(photos, django_assert_num_queries):
    for state in ({"ready": True}, {"processing": True}, {}):
        ProcessingSessionFactory.create_batch(photos, **state)
    with django_assert_num_queries(3):
        assert len(queries.recent_jobs().jobs) == photos * 3


def test_recent_is_shared_for_a_second(django_assert_num_queries):
    ProcessingSessionFactory(ready=True)
    queries.recent_jobs()
    with django_assert_num_queries(0):
        assert len(queries.recent_jobs().jobs) == 1


def test_recent_stops_at_the_longest_list(monkeypatch):
    monkeypatch.setattr(queries, "LONGEST_LIST", 2)
    ProcessingSessionFactory.create_batch(3)
    jobs = queries.recent_jobs()
    assert (len(jobs.jobs), jobs.is_cut) == (2, True)


def test_upload_jobs_are_those_of_the_upload_however_old():
    session = ProcessingSessionFactory(ready=True)
    ProcessingSessionFactory(ready=True)
    Job.objects.update(created_at=timezone.now() - timedelta(days=30))
    assert [job.job_id for job in queries.upload_jobs(session.job.upload_id).jobs] == [session.job_id]


def test_upload_jobs_of_an_upload_without_photos_are_none():
    assert queries.upload_jobs(UploadFactory().pk).jobs == ()


def test_unknown_upload_and_job_are_not_found():
    with pytest.raises(NotFoundError):
        queries.upload_jobs(uuid4())
    with pytest.raises(NotFoundError):
        queries.one_job(uuid4())


def test_one_job_is_found_even_when_a_later_run_exists():
    first = ProcessingSessionFactory(needs_location=True)
    ProcessingSessionFactory(job=JobFactory(image=first.original_image, kind=JobKind.REPROCESS))
    assert queries.one_job(first.job_id).problem.code == "needs_location"


def test_waiting_jobs_wait_longer_the_later_they_came():
    ProcessingSessionFactory.create_batch(3)
    newest, middle, oldest = queries.recent_jobs().jobs
    assert newest.remaining_seconds > middle.remaining_seconds > oldest.remaining_seconds
    assert [job.waiting for job in (newest, middle, oldest)] == [True, True, True]


def test_jobs_of_others_count_in_the_queue():
    others = ProcessingSessionFactory.create_batch(2)
    mine = ProcessingSessionFactory()
    alone = queries.one_job(others[0].job_id).remaining_seconds
    assert queries.upload_jobs(mine.job.upload_id).jobs[0].remaining_seconds > alone


def test_a_long_queue_is_not_loaded_whole(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(queries, "LONGEST_LOOK", 2)
    ProcessingSessionFactory.create_batch(6)
    with django_assert_max_num_queries(4):
        rows = queries.recent_jobs().jobs
    assert [row.remaining_seconds for row in rows] == sorted((row.remaining_seconds for row in rows), reverse=True)
    assert rows[0].remaining_seconds > rows[-1].remaining_seconds


def test_averages_come_from_photos_that_were_counted_anew():
    counted = ProcessingSessionFactory(ready=True, phase_seconds={"detect": 10.0})
    ProcessingSessionFactory(ready=True, phase_seconds={"detect": 0.1}, detections_from=counted)
    ProcessingSessionFactory(processing=True, job__tiles_total=0, job__tiles_done=0)
    working = next(job for job in queries.recent_jobs().jobs if job.unfinished)
    assert working.progress_percent == 87  # 20 s in a phase that takes 10: 95 % of it


def test_percent_never_goes_back_when_a_phase_starts_anew():
    session = ProcessingSessionFactory(processing=True)
    assert queries.one_job(session.job_id).progress_percent == 65
    Job.objects.update(tiles_done=2, held_by="gpu@host")
    cache.delete(f"jobs:one:{session.job_id}")
    assert queries.one_job(session.job_id).progress_percent == 65
    Job.objects.update(tiles_done=20)
    cache.delete(f"jobs:one:{session.job_id}")
    assert queries.one_job(session.job_id).progress_percent == 90


def test_totals_and_overall_percent():
    ProcessingSessionFactory(ready=True)
    ProcessingSessionFactory(needs_location=True)
    ProcessingSessionFactory(failed=True)
    ProcessingSessionFactory(processing=True)
    jobs = queries.recent_jobs()
    totals = jobs.totals
    assert (totals.photos, totals.counted, totals.needing_help, totals.failed, totals.unfinished) == (4, 1, 1, 1, 1)
    assert totals.milestone == "Three quarters of the photos are done."
    assert jobs.overall_percent == round((300 + 65) / 4, 1)


def test_changes_are_what_moves_and_what_was_written_since():
    old = ProcessingSessionFactory(ready=True)
    Job.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
    written, moving = ProcessingSessionFactory(ready=True), ProcessingSessionFactory(processing=True)
    Job.objects.filter(pk=moving.job_id).update(updated_at=timezone.now() - timedelta(minutes=5))
    changed = queries.recent_jobs().changed_since(timezone.now() - timedelta(minutes=1))
    assert {job.job_id for job in changed} == {written.job_id, moving.job_id}
    assert old.job_id not in {job.job_id for job in changed}


def test_order_tells_whether_the_same_rows_are_shown():
    ProcessingSessionFactory()
    before = queries.recent_jobs().order
    cache.clear()
    assert queries.recent_jobs().order == before
    cache.clear()
    ProcessingSessionFactory()
    assert queries.recent_jobs().order != before
