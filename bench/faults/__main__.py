"""Runs the campaign, prints its table and writes docs/faults.json, faults.csv and faults.md; `python -m bench.faults
--help`.

Ends with 1, and says why, when anything was lost, stuck, double or different, or a page of a signed-in person was slow
or failed that should not have been.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bench.faults.environment import FOLDER, SERVERS, WEB_PORT  # isort: skip - before anything of Django
from bench.faults.breakages import BREAKAGES, PAUSE_SECONDS
from bench.faults.campaign import Campaign, RoundsFile, find_shortfalls, reference_path, rounds_path, summarize
from bench.faults.house import House
from bench.faults.outcomes import STUCK_AFTER
from bench.faults.page import show_table, write_report
from demeter.local.programs import PROJECT_DIR


def tell(line: str) -> None:
    """Print at once."""
    print(line, flush=True)


def main() -> int:
    """Break, compare, write."""
    parser = argparse.ArgumentParser(prog="bench.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of each fault; those that were run before count (5)")
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "docs", help="where faults.md and faults.json go")
    args = parser.parse_args()
    kept = RoundsFile(rounds_path(FOLDER, photos=args.photos, seed=args.seed))
    wanted = args.rounds * len(BREAKAGES)
    if len(kept.read()) < wanted:
        run_missing(wanted, photos=args.photos, seed=args.seed)
    rounds = kept.read()
    reference = json.loads(reference_path(FOLDER, photos=args.photos).read_text())
    report: dict[str, Any] = {
        "seed": args.seed,
        "undisturbed_seconds": reference["seconds"],
        "pause": "{:.0f} to {:.0f}".format(*PAUSE_SECONDS),
        "lease": STUCK_AFTER.total_seconds() / 2,
        "breakages": summarize(rounds),
    }
    write_report(args.out, "campaign", report)
    tell(show_table(report["breakages"]))
    shortfalls = find_shortfalls(report["breakages"], rounds=args.rounds)
    tell("\n".join(shortfalls) or "All well.")
    return 1 if shortfalls else 0


def run_missing(rounds: int, *, photos: int, seed: int) -> None:
    """Run the missing rounds."""
    house = House(FOLDER, servers=SERVERS, web_port=WEB_PORT)
    try:
        house.start()
        Campaign(house, photos=photos, seed=seed).run(rounds, tell=tell)
    finally:
        house.stop()


if __name__ == "__main__":
    sys.exit(main())
