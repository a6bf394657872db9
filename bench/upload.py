"""How soon an upload of 100 photos of 5 MB is answered: `python bench/upload.py [--repeats 3]`, on servers of its own.

Demeter's API and a Django view that only saves the files (`plain_upload.py`), both under gunicorn as `bin/up` runs it,
take the same photos in turn: one by one, six at a time, as the page sends them; and all in one request. Timed from the
last byte sent to the answer. Prints the results and writes docs/upload.md.
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import django
import numpy as np
import psutil
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.accuracy.markdown import table
from bench.faults.pictures import Picture, vary
from demeter.local.programs import PROJECT_DIR, Folders, Program
from demeter.local.state import LocalState
from demeter.local.supervisor import Supervisor
from demeter.local.workers import make_web
from tests.services import start_services, stop_services

FOLDER = Path(tempfile.mkdtemp(prefix="demeter-bench-"))
os.environ.update(start_services(str(FOLDER)))
os.environ.update(DEMETER_DATA_DIR=str(FOLDER), DJANGO_SETTINGS_MODULE="demeter.settings", TMPDIR=str(FOLDER))
django.setup()

from django.core.management import call_command  # noqa: E402 - Django first

from demeter.accounts.tokens import issue_token  # noqa: E402
from tests.factories import UserFactory  # noqa: E402

PHOTO_BYTES, PARALLEL, SAMPLE_SECONDS = 5_000_000, 6, 0.05
WIDTH_PX, HEIGHT_PX = 4032, 3024
MEGABYTE = 1024 * 1024
BOUNDARY = "photos"
PAGE = """# Upload

Written by `python bench/upload.py` on {cores} cores shared with other work (load {load:.1f}): {photos} photos of 5 MB,
repeats: {repeats}. *Demeter* checks, hashes, stages and records each photo and queues its job; *plain* is a Django view
that only saves the files. Demeter is served as by `bin/up`, *plain* by gunicorn's thread worker (2 processes each), one
after the other in turn. Answer: from the last byte handed to the network to the answer's end, by the client. Memory:
all processes of the web together.

{table}
"""


@dataclass(frozen=True)
class Target:
    """Where the photos go."""

    name: str
    program: Program
    port: int
    path: str
    token: str = ""


@dataclass(frozen=True)
class Measured:
    """One way of sending to one target: seconds from last byte to answer, and megabytes of the web's processes."""

    answers_seconds: list[float]
    whole_seconds: float
    before_mb: float
    peak_mb: float
    after_mb: float


def make_photo() -> Picture:
    """A JPEG of 12 megapixels and nearly 5 MB: grain on a slope of light, more of it until the size is reached."""
    rng = np.random.default_rng(1)
    light = np.linspace(40, 200, WIDTH_PX)[None, :, None] + np.zeros((HEIGHT_PX, WIDTH_PX, 3))
    grain = rng.normal(size=light.shape)
    data = b""
    for strength in range(2, 60, 2):
        output = BytesIO()
        Image.fromarray(np.clip(light + strength * grain, 0, 255).astype(np.uint8)).save(output, "JPEG", quality=85)
        if len(output.getvalue()) > PHOTO_BYTES:
            break
        data = output.getvalue()
    return Picture("photo.jpg", data)


def send(target: Target, photos: Sequence[Picture]) -> float:
    """One request with these photos; seconds from its last byte to its answer."""
    parts = [_part(photo) for photo in photos]
    end = f"--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=300)
    connection.putrequest("POST", target.path)
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(sum(map(len, parts)) + len(end)))
    connection.putheader("Authorization", f"Bearer {target.token}")
    connection.endheaders()
    for part in parts:
        connection.send(part)
    connection.send(end)
    last_byte_at = time.perf_counter()
    answer = connection.getresponse()
    body = json.loads(answer.read())
    seconds = time.perf_counter() - last_byte_at
    connection.close()
    kept = body.get("total_files", body.get("saved"))
    if kept != len(photos):
        raise RuntimeError(f"{target.name} kept {kept} of {len(photos)}: {answer.status} {body}")
    return seconds


def _part(photo: Picture) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{photo.name}"\r\n'
    return head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + photo.data + b"\r\n"


def send_one_by_one(target: Target, photos: Sequence[Picture]) -> list[float]:
    """As the upload page does."""
    with ThreadPoolExecutor(PARALLEL) as threads:
        return list(threads.map(lambda photo: send(target, [photo]), photos))


def send_together(target: Target, photos: Sequence[Picture]) -> list[float]:
    """As the form without JavaScript does, and the API may."""
    return [send(target, photos)]


def measure(
    way: Callable[[Target, Sequence[Picture]], list[float]], target: Target, photo: Picture, count: int
) -> Measured:
    """Send photos that were never seen before and watch the web's memory meanwhile."""
    mark = str(time.time())
    photos = [replace(vary(photo, f"{mark}/{number}"), name=f"{number}.jpg") for number in range(count)]
    before_mb = web_memory_mb(target)
    with watching_memory(target) as samples_mb:
        began = time.perf_counter()
        answers = way(target, photos)
        whole = time.perf_counter() - began
    after_mb = web_memory_mb(target)
    for folder in ("staging/uploads", "plain"):
        shutil.rmtree(FOLDER / folder, ignore_errors=True)
    return Measured(answers, whole, before_mb, max(samples_mb), after_mb)


def web_memory_mb(target: Target) -> float:
    """What the gunicorn of a target and its workers hold of memory, shared pages counted once."""
    leader = psutil.Process(int((FOLDER / "run" / f"{target.program.name}.pid").read_text().split()[0]))
    processes = [leader, *leader.children()]
    return sum(process.memory_full_info().pss for process in processes) / MEGABYTE


@contextmanager
def watching_memory(target: Target) -> Iterator[list[float]]:
    """Samples of the web's memory, taken in a thread of their own."""
    samples, over = [web_memory_mb(target)], Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            samples.append(web_memory_mb(target))

    thread = Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def make_targets() -> list[Target]:
    """Demeter's API and the plain view, each with a web server of its own."""
    state = LocalState.load(FOLDER)
    call_command("migrate", verbosity=0)
    token = issue_token(user=UserFactory(), name="bench")
    ports = state.port("web"), state.port("plain")
    ours, plain = (make_web(host="127.0.0.1", port=port) for port in ports)
    # Gunicorn's own worker: Demeter's reads settings that the plain view does not have.
    other = {
        "demeter.wsgi:application": "bench.plain_upload:application",
        "--worker-class=demeter.gunicorn_worker.BufferingWorker": "--worker-class=gthread",
    }
    argv = tuple(other.get(word, word) for word in plain.argv)
    environment = {"PLAIN_UPLOAD_FOLDER": str(FOLDER / "plain")}
    return [
        Target("Demeter", ours, ports[0], "/api/v1/photos/upload", token),
        Target("plain", replace(plain, name="plain", argv=argv, environment=environment), ports[1], "/upload"),
    ]


def describe(name: str, runs: Sequence[Measured]) -> list[object]:
    """A row of the table."""
    answers = sorted(answer for run in runs for answer in run.answers_seconds)
    p95 = answers[min(len(answers) - 1, round(0.95 * len(answers)))]
    return [
        name,
        f"{statistics.median(answers):.3f}",
        f"{p95:.3f}" if len(answers) >= 20 else f"{answers[-1]:.3f} (slowest)",
        f"{statistics.median(run.whole_seconds for run in runs):.1f}",
        f"{runs[0].before_mb:.0f}",
        f"{max(run.peak_mb for run in runs):.0f}",
        f"{runs[-1].after_mb:.0f}",
    ]


def main() -> None:
    """Send, watch, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=1, help="more than 2 reach the limit of 300 uploads a minute")
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "docs" / "upload.md")
    options = parser.parse_args()
    photo, targets = make_photo(), make_targets()
    supervisor = Supervisor(Folders.of(FOLDER), announce=print)
    rows: dict[str, list[Measured]] = {}
    try:
        supervisor.start([target.program for target in targets])
        for target in targets:
            warm_up(target, photo)
        for _ in range(options.repeats):
            for words, way in (("one by one", send_one_by_one), ("in one request", send_together)):
                for target in targets:
                    run = measure(way, target, photo, options.photos)
                    rows.setdefault(f"{target.name}, {words}", []).append(run)
    finally:
        supervisor.stop()
        stop_services()
    heads = ["", "answer, median s", "p95 s", "whole upload, s", "memory before, MB", "highest", "after"]
    figures = table(heads, [describe(name, runs) for name, runs in rows.items()])
    print(figures)
    page = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "photos": options.photos, "repeats": options.repeats}
    options.out.write_text(PAGE.format(table=figures, **page))


def warm_up(target: Target, photo: Picture) -> None:
    """Until the web answers, and every one of its processes has answered once."""
    deadline = time.monotonic() + 60
    while True:
        try:
            measure(send_one_by_one, target, photo, 2 * PARALLEL)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


if __name__ == "__main__":
    main()
