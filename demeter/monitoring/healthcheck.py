"""Is this container alive? `python -m demeter.monitoring.healthcheck PART` exits with 0 if it is.

The web process is alive if `/livez` answers, which uses no other part. A worker (`io`, `gpu`, `cpu`, `train`) or `beat`
is alive if a process of this host sent a heartbeat lately (`demeter.monitoring.heartbeat`).
"""

import http.client
import os
import sys

import redis

from demeter.common.broker import make_client
from demeter.monitoring.heartbeat import is_alive_here

WEB_PORT = 8000
PATIENCE_SECONDS = 5


def is_alive(part: str) -> bool:
    """Whether `part` is alive on this host; False if the broker cannot be asked."""
    return _web_answers(WEB_PORT) if part == "web" else _gives_signs(part)


def _web_answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/livez")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _gives_signs(part: str) -> bool:
    try:
        with make_client(patience_seconds=PATIENCE_SECONDS) as client:
            return is_alive_here(client, part)
    except redis.RedisError:
        return False


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    sys.exit(not is_alive(sys.argv[1]))
