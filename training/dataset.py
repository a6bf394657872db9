"""Makes training tiles: random crops at many zoom levels, with varied light, in YOLO layout (input of train.py).

Scale decides whether a detector transfers: its tiles show plants of 20 to 200 px, a bed's hundreds as well as a
tray's few large cells. The segmenter sees whole pictures and crops in which one container fills the frame.

    python -m training.dataset detector --synthetic DIR 1600 --out DIR --seed 1
"""

import argparse
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, box

from training.appearance import Image, vary
from training.labels import box_lines, polygon_lines
from training.pictures import CONTAINER_CLASSES, PLANT_CLASSES, Picture, Subject, load_drawn, load_real, load_synthetic

SIZES_PX = {"detector": 512, "segmenter": 640}
NAMES = {"detector": PLANT_CLASSES, "segmenter": CONTAINER_CLASSES}
PLANT_SIZES_PX = (20.0, 200.0)
MAX_ZOOM = 4.0
MIN_PART = 0.4
MIN_BOX_PX = 6.0
MIN_CONTAINER_PART = 0.01
DEAD_SHARE = 0.4
ANYWHERE_SHARE = 0.08
VALIDATION_TILES = 40

Window = tuple[float, float, float, float]


def plant_window(picture: Picture, size_px: int, rng: np.random.Generator) -> Window:
    """A square in which plants near its centre measure 20 to 200 px (20 to 80 mostly) once it is `size_px` wide."""
    boxes = picture.boxes
    if not len(boxes):
        x0, y0, x1, y1 = picture.region
        side = min(x1 - x0, y1 - y0) * rng.uniform(0.3, 1.0)
        return _inside(picture, rng.uniform(x0, x1 - side), rng.uniform(y0, y1 - side), side, side)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    centre = _middle(picture, centres, rng)
    near = np.argsort(np.abs(centres - centre).sum(axis=1))[:12]
    sides = np.sqrt(np.prod(boxes[near, 2:] - boxes[near, :2], axis=1))
    low, high = PLANT_SIZES_PX if rng.random() < 0.35 else (PLANT_SIZES_PX[0], 80.0)
    wanted = np.exp(rng.uniform(np.log(low), np.log(high)))
    side = size_px / min(wanted / float(np.median(sides)), MAX_ZOOM)
    left, top = centre - side * rng.uniform(0.2, 0.8, 2)
    return _inside(picture, left, top, side, side)


def _middle(picture: Picture, centres: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The centre of a plant or an empty place, often of a dead plant, as these are rare; sometimes anywhere, to learn
    the ground."""
    draw = rng.random()
    dead = centres[picture.labels == PLANT_CLASSES.index("dead")]
    if draw < DEAD_SHARE and len(dead):
        return np.asarray(dead[rng.integers(len(dead))], np.float32)
    if draw > 1 - ANYWHERE_SHARE:
        return rng.uniform(picture.region[:2], picture.region[2:]).astype(np.float32)
    return np.asarray(centres[rng.integers(len(centres))], np.float32)


def container_window(picture: Picture, polygons: Sequence[NDArray[np.float32]], rng: np.random.Generator) -> Window:
    """The box around one of the outlines with some margin, or cut a little: a container alone in the frame."""
    polygon = polygons[rng.integers(len(polygons))]
    (left, top), (right, bottom) = polygon.min(axis=0), polygon.max(axis=0)
    width, height = right - left, bottom - top
    cut = rng.uniform(-0.12, 0.12, 4) * np.array([width, height, width, height])
    return _inside(picture, left + cut[0], top + cut[1], width - cut[0] + cut[2], height - cut[1] + cut[3])


def _inside(picture: Picture, left: float, top: float, width: float, height: float) -> Window:
    x0, y0, x1, y1 = picture.region
    width, height = min(width, x1 - x0), min(height, y1 - y0)
    left = min(max(left, x0), x1 - width)
    top = min(max(top, y0), y1 - height)
    return left, top, left + max(width, 16), top + max(height, 16)


def cut(picture: Picture, window: Window, size_px: int) -> tuple[Image, float, tuple[int, int]]:
    """The window's pixels with the longest side at `size_px`, its zoom and its whole-pixel origin."""
    x0, y0, x1, y1 = (round(value) for value in window)
    part = _read(picture.path)[y0:y1, x0:x1]
    zoom = size_px / max(part.shape[:2])
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    return cv2.resize(part, None, fx=zoom, fy=zoom, interpolation=way), zoom, (x0, y0)


@lru_cache(maxsize=64)
def _read(path: Path) -> Image:
    return np.asarray(cv2.imread(str(path)), np.uint8)


def boxes_in(
    picture: Picture, image: Image, zoom: float, origin: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Boxes in tile pixels: clipped, without slivers and without those mostly outside."""
    height, width = image.shape[:2]
    whole = (picture.boxes - np.tile(np.array(origin, np.float32), 2)) * zoom
    clipped = np.clip(whole, 0, np.array([width, height, width, height], np.float32))
    sides = clipped[:, 2:] - clipped[:, :2]
    part = np.prod(sides, axis=1) / np.maximum(np.prod(whole[:, 2:] - whole[:, :2], axis=1), 1e-6)
    keep = (part >= MIN_PART) & (sides.min(axis=1) >= MIN_BOX_PX)
    return clipped[keep], picture.labels[keep]


def polygons_in(
    picture: Picture, image: Image, zoom: float, origin: tuple[int, int]
) -> list[tuple[int, NDArray[np.float32]]]:
    """Container outlines in tile pixels, clipped to the tile."""
    height, width = image.shape[:2]
    frame = box(0, 0, width, height)
    result = []
    for kind, polygon in picture.containers:
        shape = Polygon((polygon - np.array(origin, np.float32)) * zoom).buffer(0).intersection(frame)
        if isinstance(shape, MultiPolygon):
            shape = max(shape.geoms, key=lambda part: part.area)
        if isinstance(shape, Polygon) and shape.area > MIN_CONTAINER_PART * frame.area:
            result.append((kind, np.array(shape.exterior.coords[:-1], np.float32)))
    return result


def turn(image: Image, boxes: NDArray[np.float32], quarters: int) -> tuple[Image, NDArray[np.float32]]:
    """Image and boxes after counter-clockwise quarter turns."""
    for _ in range(quarters):
        width = image.shape[1]
        image = np.ascontiguousarray(np.rot90(image))
        boxes = np.stack([boxes[:, 1], width - boxes[:, 2], boxes[:, 3], width - boxes[:, 0]], axis=1)
    return image, boxes


def detector_tile(picture: Picture, rng: np.random.Generator) -> tuple[Image, list[str]]:
    """A tile and its YOLO box lines."""
    size_px = SIZES_PX["detector"]
    trays = [polygon for kind, polygon in picture.containers if CONTAINER_CLASSES[kind] != "segment"]
    alone = trays and rng.random() < 0.45
    window = container_window(picture, trays, rng) if alone else plant_window(picture, size_px, rng)
    image, zoom, origin = cut(picture, window, size_px)
    boxes, labels = boxes_in(picture, image, zoom, origin)
    image, boxes = turn(image, boxes, int(rng.integers(4)))
    has_dead = bool((labels == PLANT_CLASSES.index("dead")).any())
    image = vary(image, boxes[labels != PLANT_CLASSES.index("empty")], rng, keep_hue=has_dead)
    return image, box_lines(boxes, labels, image.shape[1::-1])


def segmenter_tile(picture: Picture, rng: np.random.Generator) -> tuple[Image, list[str]]:
    """A tile and its YOLO polygon lines."""
    size_px = SIZES_PX["segmenter"]
    width, height = picture.resolution_wh
    draw = rng.random()
    window: Window = (0, 0, width, height)
    if draw < 0.25 and picture.containers:
        window = container_window(picture, [polygon for _, polygon in picture.containers], rng)
    elif draw < 0.65:
        share = rng.uniform(0.4, 1.0, 2)
        window = _inside(picture, *(rng.uniform(0, 1, 2) * (width, height) * (1 - share)), *(share * (width, height)))
    image, zoom, origin = cut(picture, window, size_px)
    polygons = polygons_in(picture, image, zoom, origin)
    image = vary(image, _boxes_around(polygons), rng)
    return image, polygon_lines(polygons, image.shape[1::-1])


def _boxes_around(polygons: Sequence[tuple[int, NDArray[np.float32]]]) -> NDArray[np.float32]:
    boxes = [np.concatenate([polygon.min(axis=0), polygon.max(axis=0)]) for _, polygon in polygons]
    return np.array(boxes, np.float32).reshape(-1, 4)


def write_tiles(model: str, split: str, sources: Sequence[tuple[list[Picture], int]], out: Path, seed: int) -> None:
    """Writes `count` tiles of each source's pictures under out/images/SPLIT and out/labels/SPLIT.

    Pictures with more plants give more tiles, by the square root of their number.
    """
    make = detector_tile if model == "detector" else segmenter_tile
    images, labels = out / "images" / split, out / "labels" / split
    for folder in (images, labels):
        folder.mkdir(parents=True, exist_ok=True)
    for source, (pictures, count) in enumerate(sources):
        rng = np.random.default_rng([seed, source])
        crowds = np.sqrt([10 + len(picture.boxes) for picture in pictures])
        for index, chosen in enumerate(np.sort(rng.choice(len(pictures), count, p=crowds / crowds.sum()))):
            image, rows = make(pictures[chosen], rng)
            cv2.imwrite(str(images / f"{source}-{index:05}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
            (labels / f"{source}-{index:05}.txt").write_text("\n".join(rows))


def write_description(model: str, out: Path) -> None:
    """The data.yaml that train.py reads (JSON is YAML)."""
    names = dict(enumerate(NAMES[model]))
    (out / "data.yaml").write_text(
        json.dumps({"path": str(out.resolve()), "train": "images/train", "val": "images/validation", "names": names})
    )


def main() -> None:
    """Make the tiles of one model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(NAMES))
    parser.add_argument(
        "--synthetic", nargs=2, action="append", required=True, metavar=("DIR", "TILES"), help="a folder of renders"
    )
    parser.add_argument("--data", type=Path, help="folder of the real photos (REAL_SETS and those of --drawn)")
    parser.add_argument("--drawn", type=Path, help="hand-drawn labels of real photos (JSON)")
    parser.add_argument("--drawn-tiles", type=int, default=0, help="tiles from real photos")
    parser.add_argument(
        "--real",
        nargs=2,
        action="append",
        default=[],
        metavar=("SET", "TILES"),
        help="annotated real photos",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()
    sources = [(load_synthetic(Path(folder), "train"), int(tiles)) for folder, tiles in args.synthetic]
    subject: Subject = "plants" if args.model == "detector" else "containers"
    if args.drawn:
        sources.append((load_drawn(args.drawn, args.data, subject), args.drawn_tiles))
    sources += [(load_real(args.data, name, subject), int(tiles)) for name, tiles in args.real]
    write_tiles(args.model, "train", sources, args.out, args.seed)
    held_out = [picture for folder, _ in args.synthetic for picture in load_synthetic(Path(folder), "validation")]
    write_tiles(args.model, "validation", [(held_out, VALIDATION_TILES)], args.out, args.seed)
    write_description(args.model, args.out)


if __name__ == "__main__":
    main()
