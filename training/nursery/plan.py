"""Plans a scene from its seed: plain data, no Blender (first step of __main__.py)."""

import math

import numpy as np

from training.nursery import layouts
from training.nursery.lights import draw_light
from training.nursery.ranges import BASE, SHIFTS, hold_otherwise, hold_phone
from training.nursery.scene import Kind, ScenePlan
from training.nursery.surroundings import draw_surroundings
from training.nursery.view import look_at

KINDS: tuple[Kind, ...] = ("bed", "crate", "plug")
KIND_SHARES = (0.45, 0.25, 0.3)
SIZES = ((1024, 768), (768, 1024), (1152, 864))
SIZE_SHARES = (0.6, 0.32, 0.08)
LAYOUTS = {"bed": layouts.lay_beds, "crate": layouts.lay_crates, "plug": layouts.lay_trays}


def plan_scene(
    seed: int, *, kind: Kind | None = None, shift: str = "", resolution_wh: tuple[int, int] | None = None
) -> ScenePlan:
    """The scene of a seed. Kind and size are drawn unless given; ValueError for an unknown kind or shift."""
    if shift and shift not in SHIFTS:
        raise ValueError(f"no shift called {shift!r}")
    if kind is not None and kind not in KINDS:
        raise ValueError(f"no kind called {kind!r}")
    ranges = SHIFTS[shift] if shift else BASE
    rng = np.random.default_rng(seed)
    drawn_kind = KINDS[int(rng.choice(len(KINDS), p=KIND_SHARES))]
    drawn_size = SIZES[int(rng.choice(len(SIZES), p=SIZE_SHARES))]
    kind, size = kind or drawn_kind, resolution_wh or drawn_size
    draft = layouts.start(rng)
    target, extent = LAYOUTS[kind](draft, rng, ranges)
    hold = (hold_otherwise if ranges.other_camera else hold_phone)(rng, kind, extent)
    view = look_at(
        target,
        height_m=target[2] + hold.above_m,
        tilt=math.radians(hold.tilt),
        azimuth=_azimuth(rng, kind, size),
        roll=math.radians(hold.roll),
        field_of_view=math.radians(hold.field_of_view),
        resolution_wh=size,
    )
    reach = max(abs(float(point[1])) for container in draft.containers for point in container.outline)
    draw_surroundings(draft, np.random.default_rng([seed, 3]), target, reach, view.position)
    light = draw_light(rng, str(rng.choice(ranges.lights, p=ranges.light_shares)))
    floor = str(rng.choice(["gravel", "concrete", "mat", "soil"], p=[0.25, 0.25, 0.3, 0.2]))
    dust = float(rng.choice([0.0, rng.uniform(0.05, 0.5)]))
    return ScenePlan(seed, kind, shift, view, light, floor, dust, draft)


def _azimuth(rng: np.random.Generator, kind: Kind, resolution_wh: tuple[int, int]) -> float:
    """From which side the stock is seen: across or along a bed, a tray mostly with its long side along the frame's."""
    if kind == "crate":
        return rng.random() * 6.28
    if kind == "plug":
        upright = resolution_wh[1] > resolution_wh[0]
        return (0.0 if upright == (rng.random() < 0.75) else math.pi / 2) + rng.normal(0, 0.12)
    return float(rng.choice([0.0, math.pi / 2, math.pi, -math.pi / 2])) + rng.normal(0, 0.3)
