"""Trains both models on corrected photos with the product's own plan and command, in a folder that it can go on in."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.learning.nurseries import Photo
from bench.learning.rows import Rows
from learning.plan import make_job
from learning.work_folder import QUALITY, write_whole
from photos.decoding.pixels import decode_picture, encode_jpeg
from processing.runtime.weights import WEIGHT_NAMES, read_weights

BULKY = ("detector", "segmenter", "cutouts")  # tiles, collages, checkpoints: not needed when the weights are packed


def teach(photos: Sequence[Photo], models: str, *, base: Path, labels: Path, work: Path, rows: Rows) -> None:
    """Train `models` in the folder `work`, or go on; `base` has the weights to start from, `labels` the corrections."""
    if rows.training(models) is not None:
        return
    in_one_go = not (work / "progress.json").is_file()
    before = _processor_seconds()
    if not (work / "done.json").is_file():
        fill(work, photos, base=base, labels=labels)
        command = [sys.executable, "-m", "training.on_photos", str(work), "--parent", str(os.getpid())]
        subprocess.run(command, check=True)
    minutes = json.loads((work / "done.json").read_text())["seconds"] / 60
    used = (_processor_seconds() - before) / 60
    for name in BULKY:
        shutil.rmtree(work / name, ignore_errors=True)
    rows.add(
        {
            "models": models,
            "photos": len(photos),
            "minutes": round(minutes, 1),
            "processor_minutes": round(used, 1) if in_one_go else None,
        }
    )


def fill(work: Path, photos: Sequence[Photo], *, base: Path, labels: Path) -> None:
    """Write what `training.on_photos` reads, as the product's worker does."""
    for name in ("photos", "base"):
        (work / name).mkdir(parents=True, exist_ok=True)
    entries = []
    for photo in photos:
        name = f"{photo.sha256}.jpg"
        (work / "photos" / name).write_bytes(encode_jpeg(decode_picture(photo.known.path.read_bytes()), QUALITY))
        entries.append({"image": name, **json.loads((labels / f"{photo.sha256}.json").read_text())})
    for model in WEIGHT_NAMES:
        shutil.copy(read_weights(model, base).path, work / "base" / f"{model}.pt")
    write_whole(work / "photos" / "labels.json", json.dumps(entries))
    write_whole(work / "job.json", json.dumps(make_job(plants=len(photos), containers=len(photos))))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
