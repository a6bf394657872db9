"""What `bin/up` does: servers, database and bucket, demo nursery, web and workers, until Ctrl-C or SIGTERM."""

import fcntl
import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from demeter.local import network, workers
from demeter.local.programs import Folders, Program, end_orphans, run_once
from demeter.local.servers import plan_servers
from demeter.local.state import LocalState, is_free, write_private
from demeter.local.supervisor import Supervisor

SERVERS_READY_SECONDS, GREEN_SECONDS = 60, 180
TICK_SECONDS, HEALTH_EVERY_SECONDS = 0.3, 1.0
ENV_FILE = "demeter.env"


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of `bin/up`."""

    host: str
    port: int
    data_dir: Path
    with_demo: bool


class CannotStartError(Exception):
    """A start that needs a person's help; the message says what to do."""


class StopRequest:
    """Becomes true with the first Ctrl-C, SIGTERM or closed terminal; further ones change nothing."""

    def __init__(self) -> None:
        """Take over the signals."""
        self._is_set = False
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, self._set)

    def __call__(self) -> bool:
        """Whether a stop was asked for."""
        return self._is_set

    def _set(self, _signal_number: int, _frame: FrameType | None) -> None:
        self._is_set = True


def up(options: Options) -> None:
    """Start everything, say so when it is green, keep it running until asked to stop, end it in order."""
    options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_stopping = StopRequest()
    with _only_one(options.data_dir):
        folders = Folders.of(options.data_dir)
        for name in end_orphans(folders):
            say(f"Ended {name}, left over from a start that was killed.")
        if not is_free(options.port, host=options.host):
            raise CannotStartError(f"Port {options.port} is in use; choose another one with --port.")
        supervisor = Supervisor(folders, announce=say)
        try:
            _start(options, folders, supervisor, is_stopping)
            _keep_running(options, supervisor, is_stopping)
        finally:
            say("Stopping...")
            supervisor.stop()
            say("Stopped. All data is kept in " + str(options.data_dir))


def say(line: str) -> None:
    """Print one line at once."""
    print(line, flush=True)  # noqa: T201 - the terminal is this command's page


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Lock the data folder; the system releases the lock however this process ends."""
    with (data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotStartError(f"Demeter is already running on {data_dir}.") from taken
        yield


def _start(options: Options, folders: Folders, supervisor: Supervisor, is_stopping: StopRequest) -> None:
    state = LocalState.load(options.data_dir)
    state.keep_for_pages(options.port)
    say(f"Starting the servers (data in {options.data_dir}).")
    plans = plan_servers(options.data_dir, state, os.environ)
    settings = {name: value for _program, found in plans for name, value in found.items()}
    settings |= {"DEMETER_DATA_DIR": str(options.data_dir), "SECRET_KEY": state.secret("secret_key")}
    settings["ALLOWED_HOSTS"] = ",".join(network.allowed_hosts(options.host))
    lan_storage = _open_storage_to_lan(options.host, state, settings)
    _publish(options.data_dir, state, settings)

    supervisor.start([program for program, _settings in plans])
    supervisor.wait_ready(seconds=SERVERS_READY_SECONDS, is_stopping=is_stopping)
    say("Preparing the database, the pages and the bucket.")
    for arguments in (("migrate", "--no-input"), ("collectstatic", "--no-input"), ("ensure_bucket",)):
        if not is_stopping():
            run_once(workers.make_manage(*arguments), folders, is_stopping=is_stopping)
    _load_demo_once(options, state, folders, is_stopping)
    _note_setup(options, state, folders, is_stopping)
    if not is_stopping():
        say("Starting the web server and the workers.")
        web = workers.make_web(host=options.host, port=options.port)
        supervisor.start([*workers.make_celery(options.data_dir), web, *lan_storage])


def _open_storage_to_lan(host: str, state: LocalState, settings: dict[str, str]) -> list[Program]:
    """If other devices can reach the web server, pictures need an address too: start a forwarder and put its URL into
    `settings`."""
    local = settings.get("S3_ENDPOINT_URL")
    if local is None or network.is_loopback(host):
        return []
    port = state.port("lan_storage", host=host)
    settings["S3_PUBLIC_ENDPOINT_URL"] = f"http://{network.lan_address(host)}:{port}"
    return [workers.make_lan_storage(host=host, port=port, to_port=int(local.rpartition(":")[2]))]


def _publish(data_dir: Path, state: LocalState, settings: dict[str, str]) -> None:
    """Write the settings to `demeter.env` for other `manage.py` commands, and to the environment for our children;
    existing variables take precedence."""
    state.save()
    write_private(data_dir / ENV_FILE, "".join(f"{name}={value}\n" for name, value in sorted(settings.items())))
    for name, value in settings.items():
        os.environ.setdefault(name, value)


def _load_demo_once(options: Options, state: LocalState, folders: Folders, is_stopping: StopRequest) -> None:
    """Load the demo on the first start only, so that demo data is never mixed into a nursery's own."""
    if "demo" in state.facts or is_stopping():
        return
    if options.with_demo:
        say("Loading the demo nursery.")
        state.facts["login"] = run_once(load_demo_command(), folders, is_stopping=is_stopping).strip()
        if is_stopping():
            return
    state.facts["demo"] = "loaded" if options.with_demo else "declined"
    state.save()


def load_demo_command() -> Program:
    """The demo has names in the language of whoever starts it, as far as the terminal says it."""
    spoken = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return workers.make_manage("load_demo", f"--language={'es' if spoken.startswith('es') else 'en'}")


def _note_setup(options: Options, state: LocalState, folders: Folders, is_stopping: StopRequest) -> None:
    """Keep what the terminal says about the first account; the demo's login is over once there are others."""
    if is_stopping():
        return
    command = workers.make_manage("setup_code", f"--address={_address(options)}")
    setup = run_once(command, folders, is_stopping=is_stopping).strip()
    if setup:
        state.facts.pop("login", None)
    state.facts["setup"] = setup
    state.save()


def _address(options: Options) -> str:
    return f"http://{network.lan_address(options.host)}:{options.port}"


def _keep_running(options: Options, supervisor: Supervisor, is_stopping: StopRequest) -> None:
    began = time.monotonic()
    next_look, is_green, is_late = began, False, False
    while not is_stopping():
        supervisor.tick()
        now = time.monotonic()
        if not is_green and now >= next_look:
            health = _read_health(options)
            is_green = health.get("status") == "ok"
            if is_green:
                _welcome(options)
            elif now - began > GREEN_SECONDS and not is_late:
                is_late = True
                say(f"Still starting: {json.dumps(health)}. Logs: {options.data_dir / 'logs'}")
            next_look = now + HEALTH_EVERY_SECONDS
        time.sleep(TICK_SECONDS)


def _read_health(options: Options) -> dict[str, object]:
    """The JSON of `/healthz`, empty while nobody answers."""
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, options.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return dict(json.loads(connection.getresponse().read()))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def _welcome(options: Options) -> None:
    facts = LocalState.load(options.data_dir).facts
    say(f"\nDemeter is ready: {_address(options)}")
    say(facts.get("setup") or facts.get("login") or "Sign in with your own account.")
    say("Ctrl-C stops it; everything is kept.")
