from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from stock.visits.likeness import look_alike, make_sketch

PHOTOS = Path(__file__).parents[3] / "demo" / "photos"

BEDS = ("bed-columnar-cacti", "bed-wide-mixed", "crates-blue", "plug-tray-square-cells")


def view(rgb, *, x, y, share, turn=0.0, zoom=1.0, light=1.0):
    """A part of a picture around (x, y), turned, nearer and in another light."""
    height, width = rgb.shape[:2]
    size = int(width * share), int(height * share)
    matrix = cv2.getRotationMatrix2D((x * width, y * height), turn, zoom)
    matrix[:, 2] += (size[0] / 2 - x * width, size[1] / 2 - y * height)
    cut = cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    return np.clip(cut * light, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def beds():
    return [cv2.cvtColor(cv2.imread(str(PHOTOS / f"{name}.jpg")), cv2.COLOR_BGR2RGB) for name in BEDS]


def test_retakes_look_alike(beds):
    for bed in beds:
        first = make_sketch(view(bed, x=0.5, y=0.5, share=0.6))
        for moved in (
            {"x": 0.54, "y": 0.47, "turn": 3.0, "zoom": 1.05},
            {"x": 0.46, "y": 0.52, "turn": -3.0, "zoom": 0.95, "light": 0.75},
        ):
            assert look_alike(first, make_sketch(view(bed, share=0.6, **moved)))


def test_parts_and_other_beds_do_not(beds):
    for bed in beds:
        left = make_sketch(view(bed, x=0.28, y=0.5, share=0.5))
        right = make_sketch(view(bed, x=0.72, y=0.52, share=0.5, turn=2.0, light=0.9))
        assert not look_alike(left, right)
    for one, other in combinations([make_sketch(bed) for bed in beds], 2):
        assert not look_alike(one, other)


def test_empty_pictures_say_nothing():
    blank = make_sketch(np.full((40, 60, 3), 128, dtype=np.uint8))
    assert not look_alike(blank, blank)
