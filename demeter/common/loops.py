"""Loops over many rows that continue after a failure, so that one odd photo does not stop a backup or a nightly
task."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from demeter.common.exceptions import UnavailableError

Item = TypeVar("Item")
Result = TypeVar("Result")
logger = logging.getLogger(__name__)


def do_each(items: Iterable[Item], work: Callable[[Item], Result], *, failing: str) -> tuple[list[Result], list[Item]]:
    """The results of `work`, and the items for which it failed; `failing` is the log message.

    Raises errors that affect all items: storage or database down, disk full.
    """
    done: list[Result] = []
    failed: list[Item] = []
    for item in items:
        try:
            done.append(work(item))
        except (UnavailableError, OperationalError, InterfaceError, OSError):
            raise
        except Exception:
            logger.exception("%s: %s", failing, item)
            failed.append(item)
    return done, failed
