"""The plots of the report: counted against true, errors by what a picture shows, precision and recall."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # without a display
from matplotlib import pyplot as plt

from bench.accuracy.summary import KIND_WORDS

Sets = Mapping[str, Mapping[str, Any]]
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442")  # Okabe and Ito
GROUPS = {"by_kind": "container", "by_plant_size": "median plant", "by_seen_share": "share of the plants to be seen"}
KIND_MARKS = {"segment": "o", "box": "s", "plug": "^", "mixed": "D"}
DPI = 110


def draw_plots(sets: Sets, folder: Path) -> list[tuple[str, str]]:
    """Writes the plots of the sets of renders; (file name, caption) of each."""
    colours = dict(zip(sets, COLOURS, strict=False))
    _draw_scatter(sets, colours, folder / "counted.png")
    _draw_errors(sets, colours, folder / "errors.png")
    _draw_curves(sets, colours, folder / "confidence.png")
    return [
        (
            "counted.png",
            "Plants estimated against plants in the frame, one mark per render; the line is a right count.",
        ),
        ("errors.png", "Mean error of the estimated count (MAPE) by what the render shows."),
        ("confidence.png", "Precision and recall of the detector's plants, inside true outlines, by confidence."),
    ]


def _draw_scatter(sets: Sets, colours: Mapping[str, str], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(6, 5), layout="constrained")
    most = 1
    for name, figures in sets.items():
        for kind, mark in KIND_MARKS.items():
            rows = [row for row in figures["photos"] if row["kind"] == kind]
            true = [row["true_in_frame"]["plant"] for row in rows]
            found = [row["total_estimated"] for row in rows]
            most = max([most, *true, *found])
            axes.scatter(true, found, s=22, marker=mark, color=colours[name], alpha=0.75, linewidths=0)
        axes.scatter([], [], color=colours[name], label=name)
    for kind, mark in KIND_MARKS.items():
        axes.scatter([], [], marker=mark, color="#555", label=KIND_WORDS[kind])
    axes.plot([1, most], [1, most], color="#555", linewidth=0.8)
    axes.set(xlabel="plants in the frame", ylabel="plants estimated", xscale="log", yscale="log")
    axes.legend(fontsize=8, frameon=False)
    _save(figure, path)


def _draw_errors(sets: Sets, colours: Mapping[str, str], path: Path) -> None:
    figure, all_axes = plt.subplots(1, len(GROUPS), figsize=(13, 4), layout="constrained", sharey=True)
    for axes, (group, title) in zip(all_axes, GROUPS.items(), strict=True):
        names = list(dict.fromkeys(name for figures in sets.values() for name in figures[group]))
        width = 0.8 / len(sets)
        for index, (set_name, figures) in enumerate(sets.items()):
            errors = [figures[group].get(name, {}).get("estimated_of_in_frame", {}).get("mape") for name in names]
            places = [place + index * width - 0.4 + width / 2 for place in range(len(names))]
            axes.bar(places, [100 * (error or 0) for error in errors], width, color=colours[set_name], label=set_name)
        words = [KIND_WORDS.get(name, name) for name in names]
        axes.set_xticks(range(len(names)), words, rotation=30, ha="right", fontsize=8)
        axes.set_title(title, fontsize=10)
    all_axes[0].set_ylabel("MAPE, %")
    all_axes[0].legend(fontsize=8, frameon=False)
    _save(figure, path)


def _draw_curves(sets: Sets, colours: Mapping[str, str], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for name, figures in sets.items():
        thresholds, precision, recall = zip(*figures["detector"]["plant"]["curve"], strict=True)
        axes.plot(thresholds, precision, color=colours[name], linestyle="--")
        axes.plot(thresholds, recall, color=colours[name], label=name)
    axes.plot([], [], color="#555", linestyle="--", label="precision")
    axes.plot([], [], color="#555", label="recall")
    axes.set(xlabel="confidence", ylim=(0, 1.02))
    axes.legend(fontsize=8, frameon=False)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=DPI)
    plt.close(figure)
