"""Trained weights in the object store: put there whole, and fetched to this machine, where every file is verified.

A file lies under its own SHA-256, so that it never changes, and two models may share one. `weights` reads the folder
that is made of them as it reads that of the shipped models.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from photos.storage.keys import model_key
from photos.storage.object_store import ObjectMissingError, put_object, read_object
from processing.models import TrainedModels
from processing.runtime.weights import WEIGHT_NAMES, WeightsError, read_weights

CONTENT_TYPE = "application/octet-stream"
DESCRIPTION = "weights.json"


def store_models(folder: Path) -> TrainedModels:
    """Put the models of a folder into the object store, and note them.

    Raises WeightsError if a file is not as the folder's weights.json describes it, UnavailableError if the storage is
    away.
    """
    for name in WEIGHT_NAMES:
        read_weights(name, folder).verify()
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    for path, sha256 in _files(description):
        put_object(model_key(sha256), (folder / path).read_bytes(), content_type=CONTENT_TYPE)
    made, _is_new = TrainedModels.objects.get_or_create(
        detector_sha256=description["detector"]["sha256"],
        segmenter_sha256=description["segmenter"]["sha256"],
        defaults={"description": description},
    )
    return made


def fetch_models(models: TrainedModels) -> Path:
    """The folder of the models on this machine, with every file as it was stored.

    Raises WeightsError if a file is missing or damaged in the store, UnavailableError if the storage is away.
    """
    folder = Path(settings.DATA_DIR) / "models" / str(models)
    for path, sha256 in _files(models.description):
        target = folder / path
        if target.is_file() and _sha256(target.read_bytes()) == sha256:
            continue
        try:
            data = read_object(model_key(sha256))
        except ObjectMissingError as error:
            raise WeightsError(f"A file of the trained models {models} is missing in the storage: {path}") from error
        if _sha256(data) != sha256:
            raise WeightsError(f"A file of the trained models {models} is damaged in the storage: {path}")
        _write(target, data)
    _write(folder / DESCRIPTION, json.dumps(models.description, indent=2).encode())
    return folder


def _files(description: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The path of each file in the folder, and its SHA-256."""
    for name in WEIGHT_NAMES:
        entry = description[name]
        yield entry["file"], entry["sha256"]
        for file, sha256 in entry["cpu"]["files"].items():
            yield f"{entry['cpu']['folder']}/{file}", sha256


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """The whole file or nothing; two processes may fetch the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{hashlib.sha256(data).hexdigest()[:8]}.new")
    unfinished.write_bytes(data)
    unfinished.replace(path)
