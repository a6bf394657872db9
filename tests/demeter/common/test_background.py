"""Work in the background leaves the processors to others, and not those of the session that it does not lead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demeter.common.background import LEAST_NICE

SESSION = Path("/proc/self/autogroup")
WORK = """
import os, pathlib
from demeter.common.background import work_in_background
work_in_background(os.getppid())
print(os.getpriority(os.PRIO_PROCESS, 0), pathlib.Path("/proc/self/autogroup").read_text())
"""


@pytest.mark.skipif(not os.access(SESSION, os.W_OK), reason="sessions have no niceness here")
@pytest.mark.parametrize("leads", [True, False])
def test_work_in_the_background_is_nice_and_so_is_the_session_that_it_leads(leads: bool) -> None:
    """Always in a new session: that of the test may have no niceness (in a container), or already be nice."""
    work = [sys.executable, "-c", WORK]
    command = work if leads else ["sh", "-c", '"$0" "$@"; exit $?', *work]
    done = subprocess.run(command, start_new_session=True, capture_output=True, text=True, check=True)
    priority, *_, niceness = done.stdout.split()
    assert int(priority) == LEAST_NICE
    assert int(niceness) == (LEAST_NICE if leads else 0)
