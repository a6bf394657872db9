"""Cuts plants out of real photos with boxes, for collages: `python -m training.collage.cut_out DATA OUT --seed N`.

GrabCut (Rother, Kolmogorov and Blake, 2004) starts from the box; plants that do not separate cleanly are left out. OUT
gets the folders above/ and side/ of PNG files with transparency. They show other people's photos and stay out of the
repository.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.paste import Image
from training.pictures import PLANT_CLASSES, Picture, load_drawn, load_real

DRAWN = Path(__file__).parents[1] / "drawn.json"
MIN_SIDE_PX = 36.0
WORK_PX = 150
MARGIN = 0.2
ROUNDS = 4
COVER = (0.25, 0.9)
MAX_RIM = 0.3  # the share of the box's edge that may belong to the plant
MAX_PER_SET = 600
# Sets whose plants stand apart on another colour.
SETS = ("real/snapdragon-bed", "real/lettuce-channels")


def cut_out(image: Image, box: NDArray[np.float32]) -> Image | None:
    """The plant in a box (xyxy px) as bgra; None if it does not separate from the background."""
    x0, y0, x1, y1 = box
    margin = MARGIN * max(x1 - x0, y1 - y0)
    left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
    part = image[top : int(y1 + margin) + 1, left : int(x1 + margin) + 1]
    factor = min(1.0, WORK_PX / max(part.shape[:2]))
    part = np.asarray(cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    inner = np.round(np.array([x0 - left, y0 - top, x1 - x0, y1 - y0]) * factor).astype(int).tolist()
    if inner[0] + inner[2] >= part.shape[1] or inner[1] + inner[3] >= part.shape[0] or min(inner[:2]) < 1:
        return None  # cut by the photo: the plant is not whole
    mask = np.zeros(part.shape[:2], np.uint8)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(part, mask, inner, background, foreground, ROUNDS, cv2.GC_INIT_WITH_RECT)
    plant = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    plant = _largest_parts(cv2.morphologyEx(plant, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    inside = plant[inner[1] : inner[1] + inner[3], inner[0] : inner[0] + inner[2]]
    cover = float(inside.mean())
    rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]]).mean()
    if not COVER[0] <= cover <= COVER[1] or rim > MAX_RIM:
        return None
    alpha = cv2.GaussianBlur(plant * np.uint8(255), (0, 0), 0.8)
    return np.dstack([part, alpha])


def _largest_parts(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without specks of less than a twelfth of the largest part."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(parts, 1 + np.flatnonzero(areas * 12 >= areas.max())).astype(np.uint8)


def cut_picture(picture: Picture, boxes: Sequence[int]) -> list[tuple[str, Image]]:
    """("above" or "side", bgra) of the chosen boxes of a picture: what is taller than wide was seen from the side."""
    image = np.asarray(cv2.imread(str(picture.path)), np.uint8)
    found = []
    for index in boxes:
        bgra = cut_out(image, picture.boxes[index])
        if bgra is not None:
            width, height = picture.boxes[index, 2:] - picture.boxes[index, :2]
            found.append(("side" if height > 1.05 * width else "above", bgra))
    return found


def main(words: Sequence[str] | None = None) -> None:
    """Cut out and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args(words)
    cv2.setRNGSeed(args.seed)
    rng = np.random.default_rng(args.seed)
    sets = {name: load_real(args.data, name) for name in SETS}
    sets["drawn"] = [one for one in load_drawn(DRAWN, args.data, "plants") if "nursery" in one.path.parent.name]
    for name, pictures in sets.items():
        whole = [
            (number, index)
            for number, picture in enumerate(pictures)
            for index in np.flatnonzero(picture.labels == PLANT_CLASSES.index("plant"))
            if (picture.boxes[index, 2:] - picture.boxes[index, :2]).min() >= MIN_SIDE_PX
        ]
        chosen = sorted(whole[index] for index in rng.permutation(len(whole))[:MAX_PER_SET])
        written = 0
        for number, picture in enumerate(pictures):
            for view, bgra in cut_picture(picture, [index for of, index in chosen if of == number]):
                folder = args.out / ("above" if name != "drawn" else view)
                folder.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(folder / f"{name.replace('/', '-')}-{written:04}.png"), bgra)
                written += 1
        print(f"{name}: {written} of {len(chosen)} plants", flush=True)


if __name__ == "__main__":
    main()
