"""Loops over many rows that go on past a bad one, so that one odd photo does not stop a backup or a night's work."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from demeter.common.exceptions import UnavailableError

Item = TypeVar("Item")
Result = TypeVar("Result")
logger = logging.getLogger(__name__)


def do_each(items: Iterable[Item], work: Callable[[Item], Result], *, failing: str) -> tuple[list[Result], list[Item]]:
    """The results of `work`, and the items at which it failed; `failing` says in the log what could not be done.

    Raises what is wrong for all of them: the storage, the database or the disk is away or full.
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
