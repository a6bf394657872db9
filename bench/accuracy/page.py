"""Writes docs/accuracy.md, the two pages that a grower can read, and the appendix, both from accuracy.json.

python -m bench.accuracy.page       # after a change of the text, without measuring
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.accuracy.appendix import write_appendix
from bench.accuracy.markdown import percent, table, with_interval

Figures = Mapping[str, Any]
DOCS = Path(__file__).resolve().parents[2] / "docs"
TEMPLATE = Path(__file__).with_name("page.md")
COUNTED = "nursery"
WORST = 8
CHOSEN_BY = {
    "held-out": "two of them led to a rule",
    "held-out-2": "no",
    "shift-camera": "no",
    "shift-forms": "no",
    "shift-light": "no",
}


def write_pages(docs: Path) -> None:
    """The page and its appendix, from accuracy/accuracy.json of the same folder.

    The page only where photos with counted points were measured: it is about them.
    """
    report = json.loads((docs / "accuracy" / "accuracy.json").read_text())
    if COUNTED in report["real"]:
        (docs / "accuracy.md").write_text(write_page(report))
    (docs / "accuracy" / "appendix.md").write_text(write_appendix(report))


def write_page(report: Figures) -> str:
    """The page for growers."""
    rows, judged = report["real"][COUNTED]["photos"], report["real"][COUNTED]["judged"]
    every = judged["all"]
    judging = [row for row in rows if not row["was_trained_on"]]
    return TEMPLATE.read_text().format(
        **report["measured"],
        photos=every["photos"],
        answered=every["mean_error_answered"]["photos"],
        mean_answered=with_interval(every["mean_error_answered"]),
        median_answered=with_interval(every["median_error_answered"]),
        mean_all=with_interval(every["mean_error_all"]),
        learned=_learned_part(len(rows) - len(judging)),
        kinds=_kinds_part(judged),
        marks=_marks_part(every),
        trays=_trays_part(judging),
        worst=_worst_part(judging),
        dead=_dead_part(report["dead"]),
        renders=_renders_part(report["renders"]),
    )


def _learned_part(learned: int) -> str:
    return f"; {learned} more that one had learned are left out" if learned else ""


def _kinds_part(judged: Figures) -> str:
    rows = []
    for kind, own in judged.items():
        figures = [with_interval(own[key]) for key in ("mean_error_answered", "mean_error_all", "within_10_answered")]
        middle = percent(own["median_error_answered"]["value"], digits=0)
        rows.append([kind, own["photos"], own["mean_error_answered"]["photos"], *figures[:2], middle, figures[2]])
    return table(
        [
            "what the photo shows",
            "photos",
            "answered",
            "off by, mean",
            "with refused ones",
            "half off by at most",
            "within 10 %",
        ],
        rows,
    )


def _marks_part(every: Figures) -> str:
    wrong, right, answered = every["marked_of_wrong"], every["marked_of_right"], every["answered"]
    return (
        f"- Answered: {with_interval(answered)} of the photos.\n"
        f"- Of the {wrong['photos']} photos that are off by over 20 %, it marked or refused {with_interval(wrong)}: "
        "the others are wrong without a word.\n"
        f"- Of the {right['photos']} within 10 %, it marked or refused {with_interval(right)}: work for nothing.\n"
    )


def _trays_part(photos: Sequence[Figures]) -> str:
    rows = [
        [
            _name(row),
            _or_more(row["points"], row["unsure_cells"]),
            row["estimated"],
            _or_more(row["true_empty"], row["unsure_cells"]),
            row["empty"],
        ]
        for row in photos
        if row["kind"] == "trays" and row["true_empty"]
    ]
    return table(["tray", "plants", "counted", "empty cells", "counted"], rows)


def _or_more(number: int, unsure: int) -> str:
    """A true number to which unsure ones may belong."""
    return f"{number} to {number + unsure}" if unsure else str(number)


def _worst_part(photos: Sequence[Figures]) -> str:
    ranked = sorted(photos, key=lambda row: (-row["error"], row["photo"]))[:WORST]
    rows = [
        [_name(row), row["points"], row["estimated"], percent(row["error"], digits=0), _said(row)] for row in ranked
    ]
    return table(["photo", "plants", "counted", "off by", "Demeter"], rows)


def _said(row: Figures) -> str:
    if not row["is_answered"]:
        return "refused it"
    return "marked it" if row["is_marked"] else "said nothing"


def _dead_part(dead: Figures) -> str:
    recall, precision = dead["recall"], dead["precision"]
    named = "nothing was called dead"
    if precision["value"] is not None:
        named = f"of what was called dead, {with_interval(precision)} was"
    return (
        f"Of {recall['of']} dead plants in the renders {with_interval(recall)} were found as dead; {named}. "
        "There are no real photos with marked dead plants.\n"
    )


def _renders_part(renders: Figures) -> str:
    rows = []
    for name, figures in renders.items():
        own = figures["judged"]
        beds = figures["by_kind"].get("segment", {}).get("estimated_of_in_frame", {}).get("mape")
        chosen = CHOSEN_BY.get(name, "yes" if name.endswith("-calibration") else "no")
        rows.append([name, chosen, own["photos"], with_interval(own["mean_error_all"]), percent(beds, digits=0)])
    return table(["renders", "used for choosing", "pictures", "off by, mean", "beds"], rows)


def _name(row: Figures) -> str:
    return str(row["photo"]).rpartition(".")[0].replace("_", " ")


def main() -> None:
    """Write both from what was measured last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder with accuracy/accuracy.json")
    write_pages(parser.parse_args().docs)


if __name__ == "__main__":
    main()
