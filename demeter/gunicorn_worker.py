"""The gunicorn worker class of Demeter: a request is received completely before one of the few threads handles it.

With gunicorn's own thread worker a phone on a weak network occupies a thread while its photo arrives, and eighteen such
uploads occupy all of them. Here waitress receives requests and sends answers in one loop, at any speed, and passes
complete requests to a thread; gunicorn starts the processes and restarts those that die. Large bodies are buffered on
the disk of incoming uploads. Measured: docs/slow-uploads.md.
"""

import os
import tempfile
import time
from pathlib import Path

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer, create_server
from waitress.wasyncore import loop

from photos.storage.disk_space import largest_bytes, may_arrive

# Per process. A phone sends six photos at a time, and each connection may need a second file for its body.
CONNECTION_LIMIT = 400
IN_MEMORY_BYTES = 512 * 1024
PIECE_BYTES = 64 * 1024
# How often a worker checks whether it should stop, and notifies gunicorn that it is alive.
LOOP_SECONDS = 1


class FrugalParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Does not read the body of an upload that is too large or does not fit on the disk:
    `photos.upload.upload_handlers` then refuses it."""

    content_length: int

    def parse_header(self, header_plus: bytes) -> None:
        """Close the connection after the answer, because the rest of the body may still arrive."""
        super().parse_header(header_plus)
        if self.content_length > IN_MEMORY_BYTES and not may_arrive(self.content_length):
            self.body_rcv, self.content_length, self.expect_continue = None, 0, False
            self.headers["CONNECTION"] = "close"


class FrugalChannel(HTTPChannel):  # type: ignore[misc]
    parser_class = FrugalParser


class BufferingWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn worker in which waitress serves, with `--threads` threads."""

    def run(self) -> None:
        """Serve until gunicorn stops the worker or is gone; then finish the requests that were received completely."""
        server = self._make_server()
        while self.alive and self.ppid == os.getppid():
            self._turn(server)
        server.accepting = False
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while _is_busy(server) and time.monotonic() < deadline:
            self._turn(server)

    def _make_server(self) -> TcpWSGIServer:
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.tempdir = str(folder)  # where waitress buffers bodies; /tmp may be in memory
        (listener,) = self.sockets
        server = create_server(
            self.wsgi,
            sockets=[listener.sock],
            threads=self.cfg.threads,
            connection_limit=CONNECTION_LIMIT,
            inbuf_overflow=IN_MEMORY_BYTES,
            max_request_body_size=largest_bytes() + 1,  # for a body without a length
            recv_bytes=PIECE_BYTES,
            clear_untrusted_proxy_headers=False,  # Django reads them only with HTTPS=true
            ident=None,
        )
        server.channel_class = FrugalChannel
        return server

    def _turn(self, server: TcpWSGIServer) -> None:
        self.notify()
        loop(timeout=LOOP_SECONDS, map=server._map, use_poll=True, count=1)


def _is_busy(server: TcpWSGIServer) -> bool:
    """Whether a request is being handled, or an answer is not sent yet."""
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())
