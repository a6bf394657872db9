"""`bin/up` as a whole: everything comes up, is kept up, stops cleanly, and a second one is refused."""

import http.client
import json
import os
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from demeter.local.programs import PROJECT_DIR, start_time
from demeter.local.state import FIRST_PORT, LocalState, is_free
from demeter.local.up import load_demo_command
from tests.demeter.local.test_supervisor import wait_for

# What tests.settings and bin/test put there would lead to the test run's own servers.
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "S3_", "AWS_", "DEMETER_", "STAGING_ROOT", "DJANGO_SETTINGS_MODULE")


class Up:
    """One running `python -m demeter.local up`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = next(port for port in range(FIRST_PORT - 1000, FIRST_PORT) if is_free(port))
        self.process = self.launch()

    def launch(self) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "demeter.local",
                "up",
                f"--port={self.port}",
                f"--data={self.data_dir}",
                "--no-demo",
            ],
            cwd=PROJECT_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def health(self) -> dict[str, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as not_green:
            return json.load(not_green)
        except (OSError, http.client.HTTPException, ValueError):
            return {"services": {}, "workers": {}}

    def is_complete(self) -> bool:
        health = self.health()
        return set(health["services"].values()) == {"ok"} and set(health["workers"].values()) == {1}

    def pids(self) -> dict[str, int]:
        return {path.stem: int(path.read_text().split()[0]) for path in (self.data_dir / "run").glob("*.pid")}


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    up = Up(tmp_path / "data")
    yield up
    up.process.terminate()
    up.process.communicate(timeout=60)


@pytest.mark.slow
def test_up_runs_everything_keeps_it_running_and_stops_cleanly(up: Up) -> None:
    wait_for(up.is_complete, seconds=200)
    pids = up.pids()
    assert set(pids) == {
        *("postgres", "valkey", "seaweedfs"),
        *("web", "worker-io", "worker-gpu", "worker-cpu", "worker-train", "beat"),
    }
    assert LocalState.load(up.data_dir).ports["web"] == up.port, "a server could take it"
    assert stat.S_IMODE((up.data_dir / "demeter.env").stat().st_mode) == 0o600
    assert up.launch().communicate(timeout=60)[0].endswith(f"Demeter is already running on {up.data_dir}.\n")

    os.kill(pids["web"], signal.SIGKILL)
    wait_for(lambda: up.pids()["web"] != pids["web"] and up.is_complete(), seconds=60)

    pids = up.pids()
    up.process.send_signal(signal.SIGINT)
    output, _ = up.process.communicate(timeout=60)
    assert up.process.returncode == 0
    assert "web ended (exit -9); starting it again" in output
    assert [name for name, pid in pids.items() if start_time(pid)] == []


def test_no_server_takes_the_port_of_the_pages(tmp_path: Path) -> None:
    """Not even one that it had at the last start: the web server could never start beside it."""
    state = LocalState(tmp_path / "local.json")
    taken = state.port("seaweedfs_s3")
    state.keep_for_pages(taken)
    assert state.port("seaweedfs_s3") != taken
    assert LocalState(tmp_path / "local.json", ports={"postgres": taken, "valkey": taken}).port("valkey") != taken


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LC_ALL": "en_GB", "LANG": "es_ES"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_demo_has_the_language_of_the_terminal(monkeypatch, spoken, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in spoken.items():
        monkeypatch.setenv(name, value)
    assert load_demo_command().argv[-1] == f"--language={language}"
