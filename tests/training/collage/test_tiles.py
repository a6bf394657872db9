import numpy as np
import pytest

from training.collage.__main__ import TILE_PX, make_tile, write_collages
from training.collage.scene import MIN_BOX_PX


def written(folder, stock, numbers):
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    write_collages(stock, numbers, model="detector", seed=7, out=folder)
    return {path.name: path.read_bytes() for path in folder.glob("*/*")}


def test_a_tile_depends_on_its_seed_and_number_alone(stock, tmp_path):
    several, single = written(tmp_path / "several", stock, [1, 2]), written(tmp_path / "single", stock, [2])
    assert len(several) == 4
    assert single.items() < several.items()
    assert several["collage-007-000001.jpg"] != several["collage-007-000002.jpg"]


@pytest.mark.parametrize("seed", range(6))
def test_boxes_lie_in_the_tile(stock, seed):
    scene = make_tile(stock, np.random.default_rng(seed))
    assert scene.image.shape == (TILE_PX, TILE_PX, 3)
    assert len(scene.boxes) == len(scene.labels)
    assert ((scene.boxes >= 0) & (scene.boxes <= TILE_PX)).all()
    assert (scene.boxes[:, 2:] - scene.boxes[:, :2] >= MIN_BOX_PX).all()
