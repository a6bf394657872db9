"""Detections as arrays: the boxes that travel from the detector to the totals.

All boxes are ``xyxy`` in pixels of the full, upright photo unless a name says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

PlantClass = Literal["plant", "empty", "dead"]
CLASS_NAMES: tuple[PlantClass, ...] = ("plant", "empty", "dead")
PLANT, EMPTY, DEAD = range(3)

Rgb = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Detections:
    """n boxes: xyxy (n, 4) float32, confidence (n,) float32, class_id (n,) int; capped: a limit was reached."""

    xyxy: Floats
    confidence: Floats
    class_id: NDArray[np.intp]
    capped: bool = False

    def __post_init__(self) -> None:
        count = len(self.xyxy)
        if self.xyxy.shape != (count, 4) or self.confidence.shape != (count,) or self.class_id.shape != (count,):
            raise ValueError("xyxy, confidence and class_id do not describe the same boxes")

    def __len__(self) -> int:
        return len(self.xyxy)

    @property
    def centres(self) -> Floats:
        """(n, 2) x and y of each box's centre."""
        return (self.xyxy[:, :2] + self.xyxy[:, 2:]) / np.float32(2)

    @property
    def sizes(self) -> Floats:
        """(n, 2) width and height of each box."""
        return self.xyxy[:, 2:] - self.xyxy[:, :2]

    def count(self, class_id: int) -> int:
        """How many boxes are of the class."""
        return int(np.count_nonzero(self.class_id == class_id))

    def select(self, chosen: NDArray[Any]) -> "Detections":
        """The selected boxes (bool mask or indices), in the given order."""
        return Detections(self.xyxy[chosen], self.confidence[chosen], self.class_id[chosen], self.capped)

    def of_class(self, class_id: int) -> "Detections":
        """Only the boxes of the class."""
        return self.select(self.class_id == class_id)

    def holds(self, chosen: "Detections") -> Mask:
        """Which of these boxes are in `chosen`, a subset in the same order."""
        rows, wanted = _as_rows(self), iter(_as_rows(chosen))
        mask, following = np.zeros(len(self), dtype=np.bool_), next(wanted, None)
        for index, row in enumerate(rows):
            if row == following:
                mask[index], following = True, next(wanted, None)
        if following is not None:
            raise ValueError("the choice has a box that is not among these")
        return mask

    def placed(self, *, scale: float, offset_xy: tuple[float, float]) -> "Detections":
        """The boxes in pixels of the picture that the window, seen at `scale`, was cut from."""
        shift = np.array([*offset_xy, *offset_xy], dtype=np.float32)
        xyxy = (self.xyxy / np.float32(scale) + shift).astype(np.float32)
        return Detections(xyxy, self.confidence, self.class_id, self.capped)


def _as_rows(boxes: Detections) -> list[list[float]]:
    rows: list[list[float]] = np.column_stack([boxes.xyxy, boxes.confidence, boxes.class_id]).tolist()
    return rows


def make_detections(xyxy: Any, confidence: Any, class_id: Any, *, capped: bool = False) -> Detections:
    """Detections from anything array-like, with the dtypes the rest of the package expects."""
    return Detections(
        np.asarray(xyxy, dtype=np.float32).reshape(-1, 4),
        np.asarray(confidence, dtype=np.float32).reshape(-1),
        np.asarray(class_id, dtype=np.intp).reshape(-1),
        capped,
    )


NO_DETECTIONS = make_detections([], [], [])


def concatenate(parts: Sequence[Detections]) -> Detections:
    """All boxes of all parts; capped when any part is."""
    if not parts:
        return NO_DETECTIONS
    return Detections(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.class_id for part in parts]),
        any(part.capped for part in parts),
    )
