"""A real training of both models, on a few renders, whose worker is killed again and again: for many minutes, so only
where the number of KILLS is given, as `KILLS=3 bin/test tests/learning/test_real_training.py`."""

import csv
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest
from django.conf import settings

from learning import runs
from learning.exchange.importing import import_data_set
from learning.exchange.layout import LabelledPhoto
from learning.exchange.yolo import write_yolo
from learning.labels import Labels, PlantBox
from learning.models import RunState
from learning.work_folder import folder_of
from locations.nursery import write_nursery
from processing.runtime.stored_weights import fetch_models
from processing.runtime.weights import read_weights
from tests.learning.factories import make_zip
from tests.processing.live import _database_url
from training.rehearsal import load_rehearsal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(5400),
    pytest.mark.skipif("KILLS" not in os.environ, reason="takes many minutes: give the number of KILLS"),
]
PART = {"own": 8, "rehearsal": 6, "collages": 2, "passes": 2, "epoch_tiles": 8, "lr": 0.0004}
KILLS = int(os.environ.get("KILLS", "0"))
WORKER = """
import django
django.setup()
from learning import supervising
supervising.train({run}, worker="train@here")
"""


def make_photos() -> dict[str, bytes]:
    """Seven renders with their plants, five of them to learn from."""
    files = {}
    for number, picture in enumerate(load_rehearsal()[:7]):
        split = "train" if number < 5 else "val"
        plants = tuple(
            PlantBox(int(label), tuple(map(float, xyxy)))
            for label, xyxy in zip(picture.labels, picture.boxes, strict=True)
        )
        photo = LabelledPhoto("", picture.resolution_wh, Labels(plants, None), None)
        files[f"images/{split}/{number}.webp"] = picture.path.read_bytes()
        files[f"labels/{split}/{number}.txt"] = write_yolo(photo.labels, photo.size_px, "plants")
    return files


def start_worker(run) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "demeter.settings", "DATABASE_URL": _database_url()}
    environment |= {"DEMETER_DATA_DIR": str(settings.DATA_DIR)}
    return subprocess.Popen([sys.executable, "-c", WORKER.format(run=run.pk)], env=environment)


def processes_of(folder: Path) -> list[int]:
    """The processes of a training."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and str(folder).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def epochs_of(folder: Path, model: str) -> list[int]:
    path = folder / model / "run" / "results.csv"
    if not path.is_file():
        return []
    with path.open() as file:
        return [int(row["epoch"]) for row in csv.DictReader(file)]


def test_a_training_whose_worker_is_killed_goes_on_where_it_was(tmp_path, settings, monkeypatch):
    settings.DATA_DIR = tmp_path
    write_nursery(working_from=0, working_until=0)
    monkeypatch.setattr(
        runs, "make_job", lambda **_photos: {"models": {"detector": PART, "segmenter": PART}, "seed": 1}
    )
    run = runs.ask_for_run(import_data_set(make_zip(make_photos()), name="renders", user=None), user=None)
    folder, chance = folder_of(run), random.Random(7)
    seen = [0.0]
    for _ in range(KILLS):
        worker = start_worker(run)
        until = time.monotonic() + 1200
        while run.done_units <= seen[-1] and worker.poll() is None and time.monotonic() < until:
            time.sleep(1)
            run.refresh_from_db()
        time.sleep(chance.uniform(0, 20))
        worker.kill()
        worker.wait()
        deadline = time.monotonic() + 20
        while processes_of(folder) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert processes_of(folder) == [], "the training outlived its worker"
        run.refresh_from_db()
        if not run.is_unfinished:
            break
        seen.append(run.done_units)
        runs.release_worker("train@here")
        assert runs.retry_run(run.pk)
    print(f"Killed {len(seen) - 1} times before it was done.")
    assert start_worker(run).wait() == 0
    run.refresh_from_db()
    assert run.state == RunState.TRAINED, str(run.error)
    assert seen == sorted(seen), "progress went back"
    for model in ("detector", "segmenter"):
        assert sorted(set(epochs_of(folder, model))) == list(range(1, 5))
        assert len(epochs_of(folder, model)) <= 4 + KILLS, "the training began anew"
        for path in (folder / model / "collages" / "images").iterdir():
            assert cv2.imread(str(path)) is not None
    assert len(run.judged) == 9
    fetched = fetch_models(run.trained)
    for name in ("detector", "segmenter"):
        weights = read_weights(name, fetched)
        weights.verify()
        assert weights.sha256 != read_weights(name).sha256
    assert b"i8" in (fetched / "detector_openvino_model" / "detector.xml").read_bytes()
