import cv2
import numpy as np
import pytest

from training.collage.cut_out import cut_out

BOX = np.array([60, 60, 140, 140], np.float32)


@pytest.fixture
def ground():
    cv2.setRNGSeed(1)
    noise = np.random.default_rng(1).normal(0, 6, (200, 200, 3))
    return np.clip(np.array((60, 80, 110)) + noise, 0, 255).astype(np.uint8)


def test_a_painted_plant_comes_away_from_its_ground(ground):
    plant = np.zeros((200, 200), np.uint8)
    cv2.circle(plant, (100, 100), 36, 255, -1)
    ground[plant > 0] = (40, 200, 60)
    bgra = cut_out(ground, BOX)
    assert bgra is not None
    margin = 44  # the cut-out begins a fifth of the box's side outside it
    cut, whole = bgra[..., 3] > 127, plant[margin : margin + len(bgra), margin : margin + bgra.shape[1]] > 0
    assert (cut & whole).sum() > 0.9 * (cut | whole).sum()


def test_bare_ground_gives_no_plant(ground):
    assert cut_out(ground, BOX) is None


def test_a_plant_that_the_photo_cuts_off_is_left_out(ground):
    cv2.circle(ground, (10, 100), 36, (40, 200, 60), -1)
    assert cut_out(ground, np.array([0, 60, 50, 140], np.float32)) is None
