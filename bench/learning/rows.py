"""The rows that a run keeps, one for each counted photo and each training, so that an interrupted one goes on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.learning.nurseries import Photo
from learning.work_folder import write_whole

Row = dict[str, Any]


@dataclass
class Rows:
    """The rows of a file. Counts are found again by their models and the content of the photo, trainings by their
    models."""

    path: Path
    rows: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = json.loads(self.path.read_text()) if self.path.is_file() else []

    def add(self, row: Row) -> None:
        """Keep one more."""
        self.rows.append(row)
        write_whole(self.path, json.dumps(self.rows, indent=1) + "\n")

    def count(self, models: str, photo: Photo) -> Row | None:
        """What these models counted in a photo."""
        return next((row for row in self.rows if row["models"] == models and row.get("sha256") == photo.sha256), None)

    def counts(self, models: str, photos: Iterable[Photo]) -> list[Row]:
        """What these models counted in those of the photos that they have counted."""
        return [row for photo in photos if (row := self.count(models, photo))]

    def detectors(self, models: str) -> set[str]:
        """The checksums of the detectors that counted under a name: one, or none yet."""
        return {row["detector"] for row in self.rows if row["models"] == models and "detector" in row}

    def training(self, models: str) -> Row | None:
        """What it took to train these models."""
        return next((row for row in self.rows if row["models"] == models and "minutes" in row), None)
