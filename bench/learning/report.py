"""What the rows of each nursery say, as learning.json and as a table. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.accuracy.markdown import percent, table, with_interval
from bench.learning.figures import FACTOR_PHOTOS, calibrate, change_of, figures_of
from bench.learning.nurseries import Benchmark, Nursery, Photo
from bench.learning.rows import Row, Rows

Report = Mapping[str, Any]
HEADS = (
    "nursery",
    "models",
    "photos",
    "error",
    "change",
    "bias",
    "refused",
    "counted elsewhere",
    "change",
    "shipped renders",
    "change",
    "minutes",
    "of a processor",
)


def models_after(nursery: Nursery, photos: int) -> str:
    """The name of the models that learned so many photos."""
    return f"{nursery.name} {photos}"


def report_of(nursery: Nursery, benchmark: Benchmark, rows: Rows) -> dict[str, Any]:
    """Before, after a factor of some photos, and after each training of which everything is counted."""
    sets = {
        "judged": nursery.judged,
        "counted": tuple(photo for photo in benchmark.counted if nursery.is_elsewhere(photo.name)),
        "shipped": benchmark.shipped,
    }
    before = {name: rows.counts(nursery.start, photos) for name, photos in sets.items()}
    learned = rows.counts(nursery.start, nursery.learned)
    trained = {
        str(photos): _after(models_after(nursery, photos), sets, before, rows)
        for photos in range(1, len(nursery.learned) + 1)
        if _is_whole(models_after(nursery, photos), sets, rows)
    }
    return {
        "start": nursery.start,
        "detector": ", ".join(rows.detectors(nursery.start)),
        "before": {name: figures_of(counts) for name, counts in before.items()},
        "calibrated": {str(photos): calibrate(learned, before["judged"], photos) for photos in FACTOR_PHOTOS},
        "trained": trained,
    }


def _is_whole(models: str, sets: Mapping[str, Sequence[Photo]], rows: Rows) -> bool:
    wanted = [photo for photos in sets.values() for photo in photos]
    return rows.training(models) is not None and len(rows.counts(models, wanted)) == len(wanted)


def _after(
    models: str, sets: Mapping[str, Sequence[Photo]], before: Mapping[str, Sequence[Row]], rows: Rows
) -> dict[str, Any]:
    after = {name: rows.counts(models, photos) for name, photos in sets.items()}
    figures = {name: {**figures_of(found), "change": change_of(before[name], found)} for name, found in after.items()}
    training = rows.training(models) or {}
    return {**figures, "minutes": training["minutes"], "processor_minutes": training["processor_minutes"]}


def make_table(report: Mapping[str, Report]) -> str:
    """A Markdown table, with several lines for each nursery."""
    lines: list[list[object]] = []
    for name, found in report.items():
        lines.append(_line(name, found["start"], found["before"]))
        for photos, one in found["calibrated"].items():
            error = percent(one["error"])
            lines.append([name, f"{found['start']}, factor of {photos}", "", error, *[""] * (len(HEADS) - 4)])
        lines += [_line(name, f"trained on {photos}", one) for photos, one in found["trained"].items()]
    return table(HEADS, lines)


def _line(name: str, models: str, found: Report) -> list[object]:
    here, counted, shipped = found["judged"], found["counted"], found["shipped"]
    return [
        name,
        models,
        here["photos"],
        _error(here),
        _change(here),
        percent(here["bias"], signed=True),
        here["refused"],
        _error(counted),
        _change(counted),
        _error(shipped),
        _change(shipped),
        found.get("minutes", ""),
        found.get("processor_minutes", ""),
    ]


def _error(figures: Report) -> str:
    return with_interval({"value": figures["error"], "interval": figures["interval"]})


def _change(figures: Report) -> str:
    return percent(figures["change"]["value"], signed=True) if "change" in figures else ""
