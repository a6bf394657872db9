"""Log context: ids of the photo, bound once and added to every line until the work ends.

Stages bind job, image and container; each Celery task binds its name and id. The settings add `BoundIds` to the
handler, so that the lines of libraries have the ids too: as fields with `LOG_FORMAT=json`, else at the end of the line.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from celery.signals import task_postrun, task_prerun

_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default=MappingProxyType({}))
TASK_IDS = ("task", "task_id")


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Add the ids to every line logged inside."""
    token = _bound.set({**_bound.get(), **{name: str(value) for name, value in ids.items()}})
    try:
        yield
    finally:
        _bound.reset(token)


class BoundIds(logging.Filter):
    """Adds the bound ids to every record, as attributes and as the text `ids`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the ids of this thread's work."""
        ids = _bound.get()
        record.__dict__.update(ids)
        record.ids = "".join(f" {name}={value}" for name, value in ids.items())
        return True


def connect_signals() -> None:
    """Bind the task while a worker runs it; both signals are sent in the same thread."""
    task_prerun.connect(_bind_task, weak=False)
    task_postrun.connect(_unbind_task, weak=False)


def _bind_task(task_id: str, task: Any, **_signal: Any) -> None:
    _bound.set({**_bound.get(), "task": task.name, "task_id": task_id})


def _unbind_task(**_signal: Any) -> None:
    _bound.set({name: value for name, value in _bound.get().items() if name not in TASK_IDS})
