"""Prints the error of the plain count and of each way of counting by example, photo by photo.

    python -m bench.by_example DATA --older DIR --seen DIR

Rules are chosen on photos of plants that an earlier detector (`--older`, a folder with its weights.json) has never
seen, and judged on others of these sets, and on the ten counted photos on which an earlier detector was furthest off.
What the detectors see, and the plain counts, are kept in `--seen`, so that a second run takes seconds.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.accuracy.measure import measure_real
from bench.accuracy.models import load_models
from bench.by_example.judging import (
    Boxes,
    Seen,
    count,
    error_of,
    number_of,
    rules_by_resemblance,
    rules_by_scale,
    see,
    with_marks,
)
from bench.by_example.methods import Rule
from bench.by_example.pictures import CHOOSING, UNFAMILIAR_PLANTS, WORST, Marked, read_marked
from bench.by_example.views import Reader, View, look, read_views, save_views
from processing.counting.boxes import PLANT, concatenate
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.runtime.weights import TRAINED_DIR, read_weights

SEEDS = range(3)


@dataclass(frozen=True, eq=False)
class Case:
    """A photo, the plain count with its boxes, and what is known after the marks of each seed."""

    marked: Marked
    estimated: int
    boxes: Boxes
    seen: list[Seen]

    def errors(self, number: Callable[[Seen], int]) -> list[float]:
        """The error of each seed."""
        return [error_of(self.marked, number(seen)) for seen in self.seen]

    def by_rule(self, rule: Rule) -> list[int]:
        """What each seed counts by a rule."""
        return [number_of(self.marked, count(seen, rule)) for seen in self.seen]

    def by_hand(self) -> list[int]:
        """What each seed counts when the marks are only added to the plain count."""
        found = len(self.boxes)
        return [self.estimated + len(with_marks(self.boxes, seen.marks)) - found for seen in self.seen]


def read_case(marked: Marked, weights: Path, kept: Path) -> Case:
    """A photo as the detector of a folder sees it."""
    views_file, plain_file = kept / f"{marked.name}.npz", kept / f"{marked.name}.json"
    if not views_file.exists():
        save_views(views_file, look(marked, Reader(read_weights("detector", weights).cpu_folder / "detector.xml")))
    if not plain_file.exists():
        result = measure_real(marked.photo, load_models(weights), DEFAULT_PARAMETERS)
        boxes = concatenate(result.counted.detections).of_class(PLANT).xyxy
        plain_file.write_text(json.dumps({"estimated": result.estimated, "boxes": boxes.tolist()}))
    plain = json.loads(plain_file.read_text())
    views: list[View] = read_views(views_file)
    return Case(marked, plain["estimated"], np.array(plain["boxes"]).reshape(-1, 4), see(marked, views, SEEDS))


def mean_error(cases: Sequence[Case], rule: Rule) -> float:
    """The mean over photos and seeds."""
    return float(np.mean([error_of(case.marked, number) for case in cases for number in case.by_rule(rule)]))


def print_group(name: str, cases: Sequence[Case], rules: dict[str, Rule]) -> None:
    """A line for each photo, and the means."""
    print(f"\n{name}\n{'photo':28}{'right':>7}{'plain':>7}{'+ marks':>15}", *(f"{rule:>18}" for rule in rules))
    for case in cases:
        ways = [case.by_hand(), *(case.by_rule(rule) for rule in rules.values())]
        numbers = "".join(f"{', '.join(map(str, way)):>18}" for way in ways)
        print(f"{case.marked.name:28}{case.marked.total:7}{case.estimated:7}{numbers}")
    plain = np.mean([error_of(case.marked, case.estimated) for case in cases])
    by_hand = np.mean([error_of(case.marked, number) for case in cases for number in case.by_hand()])
    means = "".join(f"{mean_error(cases, rule):18.1%}" for rule in rules.values())
    print(f"{'mean error':35}{plain:7.1%}{by_hand:18.1%}{means}")


def main(words: Sequence[str] | None = None) -> None:
    """Choose, judge, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    parser = argparse.ArgumentParser(prog="bench.by_example", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder that training reads real photos from")
    parser.add_argument("--older", type=Path, required=True, metavar="DIR", help="weights of detector-9")
    parser.add_argument("--seen", type=Path, required=True, metavar="DIR", help="where what is seen is kept")
    args = parser.parse_args(words)
    args.seen.mkdir(parents=True, exist_ok=True)
    folders = {CHOOSING: args.older, UNFAMILIAR_PLANTS: args.older, WORST: TRAINED_DIR}
    cases = [read_case(marked, folders[marked.group], args.seen) for marked in read_marked(args.data)]
    groups = {name: [case for case in cases if case.marked.group == name] for name in folders}
    ways = {"by scale": rules_by_scale(), "by resemblance": rules_by_resemblance()}
    rules = {way: min(each, key=lambda rule: mean_error(groups[CHOOSING], rule)) for way, each in ways.items()}
    for way, rule in rules.items():
        print(f"{way}: {rule}")
    for name, members in groups.items():
        print_group(name, members, rules)


if __name__ == "__main__":
    main()
