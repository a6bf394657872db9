"""Three nurseries that the model never saw: the error before, after calibration, and after training on a few photos.

    python -m bench.learning DATA --older DIR --forms DIR --work DIR [--nursery NAME] [--photos 10 5 20]

DATA has the real photos, `--older` the weights that have not learned them (the folder processing/trained of commit
d7501da), `--forms` renders of plant forms that no training ever saw (training.nursery --shift forms): the shipped
weights start there. Each row is kept in WORK/rows.json as soon as it is known, and a training goes on from its last
checkpoint, so that the command may be ended and started again at any moment. A training takes an hour or more beside
other work, and counting the benchmark some minutes. Prints a table and writes learning.json; with
`--photos` and no number, of what is there.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.page import DOCS
from bench.learning.counting import correct_photos, count_photos
from bench.learning.nurseries import LEARNED, Benchmark, Nursery, names, read_benchmark, read_nursery
from bench.learning.report import make_table, models_after, report_of
from bench.learning.rows import Rows
from bench.learning.teaching import teach
from processing.runtime.weights import TRAINED_DIR


@dataclass(frozen=True)
class Bench:
    """Where everything is."""

    work: Path
    older: Path
    rows: Rows
    benchmark: Benchmark

    def weights(self, nursery: Nursery) -> Path:
        """The weights from which a nursery is learned."""
        return self.older if nursery.start == "older" else TRAINED_DIR

    def look(self, nursery: Nursery) -> None:
        """Count everything before any training, and correct what may be learned."""
        weights, labels = self.weights(nursery), self.work / nursery.name / "labels"
        correct_photos(nursery.learned, nursery.start, weights, labels, self.rows)
        count_photos((*nursery.judged, *self.benchmark.photos), nursery.start, weights, self.rows)

    def learn(self, nursery: Nursery, photos: int) -> None:
        """Train on the first photos, and count everything again."""
        models, folder = models_after(nursery, photos), self.work / nursery.name
        teach(
            nursery.learned[:photos],
            models,
            base=self.weights(nursery),
            labels=folder / "labels",
            work=folder / str(photos),
            rows=self.rows,
        )
        count_photos((*nursery.judged, *self.benchmark.photos), models, folder / str(photos) / "weights", self.rows)


def read_arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="bench.learning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder that training reads real photos from")
    parser.add_argument("--older", type=Path, required=True, metavar="DIR", help="weights of detector-9")
    parser.add_argument("--forms", type=Path, required=True, metavar="DIR", help="renders with images/ and truth/")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="where rows and trainings are kept")
    parser.add_argument("--nursery", choices=names(), nargs="+", default=list(names()))
    learned = range(1, LEARNED + 1)
    parser.add_argument(
        "--photos", type=int, nargs="*", choices=learned, default=[10, 5, 20], metavar="N", help="how many are learned"
    )
    parser.add_argument("--out", type=Path, default=DOCS, metavar="DIR", help="where learning.json goes")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> None:
    """Count, learn, count again, report."""
    args = read_arguments(words)
    args.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(args.work, args.older, Rows(args.work / "rows.json"), read_benchmark(args.data))
    nurseries = [read_nursery(name, args.data, args.forms) for name in args.nursery]
    for nursery in nurseries:
        bench.look(nursery)
    for photos in args.photos:
        for nursery in nurseries:
            bench.learn(nursery, photos)
    report = {nursery.name: report_of(nursery, bench.benchmark, bench.rows) for nursery in nurseries}
    (args.out / "learning.json").write_text(json.dumps(report, indent=1) + "\n")
    print(make_table(report))
