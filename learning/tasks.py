"""The Celery task of trainings, on a queue of its own with one worker.

A message only wakes the worker: `learning.runs` says what is to be done, `learning.recovery` sends it again. A training
takes hours, more than the broker waits before it delivers a message again; the second one finds the run taken or over.
"""

import logging
from typing import Any

from celery import Task, shared_task
from celery.exceptions import OperationalError
from celery.signals import worker_shutting_down
from django.conf import settings
from redis import RedisError

from demeter.common import broker
from learning import shadow, supervising

logger = logging.getLogger(__name__)
LONGEST_SECONDS = 7 * 24 * 3600


@worker_shutting_down.connect
def end_training(**_signal: Any) -> None:
    """Let a worker that is asked to stop give its training back."""
    supervising.stopping.set()


@shared_task(bind=True, soft_time_limit=LONGEST_SECONDS, time_limit=LONGEST_SECONDS, ignore_result=True)
def train_models(self: "Task[[int], None]", run_id: int) -> None:
    """Train on the photos of a data set. Safe to run twice: one worker at a time has a run."""
    supervising.train(run_id, worker=str(self.request.hostname))


@shared_task(soft_time_limit=3600, time_limit=3600, ignore_result=True)
def count_shadows() -> None:
    """Beat, every two minutes. Count new photos in the shadow. Safe to run twice: each count is noted once."""
    if shadow.has_due():
        supervising.run_beside(("manage.py", "count_shadows"))


def send_run(run_id: int) -> None:
    """Wake the worker; without the broker, recovery does it later."""
    try:
        with broker.asking(settings.REDIS_URL):
            train_models.delay(run_id)
    except (OperationalError, RedisError) as error:
        logger.warning("a message is not sent now: %s", error)
