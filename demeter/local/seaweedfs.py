"""The embedded SeaweedFS: the S3 of one machine, with its objects in `<data>/seaweedfs`.

All its ports listen on the loopback only: master, filer and volume server have no passwords. Other devices reach the S3
port, which requires keys, through `demeter.local.forward`.
"""

import http.client
import json
import sys
from functools import partial
from pathlib import Path

from demeter.local.programs import Program
from demeter.local.state import write_private

PARTS = ("master", "volume", "filer", "s3", "admin")


def make_program(folder: Path, *, ports: dict[str, int], access_key: str, secret_key: str) -> Program:
    """`weed mini` on `folder`; `ports` has one port for each of PARTS, with gRPC at 10,000 above it."""
    objects = folder / "objects"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    objects.mkdir(mode=0o700, exist_ok=True)
    identities = folder / "identities.json"
    write_private(identities, json.dumps({"identities": [_identity(access_key, secret_key)]}))
    return Program(
        name="seaweedfs",
        argv=(
            str(Path(sys.executable).with_name("weed")),
            f"-logdir={folder}",
            "-log_max_size_mb=20",
            "-alsologtostderr=false",
            "mini",
            f"-dir={objects}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *(f"-{part}.port={ports[part]}" for part in PARTS),
            f"-s3.config={identities}",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-filer.allowedOrigins=http://127.0.0.1",
            "-admin.ui=false",
            "-webdav=false",
            "-master.telemetry=false",
        ),
        is_ready=partial(_takes_objects, master_port=ports["master"], s3_port=ports["s3"]),
    )


def _identity(access_key: str, secret_key: str) -> dict[str, object]:
    return {
        "name": "demeter",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }


def _takes_objects(*, master_port: int, s3_port: int) -> bool:
    """Whether the S3 port answers (an error is an answer) and a volume server has space."""
    try:
        topology = json.loads(_get(master_port, "/dir/status"))["Topology"]
        _get(s3_port, "/")
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    return int(topology.get("Max") or 0) > 0


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
