"""Labels are found in a photo: far, slanted, turned, several, and beside codes that are not ours."""

import cv2
import numpy as np
import pytest

from locations.labels.reader import read_labels
from tests.locations.label_pictures import paint_label, paint_qr


def photo() -> np.ndarray:
    """Gravel."""
    noise = np.random.default_rng(7).integers(60, 180, (1500, 2000, 1), dtype=np.uint8)
    return np.repeat(cv2.GaussianBlur(noise, (0, 0), 3)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("width_px", [1000, 400, 250])
@pytest.mark.parametrize("turn_degrees", [0, 20, 45, 90, 180])
def test_label_is_read_at_any_angle(width_px, turn_degrees):
    rgb = photo()
    paint_label(rgb, "DEM-N1-N-04", x=400, y=200, width_px=width_px)
    turn = cv2.getRotationMatrix2D((1000, 750), turn_degrees, 0.9)
    assert read_labels(cv2.warpAffine(rgb, turn, (2000, 1500))) == ("DEM-N1-N-04",)


def test_label_is_read_from_a_slant():
    rgb = photo()
    paint_label(rgb, "DEM-N1-N-04", x=700, y=500, width_px=600)
    seen = np.array([[300, 0], [1700, 0], [2000, 1500], [0, 1500]], dtype=np.float32)
    flat = np.array([[0, 0], [2000, 0], [2000, 1500], [0, 1500]], dtype=np.float32)
    slanted = cv2.warpPerspective(rgb, cv2.getPerspectiveTransform(flat, seen), (2000, 1500))
    assert read_labels(slanted) == ("DEM-N1-N-04",)


def test_several_labels_are_read_each_once():
    rgb = photo()
    for x, code in ((100, "DEM-N1-N-05"), (700, "DEM-N1-N-04"), (1300, "DEM-N1-N-05")):
        paint_label(rgb, code, x=x, y=300, width_px=500)
    assert read_labels(rgb) == ("DEM-N1-N-04", "DEM-N1-N-05")


@pytest.mark.parametrize("text", ["https://example.org/pay?to=1", "SHORT", "with a space here", "A" * 21, "-DEM-N1-N"])
def test_codes_of_others_are_passed_over(text):
    rgb = photo()
    paint_qr(rgb, text, x=200, y=300, side_px=400)
    paint_label(rgb, "DEM-N1-N-04", x=1200, y=300, width_px=500)
    assert read_labels(rgb) == ("DEM-N1-N-04",)


def test_photo_without_a_label_has_none():
    assert read_labels(photo()) == ()
