"""Models to measure in place of the shipped ones."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from processing.counting.containers import Segmenter
from processing.counting.detection import Detector
from processing.runtime import inference
from processing.runtime.weights import WeightFile, WeightName, WeightsError, read_weights


@dataclass(frozen=True)
class Models:
    """A detector and a segmenter, and the head of the checksum of each."""

    detector: Detector
    segmenter: Segmenter
    checksums: dict[str, str]


def load_models(folder: Path, *, detector: Path | None = None, segmenter: Path | None = None) -> Models:
    """The models described in the folder's weights.json, or checkpoints (.pt) in their place.

    WeightsError when they are not as described, or not there.
    """
    detecting = choose_weights("detector", folder, detector)
    segmenting = choose_weights("segmenter", folder, segmenter)
    return Models(
        inference.YoloDetector(detecting),
        inference.YoloSegmenter(segmenting),
        {one.name: one.sha256[:12] for one in (segmenting, detecting)},
    )


def choose_weights(name: WeightName, folder: Path, checkpoint: Path | None) -> WeightFile:
    """The described weights of the folder, or the checkpoint, which a CPU then runs unconverted."""
    if checkpoint is None:
        return read_weights(name, folder)
    if not checkpoint.is_file():
        raise WeightsError(f"The {name} weights are missing: {checkpoint}")
    sha256 = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    return WeightFile(name, checkpoint, sha256, inference.CLASSES[name], cpu_folder=checkpoint, cpu_files={})


@contextmanager
def in_use(models: Models) -> Iterator[None]:
    """Make the product's pipeline use these models, at the same two seams as in the tests."""
    with (
        patch.object(inference, "load_detector", lambda: models.detector),
        patch.object(inference, "load_segmenter", lambda: models.segmenter),
    ):
        yield
