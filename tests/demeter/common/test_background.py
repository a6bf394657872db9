"""Work in the background leaves the processors to others, and not those of the session that it does not lead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demeter.common.background import LEAST_NICE

SESSION = Path("/proc/self/autogroup")
WORK = """
import os, pathlib, sys
from demeter.common.background import work_in_background
work_in_background(int(sys.argv[1]))
print(os.getpriority(os.PRIO_PROCESS, 0), pathlib.Path("/proc/self/autogroup").read_text())
"""


@pytest.mark.skipif(not os.access(SESSION, os.W_OK), reason="sessions have no niceness here")
@pytest.mark.parametrize("leads", [True, False])
def test_work_in_the_background_is_nice_and_so_is_the_session_that_it_leads(leads: bool) -> None:
    own = SESSION.read_text()
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(os.getpid())],
        start_new_session=leads,
        capture_output=True,
        text=True,
        check=True,
    )
    priority, session = done.stdout.rstrip("\n").split(" ", 1)
    assert int(priority) == LEAST_NICE
    assert session.split()[-1] == (str(LEAST_NICE) if leads else own.split()[-1])
