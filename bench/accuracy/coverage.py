"""How many true numbers lie in the intervals of the counts, by the results of `bench.accuracy`.

    python -m bench.accuracy.coverage [docs/accuracy/accuracy.json] [--write]

The same arithmetic as in the product (`stock.conformal`), with the predicted errors that it stores. Renders: half of a
set that was not trained on stands for the validated photos of a nursery, the other half is counted, many times at
random; alone and with what the shipped intervals say. Shifted sets: learned from the sets that are not shifted. Real
photos: each source is judged by all others. --write stores what all of them together say as the intervals that Demeter
ships with, for nurseries without validated photos of their own.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.accuracy.markdown import number, percent, table
from bench.accuracy.page import DOCS
from processing.counting.quality import LEAST_ERROR, LEAST_ERROR_SHARE
from stock.conformal import LEVEL, conformal_quantile, score

SHIPPED = Path(__file__).resolve().parents[2] / "stock" / "shipped_intervals.json"
SHIFTED = "shift-"
SPLITS = 400
SEED = 0


@dataclass(frozen=True)
class Counted:
    """One picture: its set and source, the kind of its container, its count, the right one, the predicted error."""

    set_name: str
    source: str
    kind: str
    is_real: bool
    counted: int
    true: int
    predicted_error: float
    is_marked: bool

    @property
    def score(self) -> float:
        return score(self.counted, self.true, self.predicted_error)

    @property
    def share(self) -> float:
        """The predicted error as a share of the count."""
        return self.predicted_error / max(self.counted, 1)


def read_counted(report: Mapping[str, Any]) -> list[Counted]:
    """Every picture of a report whose count the product answers with, and whose signs are known."""
    rows = []
    for name, figures in report["renders"].items():
        rows += [
            _read(row, name, row["kind"], row["total_estimated"], [row["true_in_frame"]["plant"]], real=False)
            for row in figures["photos"]
            if _is_judged(row)
        ]
    for name, figures in report["real"].items():
        rows += [
            _read(row, name, row["kind"], row["estimated"], row["valid_plants"], real=True)
            for row in figures["photos"]
            if _is_judged(row)
        ]
    return rows


def _is_judged(row: Mapping[str, Any]) -> bool:
    return bool(row["is_answered"] and row["signs"]) and not row.get("was_trained_on")


def _read(row: Mapping[str, Any], name: str, kind: str, counted: int, valid: Sequence[int], *, real: bool) -> Counted:
    true = min(sorted(valid), key=lambda right: abs(right - counted))
    error = LEAST_ERROR + counted * (LEAST_ERROR_SHARE + row["signs"]["uncertain_share"])
    source = row["photo"].rpartition("_")[0] or row["photo"] if real else name
    return Counted(name, source, kind, real, counted, true, error, row["is_marked"])


def quantile_of(rows: Sequence[Counted]) -> float | None:
    """The quantile of their scores."""
    return conformal_quantile(row.score for row in rows)


def covered(rows: Sequence[Counted], quantile: float | None) -> list[bool]:
    """Whether each true number lies in its interval; none does where there is no interval."""
    return [] if quantile is None else [row.score <= quantile for row in rows]


def judge_halves(rows: Sequence[Counted]) -> tuple[float, float] | None:
    """Coverage and median half width, as a share of the count, where half of the rows teach the other half."""
    rng, hits, widths = np.random.default_rng(SEED), list[bool](), list[float]()
    for _ in range(SPLITS):
        order = rng.permutation(len(rows))
        learned = quantile_of([rows[i] for i in order[: len(rows) // 2]])
        judged = [rows[i] for i in order[len(rows) // 2 :]]
        if learned is not None:
            hits += covered(judged, learned)
            widths += [learned * row.share for row in judged]
    return (float(np.mean(hits)), float(np.median(widths))) if hits else None


def judge_sources(rows: Sequence[Counted]) -> tuple[float, float] | None:
    """The same where each source is judged by all others."""
    hits, widths = list[bool](), list[float]()
    for source in sorted({row.source for row in rows}):
        learned = quantile_of([row for row in rows if row.source != source])
        own = [row for row in rows if row.source == source]
        hits += covered(own, learned)
        widths += [learned * row.share for row in own] if learned is not None else []
    return (float(np.mean(hits)), float(np.median(widths))) if hits else None


def write_tables(rows: Sequence[Counted]) -> str:
    """All measurements as tables."""
    renders = [row for row in rows if not row.is_real]
    plain = [row for row in renders if not row.set_name.startswith(SHIFTED)]
    real = [row for row in rows if row.is_real]
    lines: list[tuple[str, Sequence[Counted], tuple[float, float] | None]] = [
        ("renders, all sets that are not shifted", plain, judge_halves(plain))
    ]
    for name in sorted({row.set_name for row in plain}):
        own = [row for row in plain if row.set_name == name]
        lines.append((f"renders, {name}", own, judge_halves(own)))
    for kind in sorted({row.kind for row in plain}):
        own = [row for row in plain if row.kind == kind]
        lines.append((f"renders, {kind}", own, judge_halves(own)))
    lines.append(("real photos, each source by the others", real, judge_sources(real)))
    lines.append(("all, each set or source by the others", rows, judge_sources(rows)))
    head = ["pictures", "number", "in the interval", "half width, median"]
    cells = [[name, str(len(own)), *_figures(found)] for name, own, found in lines]
    return "\n".join([f"Aimed at: {LEVEL:.0%}.\n", table(head, cells), _write_shifts(plain, renders)])


def _write_shifts(plain: Sequence[Counted], renders: Sequence[Counted]) -> str:
    """What happens where the pictures are not like those that were learned from."""
    learned = quantile_of(plain)
    usual = float(np.median([row.share for row in plain])) if plain else 0.0
    cells = []
    for name in sorted({row.set_name for row in renders if row.set_name.startswith(SHIFTED)}):
        own = [row for row in renders if row.set_name == name]
        hits = covered(own, learned)
        wider = float(np.median([row.share for row in own])) / usual if usual else 0.0
        marked = float(np.mean([row.is_marked for row in own]))
        inside = percent(float(np.mean(hits)), digits=0) if hits else "-"
        cells.append([name, str(len(own)), inside, number(wider), percent(marked, digits=0)])
    head = ["shift", "number", "in the interval", "predicted errors, times as wide", "marked as doubtful"]
    return table(head, cells) if cells else ""


def _figures(found: tuple[float, float] | None) -> list[str]:
    return [percent(found[0], digits=0), percent(found[1], digits=0)] if found else ["too few", "-"]


def describe_shipped(report: Mapping[str, Any], rows: Sequence[Counted]) -> dict[str, Any]:
    """What all pictures together say, under the version of the models that counted them."""
    measured = report["measured"]
    quantile = quantile_of(rows)
    return {
        "model": "-".join((measured["detector"][:12], measured["segmenter"][:12], measured["parameters"][:12])),
        "level": LEVEL,
        "quantile": None if quantile is None else round(quantile, 3),
        "photos": len(rows),
        "real": sum(row.is_real for row in rows),
        "measured": measured["date"],
    }


def main(words: Sequence[str] | None = None) -> None:
    """Print the tables; with --write also store the shipped intervals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, nargs="?", default=DOCS / "accuracy" / "accuracy.json")
    parser.add_argument("--write", action="store_true", help=f"write {SHIPPED.name}")
    args = parser.parse_args(words)
    report = json.loads(args.report.read_text())
    rows = read_counted(report)
    print(write_tables(rows))
    if args.write:
        SHIPPED.write_text(json.dumps(describe_shipped(report, rows), indent=1) + "\n")


if __name__ == "__main__":
    main()
