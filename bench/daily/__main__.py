"""Measures the daily work: `python -m bench.daily FILE.json [--only review ...]`, on servers of its own.

Figures are printed and added to the file. An older commit is measured by the same scripts:

    git worktree add --detach ../before COMMIT && ln -s $PWD/.venv ../before/.venv
    cp -r bench/daily ../before/bench/ && cp tests/journeys/{people,fingers}.py ../before/tests/journeys/
    cd ../before && .venv/bin/python -m bench.daily /tmp/before.json

`python -m bench.daily.page before.json now.json` writes both into docs/daily-work.md.
"""

import argparse
import json
import os
import time
from pathlib import Path

from bench.daily import house, journeys, phone, review, upload, weights

MEASUREMENTS = {
    "review": review.measure,
    "phone": phone.measure,
    "upload": upload.measure,
    "journeys": journeys.measure,
    "weights": weights.measure,
}


def main() -> None:
    """One after the other."""
    parser = argparse.ArgumentParser(prog="bench.daily", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, default=list(MEASUREMENTS))
    options = parser.parse_args()
    found = json.loads(options.file.read_text()) if options.file.is_file() else {}
    with house.open_house() as opened:
        for name in options.only:
            figures = MEASUREMENTS[name](opened)
            day = time.strftime("%d %B %Y", time.gmtime()).lstrip("0")
            found[name] = {"figures": figures, "day": day, "load": round(os.getloadavg()[0], 1)}
            options.file.write_text(json.dumps(found, indent=1))
            print(json.dumps({name: found[name]}, indent=1), flush=True)


if __name__ == "__main__":
    main()
