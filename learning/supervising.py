"""Watches the training of a run: a process of its own, which takes only what others leave (`training.on_photos`).

The worker starts it, tells its progress every two seconds, and ends it when the run was cancelled or taken over, when
the working hours begin, or when the worker itself is asked to stop. What was learned until the last checkpoint stays.
"""

import errno
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from demeter.common.exceptions import UnavailableError
from learning import runs
from learning.hours import free_from
from learning.judging import JUDGED
from learning.messages import DISK_FULL, PHOTOS_GONE, TRAINING_FAILED
from learning.models import TrainingRun
from learning.plan import FEWEST_TRAIN
from learning.work_folder import fill_folder, folder_of, forget_others, free_bytes, needed_bytes
from processing.runtime.stored_weights import store_models

logger = logging.getLogger(__name__)
EVERY_SECONDS = 2.0
ENDS_WITHIN_SECONDS = 10.0
GIGABYTE = 1024**3
LOG, DONE = "training.log", "done.json"
# What the programs end with where another try may help.
OUTAGE, KILLED = 75, 137
LAST_CHARACTERS = 200
# Set when this worker is asked to stop.
stopping = threading.Event()


def train(run_id: int, *, worker: str) -> None:
    """Train as long as it may; the rest is for a later message. Safe to run twice: a run has one worker at a time."""
    run = runs.claim_run(run_id, worker=worker)
    if run is None:
        return
    try:
        _train(run)
    except runs.RunLostError:
        logger.warning("training %s was cancelled or taken over; nothing is written", run.pk)
    except UnavailableError:
        logger.warning("training %s waits for the storage", run.pk)
        runs.postpone_run(run)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _fail_for_space(run)


def _train(run: TrainingRun) -> None:
    until = free_from()
    if until is not None:
        runs.postpone_run(run, until)
        return
    forget_others(run)
    if not folder_of(run).exists() and free_bytes() < needed_bytes(run):
        _fail_for_space(run)
        return
    if (folder_of(run) / DONE).is_file() or _fill(run):
        _train_and_judge(run)


def _fill(run: TrainingRun) -> bool:
    """Fetch what the training reads; False if too few photos are left, and the run has failed."""
    gone = fill_folder(run, renew=lambda: runs.tell_progress(run, None))
    if run.data_set.train_count - gone >= FEWEST_TRAIN:
        return True
    runs.fail_run(run, PHOTOS_GONE(number=gone))
    return False


def _fail_for_space(run: TrainingRun) -> None:
    free, needed = free_bytes() / GIGABYTE, needed_bytes(run) / GIGABYTE
    runs.fail_run(run, DISK_FULL(free=f"{free:.1f}", needed=f"{needed:.1f}"))


def _train_and_judge(run: TrainingRun) -> None:
    """Train, then judge; each where it was, if it was interrupted."""
    folder = folder_of(run)
    parent = ("--parent", str(os.getpid()))
    if not (folder / DONE).is_file() and not _watch(run, ("-m", "training.on_photos", str(folder), *parent)):
        return
    if _watch(run, ("manage.py", "judge_models", str(run.pk), *parent)):
        _conclude(run, folder)


def _watch(run: TrainingRun, words: tuple[str, ...]) -> bool:
    """Run a program to its end; False if it did not get there, and the run was postponed or has failed."""
    folder = folder_of(run)
    with (folder / LOG).open("ab") as log:
        child = _start(words, log)
        try:
            while child.poll() is None:
                runs.tell_progress(run, _read(folder / "progress.json"))
                until = free_from()
                if until is not None or stopping.wait(EVERY_SECONDS):
                    runs.postpone_run(run, until)
                    return False
        finally:
            _end(child)
    runs.tell_progress(run, _read(folder / "progress.json"))
    if child.returncode == 0:
        return True
    _fail(run, folder, child.returncode)
    return False


def run_beside(words: tuple[str, ...]) -> None:
    """Run a program to its end, or until this worker is asked to stop; what it says goes to the log of the worker."""
    child = _start((*words, "--parent", str(os.getpid())), None)
    try:
        while child.poll() is None and not stopping.wait(EVERY_SECONDS):
            pass
    finally:
        _end(child)


def _start(words: tuple[str, ...], log: IO[bytes] | None) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "YOLO_CONFIG_DIR": str(settings.YOLO_CONFIG_DIR)}  # noqa: TID251  for a child
    environment |= {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(  # noqa: S603  our own program
        (sys.executable, *words),
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the training with everything that it started."""
    if child.poll() is not None:
        return
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(ENDS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _conclude(run: TrainingRun, folder: Path) -> None:
    """Keep the weights in the object store, where they outlive this machine, and the figures with the run."""
    trained = store_models(folder / "weights")
    runs.finish_run(run, trained=trained, judged=json.loads((folder / JUDGED).read_text()))


def _fail(run: TrainingRun, folder: Path, status: int) -> None:
    if free_bytes() == 0 or "No space left" in _last_words(folder):
        _fail_for_space(run)
    elif status == OUTAGE:
        runs.postpone_run(run)
    elif status < 0 or status == KILLED:  # from outside, perhaps for its memory: another try, if it may have one
        _count_loss(run)
    else:
        runs.fail_run(run, TRAINING_FAILED(error=_last_words(folder).strip().splitlines()[-1][:LAST_CHARACTERS]))


def _count_loss(run: TrainingRun) -> None:
    """As if the worker had been lost: recovery counts it, and sends it again."""
    with runs.held(run) as row:
        row.lease_until = row.updated_at
        row.save()


def _last_words(folder: Path) -> str:
    log = folder / LOG
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20 * LAST_CHARACTERS))
        return file.read().decode(errors="replace") or "?"


def _read(path: Path) -> dict[str, Any] | None:
    """A file that the training writes whole; None while there is none."""
    return dict(json.loads(path.read_text())) if path.is_file() else None
