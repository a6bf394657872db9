"""Measures models and writes docs/accuracy.md, its appendix, plots and pictures, and the numbers as JSON.

    python -m bench.accuracy --renders DIR... --trays DIR --nursery DIR... --kept-out DATA --worst DIR

A set of renders is a folder with images/ and truth/ and is named after the folder. Real photos: --trays has a label
file per photo in labels/, --nursery points in points/ (all its folders are one set, judged by what the photos show),
--kept-out is the folder that training reads real photos from, --dense has the layout images/val and labels/val.
Annotated real photos are written to --overlays (all) and --worst (those furthest off) only, which must lie outside the
repository. Candidates are measured with --detector and --segmenter and another --out. The results of training.fine_tune
in accuracy/fine-tune.json are included.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bench.accuracy.measure import RealResult, RenderResult, measure_real, measure_render
from bench.accuracy.models import Models, load_models
from bench.accuracy.page import COUNTED, DOCS, write_pages
from bench.accuracy.pictures import write_cases, write_real, write_worst
from bench.accuracy.plots import draw_plots
from bench.accuracy.summary import judge_dead, summarize_real, summarize_renders
from bench.accuracy.truth import (
    RealPhoto,
    Render,
    read_kept_out,
    read_labelled,
    read_pointed,
    read_renders,
    read_trained_on,
)
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.runtime.weights import TRAINED_DIR

Item = TypeVar("Item")
REPOSITORY = Path(__file__).resolve().parents[2]
DRAWN = REPOSITORY / "training" / "drawn.json"


@dataclass(frozen=True)
class Sets:
    """The pictures to measure, by name."""

    renders: dict[str, list[Render]]
    real: dict[str, list[RealPhoto]]


def read_arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.accuracy", description=__doc__)
    parser.add_argument("--renders", type=Path, nargs="+", default=[], metavar="DIR", help="sets not trained on")
    parser.add_argument(
        "--unseen-of",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="sets trained on in part: only the renders whose seed kept them out",
    )
    parser.add_argument("--split", choices=["validation", "calibration"], default="validation", help="of --unseen-of")
    parser.add_argument("--trays", type=Path, metavar="DIR", help="real photos with labels/")
    parser.add_argument("--nursery", type=Path, nargs="+", default=[], metavar="DIR", help="real photos with points/")
    parser.add_argument("--kept-out", type=Path, metavar="DATA", help="real sets: what training leaves out of them")
    parser.add_argument("--dense", type=Path, metavar="DIR", help="real aerial tiles, images/val and labels/val")
    parser.add_argument("--weights", type=Path, default=TRAINED_DIR, help="folder with weights.json")
    parser.add_argument("--detector", type=Path, metavar="FILE.pt", help="a checkpoint instead of the folder's")
    parser.add_argument("--segmenter", type=Path, metavar="FILE.pt", help="a checkpoint instead of the folder's")
    parser.add_argument("--overlays", type=Path, metavar="DIR", help="where annotated real photos go")
    parser.add_argument("--worst", type=Path, metavar="DIR", help="where the ten real photos go that are furthest off")
    parser.add_argument("--out", type=Path, default=DOCS, help="where accuracy.md and accuracy/ go")
    args = parser.parse_args(words)
    if not any((args.renders, args.unseen_of, args.trays, args.nursery, args.kept_out, args.dense)):
        parser.error("there is nothing to measure: name at least one set")
    if (args.detector or args.segmenter) and args.out == DOCS:
        parser.error("a candidate needs an --out of its own, or its figures replace those of the shipped weights")
    for name in ("overlays", "worst"):
        folder = getattr(args, name)
        if folder and folder.resolve().is_relative_to(REPOSITORY):
            parser.error(f"--{name} lies inside the repository, where real photos must not be")
    return args


def read_sets(args: argparse.Namespace) -> Sets:
    """Every requested picture."""
    renders = {folder.resolve().name: read_renders(folder) for folder in args.renders}
    renders |= {f"{folder.resolve().name}-{args.split}": read_renders(folder, args.split) for folder in args.unseen_of}
    real: dict[str, list[RealPhoto]] = {}
    if args.trays:
        real["trays"] = read_labelled(args.trays, args.trays / "labels")
    if args.nursery:
        trained = read_trained_on(DRAWN, args.weights)
        real[COUNTED] = [photo for folder in args.nursery for photo in read_pointed(folder, trained)]
    if args.kept_out:
        real |= read_kept_out(args.kept_out)
    if args.dense:
        real["dense"] = read_labelled(args.dense / "images" / "val", args.dense / "labels" / "val")
    return Sets(renders, real)


def measure_renders(name: str, renders: Sequence[Render], models: Models) -> Iterator[RenderResult]:
    """Counts each render of a set."""
    for render in _with_progress(name, renders):
        yield measure_render(render, models, DEFAULT_PARAMETERS)


def measure_photos(name: str, photos: Sequence[RealPhoto], models: Models) -> Iterator[RealResult]:
    """Counts each real photo of a set."""
    for photo in _with_progress(name, photos):
        yield measure_real(photo, models, DEFAULT_PARAMETERS)


def _with_progress(name: str, items: Sequence[Item]) -> Iterator[Item]:
    start = time.monotonic()
    for number, item in enumerate(items, start=1):
        print(f"{name}: {number} of {len(items)}, {time.monotonic() - start:.0f} s", flush=True)
        yield item


def describe(models: Models) -> dict[str, str]:
    """The date, models and parameters of the measurement."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "parameters": DEFAULT_PARAMETERS.parameters_hash(),
        **models.checksums,
    }


def write_report(
    args: argparse.Namespace,
    models: Models,
    renders: dict[str, list[RenderResult]],
    real: dict[str, list[RealResult]],
) -> None:
    """Writes numbers, plots, pictures and pages."""
    folder = args.out / "accuracy"
    folder.mkdir(parents=True, exist_ok=True)
    fine_tune = folder / "fine-tune.json"
    figures = {name: summarize_renders(results) for name, results in renders.items()}
    report = {
        "measured": describe(models),
        "renders": figures,
        "dead": judge_dead([row for one in figures.values() for row in one["photos"]]),
        "real": {name: summarize_real(results) for name, results in real.items()},
        "fine_tune": json.loads(fine_tune.read_text()) if fine_tune.is_file() else None,
        "plots": draw_plots(figures, folder) if figures else [],
        "cases": [case for name, results in renders.items() for case in write_cases(name, results, folder)],
    }
    (folder / "accuracy.json").write_text(json.dumps(report, indent=1) + "\n")
    write_pages(args.out)
    photos = [result for results in real.values() for result in results]
    if args.overlays:
        write_real(photos, args.overlays)
    if args.worst:
        write_worst(photos, args.worst)


def main(words: Sequence[str] | None = None) -> None:
    """Measure and write."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    args = read_arguments(words)
    sets = read_sets(args)
    models = load_models(args.weights, detector=args.detector, segmenter=args.segmenter)
    renders = {name: list(measure_renders(name, members, models)) for name, members in sets.renders.items()}
    real = {name: list(measure_photos(name, members, models)) for name, members in sets.real.items()}
    write_report(args, models, renders, real)
    print(f"written: {args.out / 'accuracy.md'}, {args.out / 'accuracy' / 'appendix.md'}")


if __name__ == "__main__":
    main()
