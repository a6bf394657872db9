"""People's corrections, applied by position to the detections of the models.

A correction names a position, not a row, so it applies to the result of any run. "Add" and "retype" say what is at a
position, "remove" says that no such object is there. They change nothing in a run that already agrees with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import DEAD, EMPTY, PLANT, Detections, PlantClass
from processing.counting.containers import Container, points_inside

MarkAction = Literal["add", "remove", "retype"]
FOUND, RETYPED, ADDED = range(3)
NO_CONTAINER = -1
# Two boxes of one size that survive NMS at IoU 0.5 lie at least a third of their side apart, so a place within this
# share of a plant's side means that plant and never its neighbour.
SAME_PLACE_SHARE = 0.3


@dataclass(frozen=True)
class Mark:
    """One correction: the action, its position in pixels of the upright photo, and its class."""

    action: MarkAction
    x_px: float
    y_px: float
    class_id: int

    def __post_init__(self) -> None:
        if self.class_id not in (PLANT, EMPTY, DEAD):
            raise ValueError(f"unknown class {self.class_id}")


@dataclass(frozen=True, eq=False)
class FoundPhoto:
    """Everything the models found in a photo. container_index (n,) is the container of each box."""

    containers: tuple[Container, ...]
    detections: Detections
    container_index: NDArray[np.intp]
    resolution_wh: tuple[int, int]

    def __post_init__(self) -> None:
        if self.container_index.shape != (len(self.detections),):
            raise ValueError("every box needs a container")


@dataclass(frozen=True, eq=False)
class CorrectedPhoto:
    """The boxes of a photo after corrections, the models' (m) first, then the added; all arrays (n,).

    `class_id_found` is the models' class of the first m; `alive` is False where a person removed the box.
    """

    centres: NDArray[np.float64]
    side_px: NDArray[np.float64]
    class_id: NDArray[np.intp]
    class_id_found: NDArray[np.intp]
    container_index: NDArray[np.intp]
    alive: NDArray[np.bool_]

    @property
    def origin(self) -> NDArray[np.intp]:
        """(n,) FOUND, RETYPED or ADDED."""
        found = len(self.class_id_found)
        origin = np.full(len(self.class_id), ADDED, dtype=np.intp)
        origin[:found] = np.where(self.class_id[:found] == self.class_id_found, FOUND, RETYPED)
        return origin

    def nearest(self, x_px: float, y_px: float, *, within_sides: float, class_id: int | None = None) -> int | None:
        """The index of the box nearest to a position, relative to its own size; None if none is within the given number
        of sides."""
        distance = np.hypot(*(self.centres - (x_px, y_px)).T) / self.side_px
        wanted = self.alive if class_id is None else self.alive & (self.class_id == class_id)
        distance = np.where(wanted, distance, np.inf)
        if not len(distance) or distance.min() > within_sides:
            return None
        return int(distance.argmin())


@dataclass(frozen=True)
class Change:
    """The changes that corrections make in one container: `plants_added` counts new boxes, the others are net
    numbers."""

    plants_added: int = 0
    plants_changed: int = 0
    empty: int = 0
    dead: int = 0


@dataclass(frozen=True)
class Counts:
    """Plants seen and estimated, empty places and dead plants of a container or a photo."""

    detected: int = 0
    estimated: int = 0
    empty: int = 0
    dead: int = 0

    def corrected(self, change: Change) -> "Counts":
        """The counts after corrections.

        An added plant was one of the hidden plants in the estimate, as long as there are any left.
        """
        detected = max(0, self.detected + change.plants_changed + change.plants_added)
        return Counts(
            detected=detected,
            estimated=max(detected, self.estimated + change.plants_changed),
            empty=max(0, self.empty + change.empty),
            dead=max(0, self.dead + change.dead),
        )

    def by_class(self) -> dict[PlantClass, int]:
        """The spec's `category_counts`."""
        return {"plant": self.detected, "empty": self.empty, "dead": self.dead}


def apply_marks(photo: FoundPhoto, marks: Sequence[Mark]) -> CorrectedPhoto:
    """The boxes of a photo after all marks, in the order in which they were made."""
    boxes = photo.detections
    corrected = CorrectedPhoto(
        centres=boxes.centres.astype(np.float64),
        side_px=np.maximum(np.sqrt(boxes.sizes.prod(axis=1, dtype=np.float64)), 1.0),
        class_id=boxes.class_id.copy(),
        class_id_found=boxes.class_id,
        container_index=photo.container_index,
        alive=np.ones(len(boxes), dtype=bool),
    )
    for mark in marks:
        corrected = _apply(photo, corrected, mark)
    return corrected


def _apply(photo: FoundPhoto, boxes: CorrectedPhoto, mark: Mark) -> CorrectedPhoto:
    def nearest(class_id: int | None) -> int | None:
        return boxes.nearest(mark.x_px, mark.y_px, within_sides=SAME_PLACE_SHARE, class_id=class_id)

    if mark.action == "remove":
        gone = nearest(mark.class_id)
        if gone is not None:
            boxes.alive[gone] = False
        return boxes
    if mark.action == "add" and nearest(mark.class_id) is not None:
        return boxes
    there = nearest(None)
    if there is None:
        return _with_box(photo, boxes, mark)
    boxes.class_id[there] = mark.class_id
    return boxes


def _with_box(photo: FoundPhoto, boxes: CorrectedPhoto, mark: Mark) -> CorrectedPhoto:
    """Add a box of the usual size there, in the smallest container that contains its centre."""
    point = np.array([[mark.x_px, mark.y_px]], dtype=np.float32)
    holding = [i for i, container in enumerate(photo.containers) if points_inside(container, point)[0]]
    index = min(holding, key=lambda i: photo.containers[i].area_px, default=NO_CONTAINER)
    return CorrectedPhoto(
        centres=np.vstack([boxes.centres, point.astype(np.float64)]),
        side_px=np.append(boxes.side_px, _usual_side_px(photo, boxes, index)),
        class_id=np.append(boxes.class_id, mark.class_id),
        class_id_found=boxes.class_id_found,
        container_index=np.append(boxes.container_index, index),
        alive=np.append(boxes.alive, True),
    )


def _usual_side_px(photo: FoundPhoto, boxes: CorrectedPhoto, index: int) -> float:
    """The median of the container, else of the photo, else two per cent of the photo's longer side."""
    for chosen in (boxes.container_index == index, np.ones(len(boxes.side_px), dtype=bool)):
        if chosen.any():
            return float(np.median(boxes.side_px[chosen]))
    return 0.02 * max(photo.resolution_wh)


def find_change(boxes: CorrectedPhoto, container_index: int) -> Change:
    """The changes that the marks make in one container, or outside all containers (NO_CONTAINER)."""
    here = boxes.container_index == container_index
    found = np.arange(len(boxes.class_id)) < len(boxes.class_id_found)
    standing = boxes.class_id[here & boxes.alive]
    before = boxes.class_id_found[here[: len(boxes.class_id_found)]]
    plants_added = int(np.count_nonzero(boxes.class_id[here & boxes.alive & ~found] == PLANT))
    net = [int(np.count_nonzero(standing == c) - np.count_nonzero(before == c)) for c in (PLANT, EMPTY, DEAD)]
    return Change(plants_added=plants_added, plants_changed=net[PLANT] - plants_added, empty=net[EMPTY], dead=net[DEAD])
