"""Renders scenes with truth: one per seed, several processes, finished seeds skipped.

    python -m training.nursery --out DIR --seed 10000 --count 250 [--jobs 2] [--kind bed|crate|plug]
                               [--shift camera|forms|light] [--size 4032x3024]

Needs the environment of training/nursery/requirements.txt; run from the repository's root.
"""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from training.nursery.plan import KINDS
from training.nursery.ranges import SHIFTS
from training.nursery.write import is_written

# Blender keeps some memory of every scene, and a crash takes its process along: a fresh one for every few seeds.
SEEDS_PER_PROCESS = 8


def render_seeds(options: list[str], seeds: list[int]) -> int:
    """Renders some seeds in a process of its own (Blender takes over the process that loads it); its exit status."""
    command = [sys.executable, "-m", "training.nursery.make", *options, *(str(seed) for seed in seeds)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def main() -> int:
    """Render what is not there yet; 1 when a process failed (run again to go on)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True, help="the first seed")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--shift", choices=sorted(SHIFTS))
    parser.add_argument("--size", help="width x height in pixels")
    args = parser.parse_args()
    options = [str(args.out)]
    for name in ("kind", "shift", "size"):
        if getattr(args, name):
            options += [f"--{name}", getattr(args, name)]
    missing = [seed for seed in range(args.seed, args.seed + args.count) if not is_written(args.out, seed)]
    batches = [missing[start : start + SEEDS_PER_PROCESS] for start in range(0, len(missing), SEEDS_PER_PROCESS)]
    with ThreadPoolExecutor(args.jobs) as pool:
        statuses = list(pool.map(lambda seeds: render_seeds(options, seeds), batches))
    return int(any(statuses))


if __name__ == "__main__":
    sys.exit(main())
