"""Celery's results in the database, for people to view; losing one loses no work.

Celery acknowledges a message after its result is stored. When the database goes away in the middle of a task, storing
the failure fails too, and a pool of threads then drops the message without acknowledging it: after eight of those the
io worker takes no message ever again (found by bench.faults). So a result that cannot be stored is only logged: the
rows of jobs and containers are authoritative, and recovery restarts interrupted work.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError
from django_celery_results.backends.database import DatabaseBackend

logger = logging.getLogger(__name__)


class BestEffortBackend(DatabaseBackend):  # type: ignore[misc]  # django_celery_results has no types
    """django-celery-results' backend that continues without the database."""

    def store_result(self, task_id: str, result: Any, state: str, *args: Any, **kwargs: Any) -> Any:
        """The stored result; `result` itself if the database is down."""
        with _going_on_without_database(task_id):
            return super().store_result(task_id, result, state, *args, **kwargs)
        return result

    def on_chord_part_return(self, request: Any, state: str, result: Any, **kwargs: Any) -> None:
        """Count one part of a chord; recovery completes a chord that lost one."""
        with _going_on_without_database(request.id):
            super().on_chord_part_return(request, state, result, **kwargs)


@contextmanager
def _going_on_without_database(task_id: str) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        logger.warning("the result of task %s was not stored: %s", task_id, error)
