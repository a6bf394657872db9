import numpy as np
import pytest

from training.collage.leafy import SIDE_PX, draw_leafy


@pytest.mark.parametrize("view", ["above", "side"])
@pytest.mark.parametrize("seed", range(8))
def test_a_drawn_plant_fills_its_picture_to_the_edges(view, seed):
    cutout = draw_leafy(view, np.random.default_rng(seed))
    opaque = cutout.bgra[..., 3] > 0
    assert cutout.view == view
    assert max(opaque.shape) <= SIDE_PX
    assert min(opaque.shape) >= 4
    assert all(edge.any() for edge in (opaque[0], opaque[-1], opaque[:, 0], opaque[:, -1]))


def test_plants_of_different_seeds_differ_and_one_seed_gives_one_plant():
    first, again, other = (draw_leafy("above", np.random.default_rng(seed)).bgra for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)
