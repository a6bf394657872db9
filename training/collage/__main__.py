"""Makes tiles for the detector: `python -m training.collage COUNT --cutouts DIR --out DIR --seed N`.

With `--model segmenter`, whole photos with the outlines of containers. OUT gets images/ and labels/ in YOLO layout, as
from training/dataset.py.
"""

import argparse
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from training.collage.camera import draw_camera
from training.collage.layout import Area, draw_area
from training.collage.leafy import draw_leafy
from training.collage.lens import photograph
from training.collage.paste import Image
from training.collage.photos import make_photo
from training.collage.plants import Cutout, read_cutouts
from training.collage.scene import Scene, Stock, paint_scene
from training.collage.textures import read_grounds
from training.labels import box_lines, polygon_lines

TILE_PX = 512


def make_tile(stock: Stock, rng: np.random.Generator) -> Scene:
    """A tile of the detector: plants of 20 to 200 px, of one area or of two beside each other, or hardly any."""
    camera = draw_camera((TILE_PX, TILE_PX), rng)
    plant_px = float(np.exp(rng.uniform(np.log(28), np.log(110 if rng.random() < 0.75 else 220))))
    reach_px = TILE_PX * (2.2 if camera.slant > 0.5 else 1.0)
    return paint_scene(camera, _draw_areas(plant_px, reach_px, rng), stock, rng)


def _draw_areas(plant_px: float, reach_px: float, rng: np.random.Generator) -> list[Area]:
    reach = (reach_px, reach_px)
    areas = [draw_area(plant_px, (0.0, 0.0), reach, rng)]
    if rng.random() < 0.35:  # a border runs through the tile, and beyond it there may be something else
        shift = rng.uniform(-0.8, 0.8) * TILE_PX
        aside = (shift - reach_px, 0.0) if rng.random() < 0.5 else (0.0, shift - reach_px)
        areas = [draw_area(plant_px, aside, reach, rng)]
        if rng.random() < 0.4:
            areas.append(draw_area(plant_px * rng.uniform(0.6, 1.6), (shift + reach_px * 1.1, 0.0), reach, rng))
    elif rng.random() < 0.05:
        areas = []
    return areas


def draw_tile(stock: Stock, rng: np.random.Generator) -> tuple[Image, list[str]]:
    """A tile as a phone would have it, and its YOLO box lines."""
    scene = make_tile(stock, rng)
    picture = photograph(scene.image, rng)
    return picture, box_lines(scene.boxes, scene.labels, picture.shape[1::-1])


def draw_photo(stock: Stock, rng: np.random.Generator) -> tuple[Image, list[str]]:
    """A whole photo as a phone would have it, and its YOLO polygon lines."""
    photo = make_photo(stock, rng)
    picture = photograph(photo.image, rng)
    return picture, polygon_lines([(one.kind, one.polygon) for one in photo.outlines], picture.shape[1::-1])


DRAW = {"detector": draw_tile, "segmenter": draw_photo}


def write_collages(stock: Stock, numbers: Sequence[int], *, model: str, seed: int, out: Path) -> None:
    """Writes the collages of these numbers; each depends on the seed and its own number alone."""
    cv2.setNumThreads(1)
    for number in numbers:
        rng = np.random.default_rng([seed, number])
        picture, lines = DRAW[model](stock, rng)
        name = f"collage-{seed:03}-{number:06}"
        quality = int(rng.integers(50, 96))
        # The labels first: after an interruption, a picture without them would look like one without plants.
        (out / "labels" / f"{name}.txt").write_text("\n".join(lines))
        cv2.imwrite(str(out / "images" / f"{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, quality])


def main(words: Sequence[str] | None = None) -> None:
    """Make the collages."""
    parser = argparse.ArgumentParser(prog="python -m training.collage", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--model", choices=sorted(DRAW), default="detector")
    parser.add_argument("--cutouts", type=Path, nargs="+", required=True, help="folders of plants seen from above")
    parser.add_argument("--side-cutouts", type=Path, nargs="*", default=[], help="folders of plants seen from the side")
    parser.add_argument("--leafy", type=int, default=300, help="plants with thin leaves to draw, of each view")
    parser.add_argument("--grounds", type=Path, help="photographs of bare ground")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args(words)
    for folder in ("images", "labels"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    cutouts: list[Cutout] = [one for folder in args.cutouts for one in read_cutouts(folder, "above")]
    cutouts += [one for folder in args.side_cutouts for one in read_cutouts(folder, "side")]
    rng = np.random.default_rng(args.seed)
    cutouts += [draw_leafy(view, rng) for view in ("above", "side") for _ in range(args.leafy)]
    stock = Stock(cutouts, read_grounds(args.grounds) if args.grounds else ())
    start = time.monotonic()
    shares = [range(first, args.count, args.processes) for first in range(args.processes)]
    write = partial(write_collages, stock, model=args.model, seed=args.seed, out=args.out)
    # Forked after reading the cut-outs, so that the processes share them.
    workers = [get_context("fork").Process(target=write, args=(share,)) for share in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("some collages could not be made")
    print(f"{args.count} collages, {args.count / (time.monotonic() - start):.1f} a second")


if __name__ == "__main__":
    main()
