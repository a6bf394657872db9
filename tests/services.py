"""PostgreSQL, Valkey and SeaweedFS for one test run; ended, and their folder removed, when the run is over."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from demeter.local.programs import Folders
from demeter.local.servers import plan_servers
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor

_at_end: list[Callable[[], None]] = []


def start_services(data_dir: str) -> dict[str, str]:
    """Start what the environment does not name already; the settings that lead there."""
    folder = Path(data_dir)
    plans = plan_servers(folder, LocalState.load(folder), os.environ, durable=False)
    supervisor = Supervisor(Folders.of(folder), announce=print)
    _at_end.extend([supervisor.stop, lambda: shutil.rmtree(folder, ignore_errors=True)])
    supervisor.start([program for program, _settings in plans])
    supervisor.wait_ready(seconds=60)
    return {name: value for _program, settings in plans for name, value in settings.items()}


def stop_services() -> None:
    """End what this process started; nothing in an xdist worker."""
    while _at_end:
        _at_end.pop(0)()
