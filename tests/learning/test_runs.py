"""Training runs: one at a time, one worker each, nothing written by one that lost it, nothing running for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from demeter.common.exceptions import ConflictError
from learning import recovery, runs
from learning.hours import free_from
from learning.models import RunState, TrainingRun
from learning.plan import make_job
from locations.nursery import write_nursery
from tests.factories import UserFactory
from tests.learning.factories import DataSetFactory, TrainedModelsFactory, TrainingRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    ids: list[int] = []
    monkeypatch.setattr("learning.tasks.send_run", ids.append)
    return ids


def expire(run: TrainingRun) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_run_is_asked_for_with_what_it_will_learn_from():
    run = runs.ask_for_run(DataSetFactory(), user=UserFactory())
    assert run.state == RunState.QUEUED
    assert run.job == {**make_job(plants=6, containers=6), "judging_seconds": 12 * (2 + 7)}
    assert set(run.base) == {"detector", "segmenter"}


def test_two_taps_start_one_run():
    data_set = DataSetFactory()
    runs.ask_for_run(data_set, user=None)
    with pytest.raises(ConflictError, match="waiting or at work already"):
        runs.ask_for_run(data_set, user=None)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so too
        TrainingRunFactory(data_set=data_set)


@pytest.mark.parametrize(
    ("photos", "held_out", "message"),
    [
        (3, 0, "needs 5 photos to learn from: 2 more must be corrected"),
        (6, 2, "needs 5 photos to learn from: 1 more must be corrected"),
        (6, 0, "needs 2 photos kept for testing: 2 more of another visit"),
        (6, 1, "needs 2 photos kept for testing: 1 more of another visit"),
    ],
)
def test_too_few_photos_are_refused_with_how_many_are_missing(photos, held_out, message):
    with pytest.raises(ConflictError, match=message):
        runs.ask_for_run(DataSetFactory(photo_count=photos, held_out_count=held_out), user=None)
    assert not TrainingRun.objects.exists()


def test_most_of_what_is_learned_is_rehearsal_however_many_photos():
    for photos in (5, 10, 100, 2000):
        for model in make_job(plants=photos, containers=photos)["models"].values():
            assert 2 * model["own"] <= model["own"] + model["rehearsal"] + model["collages"]
    assert make_job(plants=9, containers=0)["models"]["segmenter"]["own"] == 0


def test_one_worker_has_a_run():
    run = TrainingRunFactory()
    first = runs.claim_run(run.pk, worker="train@a")
    assert first is not None
    assert runs.claim_run(run.pk, worker="train@b") is None
    expire(run)
    second = runs.claim_run(run.pk, worker="train@b")
    assert second is not None
    for write in (
        lambda: runs.tell_progress(first, {"stage": "detector", "done": 50.0, "all": 100.0, "seconds": 9.0}),
        lambda: runs.finish_run(first, trained=TrainedModelsFactory(), judged=[{"name": "x"}]),
        lambda: runs.postpone_run(first),
        lambda: runs.fail_run(first, runs.WORKERS_LOST(number=1)),
    ):
        with pytest.raises(runs.RunLostError):
            write()
    second.refresh_from_db()
    assert (second.state, second.done_units, second.judged) == (RunState.RUNNING, 0, [])


def test_a_cancelled_run_is_over_for_its_worker():
    run = runs.claim_run(TrainingRunFactory().pk, worker="train@a")
    boss = UserFactory(supervisor=True)
    runs.cancel_run(run.pk, user=boss)
    with pytest.raises(runs.RunLostError):
        runs.finish_run(run, trained=TrainedModelsFactory(), judged=[])
    run.refresh_from_db()
    assert (run.state, run.cancelled_by, run.held_by) == (RunState.CANCELLED, boss, "")
    with pytest.raises(ConflictError, match="over already"):
        runs.cancel_run(run.pk, user=boss)
    assert runs.claim_run(run.pk, worker="train@a") is None


def test_a_lost_worker_gives_the_run_to_the_next_even_before_the_first_checkpoint(sent):
    run = runs.claim_run(TrainingRunFactory().pk, worker="train@a")
    recovery.recover_trainings()
    assert sent == []
    expire(run)
    recovery.recover_trainings()
    run.refresh_from_db()
    assert (run.state, run.held_by, run.attempt, sent) == (RunState.QUEUED, "", 1, [run.pk])
    recovery.recover_trainings()
    assert sent == [run.pk]


def test_workers_that_are_lost_again_and_again_without_progress_end_it(sent):
    run = TrainingRunFactory()
    for _ in range(runs.MAX_LOST_WORKERS + 1):
        assert runs.claim_run(run.pk, worker="train@a")
        expire(run)
        recovery.recover_trainings()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "lost 6 times without any progress" in str(run.error)


def test_progress_forgives_lost_workers(sent):
    run = TrainingRunFactory()
    for number in range(runs.MAX_LOST_WORKERS * 2):
        claimed = runs.claim_run(run.pk, worker="train@a")
        runs.tell_progress(claimed, {"stage": "detector", "done": 1.0 + number, "all": 100.0, "seconds": 9.0})
        expire(run)
        recovery.recover_trainings()
    run.refresh_from_db()
    assert (run.state, run.done_units, run.attempt) == (RunState.QUEUED, 10.0, 1)


def test_the_same_way_again_is_no_progress(sent):
    """A worker that always dies at one point does not try for ever, and the bar does not go back."""
    run = TrainingRunFactory()
    for _ in range(runs.MAX_LOST_WORKERS + 2):
        claimed = runs.claim_run(run.pk, worker="train@a")
        if claimed is None:
            break
        for done in (5.0, 8.0):
            runs.tell_progress(claimed, {"stage": "detector", "done": done, "all": 100.0, "seconds": 9.0})
        expire(run)
        recovery.recover_trainings()
    run.refresh_from_db()
    assert (run.state, run.done_units) == (RunState.FAILED, 8.0)


def test_a_starting_worker_releases_what_it_had(sent):
    run = runs.claim_run(TrainingRunFactory().pk, worker="train@a")
    assert runs.release_worker("train@b") == 0
    assert runs.release_worker("train@a") == 1
    recovery.recover_trainings()
    assert sent == [run.pk]


def test_a_lost_message_is_sent_again(sent):
    run = TrainingRunFactory()
    recovery.recover_trainings()
    assert sent == [run.pk]
    expire(run)
    recovery.recover_trainings()
    assert sent == [run.pk, run.pk]
    run.refresh_from_db()
    assert run.attempt == 0


def test_time_left_follows_from_the_pace():
    run = TrainingRunFactory(running=True)
    assert run.percent == 40
    assert run.seconds_left == pytest.approx(1800)
    run.done_units = 1
    assert run.seconds_left is None


@pytest.mark.parametrize(
    ("begin", "end", "hour", "free"),
    [(7, 19, 6, None), (7, 19, 7, 19), (7, 19, 18, 19), (7, 19, 19, None), (0, 0, 12, None), (9, 9, 9, None),
     (22, 6, 23, 30), (22, 6, 3, 6), (22, 6, 12, None), (0, 24, 23, 24)],
)  # fmt: skip
def test_nothing_is_trained_in_working_hours(begin, end, hour, free):
    write_nursery(working_from=begin, working_until=end, time_zone="America/Mexico_City")
    now = datetime(2026, 11, 20, hour, 30, tzinfo=UTC) + timedelta(hours=6)  # Mexico City is six hours behind
    until = free_from(now)
    assert until == (None if free is None else datetime(2026, 11, 20, 6, tzinfo=UTC) + timedelta(hours=free))
