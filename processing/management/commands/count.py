"""`manage.py count PHOTO... [--json] [--annotated DIR]`: counts files, without any server."""

import contextlib
import ctypes
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

from django.core.management.base import BaseCommand, CommandError

from photos.decoding.pixels import UnreadablePictureError, encode_jpeg
from processing.counting.boxes import PlantClass
from processing.counting.faults import Fault
from processing.counting.totals import ContainerCount, PhotoCount, count_photo
from processing.pictures import drawing
from processing.pipeline.photo_count import Stopwatch, count_picture, open_picture
from processing.runtime import inference
from processing.runtime.weights import WeightsError

ContainerJson = TypedDict(
    "ContainerJson",
    {"class": str, "polygon": list[list[float]], "detected": int, "estimated": int, "empty": int},
)


class PhotoJson(TypedDict):
    """One photo in the output of --json."""

    file: str
    total_detected: int
    total_estimated: int
    total_empty_containers: int
    category_counts: dict[PlantClass, int]
    avg_confidence: float
    containers: list[ContainerJson]
    problems: list[str]
    seconds: dict[str, float]


class Command(BaseCommand):
    """Counts photos with the functions of the pipeline; exit code 1 when a photo could not be read."""

    help = "Counts the plants in photo files. Needs no database, queue or storage."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
        parser.add_argument("--json", action="store_true", help="a list with one object per photo, and nothing else")
        parser.add_argument("--annotated", type=Path, metavar="DIR", help="write each annotated picture to this folder")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with library_output_on_stderr():
                inference.load_models()
                results = [count_file(path, options["annotated"]) for path in options["photos"]]
        except (WeightsError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(results, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(format_table(results))
        if any(problem.startswith("unreadable") for result in results for problem in result["problems"]):
            sys.exit(1)


def count_file(path: Path, annotated_dir: Path | None) -> PhotoJson:
    """The count of one file, or why it cannot be read."""
    watch = Stopwatch()
    try:
        photo = open_picture(path.read_bytes(), watch=watch)
        counted = count_picture(photo, watch=watch)
    except OSError as error:
        return photo_json(path, unreadable(path, str(error.strerror or error)), watch.seconds)
    except UnreadablePictureError as error:
        return photo_json(path, unreadable(path, str(error)), watch.seconds)
    if annotated_dir is not None:
        with watch.phase("annotate"):
            picture = drawing.draw(photo.rgb, counted.count.containers, counted.detections)
            annotated_dir.mkdir(parents=True, exist_ok=True)
            (annotated_dir / f"{path.name}-annotated.jpg").write_bytes(encode_jpeg(picture))
    return photo_json(path, counted.count, watch.seconds)


def unreadable(path: Path, reason: str) -> PhotoCount:
    empty = count_photo((), ())
    fault = Fault("unreadable", {"file": str(path), "reason": reason})
    return replace(empty, problems=(fault,))


def photo_json(path: Path, count: PhotoCount, seconds: dict[str, float]) -> PhotoJson:
    return PhotoJson(
        file=str(path),
        total_detected=count.total_detected,
        total_estimated=count.total_estimated,
        total_empty_containers=count.total_empty_containers,
        category_counts=count.category_counts,
        avg_confidence=count.avg_confidence,
        containers=[container_json(item) for item in count.containers],
        problems=list(map(str, count.problems)),
        seconds=seconds,
    )


def container_json(item: ContainerCount) -> ContainerJson:
    return {
        "class": item.container.kind,
        "polygon": [[x, y] for x, y in item.container.polygon],
        "detected": item.detected,
        "estimated": item.estimated,
        "empty": item.empty,
    }


def format_table(results: list[PhotoJson]) -> str:
    """A line per photo with its problems beneath it, for people."""
    width = max(len(result["file"]) for result in results)
    head = f"{'photo':{width}}  plants  estimated  empty  dead  containers  confidence  seconds"
    lines = [head, "-" * len(head)]
    for result in results:
        lines.append(
            f"{result['file']:{width}}  {result['total_detected']:6}  {result['total_estimated']:9}"
            f"  {result['total_empty_containers']:5}  {result['category_counts']['dead']:4}"
            f"  {len(result['containers']):10}  {result['avg_confidence']:10.2f}"
            f"  {sum(result['seconds'].values()):7.1f}"
        )
        lines += [f"  ! {problem}" for problem in result["problems"]]
    return "\n".join(lines)


@contextlib.contextmanager
def library_output_on_stderr() -> Iterator[None]:
    """Redirect the output of libraries, from Python or from C, to standard error."""
    sys.stdout.flush()
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        ctypes.CDLL(None).fflush(None)
        os.dup2(saved, 1)
        os.close(saved)
