"""*Pure*: labels as Ultralytics reads them: a text file for each photo, and a data.yaml that names the classes.

A plant is a line `class x y width height`, a container a line `class x y x y ...`, in shares of the upright photo. One
data set has plants or containers, never both.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import yaml

from learning.exchange.layout import LayoutError, find_class
from learning.labels import CONTAINER_KINDS, PLANT_CLASSES, Labels, Outline, PlantBox, clip_box, clip_polygon

Subject = Literal["plants", "containers"]
CLASSES: Mapping[Subject, tuple[str, ...]] = {"plants": PLANT_CLASSES, "containers": CONTAINER_KINDS}
BOX_NUMBERS, FEWEST_NUMBERS = 4, 6
TOLERATED = 0.01  # programs round: a little outside the photo is its edge


def write_description(subject: Subject) -> bytes:
    """The data.yaml (JSON is YAML)."""
    names = dict(enumerate(CLASSES[subject]))
    return json.dumps({"path": ".", "train": "images/train", "val": "images/held_out", "names": names}).encode()


def write_yolo(labels: Labels, size_px: tuple[int, int], subject: Subject) -> bytes:
    """The text file of a photo."""
    width, height = size_px
    lines = []
    if subject == "plants":
        for box in labels.plants or ():
            x0, y0, x1, y1 = box.xyxy
            shares = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)
            lines.append(f"{box.class_id} " + " ".join(f"{value:.6f}" for value in shares))
    else:
        for one in labels.containers or ():
            corners = " ".join(f"{x / width:.6f} {y / height:.6f}" for x, y in one.polygon)
            lines.append(f"{one.kind} {corners}")
    return "".join(f"{line}\n" for line in lines).encode()


def read_description(content: bytes, *, file: str) -> list[tuple[str, int]]:
    """The classes of a data.yaml in order: ("plant" or "container", index). Raises LayoutError."""
    try:
        names = yaml.safe_load(content)["names"]
        listed = [names[key] for key in sorted(names, key=int)] if isinstance(names, dict) else list(names)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, UnicodeDecodeError, RecursionError) as error:
        raise LayoutError("not_yaml", file=file) from error
    return [find_class(name, file) for name in listed]


DEFAULT_CLASSES: list[tuple[str, int]] = [("plant", index) for index in range(len(PLANT_CLASSES))]


def read_yolo(content: bytes, classes: Sequence[tuple[str, int]], size_px: tuple[int, int], *, file: str) -> Labels:
    """The labels of a text file. Raises LayoutError, which names the line."""
    plants: list[PlantBox] = []
    containers: list[Outline] = []
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LayoutError("bad_line", file=file, line=1) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        class_id, values = _read_line(line, file, number)
        if not 0 <= class_id < len(classes):
            raise LayoutError("unknown_class", name=str(class_id), file=file)
        kind, index = classes[class_id]
        points = [(x * size_px[0], y * size_px[1]) for x, y in zip(values[::2], values[1::2], strict=True)]
        if kind == "container":
            if len(values) < FEWEST_NUMBERS:
                raise LayoutError("no_outline", file=file, line=number)
            containers.append(Outline(index, clip_polygon(points, size_px)))
        else:
            plants.append(PlantBox(index, _box(values, points, size_px, file, number)))
    kinds = {kind for kind, _index in classes}
    return Labels(tuple(plants) if "plant" in kinds else None, tuple(containers) if "container" in kinds else None)


def _read_line(line: str, file: str, number: int) -> tuple[int, list[float]]:
    try:
        first, *rest = line.split()
        class_id, values = int(first), [float(value) for value in rest]
    except ValueError as error:
        raise LayoutError("bad_line", file=file, line=number) from error
    is_whole = len(values) == BOX_NUMBERS or (len(values) >= FEWEST_NUMBERS and len(values) % 2 == 0)
    if not is_whole or not all(math.isfinite(value) and -TOLERATED <= value <= 1 + TOLERATED for value in values):
        raise LayoutError("bad_line", file=file, line=number)
    return class_id, values


def _box(values: Sequence[float], points: Sequence[Any], size_px: tuple[int, int], file: str, number: int) -> Any:
    """The box of a line; of an outline the box around it."""
    if len(values) == BOX_NUMBERS:
        (x, y), (width, height) = points
        xyxy = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    else:
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        xyxy = [min(xs), min(ys), max(xs), max(ys)]
    clipped = clip_box(xyxy, size_px)
    if clipped is None:
        raise LayoutError("bad_line", file=file, line=number)
    return clipped
