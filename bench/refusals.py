"""Are bad photos refused, and good ones not? `python bench/refusals.py RENDERS [--foreign DIR...] [--split ...]`.

Each held-out render is counted unchanged and degraded in every way of SHIFTS; --foreign folders hold photos of anything
but a nursery. Prints, per shift: photos, those flagged (refused, in doubt, or no container found), how often each
code, and quantiles of what the thresholds of `QualityParameters` look at. Thresholds are chosen on the split
"calibration" and judged on "validation". All of it is SYNTHETIC but for the foreign photos.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import django
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
django.setup()

from photos.decoding.pixels import decode_picture  # noqa: E402 - Django first
from processing.counting.boxes import Rgb, concatenate  # noqa: E402
from processing.counting.parameters import DEFAULT_PARAMETERS  # noqa: E402
from processing.counting.pyramid import Pyramid  # noqa: E402
from processing.counting.quality import measure_agreement, measure_quality  # noqa: E402
from processing.pipeline.photo_count import count_picture  # noqa: E402
from processing.problems import REFUSALS  # noqa: E402
from training.pictures import load_synthetic  # noqa: E402

FLAGS = (*REFUSALS, "no_container", "doubtful")
QUANTILES = (0.02, 0.5, 0.98)
BLOCKS = 16


def out_of_focus(rgb: Rgb) -> Rgb:
    """A disc of 1 % of the longer side."""
    side = round(0.01 * max(rgb.shape[:2])) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.float32)
    return np.asarray(cv2.filter2D(rgb, -1, kernel / kernel.sum()), dtype=np.uint8)


def moved(rgb: Rgb) -> Rgb:
    """The phone moved by 2 % of the longer side while the picture was taken."""
    side = round(0.02 * max(rgb.shape[:2])) | 1
    kernel = np.eye(side, dtype=np.float32) / side
    return np.asarray(cv2.filter2D(rgb, -1, kernel), dtype=np.uint8)


def dark(rgb: Rgb) -> Rgb:
    """A tenth of the light, and the noise that goes with it."""
    noise = np.random.default_rng(0).normal(0, 4, rgb.shape)
    return np.clip(rgb * 0.1 + noise, 0, 255).astype(np.uint8)


def burnt_out(rgb: Rgb) -> Rgb:
    """Four times the light."""
    return np.clip(rgb.astype(np.float32) * 4, 0, 255).astype(np.uint8)


def scrambled(rgb: Rgb) -> Rgb:
    """Its own pieces in any order: the same colours and textures, nothing to recognise."""
    height, width = (side // BLOCKS for side in rgb.shape[:2])
    cut = rgb[: height * BLOCKS, : width * BLOCKS].reshape(BLOCKS, height, BLOCKS, width, 3)
    pieces = cut.swapaxes(1, 2).reshape(-1, height, width, 3)
    pieces = pieces[np.random.default_rng(0).permutation(len(pieces))]
    joined = pieces.reshape(BLOCKS, BLOCKS, height, width, 3).swapaxes(1, 2)
    return np.ascontiguousarray(joined.reshape(height * BLOCKS, width * BLOCKS, 3))


SHIFTS: dict[str, Callable[[Rgb], Rgb]] = {
    "as it is": lambda rgb: rgb,
    "out of focus": out_of_focus,
    "moved": moved,
    "dark": dark,
    "burnt out": burnt_out,
    "scrambled": scrambled,
}


def photos_of(args: argparse.Namespace) -> Iterator[tuple[str, Path, Callable[[Rgb], Rgb]]]:
    """The name of the shift, the file, and what to do to it."""
    for name, spoil in SHIFTS.items():
        for picture in load_synthetic(args.renders, args.split):
            yield name, picture.path, spoil
    for folder in args.foreign:
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            yield f"foreign: {folder.name}", path, SHIFTS["as it is"]


def main() -> None:
    """Count, tally, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("renders", type=Path)
    parser.add_argument("--split", choices=["validation", "calibration"], default="validation")
    parser.add_argument("--foreign", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    codes: dict[str, list[set[str]]] = {}
    measures: dict[str, list[tuple[float, float, float, float]]] = {}
    for name, path, spoil in photos_of(args):
        photo = Pyramid.of(spoil(decode_picture(path.read_bytes())))
        counted = count_picture(photo)
        codes.setdefault(name, []).append({problem.kind for problem in counted.count.problems})
        quality = measure_quality(photo, view_px=DEFAULT_PARAMETERS.quality.view_px)
        agreement = measure_agreement(concatenate(counted.detections))
        measures.setdefault(name, []).append((quality.brightness, quality.glare, quality.sharpness, agreement))
    print("| photos | n | flagged | why | brightness | glare | sharpness | agreement |")
    print("|---|---|---|---|---|---|---|---|")
    for name, found in codes.items():
        flagged = [flags & set(FLAGS) for flags in found]
        why = ", ".join(f"{code} {n}" for code, n in Counter(code for flags in flagged for code in flags).most_common())
        spans = np.nanquantile(np.array(measures[name]), QUANTILES, axis=0).T
        cells = (" ".join(f"{value:.2f}" for value in span) for span in spans)
        share = np.mean([bool(flags) for flags in flagged])
        print(f"| {name} | {len(found)} | {share:.0%} | {why} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
