"""The two trained models on disk: which files, what they know, and whether they are the files we shipped.

`processing/trained/weights.json` describes them; `processing.inference` loads nothing that was not checked here.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TRAINED_DIR = Path(__file__).resolve().parent / "trained"

WeightName = Literal["segmenter", "detector"]
WEIGHT_NAMES: tuple[WeightName, ...] = ("segmenter", "detector")


class WeightsError(Exception):
    """A weight file or its description is missing, damaged or not the one we shipped."""


@dataclass(frozen=True)
class WeightFile:
    """One trained model: its file, the checksum it must have, and its classes in the order of their ids."""

    name: WeightName
    path: Path
    sha256: str
    classes: tuple[str, ...]

    def verify(self) -> None:
        """Raise WeightsError unless the file is there and has its checksum."""
        if not self.path.is_file():
            raise WeightsError(f"The {self.name} weights are missing: {self.path}")
        with self.path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if actual != self.sha256:
            raise WeightsError(
                f"The {self.name} weights are damaged: {self.path} has sha256 {actual[:12]}, not {self.sha256[:12]}"
            )


def read_weights(name: WeightName, folder: Path = TRAINED_DIR) -> WeightFile:
    """The described weight file, not yet verified; WeightsError when the description cannot be used."""
    description = folder / "weights.json"
    try:
        entry = json.loads(description.read_text(encoding="utf-8"))[name]
        return WeightFile(name, folder / entry["file"], entry["sha256"], tuple(entry["classes"]))
    except FileNotFoundError as error:
        raise WeightsError(f"The description of the weights is missing: {description}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{description} does not describe the {name} weights ({error!r})") from error
