"""Puts a planned scene into Blender: meshes, materials, light, camera (after plan.py, before render.py)."""

import math
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from training.nursery import surfaces
from training.nursery.forms import grow
from training.nursery.lights import Bars, Light
from training.nursery.pots import TrayModel, cell_soil_shape, crate_shape, pot_shape, tray_shape
from training.nursery.scene import OCCLUDER, Bench, Container, Placement, ScenePlan
from training.nursery.shapes import GREY, Shape, ShapeBuilder, linear
from training.nursery.substrate import paint_floor, paint_soil
from training.nursery.surroundings import FLAT, prop_shape
from training.nursery.view import View

Mesh = Any  # bpy's types are made at run time
Material = Any

GROUND_M = 30.0
SHADOW_HEIGHT_M = 3.2
# A painted grain of 1.6 m / 1024 needs about this many grains per metre of picture to be resolved.
GRAIN_M = 0.004


class Stage:
    """The Blender scene of one plan; afterwards `shapes` holds each form's shape for truth.py."""

    def __init__(self, plan: ScenePlan) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.plan, self.draft = plan, plan.draft
        self.scene = bpy.context.scene
        self.rng = np.random.default_rng([plan.seed, 1])
        self.shapes = [grow(form) for form in self.draft.forms]
        self._paint()
        self._ground()
        self._containers()
        self._items()
        self._props()
        put_light(self.scene, plan.light)
        put_camera(self.scene, plan.view)

    def _paint(self) -> None:
        plan, rng = self.plan, self.rng
        self.leaves = [
            surfaces.plant(f"leaf{index}", roughness=rough, dust=plan.dust)
            for index, rough in enumerate((rng.uniform(0.35, 0.55), 0.7))
        ]
        self.spine = surfaces.plant("spine", roughness=0.6, dust=0.0)
        self.grains = surfaces.painted("grains", roughness=0.9, specular=0.1)
        self.props = surfaces.painted("props")
        self.soils = [
            surfaces.soil(f"soil{index}", paint_soil(recipe), wet=recipe.wet)
            for index, recipe in enumerate(self.draft.recipes)
        ]
        self.plastics = [
            surfaces.plastic(f"plastic{index}", colour, roughness=rng.uniform(0.3, 0.65), dirt=rng.uniform(0.1, 0.7))
            for index, colour in enumerate(self.draft.colours)
        ]

    def _put(self, mesh: Mesh, place: Placement, index: int = 0) -> Any:
        made = bpy.data.objects.new(mesh.name, mesh)
        made.matrix_world = Matrix(place.matrix().tolist())
        made.pass_index = index
        self.scene.collection.objects.link(made)
        return made

    def _floor_material(self, kind: str, seed: int) -> Material:
        fade = GRAIN_M * self.plan.view.focal_px / 3.5
        return surfaces.floor(f"floor-{kind}-{seed}", paint_floor(kind, seed), kind=kind, fade_m=fade)

    def _ground(self) -> None:
        half = GROUND_M
        builder = ShapeBuilder()
        builder.add([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], [(0, 1, 2, 3)], GREY)
        material = self._floor_material(self.plan.floor, self.plan.seed)
        self._put(to_mesh("ground", builder.shape(), [material]), Placement((0, 0, 0)))
        decks: dict[str, Material] = {}
        for bench in self.draft.benches:
            if bench.deck not in decks:
                decks[bench.deck] = self._floor_material(bench.deck, bench.seed)
            frame = surfaces.plastic("frame", bench.colour, roughness=0.7, dirt=0.5)
            self._put(to_mesh("bench", bench_shape(bench), [decks[bench.deck], frame]), Placement((0, 0, 0)))

    def _containers(self) -> None:
        meshes: dict[tuple[object, int], Mesh] = {}
        for container in self.draft.containers:
            if container.body is None or container.place is None:
                continue
            key = (container.body, container.colour)
            if key not in meshes:
                meshes[key] = to_mesh("body", body_shape(container), [self.plastics[container.colour]])
            self._put(meshes[key], container.place, self.plan.body_index(container))

    def _items(self) -> None:
        draft = self.draft
        pots = [
            to_mesh("pot", pot_shape(model), [self.plastics[model.colour], self.soils[model.substrate], self.grains])
            for model in draft.pots
        ]
        trays = [one.body for one in draft.containers if isinstance(one.body, TrayModel)]
        soils = [
            to_mesh("cell", cell_soil_shape(trays[0], seed), [self.grains, self.soils[0], self.grains])
            for seed in draft.soil_seeds
        ]
        plants = [
            to_mesh("plant", shape, [self.leaves[index % 2], self.spine]) for index, shape in enumerate(self.shapes)
        ]
        for item in draft.items:
            if item.pot is not None:
                self._put(pots[item.pot], item.place, item.holder_index)
            elif item.soil is not None:
                self._put(soils[item.soil], item.place, item.holder_index)
            if item.form is not None and item.plant is not None:
                self._put(plants[item.form], item.plant, item.plant_index)

    def _props(self) -> None:
        meshes: dict[tuple[str, int], Mesh] = {}
        for prop in self.draft.props:
            key = (prop.kind, prop.seed)
            if key not in meshes:
                meshes[key] = to_mesh(prop.kind, prop_shape(prop), [self.props])
            self._put(meshes[key], prop.place, 0 if prop.kind in FLAT else OCCLUDER)


def to_mesh(name: str, shape: Shape, materials: list[Material]) -> Mesh:
    """A Blender mesh with vertex colours and the shape's material slots."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(shape.vertices.tolist(), [], shape.faces)
    colours = np.column_stack([shape.colours, np.ones(len(shape.colours))]).astype(np.float32)
    mesh.attributes.new("Col", "FLOAT_COLOR", "POINT").data.foreach_set("color", colours.ravel())
    for material in materials:
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", np.array(shape.slots, np.int32))
    smooth = name in ("plant", "hand", "legs", "sack", "hedge", "cell")
    mesh.polygons.foreach_set("use_smooth", np.full(len(shape.faces), smooth))
    mesh.update()
    return mesh


def body_shape(container: Container) -> Shape:
    """The shape of a crate or tray; ValueError for a bed, which has none."""
    body = container.body
    if body is None:
        raise ValueError("a bed has no body")
    if isinstance(body, TrayModel):
        return tray_shape(body)
    return crate_shape(body.length_m, body.width_m, body.height_m, body.seed)


def bench_shape(bench: Bench) -> Shape:
    """Deck (slot 0) with frame and legs (slot 1), in world coordinates; at ground level only the kerb."""
    x0, x1, y0, y1 = bench.rectangle
    builder, edge = ShapeBuilder(), 0.03
    middle, length, width = ((x0 + x1) / 2, (y0 + y1) / 2), x1 - x0, y1 - y0
    if bench.height_m > 0.1:
        builder.box((*middle, bench.height_m - 0.01), (length, width, 0.02), GREY, slot=0)
        for x in np.arange(x0 + 0.1, x1, 1.4):
            for y in (y0 + 0.04, y1 - 0.04):
                builder.box((x, y, bench.height_m / 2 - 0.01), (0.05, 0.05, bench.height_m - 0.02), GREY, slot=1)
    tall = max(0.02, bench.rim_m + 0.04)
    z = bench.height_m - 0.04 + tall / 2
    for y in (y0 - edge / 2, y1 + edge / 2):
        builder.box((middle[0], y, z), (length + 2 * edge, edge, tall), GREY, slot=1)
    for x in (x0 - edge / 2, x1 + edge / 2):
        builder.box((x, middle[1], z), (edge, width, tall), GREY, slot=1)
    return builder.shape()


def put_light(scene: Any, light: Light) -> None:
    """Sky, lamp and what shades it."""
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (*linear(light.sky), 1)
    background.inputs[1].default_value = light.sky_strength
    lamp = bpy.data.lights.new("lamp", "SUN")
    lamp.energy, lamp.angle, lamp.color = light.lamp_energy, light.lamp_width, linear(light.lamp)
    made = bpy.data.objects.new("lamp", lamp)
    made.rotation_euler = (math.pi / 2 - light.elevation, 0, light.azimuth)
    scene.collection.objects.link(made)
    if light.bars:
        _shadow_bars(scene, light.bars)


def _shadow_bars(scene: Any, bars: Bars) -> None:
    builder, half = ShapeBuilder(), 6.0
    for at in np.arange(-half, half, bars.spacing_m):
        builder.box((at, 0, SHADOW_HEIGHT_M), (bars.width_m, 2 * half, 0.002))
        if bars.crossed:
            builder.box((0, at, SHADOW_HEIGHT_M), (2 * half, bars.width_m, 0.002))
    made = bpy.data.objects.new("bars", to_mesh("bars", builder.shape(), []))
    made.rotation_euler = (0, 0, bars.turn)
    made.visible_camera = made.visible_diffuse = made.visible_glossy = False
    scene.collection.objects.link(made)


def put_camera(scene: Any, view: View) -> None:
    """The phone."""
    camera = bpy.data.cameras.new("phone")
    camera.angle, camera.clip_start = view.field_of_view, 0.02
    made = bpy.data.objects.new("phone", camera)
    pose = np.eye(4)
    pose[:3, :3] = view.axes.T @ np.diag([1, 1, -1])
    pose[:3, 3] = view.position
    made.matrix_world = Matrix(pose.tolist())
    scene.collection.objects.link(made)
    scene.camera = made
