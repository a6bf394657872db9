r"""Trains both models on a nursery's own photos, mixed with renders and collages; `learning.supervising` runs this.

    python -m training.on_photos WORK --parent PID

WORK has job.json (numbers, below), photos/ (pictures and labels.json, as `pictures.load_labelled` reads them) and base/
(detector.pt, segmenter.pt to start from). Written there: tiles, collages, checkpoints, progress.json every few seconds,
and at the end weights/ (both models, each the mean of its weights before and after, for CPUs too, described as the
shipped ones) and done.json. Ended at any moment and started again, it goes on where it was: every stage leaves a mark
when it is done, and the trainings continue from their last checkpoint.

job.json: {"models": {"detector": {"own", "rehearsal", "collages", "passes", "epoch_tiles", "lr"}, ...}, "seed",
"judging_seconds"}. `own`, `rehearsal` and `collages` are how many tiles are made of which; all are seen `passes` times;
a checkpoint is written after each `epoch_tiles`. `judging_seconds` come afterwards, elsewhere.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from demeter.common.background import thread_count, work_in_background
from processing.runtime.weights import TRAINED_DIR
from training.collage.__main__ import write_collages
from training.collage.cut_out import MIN_SIDE_PX, cut_picture
from training.collage.leafy import draw_leafy
from training.collage.plants import Cutout, read_cutouts
from training.collage.scene import Stock
from training.dataset import write_description, write_tiles
from training.pictures import PLANT_CLASSES, Picture, Subject, load_labelled
from training.rehearsal import load_rehearsal

SUBJECTS: dict[str, Subject] = {"detector": "plants", "segmenter": "containers"}
# What one of each takes, in seconds on one core: only their proportion matters, for the progress.
TILE_SECONDS, COLLAGE_SECONDS = 0.1, 0.5
SAMPLE_SECONDS = {"detector": 0.4, "segmenter": 0.7}
CONVERT_SECONDS = 120
CUTOUTS_EACH = 120  # of the own photos, and of the renders
LEAFY_EACH = 60
COLLAGES_AT_ONCE = 10
VALIDATION_TILES = 4
KILLED = 137  # as a shell says it: another try may help
# Of the trained weights in what is packed; the rest are those that the training started from (`training.average`).
# The trained ones alone forgot too much of what is not in the photos (docs/models.md).
TRAINED_SHARE = 0.5


class Progress:
    """How much of the work is done, in progress.json: {stage, done, all, seconds}, the latter over all starts."""

    def __init__(self, work: Path, job: dict[str, Any]) -> None:
        self.path = work / "progress.json"
        before = json.loads(self.path.read_text()) if self.path.is_file() else {}
        self.seconds, self.began = float(before.get("seconds", 0.0)), time.monotonic()
        self.all = sum(_units(name, one) for name, one in job["models"].items()) + CONVERT_SECONDS
        self.all += job.get("judging_seconds", 0)
        self.behind = 0.0

    def tell(self, stage: str, units: float) -> None:
        """`units` of the stage are done."""
        told = {"stage": stage, "done": round(self.behind + units, 1), "all": round(self.all, 1)}
        seconds = round(self.seconds + time.monotonic() - self.began, 1)
        _write(self.path, json.dumps({**told, "seconds": seconds}))

    def leave(self, units: float) -> None:
        """A stage of so many units is behind us."""
        self.behind += units


def _units(name: str, job: dict[str, Any]) -> float:
    return _tile_units(job) + _collage_units(job) + _sample_units(name, job)


def _tile_units(job: dict[str, Any]) -> float:
    return (job["own"] + job["rehearsal"]) * TILE_SECONDS


def _collage_units(job: dict[str, Any]) -> float:
    return job["collages"] * COLLAGE_SECONDS


def _sample_units(name: str, job: dict[str, Any]) -> float:
    return (job["own"] + job["rehearsal"] + job["collages"]) * job["passes"] * SAMPLE_SECONDS[name]


def _write(path: Path, text: str) -> None:
    """The whole file or nothing."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(text)
    unfinished.replace(path)


def train_all(work: Path) -> None:
    """Every stage of every model that is not done yet."""
    job = json.loads((work / "job.json").read_text())
    progress = Progress(work, job)
    for name, one in job["models"].items():
        own, renders = load_labelled(work / "photos", SUBJECTS[name]), load_rehearsal()
        _make_tiles(work / name, name, own, renders, one, job["seed"], progress)
        _make_collages(work, name, own, renders, one, job["seed"], progress)
        _train(work, name, one, progress)
    progress.tell("convert", 0)
    weights = {name: _pack(work, name) for name in job["models"]}
    _describe(work, weights)
    progress.leave(CONVERT_SECONDS)
    progress.tell("convert", 0)
    _write(work / "done.json", json.dumps({"weights": weights, "seconds": round(_seconds(progress))}))


def _seconds(progress: Progress) -> float:
    return progress.seconds + time.monotonic() - progress.began


def _make_tiles(
    folder: Path,
    name: str,
    own: list[Picture],
    renders: list[Picture],
    job: dict[str, Any],
    seed: int,
    progress: Progress,
) -> None:
    mark = folder / "tiles.done"
    if not mark.is_file():
        progress.tell(f"{name}-tiles", 0)
        shutil.rmtree(folder / "tiles", ignore_errors=True)
        sources = [(own, job["own"] if own else 0), (renders, job["rehearsal"])]
        write_tiles(name, "train", [source for source in sources if source[1]], folder / "tiles", seed)
        write_tiles(name, "validation", [(renders, VALIDATION_TILES)], folder / "tiles", seed + 1)
        write_description(name, folder / "tiles")
        _add_collages(folder)
        _write(mark, "")
    progress.leave(_tile_units(job))


def _add_collages(folder: Path) -> None:
    """Let the description name the folder of the collages too."""
    path = folder / "tiles" / "data.yaml"
    described = json.loads(path.read_text())
    collages = folder.resolve() / "collages" / "images"
    described["train"] = [str(folder.resolve() / "tiles" / "images" / "train"), str(collages)]
    path.write_text(json.dumps(described))


def _make_collages(
    work: Path,
    name: str,
    own: list[Picture],
    renders: list[Picture],
    job: dict[str, Any],
    seed: int,
    progress: Progress,
) -> None:
    out = work / name / "collages"
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True, exist_ok=True)
    made = len(list((out / "images").glob("*.jpg")))
    if made < job["collages"]:
        progress.tell(f"{name}-collages", made * COLLAGE_SECONDS)
        stock = _stock(work, own, renders, seed)
        for first in range(0, job["collages"], COLLAGES_AT_ONCE):
            numbers = range(first, min(first + COLLAGES_AT_ONCE, job["collages"]))
            missing = [number for number in numbers if not _is_whole(out, seed, number)]
            write_collages(stock, missing, model=name, seed=seed, out=out)
            progress.tell(f"{name}-collages", (numbers[-1] + 1) * COLLAGE_SECONDS)
    progress.leave(_collage_units(job))


def _is_whole(out: Path, seed: int, number: int) -> bool:
    """Whether a collage was written to its end."""
    path = out / "images" / f"collage-{seed:03}-{number:06}.jpg"
    if not path.is_file():
        return False
    with path.open("rb") as file:
        file.seek(-2, os.SEEK_END)
        return file.read() == b"\xff\xd9"


def _stock(work: Path, own: list[Picture], renders: list[Picture], seed: int) -> Stock:
    """Plants cut out of the own photos and of the renders, and drawn ones with leaves."""
    folder = work / "cutouts"
    if not (folder / "done").is_file():
        for view in ("above", "side"):
            (folder / view).mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(seed)
        for source, pictures in (("own", own), ("render", renders)):
            _cut_out(pictures, folder, source, rng)
        _write(folder / "done", "")
    rng = np.random.default_rng(seed)
    cutouts: list[Cutout] = [one for view in ("above", "side") for one in read_cutouts(folder / view, view)]
    cutouts += [draw_leafy(view, rng) for view in ("above", "side") for _ in range(LEAFY_EACH)]
    return Stock(cutouts, ())


def _cut_out(pictures: Sequence[Picture], folder: Path, source: str, rng: np.random.Generator) -> None:
    """At most CUTOUTS_EACH plants, large enough and evenly drawn."""
    large = [
        (number, int(index))
        for number, picture in enumerate(pictures)
        for index in np.flatnonzero(picture.labels == PLANT_CLASSES.index("plant"))
        if (picture.boxes[index, 2:] - picture.boxes[index, :2]).min() >= MIN_SIDE_PX
    ]
    chosen = [large[index] for index in rng.permutation(len(large))[:CUTOUTS_EACH]]
    for number, picture in enumerate(pictures):
        wanted = [index for of, index in chosen if of == number]
        for found, (view, bgra) in enumerate(cut_picture(picture, wanted) if wanted else ()):
            cv2.imwrite(str(folder / view / f"{source}-{number:03}-{found:03}.png"), bgra)


def _train(work: Path, name: str, job: dict[str, Any], progress: Progress) -> None:
    """The training by its own command, from its last checkpoint if there is one."""
    folder, units = work / name, _sample_units(name, job)
    mark = folder / "trained.done"
    if not mark.is_file():
        tiles = job["own"] + job["rehearsal"] + job["collages"]
        epochs = max(2, math.ceil(tiles * job["passes"] / job["epoch_tiles"]))
        options = {"data": folder / "tiles" / "data.yaml", "base": work / "base" / f"{name}.pt", "runs": folder}
        options |= {"name": "run", "epochs": epochs, "lr": job["lr"], "epoch-tiles": job["epoch_tiles"]}
        words = [word for option, value in options.items() for word in (f"--{option}", str(value))]
        words += ["--device", _device(), "--parent", str(os.getpid())]
        if (folder / "run" / "weights" / "kept.pt").is_file():
            words.append("--resume")
        child = subprocess.Popen([sys.executable, "-m", "training.train", name, *words])
        while child.poll() is None:
            progress.tell(name, units * _share(folder / "run" / "progress.json"))
            time.sleep(1)
        if child.returncode < 0:
            print(f"the training of the {name} was killed by signal {-child.returncode}", flush=True)
            raise SystemExit(KILLED)
        if child.returncode:
            raise SystemExit(f"the training of the {name} ended with {child.returncode}")
        _write(mark, "")
    progress.leave(units)


def _share(path: Path) -> float:
    """How much of a training is done, 0 to 1."""
    return float(json.loads(path.read_text())["share"]) if path.is_file() else 0.0


def _device() -> str:
    """The first GPU, if there is one. Asked in another process, so that this one holds none of its memory."""
    asked = "import torch; print(torch.cuda.is_available())"
    found = subprocess.run([sys.executable, "-c", asked], check=True, stdout=subprocess.PIPE, text=True)
    return "0" if found.stdout.strip() == "True" else "cpu"


def _pack(work: Path, name: str) -> str:
    """Writes weights/NAME.pt as it is shipped, the mean of before and after, and returns its SHA-256."""
    (work / "weights").mkdir(exist_ok=True)
    checkpoints, target = work / name / "run" / "weights", work / "weights" / f"{name}.pt"
    base, trained, mean = work / "base" / f"{name}.pt", checkpoints / "last.pt", checkpoints / "mean.pt"
    _run("training.average", base, trained, mean, "--later", TRAINED_SHARE)
    return _run("training.pack", mean, target).split()[-1]


def _run(module: str, *words: object) -> str:
    """What a command prints. CalledProcessError if it fails."""
    return subprocess.check_output([sys.executable, "-m", module, *map(str, words)], text=True)


def _describe(work: Path, weights: dict[str, str]) -> None:
    """Converts both models for CPUs, the detector in 8 bits, and writes weights.json, as for the shipped ones."""
    folder = work / "weights"
    shipped = json.loads((TRAINED_DIR / "weights.json").read_text())
    described = {}
    for name, sha256 in weights.items():
        tiles = ("--tiles", work / name / "tiles" / "images" / "train") if name == "detector" else ()
        cpu = json.loads(_run("training.convert", folder / f"{name}.pt", *tiles).splitlines()[-1])
        kept = {key: shipped[name][key] for key in ("classes", "imgsz", "licence")}
        base = {"file": shipped[name]["file"], "sha256": shipped[name]["sha256"]}
        described[name] = {"file": f"{name}.pt", "sha256": sha256, "cpu": cpu, **kept, "base": base}
    _write(folder / "weights.json", json.dumps(described, indent=2) + "\n")


def main(words: Sequence[str] | None = None) -> None:
    """Train in the background."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--parent", type=int, required=True, help="id of the process with which this one ends")
    args = parser.parse_args(words)
    work_in_background(args.parent)
    cv2.setNumThreads(1)
    os.environ["OMP_NUM_THREADS"] = str(thread_count())
    train_all(args.work)


if __name__ == "__main__":
    main()
