"""Makes one seed from plan to files (the process that __main__.py starts)."""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.nursery.phone import photograph
from training.nursery.plan import KINDS, plan_scene
from training.nursery.ranges import SHIFTS
from training.nursery.render import SAMPLES, render
from training.nursery.scene import Kind, ScenePlan
from training.nursery.stage import Stage
from training.nursery.truth import Truth
from training.nursery.write import write

VERSION = "1.5"
LOWEST_PRIORITY = 19


@dataclass(frozen=True)
class Order:
    """What to render."""

    out: Path
    seed: int
    kind: Kind | None
    shift: str
    resolution_wh: tuple[int, int] | None


def make(order: Order) -> str:
    """Renders and writes one seed; returns a line about it."""
    started = time.monotonic()
    plan = plan_scene(order.seed, kind=order.kind, shift=order.shift, resolution_wh=order.resolution_wh)
    stage = Stage(plan)
    staged = time.monotonic()
    rendering = render(stage.scene, resolution_wh=plan.view.resolution_wh, seed=plan.seed)
    rendered = time.monotonic()
    truth = Truth(plan, stage.shapes, rendering.index)
    rng = np.random.default_rng([order.seed, 2])
    picture = photograph(rendering.rgb, rendering.depth, rng)
    seconds = {"stage": round(staged - started, 2), "render": round(rendered - staged, 2)}
    write(order.out, picture, record_of(plan, truth, seconds), rng)
    rest = time.monotonic() - rendered
    seen = truth.totals()["visible"]
    return f"{order.seed} {plan.kind} {len(truth.items)} places {seconds} truth and files {rest:.1f} s, visible {seen}"


def record_of(plan: ScenePlan, truth: Truth, seconds: dict[str, float]) -> dict[str, Any]:
    """The JSON of a picture, as training/pictures.py reads it."""
    view, width_height = plan.view, plan.view.resolution_wh
    camera = {
        "height_m": round(view.height_m, 3),
        "tilt_deg": round(float(np.degrees(view.tilt)), 1),
        "fov_deg": round(float(np.degrees(view.field_of_view)), 1),
    }
    meta = {
        "seed": plan.seed, "version": VERSION, "kind": plan.kind, "shift": plan.shift, "floor": plan.floor,
        "light": plan.light.kind, "camera": camera, "spp": SAMPLES, "sec": seconds,
    }  # fmt: skip
    return {
        "image": f"s{plan.seed:05d}.jpg",
        "width": width_height[0],
        "height": width_height[1],
        "meta": meta,
        "totals": truth.totals(),
        "containers": truth.containers,
        "items": truth.items,
    }


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


def main() -> None:
    """Render the given seeds at the lowest priority; one line each on standard error (Cycles talks on the other)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--shift", choices=sorted(SHIFTS), default="")
    parser.add_argument("--size", type=_size)
    args = parser.parse_args()
    os.nice(LOWEST_PRIORITY - os.nice(0))
    for seed in args.seeds:
        line = make(Order(args.out, seed, args.kind, args.shift, args.size))
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
