"""Renders beds, crates and trays of the procedural nursery from several places beside them, with truth, for
`bench.overlap`: what parts of one bay look like to a phone that is carried along it.

    python -m bench.overlap.two_cameras DIR --seed 40000 --count 8 [--kind bed|crate|plug]

Needs the environment of training/nursery/requirements.txt. Files are named after seed and place: `s40000-2.jpg`; the
plants of a seed have the same ids in all its pictures.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from training.nursery.make import LOWEST_PRIORITY, record_of
from training.nursery.phone import photograph
from training.nursery.plan import KINDS, plan_scene
from training.nursery.render import render
from training.nursery.scene import ScenePlan
from training.nursery.stage import Stage, put_camera
from training.nursery.truth import Truth
from training.nursery.view import View, look_at

RESOLUTION_WH = (1024, 768)
# Where the phone is held, in widths of the picture along the stock: pairs overlap by 0, 20, 40 ... 80 %.
PLACES = (0.0, 0.4, 0.6, 0.8, 1.0)
LONGEST_FOOTPRINT_M = 1.6


def views_along(plan: ScenePlan) -> list[View]:
    """The views of a phone that is carried along the x axis, held a little differently each time."""
    rng = np.random.default_rng([plan.seed, 7])
    corners = np.concatenate([container.outline for container in plan.draft.containers])
    low, high = corners[:, 0].min(), corners[:, 0].max()
    footprint = min(LONGEST_FOOTPRINT_M, (high - low) / 2)
    middle = (corners[:, 1].min() + corners[:, 1].max()) / 2 if plan.kind != "bed" else _middle_of_a_bed(plan)
    top = float(corners[:, 2].max()) + 0.03
    field_of_view, tilt = math.radians(rng.uniform(55, 68)), math.radians(rng.uniform(48, 80))
    distance = footprint / 2 / math.tan(field_of_view / 2)
    start = (low + high) / 2 - footprint / 2
    return [
        look_at(
            (start + place * footprint, middle + rng.normal(0, 0.03) * footprint, top),
            height_m=top + distance * math.sin(tilt) * rng.uniform(0.95, 1.05),
            tilt=min(math.radians(88), tilt + math.radians(rng.normal(0, 2.5))),
            azimuth=math.pi / 2 + math.radians(rng.normal(0, 3)),
            roll=math.radians(rng.normal(0, 2.5)),
            field_of_view=field_of_view,
            resolution_wh=RESOLUTION_WH,
        )
        for place in PLACES
    ]


def _middle_of_a_bed(plan: ScenePlan) -> float:
    first = plan.draft.containers[0].outline
    return float((first[:, 1].min() + first[:, 1].max()) / 2)


def make(out: Path, seed: int, kind: str | None) -> None:
    """Render all views of a seed; those that are there are kept."""
    plan = plan_scene(seed, kind=kind, resolution_wh=RESOLUTION_WH)  # type: ignore[arg-type]
    stage = Stage(plan)
    for number, view in enumerate(views_along(plan)):
        name = f"s{seed:05d}-{number}"
        if (out / "truth" / f"{name}.json").exists():
            continue
        seen = ScenePlan(seed, plan.kind, plan.shift, view, plan.light, plan.floor, plan.dust, plan.draft)
        put_camera(stage.scene, view)
        rendering = render(stage.scene, resolution_wh=view.resolution_wh, seed=seed + number)
        record = record_of(seen, Truth(seen, stage.shapes, rendering.index), {}) | {"image": f"{name}.jpg"}
        picture = photograph(rendering.rgb, rendering.depth, np.random.default_rng([seed, 2, number]))
        for folder in ("images", "truth"):
            (out / folder).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(out / "images" / f"{name}.jpg", quality=85)
        part = out / "truth" / f"{name}.json.part"
        part.write_text(json.dumps(record))
        part.rename(part.with_suffix(""))


def main() -> int:
    """Each seed in a process of its own, as Blender keeps memory; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, required=True, help="the first seed")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    args = parser.parse_args()
    if args.count == 1:
        os.nice(LOWEST_PRIORITY - os.nice(0))
        make(args.out, args.seed, args.kind)
        return 0
    command = [sys.executable, "-m", "bench.overlap.two_cameras", str(args.out)]
    options = ["--kind", args.kind] if args.kind else []
    seeds = range(args.seed, args.seed + args.count)
    return max(subprocess.run([*command, "--seed", str(seed), *options], check=False).returncode for seed in seeds)


if __name__ == "__main__":
    sys.exit(main())
