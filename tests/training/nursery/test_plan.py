import math
import pickle

import numpy as np
import pytest

from training.nursery.forms import OTHER_FORMS
from training.nursery.plan import KINDS, plan_scene
from training.nursery.pots import TrayModel
from training.nursery.ranges import BASE_FIELD_OF_VIEW, BASE_LIGHTS, BASE_MAX_ABOVE_M, BASE_MIN_TILT
from training.nursery.scene import ScenePlan

SEEDS = range(6)


def described(plan: ScenePlan) -> bytes:
    return pickle.dumps(plan)


def species(plan: ScenePlan) -> set[str]:
    return {form.species for form in plan.draft.forms}


@pytest.mark.parametrize("kind", KINDS)
def test_plan_of_a_seed_is_always_the_same(kind):
    assert described(plan_scene(7, kind=kind)) == described(plan_scene(7, kind=kind))
    assert described(plan_scene(7, kind=kind)) != described(plan_scene(8, kind=kind))


@pytest.mark.parametrize(("name", "value"), [("kind", "shelf"), ("shift", "weather")])
def test_plan_refuses_unknown_names(name, value):
    with pytest.raises(ValueError, match=value):
        plan_scene(1, **{name: value})


@pytest.mark.parametrize("kind", KINDS)
def test_plan_puts_every_place_into_its_container(kind):
    for seed in SEEDS:
        draft = plan_scene(seed, kind=kind).draft
        for container in draft.containers:
            own = [item for item in draft.items if item.container == container.id]
            middle = container.outline.mean(axis=0)[:2]
            reach = np.linalg.norm(container.outline[:, :2] - middle, axis=1).max()
            assert 0 < len(own) <= container.capacity
            assert all(np.linalg.norm(np.array(item.place.location[:2]) - middle) < reach for item in own)


def test_plan_holds_the_trays_and_crates_of_nurseries():
    crates = {one.capacity for seed in SEEDS for one in plan_scene(seed, kind="crate").draft.containers}
    trays = [one for seed in range(16) for one in plan_scene(seed, kind="plug").draft.containers]
    assert min(crates) >= 24
    assert max(crates) <= 50
    assert {72, 128, 288} <= {one.capacity for one in trays}
    assert all(isinstance(one.body, TrayModel) and one.cells == (one.body.rows, one.body.columns) for one in trays)


def test_plan_numbers_objects_without_overlap():
    plan = plan_scene(3, kind="crate")
    indices = [plan.body_index(one) for one in plan.draft.containers]
    indices += [number for item in plan.draft.items for number in (item.holder_index, item.plant_index)]
    assert len(set(indices)) == len(indices)
    assert min(indices) > 1


def test_base_set_has_dead_plants_and_empty_places():
    labels = [item.label for seed in SEEDS for item in plan_scene(seed).draft.items]
    assert 0.01 < labels.count("dead") / len(labels) < 0.12
    assert 0.02 < labels.count("empty") / len(labels) < 0.3


def test_shift_of_forms_shares_no_species_with_the_base_set():
    base = set().union(*(species(plan_scene(seed)) for seed in SEEDS))
    other = set().union(*(species(plan_scene(seed, shift="forms")) for seed in SEEDS))
    assert other <= set(OTHER_FORMS)
    assert not base & other


def test_shift_of_light_shares_no_light_with_the_base_set():
    assert {plan_scene(seed).light.kind for seed in SEEDS} <= set(BASE_LIGHTS)
    assert not {plan_scene(seed, shift="light").light.kind for seed in SEEDS} & set(BASE_LIGHTS)


def is_usual(plan: ScenePlan) -> bool:
    tilt, angle = math.degrees(plan.view.tilt), math.degrees(plan.view.field_of_view)
    low, high = BASE_FIELD_OF_VIEW
    near = plan.view.height_m - plan.draft.containers[0].place.location[2] <= BASE_MAX_ABOVE_M + 0.1
    return tilt >= BASE_MIN_TILT and low <= angle <= high and near


def test_shift_of_camera_never_takes_a_usual_view():
    assert all(is_usual(plan_scene(seed, kind="crate")) for seed in range(15))
    assert not any(is_usual(plan_scene(seed, kind="crate", shift="camera")) for seed in range(15))
