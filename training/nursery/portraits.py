"""Renders single plants on a transparent ground, from above and from the side: cut-outs for training/collage.

    python -m training.nursery.portraits OUT --seed 1 --count 40

Writes OUT/above and OUT/side, one PNG a plant. Needs the environment of requirements.txt; run from the repository's
root.
"""

import argparse
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
from numpy.typing import NDArray

from training.nursery import surfaces
from training.nursery.forms import GROWERS, OTHER_FORMS, Form, grow
from training.nursery.lights import draw_light
from training.nursery.shapes import Floats, Shape
from training.nursery.stage import put_camera, put_light, to_mesh
from training.nursery.view import View, look_at

SIDE_PX = 208
MARGIN_PX = 4
SAMPLES = 12
# From this far away, in half lengths of the plant's diagonal, it hardly looks distorted.
DISTANCE = 7.0
# Coloured lamps and the shadows of bars and nets fall on a whole scene: training/collage/lens.py adds them.
LIGHTS = ("sun", "overcast", "shade", "haze")
SPECIES = tuple(name for name in GROWERS if name not in OTHER_FORMS)


def portray(form: Form, elevation: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The plant (h, w, 4) bgra as seen from `elevation` radians above the level."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    shape = grow(form)
    leaf = surfaces.plant("leaf", roughness=float(rng.uniform(0.35, 0.7)), dust=float(rng.uniform(0, 0.4)))
    spine = surfaces.plant("spine", roughness=0.6, dust=0.0)
    scene.collection.objects.link(bpy.data.objects.new("plant", to_mesh("plant", shape, [leaf, spine])))
    put_light(scene, replace(draw_light(rng, str(rng.choice(LIGHTS))), bars=None))
    put_camera(scene, frame_plant(shape, elevation, azimuth=float(rng.uniform(0, 2 * math.pi))))
    return _expose(_render(scene, int(rng.integers(2**31))), rng)


def frame_plant(shape: Shape, elevation: float, azimuth: float) -> View:
    """A camera whose square picture the plant fills but for a margin."""
    low, high = shape.vertices.min(0), shape.vertices.max(0)
    reach = float(np.linalg.norm(high - low)) / 2
    target, field_of_view = (low + high) / 2, 2 * math.asin(1 / DISTANCE)
    view = _look(target, DISTANCE * reach, elevation, azimuth, field_of_view)
    pixels, _ = view.project(shape.vertices)
    right, down = (pixels.min(0) + pixels.max(0) - SIDE_PX) / 2 / view.focal_px * DISTANCE * reach
    view = _look(
        target + right * view.axes[0] - down * view.axes[1], DISTANCE * reach, elevation, azimuth, field_of_view
    )
    pixels, _ = view.project(shape.vertices)
    filled = float(np.abs(pixels - SIDE_PX / 2).max()) / (SIDE_PX / 2 - MARGIN_PX)
    return replace(view, field_of_view=2 * math.atan(math.tan(field_of_view / 2) * filled))


def _look(target: Floats, distance_m: float, elevation: float, azimuth: float, field_of_view: float) -> View:
    x, y, z = (float(value) for value in target)
    return look_at(
        (x, y, z),
        height_m=z + distance_m * math.sin(elevation),
        tilt=elevation,
        azimuth=azimuth,
        roll=0.0,
        field_of_view=field_of_view,
        resolution_wh=(SIDE_PX, SIDE_PX),
    )


def _render(scene: Any, seed: int) -> NDArray[np.uint8]:
    settings, cycles = scene.render, scene.cycles
    settings.engine, settings.film_transparent = "CYCLES", True
    settings.resolution_x = settings.resolution_y = SIDE_PX
    settings.threads_mode, settings.threads = "FIXED", 1
    cycles.samples, cycles.seed = SAMPLES, seed
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces = 2
    # Dark enough that the sun burns out nothing: _expose makes it brighter.
    scene.view_settings.view_transform, scene.view_settings.exposure = "Standard", -1.5
    settings.image_settings.file_format, settings.image_settings.color_mode = "PNG", "RGBA"
    with tempfile.TemporaryDirectory() as folder:
        settings.filepath = str(Path(folder) / "plant.png")
        bpy.ops.render.render(write_still=True)
        return np.asarray(cv2.imread(settings.filepath, cv2.IMREAD_UNCHANGED), np.uint8)


def _expose(bgra: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The same, so bright that its lightest parts are light."""
    lightest = np.percentile(bgra[..., :3].max(axis=2)[bgra[..., 3] > 127], 97)
    colours = bgra[..., :3] * (rng.uniform(150, 235) / max(float(lightest), 1.0))
    return np.dstack([np.clip(colours, 0, 255).astype(np.uint8), bgra[..., 3]])


def main() -> None:
    """Render what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    args = parser.parse_args()
    for number in range(args.seed, args.seed + args.count):
        rng = np.random.default_rng(number)
        species = SPECIES[number % len(SPECIES)]
        view, elevation = ("above", rng.uniform(1.1, 1.5)) if rng.random() < 0.35 else ("side", rng.uniform(0.1, 0.9))
        target = args.out / view / f"{species}-{number:05}.png"
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        form = Form(species, int(rng.integers(2**31)), float(rng.uniform(0.03, 0.12)))
        cv2.imwrite(str(target), portray(form, float(elevation), rng))


if __name__ == "__main__":
    main()
