"""The embedded servers themselves: start, kill -9, start again, data still there."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
import redis
from botocore.config import Config

from demeter.local.programs import Folders, start_time
from demeter.local.servers import plan_servers
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor


class Servers:
    """All three servers on one folder, under one supervisor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folders = Folders.of(folder)
        self.announced: list[str] = []
        self.supervisor = Supervisor(self.folders, announce=self.announced.append)
        self.settings: dict[str, str] = {}

    def start(self) -> None:
        state = LocalState.load(self.folder)
        plans = plan_servers(self.folder, state, {})
        state.save()
        self.settings = {name: value for _program, settings in plans for name, value in settings.items()}
        self.supervisor.start([program for program, _settings in plans])
        self.supervisor.wait_ready(seconds=60)

    def pid(self, name: str) -> int:
        return int((self.folders.run / f"{name}.pid").read_text().split()[0])

    def storage(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.settings["S3_ENDPOINT_URL"],
            aws_access_key_id=self.settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.settings["AWS_SECRET_ACCESS_KEY"],
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    servers = Servers(tmp_path)
    servers.start()
    yield servers
    servers.supervisor.stop()


def test_servers_keep_what_they_acknowledged_through_kill_9(servers: Servers) -> None:
    with psycopg.connect(servers.settings["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (plants int)")
        connection.execute("INSERT INTO kept VALUES (1290)")
    with redis.Redis.from_url(servers.settings["REDIS_URL"]) as client:
        client.set("kept", "1290")
        client.execute_command("WAITAOF", 1, 0, 5000)
    servers.storage().create_bucket(Bucket="kept")
    servers.storage().put_object(Bucket="kept", Key="photo", Body=b"1290")

    for name in ("postgres", "valkey", "seaweedfs"):
        os.kill(servers.pid(name), signal.SIGKILL)
    while len(servers.announced) < 3:
        servers.supervisor.tick()
    servers.supervisor.wait_ready(seconds=60)

    with psycopg.connect(servers.settings["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT plants FROM kept").fetchall() == [(1290,)]
    with redis.Redis.from_url(servers.settings["REDIS_URL"]) as client:
        assert client.get("kept") == b"1290"
    assert servers.storage().get_object(Bucket="kept", Key="photo")["Body"].read() == b"1290"


def test_servers_keep_their_data_when_their_ports_are_taken(servers: Servers) -> None:
    servers.storage().create_bucket(Bucket="kept")
    servers.storage().put_object(Bucket="kept", Key="photo", Body=b"1290")
    first_address = servers.settings["S3_ENDPOINT_URL"]
    servers.supervisor.stop()

    state = LocalState.load(servers.folder)
    state.ports.clear()
    state.save()
    servers.start()

    assert servers.settings["S3_ENDPOINT_URL"] != first_address
    assert servers.storage().get_object(Bucket="kept", Key="photo")["Body"].read() == b"1290"


def test_servers_refuse_strangers(servers: Servers) -> None:
    port = servers.settings["DATABASE_URL"].rpartition(":")[2].partition("/")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host=127.0.0.1 port={port} user=demeter dbname=demeter password=guess")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{servers.settings['REDIS_URL'].partition('@')[2]}").ping()


def test_stopped_servers_are_gone(servers: Servers) -> None:
    pids = [servers.pid(name) for name in ("postgres", "valkey", "seaweedfs")]
    servers.supervisor.stop()
    assert [start_time(pid) for pid in pids] == ["", "", ""]
    assert not list(servers.folders.run.iterdir())


@pytest.mark.parametrize(
    ("variable", "absent"),
    [("DATABASE_URL", "postgres"), ("REDIS_URL", "valkey"), ("S3_ENDPOINT_URL", "seaweedfs")],
)
def test_a_server_with_an_address_is_not_ours_to_start(tmp_path: Path, variable: str, absent: str) -> None:
    plans = plan_servers(tmp_path, LocalState.load(tmp_path), {variable: "scheme://elsewhere"})
    assert {program.name for program, _settings in plans} == {"postgres", "valkey", "seaweedfs"} - {absent}
    assert variable not in {name for _program, settings in plans for name in settings}


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    state = LocalState.load(tmp_path)
    first = state.secret("secret_key")
    state.save()
    assert LocalState.load(tmp_path).secret("secret_key") == first
    assert stat.S_IMODE(state.path.stat().st_mode) == 0o600
