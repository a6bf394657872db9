from pathlib import Path

import numpy as np

from training.dataset import plant_window, write_tiles
from training.pictures import PLANT_CLASSES, Picture

PLANT, _, DEAD = range(len(PLANT_CLASSES))
DEAD_AT = 2900


def bed(labels, path=Path("unused.jpg")) -> Picture:
    """Plants of 40 px in a row at the left of a picture 3000 px wide; dead ones far to the right."""
    left = np.where(np.array(labels) == DEAD, DEAD_AT, 100 + 10 * np.arange(len(labels)))
    boxes = np.stack([left, np.full(len(left), 500), left + 40, np.full(len(left), 540)], axis=1).astype(np.float32)
    return Picture(path, (3000, 1000), boxes, np.array(labels), (), {}, (0, 0, 3000, 1000))


def test_a_rare_dead_plant_and_bare_ground_are_in_many_tiles() -> None:
    picture, rng = bed([PLANT] * 60 + [DEAD]), np.random.default_rng(1)
    windows = np.array([plant_window(picture, 512, rng) for _ in range(400)])
    left, right = windows[:, 0], windows[:, 0] + windows[:, 2]
    shows_dead = (left < DEAD_AT) & (right > DEAD_AT)
    shows_nothing = (left > 740) & (right < DEAD_AT)
    assert 0.35 < shows_dead.mean() < 0.55
    assert 0 < shows_nothing.mean() < 0.10


def test_a_crowded_picture_gives_more_tiles_than_one_of_few(tmp_path, monkeypatch) -> None:
    crowded, single = bed([PLANT] * 390, Path("crowded")), bed([PLANT] * 1, Path("single"))
    taken = []

    def make(picture, _):
        taken.append(picture.path.name)
        return np.zeros((8, 8, 3), np.uint8), []

    monkeypatch.setattr("training.dataset.detector_tile", make)
    write_tiles("detector", "train", [([crowded, single], 600)], tmp_path, seed=5)
    assert 4 < taken.count("crowded") / taken.count("single") < 9  # the root of 400 over the root of 11 is 6
