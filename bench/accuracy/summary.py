"""Aggregates the results per photo into one JSON object, the source of page and plots."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

import numpy as np

from bench.accuracy.judging import Judged, judge, pooled_share
from bench.accuracy.measure import BoxResult, ContainerResult, RealResult, RenderResult, problem_codes
from bench.accuracy.metrics import average_precision, band_of, count_error, precision_recall
from bench.accuracy.truth import KINDS, OTHER_KIND
from processing.counting.boxes import CLASS_NAMES
from processing.counting.containers import CONTAINER_KINDS

PLANT_EDGES_PX = (16, 24, 32, 48, 72, 108)
SEEN_EDGES = (0.8, 0.9, 0.97)
VISIBILITY_EDGES = (0.3, 0.5, 0.7, 0.9)
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 19))

KIND_WORDS = {"segment": "beds", "box": "crates", "plug": "trays", "mixed": "several kinds", "all": "all"}

Figures = dict[str, Any]


def summarize_renders(results: Sequence[RenderResult]) -> Figures:
    """All statistics of one set of renders."""
    containers = [one for result in results for one in result.containers]
    return {
        "photos": [_render_row(result) for result in results],
        "judged": judge([result.judged for result in results]),
        "counts": _count_figures(results),
        "by_kind": _grouped(results, lambda result: result.render.kind, (*CONTAINER_KINDS, "mixed")),
        "by_plant_size": _grouped(
            results, lambda result: band_of(result.render.median_plant_px, PLANT_EDGES_PX, " px"), _bands(" px")
        ),
        "by_seen_share": _grouped(
            results, lambda result: band_of(result.render.seen_share, SEEN_EDGES), _bands("", SEEN_EDGES)
        ),
        "inside_true_outlines": {
            kind: _container_figures([one for one in containers if one.kind == kind]) for kind in CONTAINER_KINDS
        },
        "detector": {name: _detector_figures([result.boxes[name] for result in results]) for name in CLASS_NAMES},
        "segmenter": {kind: _segmenter_figures(results, kind) for kind in (*CONTAINER_KINDS, "mixed", "all")},
        "empty": _class_error(results, "empty"),
        "dead": _class_error(results, "dead"),
        "problems": _problem_counts(results),
    }


def summarize_real(results: Sequence[RealResult]) -> Figures:
    """All statistics of one set of real photos; errors are distances to the nearest right count."""
    sure = [one for one in results if one.photo.is_exact and not one.photo.was_trained_on]
    boxes = [one.boxes for one in results if one.boxes is not None]
    rows = [_real_row(result) for result in results]
    return {
        "photos": rows,
        "judged": judge_by_kind([row for row in rows if not row["was_trained_on"]]),
        "all": _off_figures(results),
        "exact": _off_figures(sure),
        "detector": _detector_figures(boxes) if boxes else None,
        "problems": _problem_counts(results),
    }


def judge_by_kind(rows: Sequence[Figures]) -> dict[str, Figures]:
    """The statistics of photos by kind, in the order of kinds.json, and of all."""
    order = [kind for kind in dict.fromkeys((*KINDS.values(), OTHER_KIND)) if any(row["kind"] == kind for row in rows)]
    groups = {kind: [row for row in rows if row["kind"] == kind] for kind in order} | {"all": rows}
    keys = ("error", "is_answered", "is_marked")
    return {kind: judge([Judged(*(row[key] for key in keys)) for row in own]) for kind, own in groups.items()}


def judge_dead(rows: Sequence[Figures]) -> Figures:
    """Recall and precision of the dead plants over renders of any sets."""
    boxes = [row["dead_boxes"] for row in rows]
    return {
        "recall": pooled_share([one["recalled"] for one in boxes], [one["true"] for one in boxes]),
        "precision": pooled_share([one["right"] for one in boxes], [one["found"] for one in boxes]),
    }


def _render_row(result: RenderResult) -> Figures:
    render, count, dead = result.render, result.counted.count, result.boxes["dead"]
    return {
        "photo": render.path.name,
        "kind": render.kind,
        "median_plant_px": round(render.median_plant_px, 1),
        "true_in_frame": render.in_frame,
        "true_visible": render.visible,
        "total_detected": count.total_detected,
        "total_estimated": count.total_estimated,
        "total_empty_containers": count.total_empty_containers,
        "dead": count.category_counts["dead"],
        "containers_true": len(render.containers),
        "containers_found": len(count.containers),
        "outlines": asdict(result.outlines),
        "inside_true_outlines": [asdict(one) for one in result.containers],
        "dead_boxes": {
            "true": len(dead.found),
            "recalled": int(dead.found.sum()),
            "found": len(dead.hit),
            "right": int(dead.hit.sum()),
        },
        "problems": problem_codes(result.counted),
        **asdict(result.judged),
        "signs": result.signs,
        "seconds": result.counted.seconds,
    }


def _real_row(result: RealResult) -> Figures:
    valid = sorted(result.photo.valid_plants)
    return {
        "photo": result.photo.path.name,
        "kind": result.photo.kind,
        "unit": result.photo.unit,
        "is_exact": result.photo.is_exact,
        "was_trained_on": result.photo.was_trained_on,
        "valid_plants": valid,
        "true_empty": result.photo.empty,
        "unsure_cells": result.photo.unsure_cells,
        "detected": result.detected,
        "estimated": result.estimated,
        "detected_off": result.detected_off,
        "estimated_off": result.estimated_off,
        "empty": result.empty,
        "points_found": result.points_found,
        "points": None if result.photo.points is None else len(result.photo.points),
        "containers": [item.container.kind for item in result.counted.count.containers],
        "problems": problem_codes(result.counted),
        **asdict(result.judged),
        "signs": result.signs,
    }


def _count_figures(results: Sequence[RenderResult]) -> Figures:
    """The three comparisons: what was seen, what was there without the estimator, and with it."""
    in_frame = [result.render.in_frame["plant"] for result in results]
    visible = [result.render.visible["plant"] for result in results]
    detected = [result.counted.count.total_detected for result in results]
    estimated = [result.counted.count.total_estimated for result in results]
    return {
        "detected_of_visible": asdict(count_error(visible, detected)),
        "detected_of_in_frame": asdict(count_error(in_frame, detected)),
        "estimated_of_in_frame": asdict(count_error(in_frame, estimated)),
    }


def _grouped(
    results: Sequence[RenderResult], name_of: Callable[[RenderResult], str], order: Iterable[str]
) -> dict[str, Figures]:
    groups = {name: [result for result in results if name_of(result) == name] for name in order}
    return {name: _count_figures(members) for name, members in groups.items() if members}


def _bands(unit: str, edges: Sequence[float] = PLANT_EDGES_PX) -> list[str]:
    return [band_of(value, edges, unit) for value in (edges[0] - 1, *edges)]


def _container_figures(containers: Sequence[ContainerResult]) -> Figures:
    in_frame = [one.in_frame["plant"] for one in containers]
    empty = [one.visible["empty"] for one in containers]
    return {
        "without_estimator": asdict(count_error(in_frame, [one.detected for one in containers])),
        "with_estimator": asdict(count_error(in_frame, [one.estimated for one in containers])),
        "empty_detected": asdict(count_error(empty, [one.empty_detected for one in containers])),
        "empty_counted": asdict(count_error(empty, [one.empty_counted for one in containers])),
        "methods": {
            method: sum(one.method == method for one in containers) for method in {one.method for one in containers}
        },
    }


def _detector_figures(boxes: Sequence[BoxResult]) -> Figures:
    confidence = np.concatenate([one.confidence for one in boxes])
    hit = np.concatenate([one.hit for one in boxes])
    found = np.concatenate([one.found for one in boxes])
    sizes = np.concatenate([one.size_px for one in boxes])
    visibility = np.concatenate([one.visibility for one in boxes])
    return {
        "true": len(found),
        "ap50": average_precision(confidence, hit, len(found)),
        "recall": float(found.mean()) if len(found) else None,
        "precision": float(hit.mean()) if len(hit) else None,
        "recall_by_size": _recall_by(found, [band_of(one, PLANT_EDGES_PX, " px") for one in sizes], _bands(" px")),
        "recall_by_visibility": _recall_by(
            found, [band_of(one, VISIBILITY_EDGES) for one in visibility], _bands("", VISIBILITY_EDGES)
        ),
        "curve": precision_recall(confidence, hit, len(found), THRESHOLDS),
    }


def _recall_by(found: Any, names: Sequence[str], order: Sequence[str]) -> dict[str, Figures]:
    own = np.array(names)
    return {
        name: {"true": int((own == name).sum()), "recall": float(found[own == name].mean())}
        for name in order
        if (own == name).any()
    }


def _segmenter_figures(results: Sequence[RenderResult], kind: str) -> Figures:
    """Over the pictures of a kind; `all` over all of them."""
    outlines = [result.outlines for result in results if kind in ("all", result.render.kind)]
    ious = [iou for one in outlines for iou in one.ious]
    mistakes = {
        name: sum(getattr(one, name) for one in outlines)
        for name in ("missed", "split", "merged", "misnamed", "invented")
    }
    return {"photos": len(outlines), "true": len(ious), "mean_iou": fmean(ious) if ious else None, **mistakes}


def _class_error(results: Sequence[RenderResult], name: str) -> Figures:
    true = [result.render.visible[name] for result in results]
    counts = [result.counted.count for result in results]
    found = [count.total_empty_containers if name == "empty" else count.category_counts["dead"] for count in counts]
    return asdict(count_error(true, found))


def _problem_counts(results: Sequence[RenderResult] | Sequence[RealResult]) -> dict[str, int]:
    """In how many photos each problem was raised."""
    codes = [code for result in results for code in problem_codes(result.counted)]
    return {code: codes.count(code) for code in sorted(set(codes))}


def _off_figures(results: Sequence[RealResult]) -> Figures:
    def errors(name: str) -> list[float]:
        return [abs(getattr(one, name)) / min(one.photo.valid_plants) for one in results if min(one.photo.valid_plants)]

    return {
        "photos": len(results),
        "mape_detected": fmean(errors("detected_off")) if results else None,
        "mape_estimated": fmean(errors("estimated_off")) if results else None,
        "mae_detected": fmean([abs(one.detected_off) for one in results]) if results else None,
        "mae_estimated": fmean([abs(one.estimated_off) for one in results]) if results else None,
        "worst_off": max((abs(one.estimated_off) for one in results), default=None),
    }
