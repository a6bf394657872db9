import numpy as np
import pytest

from training.nursery.ageing import DEATHS, kill
from training.nursery.forms import CELL_SPECIES, GROWERS, OTHER_FORMS, POT_SPECIES, Form, grow
from training.nursery.pots import PotModel, TrayModel, cell_soil_shape, crate_shape, pot_shape, tray_shape
from training.nursery.scene import Placement, Prop
from training.nursery.shapes import Shape, ShapeBuilder
from training.nursery.surroundings import MAKERS, prop_shape

SIZE_M = 0.08


def check_shape(shape: Shape) -> None:
    assert np.isfinite(shape.vertices).all()
    assert len(shape.colours) == len(shape.vertices)
    assert len(shape.slots) == len(shape.faces)
    assert max(max(face) for face in shape.faces) < len(shape.vertices)
    assert (shape.colours >= 0).all()
    assert shape.parts[-1][1] == len(shape.vertices)


@pytest.mark.parametrize("species", sorted(GROWERS))
def test_plant_of_each_species_stands_in_its_pot(species):
    shape = grow(Form(species, 5, SIZE_M))
    check_shape(shape)
    width = np.ptp(shape.vertices[:, 0])
    assert 0.1 * SIZE_M < width < 4 * SIZE_M
    assert -SIZE_M < shape.vertices[:, 2].min() < 0.2 * SIZE_M
    assert np.abs(shape.vertices[:, :2].mean(axis=0)).max() < SIZE_M


def test_plants_of_other_seeds_differ():
    one, other = (grow(Form("echeveria", seed, SIZE_M)) for seed in (1, 2))
    assert one.vertices.shape != other.vertices.shape or not np.allclose(one.vertices, other.vertices)


def test_every_species_of_the_sets_has_a_grower():
    assert {*POT_SPECIES, *CELL_SPECIES, *OTHER_FORMS} == set(GROWERS)


@pytest.mark.parametrize("death", DEATHS)
def test_dead_plant_sinks_and_turns_brown(death):
    living = grow(Form("shrub", 3, SIZE_M))
    dead = kill(living, np.random.default_rng(0), SIZE_M, death)
    check_shape(dead)
    assert np.ptp(dead.vertices[:, 2]) < np.ptp(living.vertices[:, 2])
    red, green, _ = dead.colours.mean(axis=0)
    assert red > green


def test_pot_without_soil_is_open_to_its_foot():
    bare = PotModel("round", SIZE_M, 0.07, 0.8, None, 1, 0, 0)
    filled = PotModel("square", SIZE_M, 0.07, 0.8, 0.9, 1, 0, 0)
    assert bare.soil_m < 0.01
    assert filled.soil_m == pytest.approx(0.063)
    assert set(pot_shape(bare).slots) == {0}
    assert set(pot_shape(filled).slots) == {0, 1, 2}
    assert np.ptp(filled.opening()[:, 0]) == pytest.approx(SIZE_M)


def test_tray_has_a_hole_for_each_cell():
    tray = TrayModel(columns=4, rows=3, pitch_m=0.04, depth_m=0.04, outline="round", opening_share=0.9)
    shape = tray_shape(tray)
    check_shape(shape)
    assert (shape.vertices[:, 2] < -0.039).sum() == 12 * len(tray.opening())
    check_shape(cell_soil_shape(tray, 1))
    check_shape(crate_shape(0.5, 0.3, 0.1, 1))


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_prop_is_always_the_same(kind):
    one, other = (prop_shape(Prop(kind, Placement((0, 0, 0)), 4)) for _ in range(2))
    check_shape(one)
    np.testing.assert_array_equal(one.vertices, other.vertices)


def test_shape_needs_a_part():
    with pytest.raises(ValueError, match="without parts"):
        ShapeBuilder().shape()


def test_placement_scales_then_turns_then_moves():
    place = Placement((1, 0, 0), turn=np.pi / 2, scale=(2, 1, 1))
    np.testing.assert_allclose(place.apply(np.array([[1.0, 0, 0]])), [[1, 2, 0]], atol=1e-12)
