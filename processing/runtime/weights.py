"""The two trained models on disk: their files and classes, and whether the files are as shipped.

`processing/trained/weights.json` describes them;
`processing.runtime.inference` only loads files that were checked here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TRAINED_DIR = Path(__file__).resolve().parents[1] / "trained"

WeightName = Literal["segmenter", "detector"]
WEIGHT_NAMES: tuple[WeightName, ...] = ("segmenter", "detector")


class WeightsError(Exception):
    """A weight file or its description is missing, damaged or not the one we shipped."""


@dataclass(frozen=True)
class WeightFile:
    """One trained model: its checkpoint, the checksum it must have, and its classes in the order of their ids.

    `cpu_folder` has the same model for CPUs (OpenVINO), `cpu_files` the checksum of each file in it.
    """

    name: WeightName
    path: Path
    sha256: str
    classes: tuple[str, ...]
    cpu_folder: Path
    cpu_files: Mapping[str, str]

    def verify(self) -> None:
        """Raise WeightsError unless every file is there and has its checksum."""
        self._verify_file(self.path, self.sha256)
        for name, sha256 in self.cpu_files.items():
            self._verify_file(self.cpu_folder / name, sha256)

    def _verify_file(self, path: Path, sha256: str) -> None:
        if not path.is_file():
            raise WeightsError(f"The {self.name} weights are missing: {path}")
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if actual != sha256:
            raise WeightsError(
                f"The {self.name} weights are damaged: {path} has sha256 {actual[:12]}, not {sha256[:12]}"
            )


def read_weights(name: WeightName, folder: Path = TRAINED_DIR) -> WeightFile:
    """The described weight file, not yet verified; WeightsError if the description is invalid."""
    description = folder / "weights.json"
    try:
        entry = json.loads(description.read_text(encoding="utf-8"))[name]
        cpu = entry["cpu"]
        return WeightFile(
            name=name,
            path=folder / entry["file"],
            sha256=entry["sha256"],
            classes=tuple(entry["classes"]),
            cpu_folder=folder / cpu["folder"],
            cpu_files=dict(cpu["files"]),
        )
    except FileNotFoundError as error:
        raise WeightsError(f"The description of the weights is missing: {description}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{description} does not describe the {name} weights ({error!r})") from error
