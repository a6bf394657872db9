"""Counts photos with a pair of models, by the product's pipeline, and keeps a row of each."""

import json
from collections.abc import Sequence
from pathlib import Path

from bench.accuracy.measure import RealResult, measure_real
from bench.accuracy.models import Models, load_models
from bench.learning.correcting import corrected_labels
from bench.learning.nurseries import Photo
from bench.learning.rows import Row, Rows
from learning.work_folder import write_whole
from photos.decoding.pixels import decode_picture
from processing.counting.parameters import DEFAULT_PARAMETERS


def count_photos(photos: Sequence[Photo], models: str, weights: Path, rows: Rows) -> None:
    """Count those that these models have not counted yet."""
    missing = [photo for photo in photos if rows.count(models, photo) is None]
    loaded = _load(models, weights, rows) if missing else None
    for photo in missing:
        _count(photo, models, loaded, rows)


def correct_photos(photos: Sequence[Photo], models: str, weights: Path, folder: Path, rows: Rows) -> None:
    """Count them, and keep in the folder what a person would make of each count: SHA256.json, as in a data set."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [photo for photo in photos if not (folder / f"{photo.sha256}.json").is_file()]
    loaded = _load(models, weights, rows) if missing else None
    for photo in missing:
        result = _count(photo, models, loaded, rows)
        height, width = decode_picture(photo.known.path.read_bytes()).shape[:2]
        labels = corrected_labels(result.counted, photo.known.boxes, photo.known.labels, (width, height))
        write_whole(folder / f"{photo.sha256}.json", json.dumps({"width": width, "height": height, **labels}))


def _load(models: str, weights: Path, rows: Rows) -> Models:
    """The models. ValueError if others of that name counted before: other weights are shipped since."""
    loaded = load_models(weights)
    if rows.detectors(models) - {loaded.checksums["detector"]}:
        raise ValueError(f"{rows.path} has rows of other weights called {models}: give another --work")
    return loaded


def _count(photo: Photo, models: str, loaded: Models, rows: Rows) -> RealResult:
    result = measure_real(photo.known, loaded, DEFAULT_PARAMETERS)
    if rows.count(models, photo) is None:
        rows.add({**_describe(photo, models, result), "detector": loaded.checksums["detector"]})
        print(f"{models}: {photo.name}, {rows.rows[-1]['counted']} of {rows.rows[-1]['true']}", flush=True)
    return result


def _describe(photo: Photo, models: str, result: RealResult) -> Row:
    """A row: `true` is the right number that is nearest, `error` a share of it, at most 1."""
    nearest = min(sorted(photo.known.valid_plants), key=lambda right: abs(right - result.estimated))
    return {
        "models": models,
        "photo": photo.name,
        "sha256": photo.sha256,
        "kind": photo.known.kind,
        "true": nearest,
        "counted": result.estimated,
        "error": round(result.judged.error, 4),
        "answered": result.judged.is_answered,
        "marked": result.judged.is_marked,
    }
