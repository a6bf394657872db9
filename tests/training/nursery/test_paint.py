from dataclasses import replace

import numpy as np
import pytest

from training.nursery.substrate import FLOORS, Recipe, paint_floor, paint_soil
from training.nursery.view import look_at

PEAT = Recipe(peat=(0.06, 0.4, 0.2), perlite=0, bark=0, grit=0, fibre=2, wet=0, algae=0, seed=1)


def test_peat_is_dark_and_perlite_lies_light_on_it():
    peat, _ = paint_soil(PEAT)
    mixed, height = paint_soil(replace(PEAT, perlite=8.0))
    assert np.median(peat) < 0.05
    assert np.median(mixed) < 0.06
    light = mixed.min(axis=2) > 0.35
    assert 0.02 < light.mean() < 0.3
    assert not (peat.min(axis=2) > 0.35).any()
    assert height[light].mean() > height[~light].mean()


def test_wet_peat_is_darker():
    assert paint_soil(replace(PEAT, wet=1.0))[0].mean() < 0.75 * paint_soil(PEAT)[0].mean()


@pytest.mark.parametrize("kind", sorted(FLOORS))
def test_floor_is_painted_within_physical_albedo(kind):
    colour, height = paint_floor(kind, 3)
    assert colour.shape[:2] == height.shape
    assert (colour > 0).all()
    assert colour.max() <= 0.95
    assert colour.std() > 0.005


def view_of(**changes):
    usual = {
        "height_m": 1.5, "tilt": 0.8, "azimuth": 0.3, "roll": 0.0, "field_of_view": 1.0, "resolution_wh": (800, 600),
    }  # fmt: skip
    return look_at((0.2, -0.1, 0.5), **(usual | changes))


def test_view_looks_at_its_target():
    view = view_of()
    pixels, depth = view.project([[0.2, -0.1, 0.5], [0.2, -0.1, 0.6]])
    np.testing.assert_allclose(pixels[0], [400, 300], atol=1e-6)
    assert pixels[1, 1] < 300  # what is higher is higher in the picture
    assert depth[0] == pytest.approx(1.0 / np.sin(0.8))


@pytest.mark.parametrize("changes", [{"height_m": 0.4}, {"tilt": 0.0}, {"tilt": 2.0}])
def test_view_must_look_down(changes):
    with pytest.raises(ValueError, match="look down"):
        view_of(**changes)
