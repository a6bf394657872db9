"""Judges the models of a training: on the held-out photos of its data set, and on the benchmark that is shipped.

Both the models in use and the trained ones count every photo, by the functions that count live
(`processing.pipeline.beside`). It runs in a process of its own (`manage.py judge_models`) and goes on where it was.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from learning.exchange.pictures import PictureGoneError, read_bytes
from learning.figures import SetName
from learning.models import DataSet, DataSetPhoto, Split, TrainingRun
from learning.shipped import BENCHMARK_PHOTOS
from learning.work_folder import folder_of, write_whole
from locations.configuration import config_at
from locations.models import LocationConfig, StorageLocation
from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import UnreadablePictureError
from processing.pipeline.beside import count_beside
from processing.pipeline.photo_count import open_picture
from processing.review.outcome import category_of
from processing.runtime import registry
from processing.runtime.inference import Models, read_models

BENCHMARK = settings.BASE_DIR / "learning" / "benchmark.json"
SECONDS_EACH = 12  # for the progress: twice a photo
JUDGED = "judged.json"


@dataclass(frozen=True)
class Exam:
    """A photo whose true number is known."""

    set_name: SetName
    name: str
    truth: int
    photo: DataSetPhoto | Path

    def read(self) -> bytes:
        """The file as it was uploaded. Raises PictureGoneError, or UnavailableError if the storage is away."""
        return self.photo.read_bytes() if isinstance(self.photo, Path) else read_bytes(self.photo)

    def config(self) -> LocationConfig | None:
        """What grew there then, as the live count knew it."""
        if isinstance(self.photo, Path) or self.photo.location_id is None or self.photo.moment is None:
            return None
        location = StorageLocation.objects.filter(pk=self.photo.location_id).first()
        return config_at(location, self.photo.moment) if location else None


def exams_of(data_set: DataSet) -> Iterator[Exam]:
    """The held-out photos with a known number, then the benchmark."""
    for photo in data_set.photos.filter(split=Split.HELD_OUT):
        truth = photo.plant_count if photo.total is None else photo.total
        if truth is not None:
            yield Exam("held_out", photo.name, truth, photo)
    for name, truth in json.loads(BENCHMARK.read_text(encoding="utf-8")).items():
        yield Exam("benchmark", name, truth, BENCHMARK_PHOTOS / name)


def judging_seconds(data_set: DataSet) -> int:
    """Roughly how long judging takes, for the progress."""
    return SECONDS_EACH * sum(1 for _exam in exams_of(data_set))


def judge(run: TrainingRun) -> None:
    """Count every photo with both pairs of models and keep the numbers in judged.json of the run's folder."""
    folder = folder_of(run)
    judged = _read(folder)
    seen = {(row["set_name"], row["name"]) for row in judged}
    trained = read_models(folder / "weights")
    for exam in exams_of(run.data_set):
        if (exam.set_name, exam.name) not in seen:
            row = _examine(exam, trained)
            judged += [row] if row else []
            write_whole(folder / JUDGED, json.dumps(judged))
        _tell(folder, len(judged))


def _examine(exam: Exam, trained: Models) -> dict[str, Any] | None:
    """Both counts of a photo; None if its picture is gone."""
    try:
        photo = open_picture(exam.read(), decode=decode_picture)
        config = exam.config()
        category = category_of(config)
        rival = registry.choose(category)
        before, after = count_beside(photo, config, rival.models), count_beside(photo, config, trained)
    except (PictureGoneError, UnreadablePictureError):
        return None
    return {
        "set_name": exam.set_name,
        "name": exam.name,
        "truth": exam.truth,
        "before": before.total,
        "after": after.total,
        "refused_before": before.refused,
        "refused_after": after.refused,
        "seconds_before": before.seconds,
        "seconds_after": after.seconds,
        "category": category,
        "rival": rival.versions["detector"],
    }


def _read(folder: Path) -> list[dict[str, Any]]:
    path = folder / JUDGED
    return list(json.loads(path.read_text())) if path.is_file() else []


def _tell(folder: Path, photos: int) -> None:
    """Go on with the progress of the training."""
    told = json.loads((folder / "progress.json").read_text())
    job = json.loads((folder / "job.json").read_text())
    done = told["all"] - job.get("judging_seconds", 0) + SECONDS_EACH * photos
    told |= {"stage": "judging", "done": min(done, told["all"])}
    write_whole(folder / "progress.json", json.dumps(told))
