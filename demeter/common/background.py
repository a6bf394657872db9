"""What long work does so that nothing else on the machine feels it, and that it ends with who wants it."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
IOPRIO_WHO_PROCESS, IOPRIO_IDLE = 1, 3 << 13
IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
LEAST_NICE = 19


def work_in_background(parent: int) -> None:
    """In a process of its own: take what others leave of processor and disk, and die with the process `parent`."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("the process that started this work has ended")
    os.setpriority(os.PRIO_PROCESS, 0, LEAST_NICE)
    be_nice_as_session(LEAST_NICE)
    with contextlib.suppress(PermissionError):  # it is niced all the same
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    number = IOPRIO_SET.get(os.uname().machine)
    if number is not None:
        LIBC.syscall(number, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE)


def be_nice_as_session(niceness: int) -> None:
    """In a process that leads its session: Linux may divide the processors among sessions first ("autogroup"). The
    niceness of a process then holds within its session only, and the session has one of its own."""
    session = Path("/proc/self/autogroup")
    while os.getsid(0) == os.getpid() and os.access(session, os.W_OK):  # not where /proc may only be read
        try:
            session.write_text(str(niceness))
        except BlockingIOError:  # a user may set one every 100 ms
            time.sleep(0.05)
        else:
            return


def thread_count() -> int:
    """Half of the cores, at least one: the caches and memory are shared, whatever the priority."""
    return max(1, (os.cpu_count() or 2) // 2)
