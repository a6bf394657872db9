"""The photos by which counting by example is chosen and judged, and the five plants that are marked in each."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.accuracy.truth import RealPhoto, read_labelled, read_pointed
from processing.counting.boxes import PLANT

MARKS = Path(__file__).with_name("marks.json")
MARKED = 5
CHOOSING, UNFAMILIAR_PLANTS, WORST = "choosing", "unfamiliar", "worst"
# Photos of plants that detector-9 never saw, by the start of their names. Neighbouring numbers may show one bed.
UNFAMILIAR: dict[str, dict[str, tuple[str, ...]]] = {
    CHOOSING: {
        "snapdragon-bed": ("snap_3.", "snap_13.", "snap_18.", "snap_28."),
        "plug-tray-200": ("1.3-6-", "2.2-5-"),
    },
    UNFAMILIAR_PLANTS: {
        "snapdragon-bed": ("snap_34.", "snap_38.", "snap_46.", "snap_50."),
        "plug-tray-200": ("2.8-2-", "3.0-3-wrap-3"),
    },
}
Boxes = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Marked:
    """A photo, its group, and the boxes of the plants that can be marked, by number."""

    photo: RealPhoto
    group: str
    total: int
    boxes: dict[int, list[float]]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.photo.path.stem

    @cached_property
    def sha256(self) -> str:
        """The checksum of the file."""
        return hashlib.sha256(self.photo.path.read_bytes()).hexdigest()

    @property
    def side_px(self) -> float:
        """Side of the median boxed plant as a square."""
        return float(np.median(sides(np.array(list(self.boxes.values())))))

    def draw(self, seed: int) -> Boxes:
        """(5, 4) the boxes of the plants that a person marks, drawn from all plants of the photo."""
        numbers = np.random.default_rng([seed, self.total]).choice(self.total, MARKED, replace=False)
        return np.array([self.boxes[int(number)] for number in numbers])


def read_marked(data: Path) -> list[Marked]:
    """Every photo of the three groups; ValueError if two are the same file."""
    photos = [*_read_unfamiliar(data), *_read_worst(data)]
    if len({one.sha256 for one in photos}) < len(photos):
        raise ValueError("a photo is in two groups")
    return photos


def _read_unfamiliar(data: Path) -> list[Marked]:
    marked = []
    for group, sets in UNFAMILIAR.items():
        for name, starts in sets.items():
            folder = data / "real" / name
            for photo in read_labelled(folder / "images", folder / "labels"):
                if photo.path.name.startswith(starts) and photo.boxes is not None:
                    boxes = dict(enumerate(photo.boxes[photo.labels == PLANT].tolist()))
                    marked.append(Marked(photo, group, len(boxes), boxes))
    return marked


def _read_worst(data: Path) -> list[Marked]:
    """The counted photos on which the plain count was furthest off when boxes were drawn round their points."""
    drawn = json.loads(MARKS.read_text(encoding="utf-8"))["photos"]
    folders = (data / "photos" / "nursery", data / "real" / "nursery-2")
    photos = [photo for folder in folders for photo in read_pointed(folder, ()) if photo.path.stem in drawn]
    return [
        Marked(photo, WORST, len(photo.points), _scaled(photo.path, drawn[photo.path.stem]))
        for photo in photos
        if photo.points is not None
    ]


def _scaled(path: Path, drawn: dict[str, Any]) -> dict[int, list[float]]:
    scale = cv2.imread(str(path)).shape[1] / drawn["width"]
    return {int(number): [value * scale for value in box] for number, box in drawn["boxes"].items()}


def sides(boxes: Boxes) -> NDArray[np.float64]:
    """(n,) the side of each box as a square."""
    return np.asarray(np.sqrt(np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-6)))
