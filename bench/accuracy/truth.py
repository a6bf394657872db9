"""Pictures and what is known about them: renders with exact truth, real photos with boxes or counted points."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import CLASS_NAMES
from processing.counting.containers import CONTAINER_KINDS, Container
from training.pictures import KIND_OF_SYNTHETIC, MIN_VISIBILITY, REAL_SETS, Picture, Split, load_yolo, split_of

Counts = dict[str, int]
MIN_CORNERS = 3
# What each counted photo shows, by its name; decided by looking at the photos.
KINDS: dict[str, str] = json.loads(Path(__file__).with_name("kinds.json").read_text())
OTHER_KIND = "others"
TRAY_CELL = "tray cell"


@dataclass(frozen=True, eq=False)
class TrueContainer:
    """One container: its outline and the counts of plant, empty and dead in the frame and of the visible ones."""

    outline: Container
    in_frame: Counts
    visible: Counts


@dataclass(frozen=True, eq=False)
class Render:
    """A rendered picture: containers, and every plant and empty place with visible pixels.

    `boxes` (n, 4) are the visible parts in pixels, `visibility` (n,) the visible share of each; `wanted` (n,) those
    that can be asked of a detector. `in_frame` and `visible` are the counts of the photo.
    """

    path: Path
    kind: str
    containers: tuple[TrueContainer, ...]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    visibility: NDArray[np.float32]
    wanted: NDArray[np.bool_]
    in_frame: Counts
    visible: Counts

    @property
    def median_plant_px(self) -> float:
        """Side of the median wanted plant as a square; 0 without any."""
        sizes = self.boxes[self.wanted & (self.labels == 0)]
        sides = np.sqrt((sizes[:, 2:] - sizes[:, :2]).prod(axis=1))
        return float(np.median(sides)) if len(sides) else 0.0

    @property
    def seen_share(self) -> float:
        """The visible share of the plants in the frame; 1 without any."""
        return self.visible["plant"] / self.in_frame["plant"] if self.in_frame["plant"] else 1.0


def read_renders(folder: Path, split: Split | None = None) -> list[Render]:
    """The pictures of a folder with images/ and truth/; with a split only those whose seed belongs to it."""
    truths = [json.loads(path.read_text()) for path in sorted((folder / "truth").glob("*.json"))]
    chosen = [truth for truth in truths if split is None or split_of(truth["meta"]["seed"]) == split]
    if not chosen:
        raise FileNotFoundError(f"{folder} holds no renders with truth")
    return [_make_render(folder, truth) for truth in chosen]


def _make_render(folder: Path, truth: dict[str, Any]) -> Render:
    outlined = [one for one in truth["containers"] if one["polygon"] and len(one["polygon"]) >= MIN_CORNERS]
    kinds = {KIND_OF_SYNTHETIC[one["cls"]] for one in outlined}
    ids = {one["id"] for one in outlined}
    seen = [item for item in truth["items"] if item["visible"]]
    visibility = np.array([item["visibility"] for item in seen], np.float32)
    return Render(
        path=folder / "images" / truth["image"],
        kind=kinds.pop() if len(kinds) == 1 else "mixed",
        containers=tuple(_make_container(one) for one in outlined),
        boxes=np.array([item["visible"] for item in seen], np.float32).reshape(-1, 4),
        labels=np.array([CLASS_NAMES.index(item["label"]) for item in seen], np.int64),
        visibility=visibility,
        wanted=(visibility >= MIN_VISIBILITY) & np.array([item["container"] in ids for item in seen], dtype=bool),
        in_frame=truth["totals"]["in_frame"],
        visible=truth["totals"]["visible"],
    )


def _make_container(entry: dict[str, Any]) -> TrueContainer:
    kind = next(kind for kind in CONTAINER_KINDS if kind == KIND_OF_SYNTHETIC[entry["cls"]])
    outline = Container(kind, tuple((float(x), float(y)) for x, y in entry["polygon"]), 1.0)
    return TrueContainer(outline, entry["in_frame"], entry["visible"])


@dataclass(frozen=True, eq=False)
class RealPhoto:
    """A real photo: every plant count that is right, the empty places, and where nothing is judged.

    `boxes` (n, 4) with `labels` (n,) where plants are outlined, `points` (n, 2) where they are only marked.
    `unsure_cells` of a tray have a plant or are empty. `is_exact` when the person who counted was sure;
    `was_trained_on` when a model has learned it. `kind` is one of those in kinds.json.
    """

    path: Path
    valid_plants: tuple[int, ...]
    empty: int
    unsure_cells: int = 0
    ignored: tuple[tuple[float, float, float, float], ...] = ()
    boxes: NDArray[np.float32] | None = None
    labels: NDArray[np.int64] | None = None
    points: NDArray[np.float32] | None = None
    unit: str = "plant"
    is_exact: bool = True
    was_trained_on: bool = False
    kind: str = OTHER_KIND


def read_labelled(images: Path, labels: Path) -> list[RealPhoto]:
    """Photos with a YOLO label file each (boxes or outlines)."""
    return [_labelled(one) for one in load_yolo(images, labels)]


def read_kept_out(data: Path) -> dict[str, list[RealPhoto]]:
    """The photos of each annotated set that training leaves out (`training.pictures.REAL_SETS`), by set."""
    sets = {}
    for name, starts in REAL_SETS.items():
        pictures = load_yolo(data / name / "images", data / name / "labels") if starts else []
        kept = [_labelled(one) for one in pictures if one.path.name.startswith(starts)]
        if kept:
            sets[Path(name).name] = kept
    return sets


def _labelled(one: Picture) -> RealPhoto:
    return RealPhoto(one.path, (one.totals["plant"],), one.totals["empty"], boxes=one.boxes, labels=one.labels)


def read_trained_on(drawn: Path, weights: Path) -> set[str]:
    """The names, without suffix, of the photos in training/drawn.json and of test photos learned by weights.json."""
    described = json.loads((weights / "weights.json").read_text())
    learned = [name for one in described.values() for name in one.get("test_photos_learned", [])]
    return {Path(entry["image"]).stem for entry in json.loads(drawn.read_text())} | set(learned)


def read_pointed(folder: Path, trained: Collection[str]) -> Iterator[RealPhoto]:
    """Photos with points/NAME.json beside them.

    Plants cut by the frame (`partial`) and unsure ones (`uncertain`) may be counted or not; an unsure cell of a tray
    may be empty. `alt` holds other counts that are right, such as pots where seedlings were counted, but the cells of
    a tray are not if some are empty.
    """
    for path in sorted((folder / "points").glob("*.json")):
        truth = json.loads(path.read_text())
        least = len(truth["plants"])
        unsure = len(truth.get("uncertain", []))
        most = least + len(truth.get("partial", [])) + unsure
        yield RealPhoto(
            path=folder / f"{path.stem}.jpg",
            valid_plants=(*range(least, most + 1), *_other_counts(truth)),
            empty=len(truth["empty"]),
            unsure_cells=unsure if truth["unit"].startswith(TRAY_CELL) else 0,
            ignored=tuple(map(tuple, truth["ignore"])),
            points=np.array(truth["plants"], np.float32).reshape(-1, 2),
            unit=truth["unit"],
            is_exact=truth["confidence"].startswith("exact"),
            was_trained_on=path.stem in trained,
            kind=KINDS.get(path.stem, OTHER_KIND),
        )


def _other_counts(truth: Mapping[str, Any]) -> list[int]:
    return [count for what, count in truth.get("alt", {}).items() if what != "cells" or not truth["empty"]]


def outside(points: NDArray[np.floating], ignored: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """(n,) True for points that lie in none of the boxes."""
    areas = np.array(ignored, dtype=float).reshape(-1, 4)
    low, high = points[:, None] >= areas[None, :, :2], points[:, None] <= areas[None, :, 2:]
    return np.asarray(~np.any(np.all(low & high, axis=2), axis=1), dtype=bool)
