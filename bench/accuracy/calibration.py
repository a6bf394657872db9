"""What a factor learned from a few pictures does to the counts of the others, by the results of `bench.accuracy`.

    python -m bench.accuracy.calibration [docs/accuracy/accuracy.json]

The same arithmetic as in the product (`stock.factors`). Of each set of renders, and of each kind of container, 3, 5
and 10 pictures are drawn many times at random to learn from; the others are counted without a factor, with the one that
they give, and with it only where it is used.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.accuracy.markdown import percent, table
from bench.accuracy.page import DOCS
from stock.factors import Pair, Verdict, learn_factor, multiply

DRAWS = 400
SEED = 1
LEARNED_FROM = (3, 5, 10)
JUDGED = 3  # at least


def read_pairs(report: Mapping[str, Any]) -> dict[str, list[Pair]]:
    """Counted and true plants by set and by kind of container."""
    pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    for name, figures in report["renders"].items():
        for row in figures["photos"]:
            pair = (row["total_estimated"], row["true_in_frame"]["plant"])
            if all(pair):
                pairs[name].append(pair)
                pairs[f"all: {row['kind']}"].append(pair)
    return dict(sorted(pairs.items()))


def judge(pairs: Sequence[Pair], photos: int) -> list[str]:
    """Mean errors without a factor, with it, and where it is used; and how often it is."""
    chance, errors, used = Random(SEED), [0.0, 0.0, 0.0], 0
    for _draw in range(DRAWS):
        drawn = chance.sample(pairs, len(pairs))
        learned = learn_factor(drawn[:photos])
        factor = learned.factor if learned else 1.0
        is_used = learned is not None and learned.verdict == Verdict.USED
        used += is_used
        for index, own in enumerate((1.0, factor, factor if is_used else 1.0)):
            errors[index] += sum(_error(pair, own) for pair in drawn[photos:]) / (len(pairs) - photos)
    return [*(percent(error / DRAWS) for error in errors), percent(used / DRAWS, digits=0)]


def _error(pair: Pair, factor: float) -> float:
    counted, true = pair
    return min(1.0, abs(multiply(counted, factor) - true) / true)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", nargs="?", type=Path, default=DOCS / "accuracy" / "accuracy.json")
    report = json.loads(parser.parse_args().report.read_text())
    rows = [
        [name, len(pairs), photos, *judge(pairs, photos)]
        for name, pairs in read_pairs(report).items()
        for photos in LEARNED_FROM
        if len(pairs) >= photos + JUDGED
    ]
    print(table(["pictures", "number", "learned from", "without", "always", "where used", "used in"], rows))


if __name__ == "__main__":
    main()
