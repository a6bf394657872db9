"""A plain TCP forwarder that exposes the S3 port of SeaweedFS, and no other, to the local network.

`weed mini` binds all its servers to one address, and only S3 requires keys. So they all listen on the loopback, and
this child of the supervisor forwards a phone's requests to the S3 port; the signed Host header passes unchanged.
"""

import asyncio
import contextlib
from functools import partial

CHUNK_BYTES = 64 * 1024


def forward(*, host: str, port: int, to_port: int) -> None:
    """Forward connections from `host`:`port` to the loopback's `to_port` until this process is ended."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(host, port, to_port))


async def _serve(host: str, port: int, to_port: int) -> None:
    server = await asyncio.start_server(partial(_carry, to_port), host, port)
    async with server:
        await server.serve_forever()


async def _carry(to_port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", to_port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(_copy(reader, to_writer), _copy(to_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy one direction of one connection until it ends or breaks."""
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
