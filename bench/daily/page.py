"""Writes docs/daily-work.md from two files of `bench.daily`: `python -m bench.daily.page BEFORE.json NOW.json`."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.accuracy.markdown import table

PAGE = Path("docs/daily-work.md")
NOTHING = "-"
START, END = "<!-- measured -->\n", "<!-- /measured -->\n"
TITLES = {
    "journeys": "Journeys",
    "phone": "Twenty corrections on a phone",
    "review": "Review of fifty photos by keys",
    "upload": "Thirty photos over a network that breaks",
    "weights": "Pages on a phone",
}
WEIGHT_COLUMNS = ("kB", "ms to the first paint", "ms to the picture")
Figures = Mapping[str, Any]


def write(before: Figures, now: Figures) -> str:
    """A section for each measurement."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, shared with other work"
    parts = [f"Machine: {machine}.\n"]
    for name, title in TITLES.items():
        if name not in now:
            continue
        old, new = before.get(name, {"figures": {}}), now[name]
        loads = f"load {new['load']}" + (f", before {old['load']}" if "load" in old else "")
        tables = {"journeys": journeys, "weights": weights}.get(name, plain)
        parts.append(f"### {title}\n\n{new['day']}, {loads}.\n\n{tables(old['figures'], new['figures'])}")
    return "\n".join(parts)


def plain(before: Figures, now: Figures) -> str:
    """A row for each figure."""
    return table(["", "before", "now"], [[name, before.get(name, NOTHING), value] for name, value in now.items()])


def journeys(before: Figures, now: Figures) -> str:
    """A row for each step of each width."""
    rows = []
    for journey, steps in now.items():
        for step, figures in steps.items():
            old = before.get(journey, {}).get(step, {})
            who, width = journey.split()
            rows.append(
                [f"{who}, {width} px", step, *(f"{old.get(key, NOTHING)} / {value}" for key, value in figures.items())]
            )
    return table(["", "step", "taps, before / now", "swipes", "seconds"], rows)


def weights(before: Figures, now: Figures) -> str:
    """A row for each page, and what its bytes are now."""
    rows = []
    for page, figures in now.items():
        old = before.get(page, {})
        pairs = [f"{old.get(key, NOTHING)} / {figures[key]}" if key in figures else "" for key in WEIGHT_COLUMNS]
        kinds = ", ".join(f"{key[3:]} {value}" for key, value in figures.items() if key.startswith("kB "))
        rows.append([page, *pairs, kinds])
    return table(["", "kB, before / now", "ms to the first paint", "ms to the picture", "kB now, by kind"], rows)


def main() -> None:
    """Only between the two marks of the page."""
    before, now = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    head, _, rest = PAGE.read_text().partition(START)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{START}{write(before, now)}{END}{tail}")


if __name__ == "__main__":
    main()
