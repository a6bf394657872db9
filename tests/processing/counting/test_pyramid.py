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
    return Pyramid.of(np.stack([across // 2, down // 2, np.zeros_like(down)], axis=2).astype(np.uint8))


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
    view = Pyramid.of(rgb).whole(scale)
    assert np.abs(view - averaged).mean() < np.abs(np.roll(view, 1, axis=1) - averaged).mean() / 3


@pytest.mark.parametrize(
    ("scales", "reductions"), [([0.5, 0.3, 0.1, 0.5], [2]), ([0.51], [1]), ([1.0, 0.4], [1, 2]), ([0.4, 1.5], [2, 1])]
)
def test_a_picture_is_decoded_only_as_finely_as_it_is_looked_at(scales, reductions) -> None:
    whole, asked = slope(), []

    def decode(reduction: int):
        asked.append(reduction)
        return whole.rgb if reduction == 1 else whole.whole(0.5)

    photo = Pyramid((SIDE_PX, SIDE_PX), decode)
    assert photo.resolution_wh == (SIDE_PX, SIDE_PX)
    for scale in scales:
        assert (photo.whole(scale) == whole.whole(scale)).all()
    assert asked == reductions


def test_the_rest_of_an_odd_side_goes_into_no_half() -> None:
    photo = Pyramid((5, 7), lambda reduction: np.zeros((-(-7 // reduction), -(-5 // reduction), 3), dtype=np.uint8))
    assert photo.view((0, 0, 5, 7), 0.4).shape == (3, 2, 3)
    assert photo.rgb.shape == (7, 5, 3)


def test_the_picture_is_left_alone_and_never_smaller_than_a_pixel() -> None:
    photo = slope()
    before = photo.rgb.copy()
    assert photo.view((10, 20, 13, 400), 0.01).shape == (4, 1, 3)
    assert photo.whole(1.0) is not None
    assert (photo.rgb == before).all()
    assert photo.resolution_wh == (SIDE_PX, SIDE_PX)
    assert longer_side((10, 20, 13, 400)) == 380
