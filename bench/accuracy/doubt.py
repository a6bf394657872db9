"""Finds signs, and thresholds, that separate photos with large errors from the others, using accuracy.json.

    python -m bench.accuracy.doubt [docs/accuracy/accuracy.json]

A photo should be marked if an error over 15 % is likely, and refused if over 40 %. Each sign of the pipeline
(`bench.accuracy.signs`), and the error predicted from all of them, is tested alone; each photo with thresholds chosen
on the others. Counted photos and renders are separate: a threshold that works for both is more reliable. The product
does not store the signs that need the looks yet.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.accuracy.markdown import number, percent, table
from bench.accuracy.page import COUNTED, DOCS
from bench.accuracy.separation import Separation, separate, separate_together
from bench.accuracy.signs import NEEDS_LOOKS

LIMITS = {"doubtful": 0.15, "refused": 0.40}
TOGETHER = "predicted error"


def write_tables(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A table for each limit, with the best separating signs first."""
    known = [row for row in rows if row["signs"]]
    parts = [f"## {title}: {len(known)} of {len(rows)} with signs\n"]
    if not known:
        return parts[0]
    names = list(known[0]["signs"])
    errors = np.array([row["error"] for row in known])
    signs = np.array([[row["signs"][name] for name in names] for row in known], dtype=np.float64)
    for word, limit in LIMITS.items():
        is_far_off = errors > limit
        found = {name: separate(column, is_far_off) for name, column in zip(names, signs.T, strict=True)}
        found[TOGETHER] = separate_together(signs, errors, limit)
        parts.append(f"### {word}: off by over {limit:.0%}, {int(is_far_off.sum())} of {len(errors)}\n")
        parts.append(_say_now(known, is_far_off, word))
        parts.append(_separations(found))
    return "\n".join(parts)


def _say_now(rows: Sequence[Mapping[str, Any]], is_far_off: NDArray[np.bool_], word: str) -> str:
    """How many of the same photos the product's own thresholds catch."""
    says = np.array([not row["is_answered"] if word == "refused" else row["is_marked"] for row in rows])
    shares = [float(says[own].mean()) if own.any() else None for own in (is_far_off, ~is_far_off)]
    caught, false_alarms = (percent(share, digits=0) for share in shares)
    return f"By the thresholds of now: caught {caught}, false alarms {false_alarms}.\n"


def _separations(found: Mapping[str, Separation | None]) -> str:
    ranked = sorted(
        ((name, one) for name, one in found.items() if one), key=lambda pair: pair[1].false_alarms - pair[1].caught
    )
    if not ranked:
        return "Too few are far off, or too few are not, to choose a threshold.\n"
    rows = [
        [
            name.replace("_", " "),
            "looks" if name in {*NEEDS_LOOKS, TOGETHER} else "kept boxes",
            number(max(one.auc, 1 - one.auc)),
            f"{'above' if one.is_above else 'below'} {number(one.threshold, 3)}",
            percent(one.caught, digits=0),
            percent(one.false_alarms, digits=0),
        ]
        for name, one in ranked
    ]
    return table(["sign", "needs", "AUC", "far off when", "caught, left out", "false alarms, left out"], rows)


def main(words: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, nargs="?", default=DOCS / "accuracy" / "accuracy.json")
    report = json.loads(parser.parse_args(words).report.read_text())
    rows = report["real"].get(COUNTED, {"photos": []})["photos"]
    print(write_tables("Photos with counted points", rows))
    print(write_tables("Renders", [row for figures in report["renders"].values() for row in figures["photos"]]))


if __name__ == "__main__":
    main()
