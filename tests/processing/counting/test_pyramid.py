import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.counting.pyramid import Pyramid, longer_side

SIDE_PX = 400


def slope() -> Pyramid:
    """Red grows by one every two pixels to the right, green every two pixels down."""
    across, down = np.meshgrid(np.arange(SIDE_PX), np.arange(SIDE_PX))
    return Pyramid(np.stack([across // 2, down // 2, np.zeros_like(down)], axis=2).astype(np.uint8))


@settings(max_examples=60)
@given(
    left=st.integers(0, SIDE_PX - 64),
    top=st.integers(0, SIDE_PX - 64),
    width=st.integers(64, SIDE_PX),
    height=st.integers(64, SIDE_PX),
    scale=st.floats(0.05, 1.5),
)
def test_a_view_shows_its_window_to_the_pixel(left, top, width, height, scale) -> None:
    window = left, top, min(left + width, SIDE_PX), min(top + height, SIDE_PX)
    view = slope().view(window, scale)
    assert view.shape[:2] == (round((window[3] - top) * scale), round((window[2] - left) * scale))
    middle_x, middle_y = (left + window[2]) / 2, (top + window[3]) / 2
    allowed = 1 + 0.5 / scale  # grey levels: one of rounding, and a view's pixel of two to the level
    assert abs(view[..., 0].mean() - middle_x / 2) <= allowed
    assert abs(view[..., 1].mean() - middle_y / 2) <= allowed


@pytest.mark.parametrize("scale", [1.0, 0.7, 0.5, 0.23])
def test_halving_first_is_averaging_all_and_not_a_pixel_off(scale) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    rgb = cv2.GaussianBlur(noise, (0, 0), 2)
    size = round(800 * scale), round(600 * scale)
    averaged = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(float)
    view = Pyramid(rgb).whole(scale)
    assert np.abs(view - averaged).mean() < np.abs(np.roll(view, 1, axis=1) - averaged).mean() / 3


def test_the_picture_is_left_alone_and_never_smaller_than_a_pixel() -> None:
    photo = slope()
    before = photo.rgb.copy()
    assert photo.view((10, 20, 13, 400), 0.01).shape == (4, 1, 3)
    assert photo.whole(1.0) is not None
    assert (photo.rgb == before).all()
    assert photo.resolution_wh == (SIDE_PX, SIDE_PX)
    assert longer_side((10, 20, 13, 400)) == 380
