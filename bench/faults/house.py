"""Demeter's processes under the supervisor of `bin/up`, to watch, stop for a while and kill."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from demeter.local.programs import Folders, Program, end_orphans, run_once
from demeter.local.supervisor import Supervisor
from demeter.local.workers import make_celery, make_manage, make_web

READY_SECONDS = 240  # the first start builds the models for this processor
STAGING_BYTES = 48 * 1024 * 1024
TICK_SECONDS = 0.1


class House:
    """The running programs; whatever dies is started again while one of the methods waits."""

    def __init__(self, folder: Path, *, servers: Sequence[Program], web_port: int) -> None:
        self.folder = folder
        self.staging = folder / "staging"
        self.address = f"http://127.0.0.1:{web_port}"
        self.deaths: list[str] = []
        self._servers = servers
        self._web = make_web(host="127.0.0.1", port=web_port)
        self._folders = Folders.of(folder)
        self._supervisor = Supervisor(self._folders, announce=self.deaths.append)

    def start(self) -> None:
        """Everything, until `/healthz` is green."""
        end_orphans(self._folders)
        self.staging.mkdir(exist_ok=True)
        if not self.staging.is_mount():
            size = f"size={STAGING_BYTES}"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", self.staging], check=True)
        (self.staging / "incoming").mkdir(exist_ok=True)
        self._supervisor.start(self._servers)
        self._supervisor.wait_ready(seconds=60)
        for command in (("migrate", "--no-input"), ("collectstatic", "--no-input"), ("ensure_bucket",)):
            run_once(make_manage(*command), self._folders, is_stopping=lambda: False)
        self._supervisor.start([*make_celery(self.folder), self._web])
        self.wait_until(self.is_green, seconds=READY_SECONDS)

    def stop(self) -> None:
        """End everything; the folder stays."""
        self._supervisor.stop()
        subprocess.run(["umount", self.staging], check=True)

    def watch(self, seconds: float) -> None:
        """Let time pass."""
        self.wait_until(lambda: False, seconds=seconds)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Whether the condition came to hold in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._supervisor.tick()
            if condition():
                return True
            time.sleep(TICK_SECONDS)
        return False

    def is_green(self) -> bool:
        """Whether `/healthz` says that all is well."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except (OSError, urllib.error.HTTPError, ValueError):
            return False

    def log(self, name: str) -> str:
        """What a program has written."""
        return (self._folders.logs / f"{name}.log").read_text(errors="replace")

    def processes(self, name: str) -> list[psutil.Process]:
        """A program and its children, itself first."""
        leader = psutil.Process(int((self._folders.run / f"{name}.pid").read_text().split()[0]))
        return [leader, *leader.children(recursive=True)]

    def kill(self, name: str, *, with_children: bool) -> None:
        """`kill -9`, as the kernel does when memory is short (one process) or a machine when it dies (all)."""
        leader, *children = self.processes(name)
        for process in (leader, *(children if with_children else ())):
            _if_alive(process.kill)

    def pause(self, name: str, seconds: float) -> None:
        """Stop a program with its children (SIGSTOP), and let it go on after `seconds`."""
        stopped = self.processes(name)
        for process in stopped:
            _if_alive(process.suspend)
        self.watch(seconds)
        for process in stopped:
            _if_alive(process.resume)


def _if_alive(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.NoSuchProcess:
        return
