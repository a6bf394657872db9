"""Which photo a line of the log is about: ids that are bound once and stand in every line until their work ends.

Stages bind job, image and container; each Celery task binds its name and id. The settings put `BoundIds` on the
handler, so that the lines of libraries carry the ids too: as fields with `LOG_FORMAT=json`, else at the line's end.
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
    """Put the ids into every line that is written inside."""
    token = _bound.set({**_bound.get(), **{name: str(value) for name, value in ids.items()}})
    try:
        yield
    finally:
        _bound.reset(token)


class BoundIds(logging.Filter):
    """Lets every record pass, with the bound ids as attributes and as the text `ids`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the ids of this thread's work."""
        ids = _bound.get()
        record.__dict__.update(ids)
        record.ids = "".join(f" {name}={value}" for name, value in ids.items())
        return True


def connect_signals() -> None:
    """Bind the task for as long as a worker runs it; begin and end come in the same thread."""
    task_prerun.connect(_bind_task, weak=False)
    task_postrun.connect(_unbind_task, weak=False)


def _bind_task(task_id: str, task: Any, **_signal: Any) -> None:
    _bound.set({**_bound.get(), "task": task.name, "task_id": task_id})


def _unbind_task(**_signal: Any) -> None:
    _bound.set({name: value for name, value in _bound.get().items() if name not in TASK_IDS})
