"""Measures trained weights with the product's own pipeline on what they never saw, and prints tables.

    python -m training.evaluate --weights processing/trained --synthetic DIR [--trays DIR] [--nursery DIR]

Held-out renders measure fit to the generator; only the real parts (trays, nursery points) say something about photos.
Run from the repository's root; the last step before the figures are written into weights.json and docs/models.md.
"""

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import django
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, Polygon, box

from processing.counting.boxes import Detections, Rgb
from processing.counting.containers import CONTAINER_KINDS, Container, find_in_photo
from processing.counting.detection import detect_cropped, detect_sliced
from processing.counting.parameters import DEFAULT_PARAMETERS, CountingParameters
from processing.inference import SahiSlicer, YoloDetector, YoloSegmenter
from processing.weights import read_weights
from training.pictures import PLANT_CLASSES, Picture, load_synthetic, load_yolo

MIN_PLANTS = 5
SAME_OUTLINE_IOU = 0.5

Counts = NDArray[np.int64]


class Measured:
    """The two models of one weights folder, and how to count with them."""

    def __init__(self, folder: Path, parameters: CountingParameters) -> None:
        self.detector = YoloDetector(read_weights("detector", folder))
        self.segmenter = YoloSegmenter(read_weights("segmenter", folder))
        self.parameters = parameters

    def find(self, rgb: Rgb) -> tuple[Container, ...]:
        """Containers of a photo."""
        return find_in_photo(rgb, self.segmenter, self.parameters.segmentation)

    def detect(self, rgb: Rgb, container: Container) -> Detections:
        """Plants of one container, as the product looks for them."""
        if container.kind == "segment":
            slicing = self.parameters.slicing
            return detect_sliced(rgb, container, detector=self.detector, slicer=SahiSlicer(), parameters=slicing)
        return detect_cropped(rgb, container, detector=self.detector, parameters=self.parameters.crop)


def read_rgb(path: Path) -> Rgb:
    """The picture as the pipeline takes it."""
    return np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])


def tally(labels: NDArray[np.integer]) -> Counts:
    """How many plants, empty places and dead plants."""
    return np.bincount(labels.astype(int), minlength=len(PLANT_CLASSES))


def true_containers(picture: Picture) -> list[tuple[Container, Counts]]:
    """The picture's true outlines with what is visible in each."""
    centres = MultiPoint((picture.boxes[:, :2] + picture.boxes[:, 2:]) / 2).geoms
    result = []
    for kind, points in picture.containers:
        container = Container(CONTAINER_KINDS[kind], tuple((float(x), float(y)) for x, y in points), 1.0)
        within = [container.shape.contains(centre) for centre in centres]
        result.append((container, tally(picture.labels[within])))
    return result


def row(cells: Iterable[object]) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(*heads: str) -> str:
    """The first two lines of a Markdown table."""
    return "\n" + row(heads) + "\n" + row("---" for _ in heads)


def detector_rows(models: Measured, pictures: Sequence[Picture]) -> Iterator[str]:
    """Per kind, counts inside the true outlines of held-out renders: totals and mean error per container."""
    pairs: dict[str, list[tuple[Counts, Counts]]] = {kind: [] for kind in CONTAINER_KINDS}
    for picture in pictures:
        rgb = read_rgb(picture.path)
        for container, true in true_containers(picture):
            pairs[container.kind].append((tally(models.detect(rgb, container).class_id), true))
    for kind, counts in pairs.items():
        found, true = np.sum(counts, axis=0)
        enough = [(int(one[0]), int(other[0])) for one, other in counts if other[0] >= MIN_PLANTS]
        error = np.mean([abs(one - other) / other for one, other in enough])
        totals = [f"{one} of {other}" for one, other in zip(found, true, strict=True)]
        yield row([kind, len(counts), *totals, f"{error:.1%}"])


def segmenter_rows(models: Measured, pictures: Sequence[Picture]) -> Iterator[str]:
    """Per kind: true containers, those found (right kind, outline IoU at least 0.5) and all that were claimed."""
    there, found, claimed = (dict.fromkeys(CONTAINER_KINDS, 0) for _ in range(3))
    for picture in pictures:
        claims = models.find(read_rgb(picture.path))
        for claim in claims:
            claimed[claim.kind] += 1
        for true, _ in true_containers(picture):
            there[true.kind] += 1
            found[true.kind] += any(claim.kind == true.kind and overlap(claim.shape, true.shape) for claim in claims)
    for kind in CONTAINER_KINDS:
        yield row([kind, there[kind], found[kind], claimed[kind]])


def overlap(one: Polygon, other: Polygon) -> bool:
    """Whether two outlines are the same container."""
    return bool(one.intersection(other).area >= SAME_OUTLINE_IOU * one.union(other).area)


def real_row(models: Measured, path: Path, kind: str, ignored: Sequence[Sequence[float]], truth: Sequence[str]) -> str:
    """A photo counted twice: its whole frame given as one container, and end to end with the found containers."""
    rgb = read_rgb(path)
    height, width = rgb.shape[:2]
    frame = Container(kind, ((0, 0), (width, 0), (width, height), (0, height)), 1.0)
    found = models.find(rgb)
    kinds = ", ".join(container.kind for container in found) or "none"
    whole = count_outside(models.detect(rgb, frame), ignored)
    parts = [count_outside(models.detect(rgb, container), ignored) for container in found]
    total = np.sum(parts, axis=0) if parts else np.zeros_like(whole)
    return row([path.stem, *truth, *(" / ".join(map(str, counts)) for counts in (whole, total)), kinds])


def count_outside(detections: Detections, ignored: Sequence[Sequence[float]]) -> Counts:
    """Detections per class, without those whose centre lies in an ignored box."""
    areas = [box(*area) for area in ignored]
    kept = [
        label
        for label, centre in zip(detections.class_id, MultiPoint(detections.centres).geoms, strict=True)
        if not any(area.contains(centre) for area in areas)
    ]
    return tally(np.array(kept))


def tray_rows(models: Measured, folder: Path) -> Iterator[str]:
    """Real tray photos with YOLO labels beside them."""
    for picture in load_yolo(folder, folder / "labels"):
        truth = f"{picture.totals['plant']} / {picture.totals['empty']}"
        yield real_row(models, picture.path, "plug", (), [truth])


def nursery_rows(models: Measured, folder: Path) -> Iterator[str]:
    """Real nursery photos with counted points; plants cut by the frame may be counted or not."""
    for points in sorted((folder / "points").glob("*.json")):
        truth = json.loads(points.read_text())
        least = len(truth["plants"])
        most = least + len(truth.get("partial", []))
        there = f"{least} to {most} / {len(truth['empty'])}"
        yield real_row(models, folder / f"{points.stem}.jpg", "segment", truth["ignore"], [there])


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder with weights.json")
    parser.add_argument("--synthetic", type=Path, help="folder of renders with images/ and truth/")
    parser.add_argument("--split", choices=["validation", "calibration"], default="validation")
    parser.add_argument("--trays", type=Path, help="folder of real tray photos with labels/")
    parser.add_argument("--nursery", type=Path, help="folder of real nursery photos with points/")
    parser.add_argument("--confidence", type=float, help="for all three looks, instead of the product's own")
    return parser.parse_args()


def parameters_at(confidence: float | None) -> CountingParameters:
    """The product's parameters, or the same at another detection confidence."""
    if confidence is None:
        return DEFAULT_PARAMETERS
    slicing = replace(DEFAULT_PARAMETERS.slicing, confidence=confidence)
    return replace(DEFAULT_PARAMETERS, slicing=slicing, crop=replace(DEFAULT_PARAMETERS.crop, confidence=confidence))


def main() -> None:
    """Print what was asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    django.setup()
    args = read_arguments()
    models = Measured(args.weights, parameters_at(args.confidence))
    if args.synthetic:
        pictures = load_synthetic(args.synthetic, args.split)
        print(table("held-out renders", "containers", "plant", "empty", "dead", "mean plant error"))
        print(*detector_rows(models, pictures), sep="\n")
        print(table("held-out renders", "containers", "found", "claimed"))
        print(*segmenter_rows(models, pictures), sep="\n")
    heads = ("plant / empty", "whole frame: plant / empty / dead", "end to end", "containers found")
    if args.trays:
        print(table("real tray", *heads), *tray_rows(models, args.trays), sep="\n")
    if args.nursery:
        print(table("real nursery photo", *heads), *nursery_rows(models, args.nursery), sep="\n")


if __name__ == "__main__":
    main()
