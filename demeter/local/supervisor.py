"""Keeps programs running: starts them in order, restarts those that die, ends them in reverse order.

`bin/up` runs one for servers, web and workers together; the tests run one for the servers alone.
"""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demeter.local.programs import Folders, Program, end_together, spawn

FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 0.5, 10.0
LOG_LINES_SHOWN = 15
STEADY_SECONDS = 60.0  # after running this long the restart delay of a program is reset
TICK_SECONDS = 0.1


class NotReadyError(Exception):
    """A program did not become ready in time."""


@dataclass
class Child:
    """A program and its current process; `batch` is its position in the start order."""

    program: Program
    batch: int
    process: subprocess.Popen[bytes]
    started_at: float
    restart_at: float | None = None
    delay_seconds: float = FIRST_DELAY_SECONDS


class Supervisor:
    """The running programs of one data folder. Use it in the main thread: children die with the thread that started
    them."""

    def __init__(self, folders: Folders, *, announce: Callable[[str], None]) -> None:
        """`announce` is called with a message whenever a program died."""
        self._folders = folders
        self._announce = announce
        self._children: list[Child] = []
        self._batches = 0

    def start(self, programs: Sequence[Program]) -> None:
        """Start one batch of programs; the batches end in reverse order, each batch at once."""
        self._batches += 1
        for program in programs:
            process = spawn(program, self._folders)
            self._children.append(Child(program, self._batches, process, started_at=time.monotonic()))

    def wait_ready(self, *, seconds: float, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Return when every program is ready or `is_stopping()`.

        Raises NotReadyError after `seconds`. A server may die at its first start after a crash (PostgreSQL does for
        half a second), so programs that die are restarted here too.
        """
        deadline = time.monotonic() + seconds
        for child in self._children:
            while not is_stopping() and not (child.process.poll() is None and child.program.is_ready()):
                if time.monotonic() > deadline:
                    raise NotReadyError(
                        f"{child.program.name} is not ready after {seconds:.0f} s. The end of its log:\n"
                        + self._log_end(child.program)
                    )
                self.tick()
                time.sleep(TICK_SECONDS)

    def tick(self) -> None:
        """Restart dead programs whose delay is over; call this repeatedly."""
        now = time.monotonic()
        for child in self._children:
            if child.restart_at is not None:
                if now >= child.restart_at:
                    child.process, child.started_at, child.restart_at = spawn(child.program, self._folders), now, None
            elif child.process.poll() is not None:
                self._plan_restart(child, now)

    def _plan_restart(self, child: Child, now: float) -> None:
        if now - child.started_at > STEADY_SECONDS:
            child.delay_seconds = FIRST_DELAY_SECONDS
        self._announce(
            f"{child.program.name} ended (exit {child.process.returncode}); starting it again in "
            f"{child.delay_seconds:.1f} s. Its log: {self._folders.logs / child.program.name}.log"
        )
        child.restart_at = now + child.delay_seconds
        child.delay_seconds = min(2 * child.delay_seconds, LONGEST_DELAY_SECONDS)

    def _log_end(self, program: Program) -> str:
        lines = (self._folders.logs / f"{program.name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES_SHOWN:])

    def stop(self) -> None:
        """End everything, last batch first, and forget it."""
        for batch in range(self._batches, 0, -1):
            children = [child for child in self._children if child.batch == batch]
            end_together({child.process.pid: child.program for child in children if child.process.poll() is None})
            for child in children:
                child.process.wait()
                (self._folders.run / f"{child.program.name}.pid").unlink(missing_ok=True)
        self._children.clear()
