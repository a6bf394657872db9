"""The photos of each nursery, by which a model learns it and is judged, and those of elsewhere, which it must not lose.

`splits.json` has the names. Beds of snapdragons were told apart by eye: neighbouring numbers show one bed, so none next
to a photo that is learned judges. Plug trays are whole trays, by the name before `-wrap`. Photos are learned in the
given order, so that the first five are among the first ten, each of another bed or tray.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from bench.accuracy.truth import RealPhoto, Render, read_labelled, read_pointed, read_renders
from learning.judging import BENCHMARK
from learning.shipped import BENCHMARK_PHOTOS
from training.pictures import refuse_test_photo

SPLITS = Path(__file__).with_name("splits.json")
FORMS = "forms"
LEARNED = 20  # at most
Start = Literal["older", "shipped"]


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo with its truth, by its content."""

    known: RealPhoto

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.known.path.stem

    @cached_property
    def sha256(self) -> str:
        """The checksum of the file."""
        return hashlib.sha256(self.known.path.read_bytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Nursery:
    """Photos to learn, in order, and to judge. `start` are the weights that never saw it; counted photos of elsewhere
    whose names begin with `own` show its plants."""

    name: str
    start: Start
    learned: tuple[Photo, ...]
    judged: tuple[Photo, ...]
    own: str = ""

    def __post_init__(self) -> None:
        check_apart(self.learned, self.judged)

    def is_elsewhere(self, name: str) -> bool:
        """Whether a photo of the benchmark shows other plants than this nursery's."""
        return not self.own or not name.startswith(self.own)


def check_apart(learned: Sequence[Photo], judged: Sequence[Photo]) -> None:
    """ValueError if two of the photos are the same file."""
    photos = [*learned, *judged]
    if len({photo.sha256 for photo in photos}) < len(photos):
        raise ValueError("a photo is there twice: one that is learned cannot judge")


def read_nursery(name: str, data: Path, forms: Path) -> Nursery:
    """One of the three. ValueError if a photo is learned that only judges models, or judged that is learned."""
    if name == FORMS:
        photos = [Photo(as_photo(render)) for render in read_renders(forms)]
        if len(photos) <= LEARNED:
            raise ValueError(f"{forms} has {len(photos)} renders: more than {LEARNED} are needed, the others judge")
        return Nursery(name, "shipped", tuple(photos[:LEARNED]), tuple(photos[LEARNED:]))
    folder = data / "real" / name
    photos_by_name = {known.path.name: Photo(known) for known in read_labelled(folder / "images", folder / "labels")}
    split = read_splits()[name]
    learned, judged = (tuple(photos_by_name[one] for one in split[part]) for part in ("learned", "judged"))
    for photo in learned:
        refuse_test_photo(photo.known.path)
    return Nursery(name, "older", learned, judged, own="brassica_plug200" if name == "plug-tray-200" else "")


def read_splits() -> dict[str, dict[str, list[str]]]:
    """The names of the photos that are learned and judged, by nursery of real photos."""
    return dict(json.loads(SPLITS.read_text(encoding="utf-8")))


def names() -> tuple[str, ...]:
    """Every nursery."""
    return (*read_splits(), FORMS)


def as_photo(render: Render) -> RealPhoto:
    """A render as a photo whose right number is that of all plants in the frame, and whose boxes are those that a
    person could draw."""
    return RealPhoto(
        render.path,
        (render.in_frame["plant"],),
        render.in_frame["empty"],
        boxes=render.boxes[render.wanted],
        labels=render.labels[render.wanted],
        kind=render.kind,
    )


@dataclass(frozen=True, eq=False)
class Benchmark:
    """Photos of nurseries that a person counted point by point, and the renders by which Demeter judges a training."""

    counted: tuple[Photo, ...]
    shipped: tuple[Photo, ...]

    @property
    def photos(self) -> tuple[Photo, ...]:
        """All of them."""
        return (*self.counted, *self.shipped)


def read_benchmark(data: Path) -> Benchmark:
    """All of them, wherever they are."""
    folders = (data / "photos" / "nursery", data / "real" / "nursery-2")
    counted = (Photo(known) for folder in folders for known in read_pointed(folder, ()))
    totals = json.loads(BENCHMARK.read_text(encoding="utf-8")).items()
    shipped = (Photo(RealPhoto(BENCHMARK_PHOTOS / name, (total,), 0)) for name, total in totals)
    return Benchmark(tuple(counted), tuple(shipped))
