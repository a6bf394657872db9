"""*Pure*: a labelled photo as the layouts write and read it, and the error for what they cannot read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from learning.labels import CONTAINER_KINDS, PLANT_CLASSES, Labels

SplitName = Literal["train", "held_out"]
HELD_OUT_NAMES = frozenset({"held_out", "held-out", "val", "valid", "validation", "test"})
# As other programs and people call them.
SYNONYMS: Mapping[str, str] = {
    "plants": "plant",
    "empty place": "empty",
    "empty pot": "empty",
    "empty cell": "empty",
    "dead plant": "dead",
    "bed": "segment",
    "crate": "box",
    "plug tray": "plug",
    "tray": "plug",
}


class LayoutError(ValueError):
    """A file that cannot be read. `code` is one of `learning.exchange.reading.FAULTS`, with its parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code, parameters)
        self.code, self.parameters = code, parameters


@dataclass(frozen=True)
class LabelledPhoto:
    """A photo in a layout: its path there, size, labels, what it is for, and its plants in all, hidden ones too; the
    last two are None if the layout does not say them."""

    path: str
    size_px: tuple[int, int]
    labels: Labels
    split: SplitName | None
    total: int | None = None


def find_class(name: object, file: str) -> tuple[Literal["plant", "container"], int]:
    """Whether a class of another program is of plants or containers, and its index. Raises LayoutError."""
    word = str(name).strip().lower().replace("_", " ").replace("-", " ")
    word = SYNONYMS.get(word, word)
    if word in PLANT_CLASSES:
        return "plant", PLANT_CLASSES.index(word)
    if word in CONTAINER_KINDS:
        return "container", CONTAINER_KINDS.index(word)
    raise LayoutError("unknown_class", name=str(name)[:40], file=file)


def split_named(*folders: str) -> SplitName | None:
    """What photos in folders of these names are for; None if the names do not say it."""
    names = {folder.lower() for folder in folders}
    if names & HELD_OUT_NAMES:
        return "held_out"
    return "train" if names & {"train", "training"} else None
