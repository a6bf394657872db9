"""The supervisor on small programs: restart, order, stubbornness, orphans."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from demeter.local.programs import (
    PROJECT_DIR,
    Folders,
    Program,
    end_orphans,
    end_together,
    run_once,
    spawn,
    start_time,
)
from demeter.local.supervisor import NotReadyError, Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
NICE = {"usual": 0, "nice": 10, "nicest": 19}
# Ignores SIGTERM; says when it does.
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)


def wait_for(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def read_pid(folders: Folders, name: str) -> int:
    return int((folders.run / f"{name}.pid").read_text().split()[0])


def test_the_identity_of_a_program_is_replaced_in_one_step(tmp_path: Path) -> None:
    """Who reads it while the program is started again finds the old one or the new one, never half of one."""
    folders = Folders.of(tmp_path)
    program = Program(name="sleeper", argv=SLEEP)
    first = spawn(program, folders)
    held = tmp_path / "held"
    held.hardlink_to(folders.run / "sleeper.pid")
    second = spawn(program, folders)

    end_together({first.pid: program, second.pid: program})
    first.wait()
    second.wait()
    assert int(held.read_text().split()[0]) == first.pid
    assert read_pid(folders, "sleeper") == second.pid


def test_a_dead_program_is_started_again_and_announced(tmp_path: Path) -> None:
    folders, announced = Folders.of(tmp_path), []
    supervisor = Supervisor(folders, announce=announced.append)
    supervisor.start([Program(name="sleeper", argv=SLEEP)])
    first = read_pid(folders, "sleeper")
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.tick()
        return read_pid(folders, "sleeper") != first

    wait_for(is_back)
    second = read_pid(folders, "sleeper")
    supervisor.stop()
    assert "sleeper ended (exit -9)" in announced[0]
    assert start_time(second) == ""


def test_a_program_that_keeps_dying_is_tried_less_and_less_often(tmp_path: Path) -> None:
    announced: list[str] = []
    supervisor = Supervisor(Folders.of(tmp_path), announce=announced.append)
    supervisor.start([Program(name="broken", argv=(sys.executable, "-c", "raise SystemExit(3)"))])

    def has_died_twice() -> bool:
        supervisor.tick()
        return len(announced) == 2

    wait_for(has_died_twice)
    supervisor.stop()
    assert "again in 0.5 s" in announced[0]
    assert "again in 1.0 s" in announced[1]


def test_a_stubborn_program_is_killed_with_its_children(tmp_path: Path) -> None:
    folders = Folders.of(tmp_path)
    supervisor = Supervisor(folders, announce=print)
    supervisor.start([Program(name="stubborn", argv=STUBBORN, stop_signals=((signal.SIGTERM, 0.3),))])
    wait_for(lambda: "deaf" in (folders.logs / "stubborn.log").read_text())
    pid = read_pid(folders, "stubborn")
    supervisor.stop()
    assert start_time(pid) == ""


def test_a_program_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    supervisor = Supervisor(Folders.of(tmp_path), announce=print)
    supervisor.start([Program(name="slow", argv=SLEEP, is_ready=lambda: False)])
    with pytest.raises(NotReadyError, match="slow"):
        supervisor.wait_ready(seconds=0.3)
    supervisor.stop()


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    folders = Folders.of(tmp_path)
    script = (
        "import os, signal; from pathlib import Path; from demeter.local.programs import Folders, Program\n"
        "from demeter.local.supervisor import Supervisor\n"
        f"supervisor = Supervisor(Folders.of(Path({str(tmp_path)!r})), announce=print)\n"
        f"supervisor.start([Program(name='child', argv={SLEEP!r})])\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT_DIR, check=False)
    pid = read_pid(folders, "child")
    wait_for(lambda: start_time(pid) == "")


def test_an_orphan_is_ended_at_the_next_start_but_a_stranger_is_not(tmp_path: Path) -> None:
    folders = Folders.of(tmp_path)
    with subprocess.Popen(SLEEP, start_new_session=True) as orphan, subprocess.Popen(SLEEP) as stranger:
        (folders.run / "orphan.pid").write_text(f"{orphan.pid} {start_time(orphan.pid)}\n")
        (folders.run / "stranger.pid").write_text(f"{stranger.pid} 1\n")  # same pid, begun at another time
        assert end_orphans(folders) == ["orphan"]
        assert orphan.wait() == -signal.SIGTERM
        assert stranger.poll() is None
        stranger.kill()


def test_a_failing_step_shows_the_end_of_its_output(tmp_path: Path) -> None:
    step = Program(name="step", argv=(sys.executable, "-c", "raise SystemExit('no such table')"))
    with pytest.raises(RuntimeError, match="no such table"):
        run_once(step, Folders.of(tmp_path), is_stopping=lambda: False)


def test_a_nice_program_leaves_the_processors_to_others_in_its_session_and_beyond(tmp_path: Path) -> None:
    """Two are started at once: Linux lets a user set the niceness of a session only every 100 ms."""
    folders, session = Folders.of(tmp_path), Path("/proc/self/autogroup")
    supervisor = Supervisor(folders, announce=print)
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    supervisor.start([Program(name=name, argv=SLEEP, niceness=niceness) for name, niceness in NICE.items()])
    pids = {name: read_pid(folders, name) for name in NICE}
    for name, pid in pids.items():
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(usual + NICE[name], 19)
        if os.access(session, os.W_OK):
            assert Path(f"/proc/{pid}/autogroup").read_text().split()[-1] == str(NICE[name])
    supervisor.stop()
