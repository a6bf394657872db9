"""The programs of Demeter itself: web, one Celery worker per queue, beat.

`compose.yaml` runs the same commands, one service each.
"""

import os
import signal
import sys
from pathlib import Path

from demeter.local.programs import Program

# A first SIGTERM lets the current task end; SIGQUIT returns it to the broker.
CELERY_STOP = ((signal.SIGTERM, 15.0), (signal.SIGQUIT, 5.0))
COUNTING, LEAST = 10, 19  # niceness: a tenth and a hundredth of the share of a program that has none
QUIET = ("--without-gossip", "--without-mingle", "--loglevel=INFO")


def make_web(*, host: str, port: int) -> Program:
    """Gunicorn; its workers receive requests whole, so that slow uploads do not block the pages."""
    return Program(
        name="web",
        argv=(
            *(sys.executable, "-m", "gunicorn"),
            "demeter.wsgi:application",
            f"--bind={host}:{port}",
            "--worker-class=demeter.gunicorn_worker.BufferingWorker",
            "--workers=2",
            "--threads=8",
            "--no-control-socket",
        ),
    )


def make_lan_storage(*, host: str, port: int, to_port: int) -> Program:
    """`demeter.local.forward` in a process of its own."""
    argv = (
        sys.executable,
        "-m",
        "demeter.local",
        "forward",
        f"--host={host}",
        f"--port={port}",
        f"--to-port={to_port}",
    )
    return Program(name="lan-storage", argv=argv)


def make_manage(*arguments: str) -> Program:
    """One `manage.py` command."""
    return Program(name=arguments[0], argv=(sys.executable, "manage.py", *arguments))


def make_celery(data_dir: Path) -> list[Program]:
    """The workers of the queues and beat. CUDA and fork do not mix, hence solo on `gpu`. While photos are counted,
    pages come first; `train` takes what is left."""
    cpu_processes = max(1, (os.cpu_count() or 2) // 2)
    return [
        _worker("io", "--pool=threads", "--concurrency=8"),
        _worker("gpu", "--pool=solo", niceness=COUNTING),
        _worker("cpu", "--pool=prefork", f"--concurrency={cpu_processes}", niceness=COUNTING),
        _worker("train", "--pool=solo", niceness=LEAST),
        Program(
            name="beat",
            argv=(*_celery("beat"), "--loglevel=WARNING", f"--schedule={data_dir / 'celerybeat-schedule'}"),
        ),
    ]


def _worker(queue: str, *options: str, niceness: int = 0) -> Program:
    return Program(
        name=f"worker-{queue}",
        argv=(*_celery("worker"), f"--queues={queue}", f"--hostname={queue}@%h", *options, *QUIET),
        stop_signals=CELERY_STOP,
        niceness=niceness,
    )


def _celery(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app=demeter", command)
