import cv2
import numpy as np
import pytest

from training.collage.plants import Cutout
from training.collage.scene import Stock


@pytest.fixture(autouse=True)
def plain_surfaces(monkeypatch):
    """Grey floors and brown soil, since the real ones take seconds to make."""
    grey, brown = (np.full((64, 64, 3), colour, np.uint8) for colour in ((128, 128, 128), (40, 60, 80)))
    monkeypatch.setattr("training.collage.ground.floors", lambda: (grey,))
    for module in ("ground", "pots"):
        monkeypatch.setattr(f"training.collage.{module}.soils", lambda: (brown,))


@pytest.fixture
def stock():
    """One plant: a green disc."""
    disc = np.zeros((100, 100, 4), np.uint8)
    cv2.circle(disc, (50, 50), 50, (20, 230, 20, 255), -1)
    return Stock([Cutout(disc, "above")], ())
