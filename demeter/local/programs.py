"""One child process: how to start it, end it, and find it again after a crash.

Used by the supervisor for the servers, the web process and the workers alike. Every child leads its own process group,
so that Ctrl-C in the terminal reaches the supervisor only, and a hanging child can be killed with its children.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from demeter.common.background import be_nice_as_session
from demeter.local.state import write_private

PROJECT_DIR = Path(__file__).resolve().parents[2]
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command to keep running.

    `stop_signals` are sent in turn, each followed by a wait in seconds; processes still alive are then killed. The
    higher the `niceness` (0 to 19), the more it leaves of the processors to the others.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signals: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0),)
    is_ready: Callable[[], bool] = lambda: True
    niceness: int = 0


@dataclass(frozen=True)
class Folders:
    """The folders of pid files and logs in a data folder."""

    run: Path
    logs: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Folders":
        """The folders of `data_dir`, created if missing."""
        folders = cls(run=data_dir / "run", logs=data_dir / "logs")
        folders.run.mkdir(parents=True, exist_ok=True)
        folders.logs.mkdir(parents=True, exist_ok=True)
        return folders


def spawn(program: Program, folders: Folders) -> subprocess.Popen[bytes]:
    """Start `program`; its output goes to `<logs>/<name>.log`, its identity to `<run>/<name>.pid`."""
    log = folders.logs / f"{program.name}.log"
    if log.is_file() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            program.argv,
            cwd=PROJECT_DIR,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _settle(program),  # noqa: PLW1509 - called before any thread starts
        )
    write_private(folders.run / f"{program.name}.pid", f"{process.pid} {start_time(process.pid)}\n")
    return process


def _settle(program: Program) -> None:
    """In the new process: its end with its parent, and its share of the processors."""
    die_with_parent(program.stop_signals[0][0])
    if program.niceness:
        os.nice(program.niceness)
        be_nice_as_session(program.niceness)


def run_once(program: Program, folders: Folders, *, is_stopping: Callable[[], bool]) -> str:
    """Run `program` to its end and return what it printed; it is ended early if `is_stopping()`.

    Raises RuntimeError with the end of its output when it fails.
    """
    log = folders.logs / f"{program.name}.log"
    log.unlink(missing_ok=True)
    process = spawn(program, folders)
    while process.poll() is None:
        if is_stopping():
            end(process.pid, program.stop_signals)
            return ""
        time.sleep(0.1)
    (folders.run / f"{program.name}.pid").unlink()
    output = log.read_text(errors="replace")
    if process.returncode:
        last_lines = "\n".join(output.splitlines()[-20:])
        raise RuntimeError(f"{program.name} failed (exit {process.returncode}). The end of {log}:\n{last_lines}")
    return output


def die_with_parent(sent_signal: signal.Signals) -> None:
    """Ask Linux to send `sent_signal` to this process when its parent dies."""
    LIBC.prctl(PR_SET_PDEATHSIG, sent_signal)


def start_time(pid: int) -> str:
    """When process `pid` started, in clock ticks, which with the pid identifies a process. Empty if it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    state, began = after_name[0], after_name[19]
    return "" if state in "ZX" else began


def end(pid: int, stop_signals: tuple[tuple[signal.Signals, float], ...]) -> None:
    """End the process group led by `pid`: its leader by each signal in turn, then the rest by SIGKILL."""
    began = start_time(pid)
    for sent, patience_seconds in stop_signals:
        if _is_gone(pid, began, within_seconds=0):
            break
        os.kill(pid, sent)
        if _is_gone(pid, began, within_seconds=patience_seconds):
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _is_gone(pid, began, within_seconds=5)


def end_together(programs: Mapping[int, Program]) -> None:
    """End several programs, given by pid, at the same time."""
    with ThreadPoolExecutor(max_workers=len(programs) or 1) as threads:
        for pid, program in programs.items():
            threads.submit(end, pid, program.stop_signals)


def _is_gone(pid: int, began: str, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while began and start_time(pid) == began:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def end_orphans(folders: Folders) -> list[str]:
    """End programs that a killed supervisor left running; returns their names."""
    orphans: dict[int, Program] = {}
    for file in folders.run.glob("*.pid"):
        pid, _, began = file.read_text().strip().partition(" ")
        if began and start_time(int(pid)) == began:
            orphans[int(pid)] = Program(name=file.stem, argv=())
        file.unlink()
    end_together(orphans)
    return sorted(program.name for program in orphans.values())
