"""The folder of a training run on its worker: its photos, the weights it starts from, its checkpoints."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
from django.conf import settings

from learning.exchange.pictures import PictureGoneError, read_bytes
from learning.models import Split, TrainingRun
from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import UnreadablePictureError
from processing.counting.boxes import Rgb
from processing.runtime.weights import WEIGHT_NAMES, read_weights

PHOTO_BYTES, OTHER_BYTES = 4 * 1024**2, 2 * 1024**3
QUALITY = 95


def folder_of(run: TrainingRun) -> Path:
    """Where a run works."""
    return Path(settings.DATA_DIR) / "training" / str(run.pk)


def needed_bytes(run: TrainingRun) -> int:
    """Roughly what a run needs on the disk."""
    return run.data_set.train_count * PHOTO_BYTES + OTHER_BYTES


def free_bytes() -> int:
    """What the disk has, above the reserve for uploads."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    reserve: int = settings.STAGING_RESERVE_BYTES
    return max(0, shutil.disk_usage(folder).free - reserve)


def forget_others(run: TrainingRun) -> None:
    """Remove the folders of other runs: at most one is unfinished."""
    parent = folder_of(run).parent
    for folder in parent.iterdir() if parent.is_dir() else ():
        if folder.name != str(run.pk):
            shutil.rmtree(folder, ignore_errors=True)


def fill_folder(run: TrainingRun, *, renew: Callable[[], None]) -> int:
    """Write what the training reads, except what is there; how many photos are gone.

    Raises UnavailableError if the storage is away. `renew` is called between photos.
    """
    folder = folder_of(run)
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    (folder / "base").mkdir(exist_ok=True)
    entries, gone = [], 0
    for photo in run.data_set.photos.filter(split=Split.TRAIN):
        renew()
        name = f"{photo.sha256}.jpg"
        if not (folder / "photos" / name).is_file():
            try:
                _write_picture(folder / "photos" / name, decode_picture(read_bytes(photo)))
            except (PictureGoneError, UnreadablePictureError):
                gone += 1
                continue
        entries.append({"image": name, "width": photo.width_px, "height": photo.height_px, **photo.labels})
    for model in WEIGHT_NAMES:
        weights = read_weights(model)
        weights.verify()
        shutil.copy(weights.path, folder / "base" / f"{model}.pt")
    write_whole(folder / "photos" / "labels.json", json.dumps(entries))
    write_whole(folder / "job.json", json.dumps(run.job))
    return gone


def _write_picture(path: Path, rgb: Rgb) -> None:
    """Upright and without EXIF, whole or not at all."""
    unfinished = path.with_name(f"new-{path.name}")
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    unfinished.write_bytes(data.tobytes())
    unfinished.replace(path)


def write_whole(path: Path, text: str) -> None:
    """The whole file or nothing."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(text)
    unfinished.replace(path)
