"""*Pure*: labels as COCO writes them (https://cocodataset.org/#format-data): images, annotations, categories.

A plant is a box, a container a polygon. `labelled` of an image says which of both were looked for.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from shapely.geometry import Polygon

from learning.exchange.layout import LabelledPhoto, LayoutError, SplitName, find_class
from learning.labels import (
    CONTAINER_KINDS,
    PLANT_CLASSES,
    Labels,
    Outline,
    PlantBox,
    clip_box,
    clip_polygon,
)

CATEGORIES = [
    *({"id": 1 + index, "name": name, "supercategory": "plant"} for index, name in enumerate(PLANT_CLASSES)),
    *({"id": 4 + index, "name": name, "supercategory": "container"} for index, name in enumerate(CONTAINER_KINDS)),
]
FEWEST_POINTS = 3


def write_coco(photos: Sequence[LabelledPhoto], *, description: str) -> bytes:
    """The JSON of these photos; their files are `images/` and their path."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, photo in enumerate(photos, start=1):
        width, height = photo.size_px
        labelled = [
            name
            for name, known in (("plants", photo.labels.plants), ("containers", photo.labels.containers))
            if known is not None
        ]
        about: dict[str, Any] = {"id": image_id, "file_name": photo.path, "width": width, "height": height}
        about |= {"labelled": labelled, "plants_in_all": photo.total}
        images.append(about)
        for annotation in (*_plants(photo.labels), *_containers(photo.labels)):
            annotations.append({"id": len(annotations) + 1, "image_id": image_id, "iscrowd": 0, **annotation})
    content = {
        "info": {"description": description},
        "categories": CATEGORIES,
        "images": images,
        "annotations": annotations,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _plants(labels: Labels) -> list[dict[str, Any]]:
    rows = []
    for box in labels.plants or ():
        x0, y0, x1, y1 = box.xyxy
        xywh = [round(value, 2) for value in (x0, y0, x1 - x0, y1 - y0)]
        corners = [[x0, y0, x1, y0, x1, y1, x0, y1]]  # some programs require a polygon
        rows.append(
            {
                "category_id": 1 + box.class_id,
                "bbox": xywh,
                "area": round(xywh[2] * xywh[3], 2),
                "segmentation": corners,
            }
        )
    return rows


def _containers(labels: Labels) -> list[dict[str, Any]]:
    rows = []
    for one in labels.containers or ():
        points = np.array(one.polygon, dtype=np.float64)
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        rows.append(
            {
                "category_id": 4 + one.kind,
                "bbox": [round(float(value), 2) for value in (left, top, right - left, bottom - top)],
                "area": round(float(Polygon(points).buffer(0).area), 2),
                "segmentation": [[round(float(value), 2) for value in points.ravel()]],
            }
        )
    return rows


def read_coco(content: bytes, *, file: str, split: SplitName | None) -> list[LabelledPhoto]:
    """The photos of a JSON. Raises LayoutError if it is not as COCO writes it."""
    try:
        found = json.loads(content)
        categories = {one["id"]: find_class(one["name"], file) for one in found["categories"]}
        of_image: dict[Any, list[Any]] = defaultdict(list)
        for annotation in found["annotations"]:
            of_image[annotation["image_id"]].append(annotation)
        photos = [
            _read_photo(image, of_image.pop(image["id"], []), categories, file, split) for image in found["images"]
        ]
    except LayoutError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LayoutError("not_coco", file=file, error=f"{type(error).__name__} {error}"[:120]) from error
    if of_image:
        raise LayoutError("no_such_image", file=file, id=str(next(iter(of_image)))[:40])
    return photos


def _read_photo(
    image: dict[str, Any],
    annotations: Sequence[dict[str, Any]],
    categories: dict[Any, Any],
    file: str,
    split: SplitName | None,
) -> LabelledPhoto:
    path, size_px = str(image["file_name"]), (int(image["width"]), int(image["height"]))
    kinds = {kind for kind, _index in categories.values()}
    labelled = image.get("labelled", [f"{kind}s" for kind in kinds])
    plants: list[PlantBox] = []
    containers: list[Outline] = []
    for annotation in annotations:
        if annotation["category_id"] not in categories:
            raise LayoutError("unknown_class", name=str(annotation["category_id"])[:40], file=file)
        kind, index = categories[annotation["category_id"]]
        if kind == "plant":
            plants.append(_read_box(index, annotation["bbox"], path, size_px))
        else:
            containers.append(_read_outline(index, annotation["segmentation"], path, size_px))
    labels = Labels(
        tuple(plants) if "plants" in labelled or plants else None,
        tuple(containers) if "containers" in labelled or containers else None,
    )
    total = image.get("plants_in_all")
    return LabelledPhoto(path, size_px, labels, split, int(total) if total is not None else None)


def _read_box(index: int, bbox: Sequence[Any], path: str, size_px: tuple[int, int]) -> PlantBox:
    x, y, width, height = (float(value) for value in bbox)
    clipped = clip_box((x, y, x + width, y + height), size_px)
    if clipped is None or not np.isfinite(clipped).all():
        raise LayoutError("box_outside", photo=path)
    return PlantBox(index, clipped)


def _read_outline(index: int, segmentation: Any, path: str, size_px: tuple[int, int]) -> Outline:
    if not isinstance(segmentation, list) or not segmentation:
        raise LayoutError("no_polygon", photo=path)
    longest = max(segmentation, key=len)  # of several parts the one with the most points
    points = np.array(longest, dtype=np.float64).reshape(-1, 2)
    if len(points) < FEWEST_POINTS or not np.isfinite(points).all():
        raise LayoutError("no_polygon", photo=path)
    return Outline(index, clip_polygon([(float(x), float(y)) for x, y in points], size_px))
