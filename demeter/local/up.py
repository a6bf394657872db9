"""What `bin/up` does: servers, database and bucket, demo nursery, web and workers, until Ctrl-C or SIGTERM."""

import fcntl
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from demeter.local import network, workers
from demeter.local.programs import PROJECT_DIR, Folders, Program, end_orphans
from demeter.local.servers import plan_servers
from demeter.local.state import LocalState, is_free, write_private
from demeter.local.supervisor import NotReadyError, Supervisor

SERVERS_SECONDS, GREEN_SECONDS = 60, 180
TICK_SECONDS = 0.3
