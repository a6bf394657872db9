"""PostgreSQL, Valkey and SeaweedFS for one test run; ended when the run is over, and their folder removed
unless it is kept."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from demeter.local.programs import Folders
from demeter.local.servers import plan_servers
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor

_at_end: list[Callable[[], None]] = []


def start_services(data_dir: str, *, kept: bool = False) -> dict[str, str]:
    """Start what the environment does not name already; the settings that lead there. What is `kept` outlives them."""
    folder = Path(data_dir)
    state = LocalState.load(folder)
    plans = plan_servers(folder, state, os.environ, durable=kept)
    supervisor = Supervisor(Folders.of(folder), announce=print)
    _at_end.append(supervisor.stop)
    if kept:
        state.save()
    else:
        _at_end.append(lambda: shutil.rmtree(folder, ignore_errors=True))
    supervisor.start([program for program, _settings in plans])
    supervisor.wait_ready(seconds=60)
    return {name: value for _program, settings in plans for name, value in settings.items()}


def stop_services() -> None:
    """End what this process started; nothing in an xdist worker."""
    while _at_end:
        _at_end.pop(0)()
