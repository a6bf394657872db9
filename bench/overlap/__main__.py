"""Prints how well plants that two photos both show are counted once: on parts of renders, and on renders from several
places.

    python -m bench.overlap RENDERS... [--cameras DIR] [--every 5] [--half judge]

RENDERS are folders with images/ and truth/ (of `training.nursery`), DIR is made by `bench.overlap.two_cameras`. Seeds
that are even choose the thresholds (`--half choose` prints what other thresholds would do), odd ones judge them. Of
each pair: the error of the sum of both photos without the plants that were found in both, in percent of the plants that
both show together. Only pairs that are not asked about have one. One processor needs about two seconds a pair.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from bench.overlap.pairs import Pair, camera_pairs, cut_pairs, read_truths
from processing.counting.overlap import (
    DEFAULT_PARAMETERS,
    Candidate,
    Overlap,
    OverlapParameters,
    Picture,
    decide,
    find_candidates,
    read_picture,
)

TOLERATED = 0.02
TRIED = [
    replace(DEFAULT_PARAMETERS, clear=clear, effect=effect, agreement=agreement)
    for clear in (3.0, 4.0, 5.0, 6.0)
    for effect in (0.0, 0.3, 0.4, 0.5)
    for agreement in (0.6, 0.7, 0.8)
]


@dataclass(frozen=True, eq=False)
class Result:
    """What was found of a pair: its true numbers, and the evidence."""

    name: str
    overlap: float
    shared: int
    union: int
    candidates: tuple[Candidate, ...]
    pictures: tuple[Picture, Picture]

    def decide(self, parameters: OverlapParameters) -> Overlap:
        """By other thresholds."""
        return decide(self.candidates, *self.pictures, parameters)

    def error(self, overlap: Overlap) -> float | None:
        """The error of the union; None if a person is asked."""
        return None if overlap.verdict == "doubtful" else (self.shared - len(overlap.shared)) / self.union


def examine(pair: Pair) -> Result:
    """Compare a pair."""
    first, second = (read_picture(part.rgb, part.boxes) for part in (pair.first, pair.second))
    return Result(pair.name, pair.overlap, pair.shared, pair.union, find_candidates(first, second), (first, second))


def read_pairs(folders: Sequence[Path], cameras: Path | None, *, every: int, odd: bool) -> Iterator[tuple[str, Pair]]:
    """The pairs of one half of the seeds, each with what it was made from."""
    if cameras is not None:
        yield from (("renders from several places", pair) for pair in camera_pairs(cameras) if pair.seed % 2 == odd)
    for folder in folders:
        chosen = [truth for truth in read_truths(folder) if truth["meta"]["seed"] % 2 == odd]
        for truth in chosen[::every]:
            yield from (("parts of a render", pair) for pair in cut_pairs(folder, truth))


def print_result(result: Result) -> None:
    """A line about a pair as soon as it is compared, since all of them take long."""
    overlap = result.decide(DEFAULT_PARAMETERS)
    error = result.error(overlap)
    outcome = f"asked ({overlap.reason})" if error is None else f"{overlap.verdict}, off by {error:+.1%}"
    evidence = "; ".join(
        f"{len(one.pairs)} plants, {one.inliers} features to {one.rivals}, clear {one.clear:.1f}, "
        f"agreement {one.agreement:.2f}"
        for one in result.candidates
    )
    print(f"{result.name}: {outcome}, {result.shared} of {result.union} shared ({evidence})", flush=True)


def print_table(title: str, results: Sequence[Result], parameters: OverlapParameters) -> None:
    """A row for each overlap, and the pairs that are asked about or wrong."""
    print(
        f"\n{title}\n{'overlap':>8}{'pairs':>7}{'joined':>8}{'apart':>7}{'asked':>7}{'wrong':>7}{'mean':>8}{'worst':>8}"
    )
    rows: defaultdict[float, list[tuple[Result, Overlap]]] = defaultdict(list)
    for result in results:
        rows[result.overlap].append((result, result.decide(parameters)))
    for share, some in [*sorted(rows.items()), (-1.0, [each for row in rows.values() for each in row])]:
        verdicts = [overlap.verdict for _, overlap in some]
        errors = [abs(error) for result, overlap in some if (error := result.error(overlap)) is not None]
        counts = "".join(f"{verdicts.count(verdict):{width}}" for verdict, width in
                         (("joined", 8), ("apart", 7), ("doubtful", 7)))  # fmt: skip
        wrong = sum(error > TOLERATED for error in errors)
        mean, worst = (f"{np.mean(errors):8.2%}", f"{max(errors):8.2%}") if errors else ("       -", "       -")
        print(f"{'all' if share < 0 else f'{share:.0%}':>8}{len(some):7}{counts}{wrong:7}{mean}{worst}")
    for share in sorted(rows):
        for result, overlap in rows[share]:
            error = result.error(overlap)
            if error is None or abs(error) > TOLERATED:
                what = f"asked ({overlap.reason})" if error is None else f"wrong by {error:+.1%}"
                print(f"    {result.name}: {what}, {result.shared} of {result.union} shared")


def print_choice(results: Sequence[Result]) -> None:
    """What other thresholds would do: how many pairs they answer, and how many of those wrongly."""
    for parameters in TRIED:
        errors = [result.error(result.decide(parameters)) for result in results]
        answered = [abs(error) for error in errors if error is not None]
        wrong = sum(error > TOLERATED for error in answered)
        mean = f"{np.mean(answered):.2%}" if answered else "-"
        print(f"{parameters}: {len(answered)} of {len(errors)} answered, mean {mean}, {wrong} wrong")


def main(words: Sequence[str] | None = None) -> None:
    """Compare, print."""
    parser = argparse.ArgumentParser(
        prog="bench.overlap", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("renders", type=Path, nargs="*", metavar="RENDERS")
    parser.add_argument("--cameras", type=Path, metavar="DIR")
    parser.add_argument("--every", type=int, default=1, help="of the renders, use one in so many")
    parser.add_argument("--half", choices=("choose", "judge"), default="judge")
    args = parser.parse_args(words)
    cv2.setNumThreads(1)
    found: defaultdict[str, list[Result]] = defaultdict(list)
    for source, pair in read_pairs(args.renders, args.cameras, every=args.every, odd=args.half == "judge"):
        found[source].append(examine(pair))
        print_result(found[source][-1])
    for source, results in found.items():
        print_table(source, results, DEFAULT_PARAMETERS)
        if args.half == "choose":
            print_choice(results)


if __name__ == "__main__":
    main()
