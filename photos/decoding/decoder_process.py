"""The process that decodes photos for a worker: `python -m photos.decoding.decoder_process`.
It uses no Django and has no secrets.

`photos.decoding.decoder_pool` starts it and sends one request after the other: a line of JSON, then the file's bytes;
the answer has the same form. It ends with its input. Memory is limited here, time by the other side. Whatever a decoder
does to this process, the worker survives.
"""

import json
import os
import resource
import sys
from typing import BinaryIO

import numpy as np

from photos.decoding.pixels import TooManyPixelsError, UnreadablePictureError, check_whole, decode_picture, make_preview

# 200 megapixels that must be turned take 3.0 GB at their peak (measured: docs/security.md).
MEMORY_BYTES = 4 * 1024**3


def main() -> None:
    """Answer until the input ends."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MEMORY_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        answer(answers, request["operation"], sys.stdin.buffer.read(request["size"]), request["options"])


def answer(answers: BinaryIO, operation: str, data: bytes, options: dict[str, int]) -> None:
    """Do one operation and write its result or its error."""
    try:
        if operation == "decode":
            picture = decode_picture(data, **options)
            send(answers, np.ascontiguousarray(picture).data.cast("B"), shape=picture.shape)
        elif operation == "preview":
            send(answers, memoryview(make_preview(data)))
        else:
            check_whole(data)
            send(answers, memoryview(b""))
    except UnreadablePictureError as error:
        is_too_large = isinstance(error, TooManyPixelsError)
        send(answers, memoryview(b""), error=error.code, parameters=error.parameters, too_many_pixels=is_too_large)
    except MemoryError:
        send(answers, memoryview(b""), error="out_of_memory", parameters={}, too_many_pixels=False)


def send(answers: BinaryIO, data: memoryview, **about: object) -> None:
    answers.write(json.dumps({"size": data.nbytes, **about}).encode() + b"\n")
    answers.write(data)
    answers.flush()


if __name__ == "__main__":
    main()
