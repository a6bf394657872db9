"""Real workers on the test's own database, bucket and broker, under the supervisor that `bin/up` uses."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image, ImageOps

from demeter.local.programs import Folders
from demeter.local.supervisor import Supervisor
from demeter.local.workers import make_celery
from demeter.monitoring.heartbeat import count_alive

DEMO_PHOTOS = settings.BASE_DIR / "demo" / "photos"


@contextmanager
def running_workers(folder: Path) -> Iterator[Supervisor]:
    """The io, gpu and cpu workers and beat, ready to work; a dead one is restarted at each `wait_until` round."""
    environment = {
        "DATABASE_URL": _database_url(),
        "DJANGO_SETTINGS_MODULE": "demeter.settings",
    }
    before = dict(os.environ)
    os.environ.update(environment)
    supervisor = Supervisor(Folders.of(folder), announce=print)
    try:
        supervisor.start(make_celery(folder))
        wait_until(lambda: all(_alive().values()), supervisor, seconds=90)
        yield supervisor
    finally:
        supervisor.stop()
        os.environ.clear()
        os.environ.update(before)


def wait_until(condition: Callable[[], bool], supervisor: Supervisor, *, seconds: float) -> None:
    """Return when the condition holds; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        supervisor.tick()
        time.sleep(0.2)


def worker_pid(folder: Path, name: str) -> int:
    """The process of a program started in `folder`."""
    return int((folder / "run" / f"{name}.pid").read_text().split()[0])


def make_photos(count: int) -> list[SimpleUploadedFile]:
    """That many different photos, made from the shipped synthetic ones; the small ones, to be quick."""
    paths = sorted(DEMO_PHOTOS.glob("*.jpg"), key=lambda path: path.stat().st_size)[:4]
    photos = []
    for number in range(count):
        path, turn = paths[number % len(paths)], number // len(paths)
        data = path.read_bytes() if turn == 0 else _varied(path, turn)
        photos.append(SimpleUploadedFile(f"{turn}-{path.name}", data, content_type="image/jpeg"))
    return photos


def _varied(path: Path, turn: int) -> bytes:
    """The same photo mirrored or upside down, with its EXIF."""
    change = (ImageOps.mirror, ImageOps.flip, lambda image: ImageOps.mirror(ImageOps.flip(image)))[turn - 1]
    output = BytesIO()
    with Image.open(path) as image:
        change(image).save(output, "JPEG", quality=90, exif=image.getexif())
    return output.getvalue()


def _alive() -> dict[str, int]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return count_alive(client)


def _database_url() -> str:
    """The test database as an address for other processes; a socket folder as host goes into the query."""
    found = connection.settings_dict
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgresql://{found['USER']}{password}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
