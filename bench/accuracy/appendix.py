"""Writes docs/accuracy/appendix.md: every table, plot and picture."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.accuracy.markdown import number, percent, table, with_interval
from bench.accuracy.summary import KIND_WORDS

Figures = Mapping[str, Any]
HEAD = """# Accuracy: every table

The appendix of [Accuracy](../accuracy.md), written by `python -m bench.accuracy`; every number per photo is in
[accuracy.json](accuracy.json). Measured on {date} with the product's own pipeline: parameters `{parameters}`, segmenter
`{segmenter}`, detector `{detector}` (the heads of the checksums).

**Renders come from the generator that made the training pictures**, with other seeds; the shifted sets also with
cameras, plant forms or light that training did not see. They measure how well the models learned the generator. Only
the real photos say something about photos, and there are few. **Parameters and models were chosen by those called
nursery**; they were also looked at with the trays and with two renders of `held-out`. Sets of the names of `REAL_SETS`
(`training/pictures.py`) hold what training leaves out: the same trays and channels as some of the nursery photos.
"""
MEASURES = """## What is measured

- *Plants in the frame*: at least half of the plant is inside the picture, hidden ones included; *to be seen*: at least
  a fifth of it is visible. *Detected* is `total_detected`, *estimated* `total_estimated`. Dead plants are not plants.
- *MAPE*: mean of |counted - true| / true over photos with at least five plants, with the 95 % interval from
  resampling the photos. *Bias*: sum counted over sum true, less 1. *MAE*: plants per photo. *R2*: over photos.
- *AP50*, recall and precision: boxes inside the true outlines against the visible part of each plant, IoU 0.5. Plants
  of which less than 15 % is visible are neither asked for nor held against a box. All are at the product's own
  confidence, so AP50 ends where the product stops.
- *Mean IoU*: of each true container with its own found outline of the same kind, 0 without one. *Missed*: below 0.5.
  *Split*: two or more outlines lie in one container. *Merged*: missed because an outline holds several. *Misnamed*:
  missed because it was found as another kind. *Invented*: outlines that lie mostly on no container.
- *Without and with the estimator*: inside the true outlines, against the plants in the frame.
- Real photos: *off* is the distance to the nearest right count. Plants cut by the frame may be counted or not, other
  units that the person noted (pots for seedlings) are right, too, and areas marked as out of focus are left out.
- *Mean error*, *answered*, *marked*: each error is a share of the nearest right count, capped at 100 %. Not answered is
  what the product refuses, and what it found no container in; marked is that, and what it calls doubtful. Wrong is off
  by over 20 %, right by at most 10 %. Of all photos: the counts of refused ones are judged as if they were believed.
  Intervals (95 %) come from resampling the photos 2,000 times; they cannot say how other nurseries differ.
"""
JUDGED_HEADS = {
    "photos": "photos",
    "answered": "answered",
    "mean_error_answered": "mean error of the answered",
    "mean_error_all": "of all",
    "median_error_answered": "median of the answered",
    "median_error_all": "of all",
    "within_10_answered": "answered within 10 %",
    "within_10_all": "of all",
    "marked_of_wrong": "of the wrong: marked",
    "marked_of_right": "of the right: marked",
}


def write_appendix(report: Figures) -> str:
    """The whole appendix; plots and cases are (file name beside it, caption)."""
    renders, plots, cases = report["renders"], report["plots"], report["cases"]
    parts = [HEAD.format(**report["measured"])]
    parts.append(
        f"## All sets of renders\n\n{_judged_table('set', {name: one['judged'] for name, one in renders.items()})}"
    )
    parts += _counts_part(renders)
    parts += [f"![{caption}]({name})\n\n{caption}\n" for name, caption in plots]
    parts += [*_estimator_part(renders), *_detector_part(renders), *_segmenter_part(renders), *_others_part(renders)]
    for name, figures in report["real"].items():
        parts += _real_part(name, figures)
    if report["fine_tune"]:
        parts.append(_fine_tune_part(report["fine_tune"]))
    parts += ["## Pictures\n\nYellow boxes are plants, blue ones with a diagonal empty places.\n"]
    parts += [f"![{caption}]({name})\n\n{caption}\n" for name, caption in cases]
    parts.append(MEASURES)
    return "\n".join(parts)


def _error_cells(error: Figures) -> list[str]:
    low_high = error["mape_interval"]
    interval = "" if low_high is None else f" ({100 * low_high[0]:.1f} to {100 * low_high[1]:.1f})"
    return [
        percent(error["mape"]) + interval,
        percent(error["bias"], signed=True),
        number(error["mae"], 1),
        number(error["r2"]),
    ]


def _counts_part(renders: Figures) -> Iterator[str]:
    heads = ["set", "renders", "plants", "MAPE", "bias", "MAE", "R2"]
    for title, comparison in (
        ("Plants estimated, of those in the frame", "estimated_of_in_frame"),
        ("Plants detected, of those to be seen", "detected_of_visible"),
    ):
        errors = {name: figures["counts"][comparison] for name, figures in renders.items()}
        rows = [[name, one["photos"], one["true"], *_error_cells(one)] for name, one in errors.items()]
        yield f"## {title}\n\n" + table(heads, rows)
    for group, words in (
        ("by_kind", "container"),
        ("by_plant_size", "median plant"),
        ("by_seen_share", "share of the plants to be seen"),
    ):
        rows = []
        for name, figures in renders.items():
            for member, counts in figures[group].items():
                one = counts["estimated_of_in_frame"]
                rows.append([name, KIND_WORDS.get(member, member), one["photos"], one["true"], *_error_cells(one)])
        yield f"### Estimated, by {words}\n\n" + table(["set", words, *heads[1:]], rows)


def _estimator_part(renders: Figures) -> Iterator[str]:
    heads = ["set", "containers", "number", "plants", "MAPE without", "MAPE with", "bias without", "bias with"]
    rows = []
    for name, figures in renders.items():
        for kind, own in figures["inside_true_outlines"].items():
            without, with_it = own["without_estimator"], own["with_estimator"]
            if without["photos"]:
                mapes = [percent(one["mape"]) for one in (without, with_it)]
                biases = [percent(one["bias"], signed=True) for one in (without, with_it)]
                rows.append([name, KIND_WORDS[kind], without["photos"], without["true"], *mapes, *biases])
    yield "## With and without the estimator\n\n" + table(heads, rows)


def _detector_part(renders: Figures) -> Iterator[str]:
    rows = [
        [name, label, own["true"], *(percent(own[key]) for key in ("ap50", "recall", "precision"))]
        for name, figures in renders.items()
        for label, own in figures["detector"].items()
    ]
    yield "## Detector\n\n" + table(["set", "class", "true boxes", "AP50", "recall", "precision"], rows)
    for key, words in (("recall_by_size", "size"), ("recall_by_visibility", "visible share")):
        rows = [
            [name, band, own["true"], percent(own["recall"])]
            for name, figures in renders.items()
            for band, own in figures["detector"]["plant"][key].items()
        ]
        yield f"### Recall of plants, by {words}\n\n" + table(["set", words, "plants", "recall"], rows)


def _segmenter_part(renders: Figures) -> Iterator[str]:
    mistakes = ("missed", "split", "merged", "misnamed", "invented")
    rows = [
        [name, KIND_WORDS[kind], own["true"], number(own["mean_iou"], 3), *(own[mistake] for mistake in mistakes)]
        for name, figures in renders.items()
        for kind, own in figures["segmenter"].items()
        if own["photos"]
    ]
    yield "## Segmenter\n\n" + table(["set", "renders with", "containers", "mean IoU", *mistakes], rows)


def _others_part(renders: Figures) -> Iterator[str]:
    rows = []
    for name, figures in renders.items():
        for label in ("empty", "dead"):
            own = figures[label]
            rows.append([name, label, own["true"], own["found"], number(own["mae"], 1)])
    yield "## Empty places and dead plants\n\n" + table(["set", "class", "to be seen", "counted", "MAE"], rows)
    rows = [
        [name, code, f"{count} of {len(figures['photos'])}"]
        for name, figures in renders.items()
        for code, count in figures["problems"].items()
    ]
    yield "## Problems raised\n\n" + table(["set", "problem", "renders"], rows)


def _real_part(name: str, figures: Figures) -> Iterator[str]:
    rows = []
    for row in figures["photos"]:
        valid = row["valid_plants"]
        right = ", ".join(_ranges(valid))
        points = "-" if row["points"] is None else f"{row['points_found']} of {row['points']}"
        marks = [word for word, on in (("exact", row["is_exact"]), ("trained on", row["was_trained_on"])) if on]
        off = f"{row['detected_off']:+d} / {row['estimated_off']:+d}"
        counted = f"{row['detected']} / {row['estimated']}"
        empty = f"{row['true_empty']} / {row['empty']}"
        kinds = ", ".join(KIND_WORDS[kind] for kind in dict.fromkeys(row["containers"])) or "none"
        cells = [right, counted, off, percent(row["error"]), points, empty, kinds]
        rows.append([row["photo"].rpartition(".")[0], *cells, ", ".join(row["problems"]), ", ".join(marks)])
    yield (
        f"## Real photos: {name}\n\n"
        + table(
            [
                "photo",
                "right counts",
                "detected / estimated",
                "off",
                "error, capped",
                "points found",
                "empty: true / counted",
                "found as",
                "problems",
                "notes",
            ],
            rows,
        )
    )
    yield _judged_table("kind", figures["judged"])
    rows = [
        [words, own["photos"], *(percent(own[key]) for key in ("mape_detected", "mape_estimated")), own["worst_off"]]
        for words, own in (("all", figures["all"]), ("exact and not trained on", figures["exact"]))
        if own["photos"]
    ]
    yield table(["photos", "number", "MAPE detected", "MAPE estimated", "worst off"], rows)
    if figures["detector"]:
        own = figures["detector"]
        figures_text = ", ".join(f"{key} {percent(own[key])}" for key in ("ap50", "recall", "precision"))
        yield f"Boxes of the plants against their outlines (IoU 0.5): {figures_text}.\n"


def _ranges(numbers: Sequence[int]) -> list[str]:
    """`8 to 10`, `14` for 8, 9, 10 and 14 (sorted)."""
    runs: list[list[int]] = []
    for one in numbers:
        if runs and one == runs[-1][1] + 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return [str(low) if low == high else f"{low} to {high}" for low, high in runs]


def _judged_table(words: str, figures: Figures) -> str:
    rows = [
        [name, own["photos"], *(with_interval(own[key]) for key in list(JUDGED_HEADS)[1:])]
        for name, own in figures.items()
    ]
    return table([words, *JUDGED_HEADS.values()], rows)


def _fine_tune_part(figures: Figures) -> str:
    rows = [
        [
            row["photo"].rpartition(".")[0],
            *(row[key] for key in ("plants", "before", "after", "empty", "empty_before", "empty_after")),
        ]
        for row in figures["photos"]
    ]
    heads = ["photo", "plants", "before", "after", "empty", "empty before", "empty after"]
    return (
        "## Fine-tuned on a user's own photos\n\n"
        f"`python -m training.fine_tune`: {figures['trained_on']} photos of one real tray trained ({figures['tiles']} "
        f"tiles, {figures['epochs']} epochs), its photos of other days judged. It is the same tray with the same "
        "plants, so this shows that the way works and how much a user's own photos can give, not how well another "
        f"tray is counted. Mean error in plants per photo: {number(figures['mae_before'], 1)} before, "
        f"{number(figures['mae_after'], 1)} after.\n\n" + table(heads, rows)
    )
