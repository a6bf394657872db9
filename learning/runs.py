"""The only writer of training runs: ask for one, claim it, tell its progress, end it.

A worker takes a lease on the row, as in `processing.lifecycle`, and writes only under the name of its own claim: one
that was stopped for so long that another took over cannot write any more. `learning.recovery` sends again what nobody
has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, NotFoundError
from demeter.common.i18n.messages import Message
from learning.judging import judging_seconds
from learning.messages import WORKERS_LOST
from learning.models import DataSet, RunState, Split, TrainingRun
from learning.plan import FEWEST_HELD_OUT, FEWEST_TRAIN, make_job
from processing.models import TrainedModels
from processing.runtime.weights import WEIGHT_NAMES, read_weights

LEASE = timedelta(minutes=2)
QUEUE_LEASE = timedelta(minutes=1)
MAX_LOST_WORKERS = 5  # without progress in between


class RunLostError(Exception):
    """Another worker has this run, or it is over: whatever this one did must be discarded."""


def ask_for_run(data_set: DataSet, *, user: User | None) -> TrainingRun:
    """Queue a training on a version of a data set.

    Raises ConflictError: one is waiting or at work already, or the data set has too few photos.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # two at once would not see each other
            cursor.execute("LOCK TABLE training_runs IN SHARE ROW EXCLUSIVE MODE")
        if TrainingRun.objects.unfinished().exists():
            raise ConflictError(_("A training is waiting or at work already. Wait for its end, or cancel it."))
        check_enough(data_set)
        train = list(data_set.photos.filter(split=Split.TRAIN).values_list("labels", flat=True))
        return TrainingRun.objects.create(
            data_set=data_set,
            requested_by=user,
            job=make_job(
                plants=sum(labels["plants"] is not None for labels in train),
                containers=sum(labels["containers"] is not None for labels in train),
            )
            | {"judging_seconds": judging_seconds(data_set)},
            base={name: read_weights(name).sha256 for name in WEIGHT_NAMES},
            lease_until=timezone.now(),
            waiting_since=timezone.now(),
        )


def check_enough(data_set: DataSet) -> None:
    """Raise ConflictError, which says how many photos are missing."""
    missing = FEWEST_TRAIN - data_set.train_count
    if missing > 0:
        words = ngettext(
            "A training needs %(fewest)d photos to learn from: %(missing)d more must be corrected and signed off.",
            "A training needs %(fewest)d photos to learn from: %(missing)d more must be corrected and signed off.",
            missing,
        )
        raise ConflictError(words % {"fewest": FEWEST_TRAIN, "missing": missing})
    missing = FEWEST_HELD_OUT - data_set.held_out_count
    if missing > 0:
        words = ngettext(
            "A training needs %(fewest)d photos kept for testing: %(missing)d more of another visit must be corrected"
            " and signed off.",
            "A training needs %(fewest)d photos kept for testing: %(missing)d more of another visit must be corrected"
            " and signed off.",
            missing,
        )
        raise ConflictError(words % {"fewest": FEWEST_HELD_OUT, "missing": missing})


def cancel_run(run_id: int, *, user: User | None) -> TrainingRun:
    """End a run. A worker that has it notices within seconds, and cannot write any more at once.

    Raises NotFoundError, or ConflictError if it is over.
    """
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            raise NotFoundError(_("There is no training with this number."))
        if not run.is_unfinished:
            raise ConflictError(_("This training is over already."))
        run.cancelled_by = user
        _end(run, RunState.CANCELLED)
        return run


def claim_run(run_id: int, *, worker: str) -> TrainingRun | None:
    """Claim a run; None if it is over, or another worker has it."""
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update().unfinished().filter(pk=run_id).first()
        now = timezone.now()
        if run is None or (run.held_by and run.lease_until is not None and run.lease_until > now):
            return None
        run.held_by, run.lease_until = f"{worker}/{uuid4().hex[:8]}", now + LEASE
        run.state, run.started_at, run.waiting_since = RunState.RUNNING, run.started_at or now, None
        run.save()
        return run


def tell_progress(run: TrainingRun, told: dict[str, Any] | None) -> None:
    """Renew the lease, with what progress.json says. Progress forgives lost workers. Raises RunLostError."""
    with held(run) as row:
        row.lease_until = timezone.now() + LEASE
        if told:
            if told["done"] > row.done_units:  # further than any worker before
                row.attempt, row.done_units = 0, told["done"]
            row.stage, row.all_units, row.seconds = told["stage"], told["all"], told["seconds"]
        row.save()


def postpone_run(run: TrainingRun, until: datetime | None = None) -> None:
    """Give a run back: it goes on at `until`, or as soon as a worker is there. Raises RunLostError."""
    with held(run) as row:
        row.state, row.held_by = RunState.QUEUED, ""
        row.lease_until = row.waiting_since = until or timezone.now()
        row.save()


def finish_run(run: TrainingRun, *, trained: TrainedModels, judged: list[dict[str, Any]]) -> None:
    """Note the result. Raises RunLostError."""
    with held(run) as row:
        row.trained, row.judged, row.done_units = trained, judged, row.all_units
        _end(row, RunState.TRAINED)


def fail_run(run: TrainingRun, why: Message) -> None:
    """End a run with its reason. Raises RunLostError."""
    with held(run) as row:
        row.error = why
        _end(row, RunState.FAILED)


@contextmanager
def held(run: TrainingRun) -> Iterator[TrainingRun]:
    """The row of a run that this worker still has, locked. Raises RunLostError."""
    with transaction.atomic():
        row = TrainingRun.objects.select_for_update().filter(pk=run.pk, held_by=run.held_by).first()
        if row is None or row.state != RunState.RUNNING:
            raise RunLostError(str(run))
        yield row


def _end(run: TrainingRun, state: RunState) -> None:
    run.state, run.finished_at = state, timezone.now()
    run.held_by, run.lease_until, run.waiting_since = "", None, None
    run.save()


def stalled_runs() -> list[int]:
    """The runs whose lease has expired: nobody has them, or whoever had them is lost."""
    return list(TrainingRun.objects.unfinished().filter(lease_until__lt=timezone.now()).values_list("pk", flat=True))


def retry_run(run_id: int) -> bool:
    """Give a stalled run a new lease in the queue; False if it is over, or has lost too many workers."""
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update().unfinished().filter(pk=run_id).first()
        if run is None or run.lease_until is None or run.lease_until >= timezone.now():
            return False
        if run.held_by:
            run.attempt, run.waiting_since = run.attempt + 1, timezone.now()
        if run.attempt > MAX_LOST_WORKERS:
            run.error = WORKERS_LOST(number=run.attempt)
            _end(run, RunState.FAILED)
            return False
        run.state, run.held_by, run.lease_until = RunState.QUEUED, "", timezone.now() + QUEUE_LEASE
        run.save()
        return True


def release_worker(worker: str) -> int:
    """Release what a worker of this name had when it died; how many runs."""
    held_by = TrainingRun.objects.unfinished().filter(held_by__startswith=f"{worker}/")
    return held_by.update(lease_until=timezone.now() - timedelta(seconds=1))
