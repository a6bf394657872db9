"""Decode photos in separate processes with limits on memory and time, so that no photo can crash a worker.

`photos.ingest.storing` and the processing stages decode through here; `photos.decoding.decoder_process` is the other
side. A process decodes many photos, so that a decode takes some 50 ms longer than in the worker, not the half second of
a start. A process that crashes or takes too long is replaced; the photo is tried once more and then counts as
unreadable.
"""

import atexit
import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photos.decoding.pixels import TooManyPixelsError, UnreadablePictureError

SECONDS = 60.0
TRIES = 2
PROJECT_DIR = Path(__file__).resolve().parents[2]
logger = logging.getLogger(__name__)


class DecoderLostError(Exception):
    """The decoder process ended in the middle of a photo."""


def decode_picture(data: bytes, *, jpeg_reduction: int = 1) -> NDArray[np.uint8]:
    """`pixels.decode_picture` in a process of its own: (height, width, 3) RGB; UnreadablePictureError likewise."""
    about, pixels = _ask("decode", data, jpeg_reduction=jpeg_reduction)
    return np.frombuffer(pixels, dtype=np.uint8).reshape(about["shape"])


def make_preview(data: bytes) -> bytes:
    """`pixels.make_preview` in a process of its own; UnreadablePictureError likewise."""
    return _ask("preview", data)[1]


def check_whole(data: bytes) -> None:
    """`pixels.check_whole` in a process of its own; UnreadablePictureError likewise."""
    _ask("check", data)


class Decoder:
    """One process; for one thread at a time."""

    def __init__(self) -> None:
        # Without our credentials: this process reads hostile bytes.
        own = os.environ  # noqa: TID251  for a child
        environment = {name: own[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in own}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "photos.decoding.decoder_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT_DIR,
            env={**environment, "OPENBLAS_NUM_THREADS": "1"},
        )

    def ask(self, operation: str, data: bytes, **options: int) -> tuple[dict[str, Any], bytes]:
        """The header of the answer and its bytes. Raises DecoderLostError if none comes within SECONDS."""
        requests, answers = self.process.stdin, self.process.stdout
        if requests is None or answers is None:
            raise DecoderLostError
        limit = threading.Timer(SECONDS, self.process.kill)
        limit.start()
        try:
            requests.write(json.dumps({"operation": operation, "options": options, "size": len(data)}).encode() + b"\n")
            requests.write(data)
            requests.flush()
            about = json.loads(answers.readline() or b"{}")
            result = answers.read(about.get("size", 0))
        except (BrokenPipeError, ValueError) as error:
            raise DecoderLostError from error
        finally:
            limit.cancel()
        if len(result) != about.get("size"):
            raise DecoderLostError
        return about, result

    def close(self) -> None:
        """End the process, even in the middle of a photo."""
        self.process.kill()
        self.process.communicate()


_idle: SimpleQueue[Decoder] = SimpleQueue()


def _ask(operation: str, data: bytes, **options: int) -> tuple[dict[str, Any], bytes]:
    for _ in range(TRIES):
        decoder = _take()
        try:
            about, result = decoder.ask(operation, data, **options)
        except DecoderLostError:
            decoder.close()
            logger.warning("a decoder was lost (exit %s)", decoder.process.returncode)
            continue
        except BaseException:
            decoder.close()  # interrupted in the middle of an answer, for example by a task's time limit
            raise
        _idle.put(decoder)
        if "error" in about:
            kind = TooManyPixelsError if about["too_many_pixels"] else UnreadablePictureError
            raise kind(about["error"], **about["parameters"])
        return about, result
    raise UnreadablePictureError("not_decoded")


def _take() -> Decoder:
    """An idle decoder, or a new one. There are at most as many as threads that decode at the same time."""
    try:
        return _idle.get_nowait()
    except Empty:
        return Decoder()


@atexit.register
def close_decoders() -> None:
    """End the idle ones with this process."""
    while not _idle.empty():
        _idle.get().close()
