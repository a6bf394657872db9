"""Runs the campaign and writes docs/faults.md; `python -m bench.faults --help`."""

import argparse
import json
from pathlib import Path

from bench.faults.environment import FOLDER, SERVERS, WEB_PORT  # isort: skip - before anything of Django
from bench.faults.breakages import PAUSE_SECONDS
from bench.faults.campaign import Campaign, RoundsFile, reference_path, rounds_path, summarize
from bench.faults.house import House
from bench.faults.outcomes import STUCK_AFTER
from bench.faults.page import write_report
from demeter.local.programs import PROJECT_DIR


def tell(line: str) -> None:
    """To the terminal at once."""
    print(line, flush=True)


def main() -> None:
    """Break, compare, write."""
    parser = argparse.ArgumentParser(prog="bench.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "docs", help="where faults.md and faults.json go")
    args = parser.parse_args()
    kept = RoundsFile(rounds_path(FOLDER, photos=args.photos, seed=args.seed))
    if len(kept.read()) < args.rounds:
        run_missing(args.rounds, photos=args.photos, seed=args.seed)
    rounds = kept.read()
    reference = json.loads(reference_path(FOLDER, photos=args.photos).read_text())
    report = {
        "seed": args.seed,
        "undisturbed_seconds": reference["seconds"],
        "pause": "{:.0f} to {:.0f}".format(*PAUSE_SECONDS),
        "lease": STUCK_AFTER.total_seconds() / 2,
        "breakages": summarize(rounds),
    }
    tell(json.dumps(report, indent=1))
    write_report(args.out, "campaign", report)


def run_missing(rounds: int, *, photos: int, seed: int) -> None:
    """The rounds that are not kept yet."""
    house = House(FOLDER, servers=SERVERS, web_port=WEB_PORT)
    try:
        house.start()
        Campaign(house, photos=photos, seed=seed).run(rounds, tell=tell)
    finally:
        house.stop()


if __name__ == "__main__":
    main()
