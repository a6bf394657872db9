"""The three embedded servers: which of them to run, and the settings to reach them.

A server whose URL is already in the environment (DATABASE_URL, REDIS_URL, S3_ENDPOINT_URL) is external and not started.
"""

from collections.abc import Mapping
from pathlib import Path

from demeter.local import postgres, seaweedfs, valkey
from demeter.local.programs import Program
from demeter.local.state import LocalState

Plan = tuple[Program, dict[str, str]]


def plan_servers(
    data_dir: Path, state: LocalState, environment: Mapping[str, str], *, durable: bool = True
) -> list[Plan]:
    """The programs to run on `data_dir`, each with the settings (DATABASE_URL...) that reach it."""
    plans: list[Plan] = []
    if not environment.get("DATABASE_URL"):
        plans.append(_plan_postgres(data_dir / "postgres", state, durable=durable))
    if not environment.get("REDIS_URL"):
        plans.append(_plan_valkey(data_dir / "valkey", state))
    if not environment.get("S3_ENDPOINT_URL"):
        plans.append(_plan_seaweedfs(data_dir / "seaweedfs", state))
    return plans


def _plan_postgres(folder: Path, state: LocalState, *, durable: bool) -> Plan:
    port, password = state.port("postgres"), state.secret("database_password")
    program = postgres.make_program(folder, port=port, password=password, durable=durable)
    return program, {"DATABASE_URL": postgres.make_url(port=port, password=password)}


def _plan_valkey(folder: Path, state: LocalState) -> Plan:
    port, password = state.port("valkey"), state.secret("broker_password")
    program = valkey.make_program(folder, port=port, password=password)
    return program, {"REDIS_URL": valkey.make_url(port=port, password=password)}


def _plan_seaweedfs(folder: Path, state: LocalState) -> Plan:
    ports = {part: state.port(f"seaweedfs_{part}") for part in seaweedfs.PARTS}
    keys = {"access_key": state.secret("s3_access_key"), "secret_key": state.secret("s3_secret_key")}
    program = seaweedfs.make_program(folder, ports=ports, **keys)
    return program, {
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}",
        "AWS_ACCESS_KEY_ID": keys["access_key"],
        "AWS_SECRET_ACCESS_KEY": keys["secret_key"],
    }
