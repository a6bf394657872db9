"""Finds training runs that nobody has, and sends them again: after a lost worker, a lost message, or working hours."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from demeter.common.loops import do_each
from learning import runs, tasks

logger = logging.getLogger(__name__)


@worker_ready.connect
def release_held_runs(sender: Any = None, **_signal: Any) -> None:
    """Release what still carries the name of a starting worker: it belonged to the process that died."""
    if runs.release_worker(sender.hostname):
        logger.warning("%s was lost in a training, which will go on", sender.hostname)


@shared_task(soft_time_limit=60, time_limit=90, ignore_result=True)
def recover_trainings() -> None:
    """Beat, every 15 seconds. Safe to run twice: each run is handled under its lock."""
    do_each(runs.stalled_runs(), _recover, failing="a stalled training could not be sent again")


def _recover(run_id: int) -> None:
    if runs.retry_run(run_id):
        tasks.send_run(run_id)
