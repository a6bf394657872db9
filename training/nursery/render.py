"""Renders the staged scene with Cycles on the CPU: light, object index and depth (after stage.py, before truth.py)."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import OpenEXR
from numpy.typing import NDArray

# With the denoiser, 2 samples look like many, and its cheap settings make a picture affordable on one core: at 768 x
# 576 a sample costs about 2 s, denoising about 1 s.
SAMPLES = 2


@dataclass(frozen=True)
class Rendering:
    """Linear RGB (h, w, 3), object index (h, w) and depth in metres (h, w)."""

    rgb: NDArray[np.float32]
    index: NDArray[np.int32]
    depth: NDArray[np.float32]


def render(scene: Any, *, resolution_wh: tuple[int, int], seed: int, samples: int = SAMPLES) -> Rendering:
    """One picture; a single thread, so that several processes share a machine well."""
    _configure(scene, resolution_wh, seed, samples)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.exr"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        return _read(path)


def _configure(scene: Any, resolution_wh: tuple[int, int], seed: int, samples: int) -> None:
    settings, cycles = scene.render, scene.cycles
    settings.engine = "CYCLES"
    settings.resolution_x, settings.resolution_y = resolution_wh
    settings.threads_mode, settings.threads = "FIXED", 1
    cycles.samples, cycles.seed = samples, seed % 2**31
    cycles.use_adaptive_sampling = cycles.use_light_tree = False
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_prefilter, cycles.denoising_quality = "NONE", "FAST"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.max_bounces = cycles.diffuse_bounces = 2
    cycles.glossy_bounces, cycles.transmission_bounces, cycles.transparent_max_bounces = 1, 0, 0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 3
    scene.world.light_settings.distance, scene.world.light_settings.ao_factor = 0.25, 1
    cycles.use_fast_gi, cycles.fast_gi_method, cycles.ao_bounces_render = True, "REPLACE", 1
    layer = scene.view_layers[0]
    layer.use_pass_object_index = layer.use_pass_z = True
    picture = settings.image_settings
    picture.file_format, picture.color_depth, picture.exr_codec = "OPEN_EXR_MULTILAYER", "32", "ZIP"


def _read(path: Path) -> Rendering:
    """The layers of Blender's file; ValueError when one is missing."""
    with OpenEXR.File(str(path)) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
    colour = index = depth = None
    for name, pixels in channels.items():
        if "Combined" in name:
            colour = pixels[..., :3]
        elif "IndexOB" in name or "Object Index" in name:
            index = pixels
        elif "Depth" in name:
            depth = pixels
    if colour is None or index is None or depth is None:
        raise ValueError(f"layers missing among {sorted(channels)}")
    flat = np.rint(index).astype(np.int32).reshape(colour.shape[:2])
    return Rendering(colour.astype(np.float32), flat, depth.astype(np.float32).reshape(colour.shape[:2]))
