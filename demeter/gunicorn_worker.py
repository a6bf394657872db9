"""How gunicorn serves Demeter: a request is received whole before one of the few threads that make pages sees it.

With gunicorn's own thread worker a phone on a weak network holds a thread for as long as its photo takes, and eighteen
such uploads hold all of them. Here waitress receives requests and sends answers in one loop, whatever their pace, and
gives what has arrived to a thread; gunicorn starts the processes and restarts those that die. Larger bodies wait on the
disk on which uploads arrive. Measured: docs/slow-uploads.md.
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

# For each process. A phone sends six photos at a time, and each connection may need a second file for its body.
CONNECTION_LIMIT = 400
IN_MEMORY_BYTES = 512 * 1024
PIECE_BYTES = 64 * 1024
# As soon as this a worker notices that it is asked to stop, and says to gunicorn that it lives.
LOOP_SECONDS = 1


class FrugalParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Leaves the body of an upload unread that is too large or finds no room: `photos.upload.upload_handlers` refuses
    it then."""

    content_length: int

    def parse_header(self, header_plus: bytes) -> None:
        """The connection ends with the answer, because the rest of the body may still be on its way."""
        super().parse_header(header_plus)
        if self.content_length > IN_MEMORY_BYTES and not may_arrive(self.content_length):
            self.body_rcv, self.content_length, self.expect_continue = None, 0, False
            self.headers["CONNECTION"] = "close"


class FrugalChannel(HTTPChannel):  # type: ignore[misc]
    parser_class = FrugalParser


class BufferingWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """A process of gunicorn in which waitress serves, with `--threads` threads."""

    def run(self) -> None:
        """Serve until gunicorn asks to stop or is gone; then finish the requests that were received whole."""
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
        tempfile.tempdir = str(folder)  # where waitress keeps bodies; /tmp may be memory
        (listener,) = self.sockets
        server = create_server(
            self.wsgi,
            sockets=[listener.sock],
            threads=self.cfg.threads,
            connection_limit=CONNECTION_LIMIT,
            inbuf_overflow=IN_MEMORY_BYTES,
            max_request_body_size=largest_bytes() + 1,  # of a body that comes without its length
            recv_bytes=PIECE_BYTES,
            clear_untrusted_proxy_headers=False,  # Django reads them with HTTPS=true alone
            ident=None,
        )
        server.channel_class = FrugalChannel
        return server

    def _turn(self, server: TcpWSGIServer) -> None:
        self.notify()
        loop(timeout=LOOP_SECONDS, map=server._map, use_poll=True, count=1)


def _is_busy(server: TcpWSGIServer) -> bool:
    """Whether a thread works on a request, or an answer is not sent yet."""
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())
