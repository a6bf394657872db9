"""The state that a data folder keeps between starts: ports, secrets, and whether the demo was loaded.

Read first at every start: the servers take their ports and passwords from it, and `demeter.env` is derived from it.
"""

import json
import os
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path

# Below Linux' ephemeral range (32768 and up), including the gRPC port (port + 10,000).
FIRST_PORT, LAST_PORT = 12_000, 22_000
GRPC_OFFSET = 10_000


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Whether `port` of `host` is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _is_free_with_grpc(port: int, host: str) -> bool:
    return is_free(port, host=host) and is_free(port + GRPC_OFFSET, host=host)


@dataclass
class LocalState:
    """Ports, secrets and facts of one data folder, in `<data>/local.json` (readable by its owner only)."""

    path: Path
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, data_dir: Path) -> "LocalState":
        """The state of `data_dir`, empty on its first start."""
        path = data_dir / "local.json"
        return cls(path, **json.loads(path.read_text())) if path.is_file() else cls(path)

    def save(self) -> None:
        write_private(
            self.path, json.dumps({"ports": self.ports, "secrets": self.secrets, "facts": self.facts}, indent=2)
        )

    def port(self, name: str, *, host: str = "127.0.0.1") -> int:
        """The port of `name`: the one of the last start while it is free, else another one.

        Its gRPC port (SeaweedFS: port + 10,000) must be free too.
        """
        others = {port for other, port in self.ports.items() if other != name}
        port = self.ports.get(name)
        while port is None or port in others or not _is_free_with_grpc(port, host):
            port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        self.ports[name] = port
        return port

    def keep_for_pages(self, port: int) -> None:
        """Give `port`, which a person chose for the pages, to no other program."""
        self.ports["web"] = port

    def secret(self, name: str) -> str:
        """The secret called `name`, created on first use; letters and digits only, so that it never needs quoting."""
        return self.secrets.setdefault(name, secrets.token_hex(24))


def write_private(path: Path, text: str) -> None:
    """Replace `path` atomically with `text`, readable by its owner only."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
