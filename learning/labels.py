"""*Pure*: the labels of a photo: boxes of plants, empty places and dead plants, and outlines of containers.

All in pixels of the upright photo. None where nobody looked: a photo whose containers are unknown teaches the detector
alone, and one whose plants are unknown the segmenter alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PLANT_CLASSES = ("plant", "empty", "dead")
CONTAINER_KINDS = ("segment", "box", "plug")
PLANT = 0

Point = tuple[float, float]
Xyxy = tuple[float, float, float, float]


@dataclass(frozen=True)
class PlantBox:
    """A plant, an empty place or a dead plant (index of PLANT_CLASSES) and its box."""

    class_id: int
    xyxy: Xyxy


@dataclass(frozen=True)
class Outline:
    """A container: the index of its kind in CONTAINER_KINDS, and its polygon of at least three points."""

    kind: int
    polygon: tuple[Point, ...]


@dataclass(frozen=True)
class Labels:
    """What a photo shows; None for what is not known."""

    plants: tuple[PlantBox, ...] | None
    containers: tuple[Outline, ...] | None

    @property
    def plant_count(self) -> int | None:
        """How many living plants are marked."""
        return None if self.plants is None else sum(box.class_id == PLANT for box in self.plants)


def write_labels(labels: Labels) -> dict[str, Any]:
    """The labels as JSON: `{plants: [[class, x0, y0, x1, y1]], containers: [[kind, [[x, y]]]]}`, to a tenth of a pixel,
    or null for what is not known."""
    plants = labels.plants and [[box.class_id, *(round(value, 1) for value in box.xyxy)] for box in labels.plants]
    containers = labels.containers and [
        [one.kind, [[round(x, 1), round(y, 1)] for x, y in one.polygon]] for one in labels.containers
    ]
    return {
        "plants": None if labels.plants is None else plants or [],
        "containers": None if labels.containers is None else containers or [],
    }


def read_labels(stored: Mapping[str, Any]) -> Labels:
    """The labels that `write_labels` wrote."""
    plants, containers = stored["plants"], stored["containers"]
    return Labels(
        None if plants is None else tuple(PlantBox(kind, (x0, y0, x1, y1)) for kind, x0, y0, x1, y1 in plants),
        None if containers is None else tuple(Outline(kind, tuple((x, y) for x, y in at)) for kind, at in containers),
    )


def clip_box(xyxy: Sequence[float], size_px: tuple[int, int]) -> Xyxy | None:
    """The part of a box inside the photo; None if less than a pixel is left."""
    width, height = size_px
    x0, x1 = (min(max(value, 0.0), float(width)) for value in (xyxy[0], xyxy[2]))
    y0, y1 = (min(max(value, 0.0), float(height)) for value in (xyxy[1], xyxy[3]))
    return (x0, y0, x1, y1) if x1 - x0 >= 1 and y1 - y0 >= 1 else None


def clip_polygon(points: Sequence[Point], size_px: tuple[int, int]) -> tuple[Point, ...]:
    """The points moved to the nearest place inside the photo."""
    width, height = size_px
    return tuple((min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))) for x, y in points)
