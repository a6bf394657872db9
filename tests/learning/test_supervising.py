"""The worker's side of a training: what is prepared, what ends it, what it says. The training itself is a stand-in."""

import json
import sys
import textwrap
from pathlib import Path

import pytest

from demeter.common.exceptions import UnavailableError
from learning import runs, supervising, work_folder
from learning.data_sets import make_data_set
from learning.models import RunState, TrainingRun
from locations.nursery import write_nursery
from processing.models import TrainedModels
from tests.learning.factories import TrainedModelsFactory, correct_photo
from tests.locations.factories import LocationConfigFactory

pytestmark = pytest.mark.django_db
JUDGE = """
import pathlib, sys
(pathlib.Path(sys.argv[1]) / "judged.json").write_text('[{"name": "x"}]')
"""
PROGRESS = {"stage": "detector", "done": 30.0, "all": 100.0, "seconds": 12.0}


@pytest.fixture(autouse=True)
def _night(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    settings.STAGING_RESERVE_BYTES = 0
    write_nursery(working_from=0, working_until=0)
    monkeypatch.setattr(supervising, "EVERY_SECONDS", 0.05)
    supervising.stopping.clear()


@pytest.fixture
def run():
    config = LocationConfigFactory()
    for days_ago in (20, 20.001, 18, 18.001, 16, 14, 12):
        correct_photo(config, days_ago=days_ago)
    data_set = make_data_set(name="n", user=None)
    assert (data_set.train_count, data_set.held_out_count) == (5, 2)
    return runs.ask_for_run(data_set, user=None)


@pytest.fixture
def training(monkeypatch):
    """What the process of the training does instead."""

    def use(program: str) -> None:
        body = "import json, pathlib, sys, time\nwork = pathlib.Path(sys.argv[1])\n" + textwrap.dedent(program)

        def start(words, log):
            folder = work_folder.folder_of(TrainingRun.objects.get())
            program = JUDGE if "judge_models" in words else body
            words = [sys.executable, "-c", program, str(folder)]
            return supervising.subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)

        monkeypatch.setattr(supervising, "_start", start)
        monkeypatch.setattr(supervising, "store_models", lambda _folder: TrainedModelsFactory())

    return use


def train(run) -> TrainingRun:
    supervising.train(run.pk, worker="train@here")
    run.refresh_from_db()
    return run


def test_a_training_ends_with_its_weights(run, training):
    training(f"""
        (work / "progress.json").write_text('{json.dumps(PROGRESS)}')
        (work / "done.json").write_text("{{}}")
    """)
    assert train(run).state == RunState.TRAINED
    assert run.trained == TrainedModels.objects.get()
    assert run.judged == [{"name": "x"}]
    assert (run.seconds, run.percent, run.held_by, run.lease_until) == (12, 100, "", None)


def test_judging_goes_on_without_training_again(run, training, monkeypatch):
    """The worker was lost between the two."""
    training("raise SystemExit('trained twice')")
    folder = work_folder.folder_of(run)
    folder.mkdir(parents=True)
    (folder / "done.json").write_text("{}")
    assert train(run).state == RunState.TRAINED


def test_an_outage_while_the_weights_are_stored_postpones_it(run, training, monkeypatch):
    def away(_folder):
        raise UnavailableError("away")

    training('(work / "done.json").write_text("{}")')
    monkeypatch.setattr(supervising, "store_models", away)
    assert train(run).state == RunState.QUEUED


def test_the_folder_has_the_photos_to_learn_from_and_no_others(run, training):
    training("")
    train(run)
    folder = work_folder.folder_of(run)
    entries = json.loads((folder / "photos" / "labels.json").read_text())
    held_out = set(run.data_set.photos.filter(split="held_out").values_list("sha256", flat=True))
    names = {path.stem for path in (folder / "photos").glob("*.jpg")}
    assert len(entries) == len(names) == 5
    assert not names & held_out
    assert {len(entry["plants"]) for entry in entries} == {5}
    assert sorted(path.name for path in (folder / "base").iterdir()) == ["detector.pt", "segmenter.pt"]
    assert json.loads((folder / "job.json").read_text()) == run.job


def test_a_cancelled_training_ends_within_seconds(run, training, monkeypatch):
    training('(work / "began").write_text(""); time.sleep(600)')
    told = runs.tell_progress

    def cancel_then_tell(claimed, progress):
        if (work_folder.folder_of(run) / "began").exists():
            runs.cancel_run(run.pk, user=None)
        told(claimed, progress)

    monkeypatch.setattr(runs, "tell_progress", cancel_then_tell)
    assert train(run).state == RunState.CANCELLED


def test_working_hours_give_it_back_and_it_goes_on_after_them(run, training):
    training("time.sleep(600)")
    write_nursery(working_from=0, working_until=24)
    assert train(run).state == RunState.QUEUED
    assert run.held_by == ""
    assert run.waiting_since == run.lease_until == supervising.free_from()
    assert not work_folder.folder_of(run).exists()


def test_working_hours_that_begin_meanwhile_end_the_process(run, training, monkeypatch):
    training("time.sleep(600)")
    answers = iter([None, None, supervising.runs.timezone.now()])
    monkeypatch.setattr(supervising, "free_from", lambda: next(answers))
    assert train(run).state == RunState.QUEUED


def test_a_worker_that_is_asked_to_stop_gives_it_back(run, training):
    training("time.sleep(600)")
    supervising.stopping.set()
    assert train(run).state == RunState.QUEUED
    assert run.attempt == 0


def test_a_training_that_fails_says_why(run, training):
    training("raise SystemExit('the training of the detector ended with 1')")
    assert train(run).state == RunState.FAILED
    assert "The training stopped by itself: the training of the detector ended with 1" in str(run.error)


@pytest.mark.parametrize("end", ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "raise SystemExit(137)"])
def test_a_training_that_is_killed_is_tried_again(run, training, end):
    training(end)
    assert train(run).state == RunState.RUNNING
    assert runs.stalled_runs() == [run.pk]
    assert runs.retry_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.QUEUED, 1)


def test_an_outage_during_judging_postpones_it(run, training):
    training("raise SystemExit(75)")
    assert train(run).state == RunState.QUEUED
    assert (run.attempt, run.held_by) == (0, "")


def test_a_full_disk_is_said_before_and_during(run, training, monkeypatch):
    training("raise OSError(28, 'No space left on device')")
    assert "The disk of the training worker has only" in str(train(run).error)
    TrainingRun.objects.update(state="queued", finished_at=None, error=None, lease_until=run.created_at)
    monkeypatch.setattr(supervising, "free_bytes", lambda: 10**9)
    work_folder.shutil.rmtree(work_folder.folder_of(run))
    assert train(run).state == RunState.FAILED
    assert "has only 0.9 GB left, and the training needs 2.0 GB" in str(run.error)


def test_photos_that_are_gone_are_counted(run, training):
    from photos.models import S3Image
    from photos.storage import object_store

    training("")
    photo = run.data_set.photos.filter(split="train").first()
    object_store.delete_object(S3Image.objects.get(pk=photo.image_id).s3_key_original)
    assert train(run).state == RunState.FAILED
    assert "The originals of 1 photos are gone, so that too few are left" in str(run.error)


def test_an_outage_of_the_storage_postpones_it(run, training, monkeypatch):
    def away(_photo):
        raise UnavailableError("away")

    monkeypatch.setattr(work_folder, "read_bytes", away)
    assert train(run).state == RunState.QUEUED


def test_folders_of_earlier_runs_are_removed(run, training):
    training("")
    old = work_folder.folder_of(run).parent / "999"
    old.mkdir(parents=True)
    train(run)
    assert not old.exists()


def test_a_message_that_comes_twice_trains_once(run, training):
    training("")
    assert runs.claim_run(run.pk, worker="train@other")
    supervising.train(run.pk, worker="train@here")
    assert not Path(work_folder.folder_of(run)).exists()
