from dataclasses import replace

import cv2
import numpy as np
import pytest

from training.nursery.forms import grow
from training.nursery.plan import plan_scene
from training.nursery.scene import OCCLUDER, ScenePlan
from training.nursery.truth import Truth, project_parts

SIZE = (800, 600)


def lone_scene(species: str = "echeveria") -> ScenePlan:
    """A crate with one plant in its middle and one empty pot, seen from above."""
    plan = next(p for seed in range(99) if (p := plan_scene(seed, kind="crate", resolution_wh=SIZE)).view.tilt > 1.2)
    draft = plan.draft
    form = replace(draft.forms[0], species=species, dead=False)
    growing = [item for item in draft.items if item.label == "plant" and in_frame(plan, item.opening)]
    plant = replace(growing[0], id=0, form=0)
    empty = replace(growing[-1], id=1, label="empty", form=None, plant=None)
    bare = replace(draft, forms=[form], items=[plant, empty], containers=draft.containers, props=[])
    return replace(plan, draft=bare)


def in_frame(plan: ScenePlan, points: np.ndarray) -> bool:
    pixels, _ = plan.view.project(points)
    return bool((pixels > 90).all() and (pixels < np.array(SIZE) - 90).all())


def paint(plan: ScenePlan) -> np.ndarray:
    """What Blender would give: each pixel the object at its centre, plants over pots over the crate."""
    index = np.zeros(SIZE[::-1], np.int32)
    edge, _ = plan.view.project(plan.draft.containers[plan.draft.items[0].container].outline)
    cv2.fillPoly(index, [np.round(edge).astype(np.int32)], plan.body_index(plan.draft.containers[0]))
    for item in plan.draft.items:
        opening, _ = plan.view.project(item.opening)
        cv2.fillPoly(index, [np.round(opening).astype(np.int32)], item.holder_index)
    plant = plan.draft.items[0]
    shape = grow(plan.draft.forms[0])
    pixels, _ = project_parts(shape, plant.plant, plan.view)
    (left, top), (right, bottom) = np.floor(pixels.min(axis=0)).astype(int), np.ceil(pixels.max(axis=0)).astype(int)
    zoom = 32  # fine enough for OpenCV's half pixel of edge not to matter
    canvas = np.zeros(((bottom - top) * zoom, (right - left) * zoom), np.uint8)
    for face in shape.faces:
        cv2.fillConvexPoly(canvas, np.round((pixels[list(face)] - [left, top]) * zoom).astype(np.int32), 1)
    index[top:bottom, left:right][canvas[zoom // 2 :: zoom, zoom // 2 :: zoom] > 0] = plant.plant_index
    return index


@pytest.mark.parametrize("species", ["echeveria", "globular", "shrub", "sprout", "fern"])
def test_free_plant_is_wholly_visible(species):
    plan = lone_scene(species)
    truth = Truth(plan, [grow(plan.draft.forms[0])], paint(plan))
    plant = truth.items[0]
    assert plant["visibility"] > 0.97
    assert plant["in_frame"] == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose(plant["visible"], plant["amodal"], atol=3)


def test_covered_half_of_a_plant_is_not_visible():
    plan = lone_scene("mammillaria")
    index = paint(plan)
    columns = np.nonzero(index == plan.draft.items[0].plant_index)[1]
    index[:, : int(np.median(columns))] = OCCLUDER
    plant = Truth(plan, [grow(plan.draft.forms[0])], index).items[0]
    assert plant["visibility"] == pytest.approx(0.5, abs=0.06)
    assert plant["visible"][0] > plant["amodal"][0] + 2


def test_hidden_plant_counts_in_the_scene_only():
    plan = lone_scene()
    index = np.full(SIZE[::-1], OCCLUDER, np.int32)
    totals = Truth(plan, [grow(plan.draft.forms[0])], index).totals()
    assert totals["scene"] == {"plant": 1, "dead": 0, "empty": 1}
    assert totals["in_frame"] == {"plant": 1, "dead": 0, "empty": 1}
    assert totals["visible"] == {"plant": 0, "dead": 0, "empty": 0}


def test_empty_pot_is_its_opening():
    plan = lone_scene()
    empty = Truth(plan, [grow(plan.draft.forms[0])], paint(plan)).items[1]
    assert (empty["label"], empty["species"]) == ("empty", None)
    assert empty["visibility"] > 0.95
    np.testing.assert_allclose(empty["visible"], empty["amodal"], atol=2)


def test_outline_is_cut_where_something_stands_before_it():
    plan = lone_scene()
    index = paint(plan)
    container = plan.draft.containers[plan.draft.items[0].container]
    edge, _ = plan.view.project(container.outline)
    free = Truth(plan, [grow(plan.draft.forms[0])], index).containers[container.id]["polygon"]
    assert cv2.contourArea(np.array(free)) == pytest.approx(cv2.contourArea(edge.astype(np.float32)), rel=0.05)
    low = int(edge[:, 0].min() + 0.2 * np.ptp(edge[:, 0]))
    index[:, :low] = OCCLUDER
    cut = Truth(plan, [grow(plan.draft.forms[0])], index).containers[container.id]["polygon"]
    assert min(x for x, _ in cut) >= low - 2
