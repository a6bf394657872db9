r"""Packs what on_gpu.sh needs into a small folder: plants and grounds for collages, and tiles made of real photos.

    python -m training.carry OUT --cutouts DIR --side-cutouts DIR --grounds DIR \
        --detector-tiles TILES 250 --segmenter-tiles TILES 150

Plants become WebP of the size that collages use. The given number of tiles, as dataset.py writes them, is taken, evenly
spread.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2

from training.collage.plants import read_cutouts

PLANT_QUALITY, TILE_QUALITY = 75, 80


def pack_cutouts(folders: Sequence[Path], out: Path) -> None:
    """Writes the plants of all folders, numbered."""
    out.mkdir(parents=True, exist_ok=True)
    plants = [one for folder in folders for one in read_cutouts(folder, "above")]
    for number, plant in enumerate(plants):
        cv2.imwrite(str(out / f"{number:05}.webp"), plant.bgra, [cv2.IMWRITE_WEBP_QUALITY, PLANT_QUALITY])


def pack_tiles(tiles: Path, count: int, out: Path) -> None:
    """Writes `count` of the training tiles and their labels; all, if there are fewer."""
    images = sorted((tiles / "images" / "train").glob("*.jpg"))
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True, exist_ok=True)
    for index in range(min(count, len(images))):
        path = images[index * len(images) // min(count, len(images))]
        shutil.copy(tiles / "labels" / "train" / f"{path.stem}.txt", out / "labels")
        cv2.imwrite(str(out / "images" / path.name), cv2.imread(str(path)), [cv2.IMWRITE_JPEG_QUALITY, TILE_QUALITY])


def main(words: Sequence[str] | None = None) -> None:
    """Pack everything and print its size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cutouts", type=Path, nargs="+", required=True, help="folders of plants seen from above")
    parser.add_argument("--side-cutouts", type=Path, nargs="+", required=True)
    parser.add_argument("--grounds", type=Path, required=True, help="photographs of bare ground")
    for model in ("detector", "segmenter"):
        parser.add_argument(f"--{model}-tiles", nargs=2, required=True, metavar=("DIR", "COUNT"))
    args = parser.parse_args(words)
    pack_cutouts(args.cutouts, args.out / "above")
    pack_cutouts(args.side_cutouts, args.out / "side")
    shutil.copytree(args.grounds, args.out / "grounds", dirs_exist_ok=True)
    for model, (tiles, count) in (("detector", args.detector_tiles), ("segmenter", args.segmenter_tiles)):
        pack_tiles(Path(tiles), int(count), args.out / model)
    size = sum(path.stat().st_size for path in args.out.rglob("*") if path.is_file())
    print(f"{args.out}: {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
