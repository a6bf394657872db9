"""Celery's results in the database, for people to look at; losing one loses no work.

Celery acknowledges a message after its result is stored. When the database goes away in the middle of a task, storing
the failure fails too, and a pool of threads then drops the message without acknowledging it: after eight of those the
io worker takes no message ever again (found by bench.faults). So a result that cannot be stored is told to the log
and left out: the rows of jobs and containers are the truth, and recovery starts again what was cut off.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError
from django_celery_results.backends.database import DatabaseBackend

logger = logging.getLogger(__name__)


class BestEffortBackend(DatabaseBackend):  # type: ignore[misc]  # django_celery_results has no types
    """django-celery-results' backend that goes on without the database."""

    def store_result(self, task_id: str, result: Any, state: str, *args: Any, **kwargs: Any) -> Any:
        """What was stored; `result` itself when the database is away."""
        with _going_on_without_database(task_id):
            return super().store_result(task_id, result, state, *args, **kwargs)
        return result

    def on_chord_part_return(self, request: Any, state: str, result: Any, **kwargs: Any) -> None:
        """Counts one part of a chord; a chord that lost one is closed by recovery."""
        with _going_on_without_database(request.id):
            super().on_chord_part_return(request, state, result, **kwargs)


@contextmanager
def _going_on_without_database(task_id: str) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        logger.warning("the result of task %s was not stored: %s", task_id, error)
