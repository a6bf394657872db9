"""A Demeter of the cases' own: `bin/up` on an empty folder with the demo nursery, in the time zone of the cases."""

import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM

from demeter.local.programs import PROJECT_DIR, Folders, Program, end, spawn
from demeter.local.state import LocalState

FOLDER = PROJECT_DIR / "var" / "cases"
TIME_ZONE = "America/Mexico_City"
START_SECONDS, STOP_SECONDS = 900, 60
# Servers that the caller has for another Demeter.
OTHERS = ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL")


@dataclass(frozen=True)
class Instance:
    """A running Demeter, its data folder and who may do everything in it."""

    address: str
    data_dir: Path
    user: str
    password: str


def known_instance(address: str, user: str, password: str) -> Instance:
    """The one that runs there; its login and data folder as `bin/up` of this checkout has them."""
    data_dir = Path(os.environ.get("DEMETER_DATA_DIR") or PROJECT_DIR / "var").resolve()
    return Instance(address, data_dir, user, password or _read_password(data_dir))


@contextmanager
def fresh_instance() -> Iterator[Instance]:
    """A new one, ended afterwards; its folder with all logs stays until the next. RuntimeError if it does not start."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    folders = Folders.of(FOLDER / "command")  # not those of `bin/up` itself, which ends what it finds there
    for name in OTHERS:
        os.environ.pop(name, None)
    os.environ.update(DEMETER_DATA_DIR=str(FOLDER), TIME_ZONE=TIME_ZONE)
    port = LocalState.load(FOLDER).port("web")
    command = (sys.executable, "-m", "demeter.local", "up", f"--data={FOLDER}", f"--port={port}")
    program = Program(name="up", argv=command, stop_signals=((SIGTERM, STOP_SECONDS),))
    process, address = spawn(program, folders), f"http://127.0.0.1:{port}"
    try:
        _wait_until_green(address, is_over=lambda: process.poll() is not None)
        yield Instance(address, FOLDER, "admin", _read_password(FOLDER))
    finally:
        end(process.pid, program.stop_signals)
        process.wait()


def _wait_until_green(address: str, *, is_over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not is_over():
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (OSError, urllib.error.HTTPError):
            time.sleep(1)
    raise RuntimeError(f"Demeter did not start; look into {FOLDER}/command/logs and {FOLDER}/logs")


def _read_password(data_dir: Path) -> str:
    return str(LocalState.load(data_dir).facts.get("login", "")).rpartition(" ")[2]
