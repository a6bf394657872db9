"""What the workers know: every task that the schedule or a route names."""

import subprocess
import sys
from pathlib import Path

import demeter
from demeter.celery import app

# As a worker starts: only what Celery itself finds is imported.
TASKS_OF_A_WORKER = """
from demeter.celery import app
app.loader.init_worker()
print(*app.tasks, sep="\\n")
"""


def test_a_worker_knows_every_task_of_the_schedule_and_of_the_routes():
    root = Path(demeter.__file__).parents[1]
    worker = subprocess.run(
        [sys.executable, "-c", TASKS_OF_A_WORKER], cwd=root, capture_output=True, text=True, check=True
    )
    known = set(worker.stdout.split())
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    routed = {name for name in app.conf.task_routes if not name.endswith("*")}
    assert scheduled | routed <= known
    for pattern in app.conf.task_routes.keys() - routed:
        assert any(name.startswith(pattern.removesuffix("*")) for name in known), pattern
