"""The corrections of a photo that a person can undo and redo, and its notes."""

from dataclasses import dataclass

from demeter.accounts.models import User
from photos.models import S3Image
from processing.models import Correction


@dataclass(frozen=True)
class ReviewState:
    """The corrections that this user can undo and redo, and the notes about the photo."""

    undoable: Correction | None
    redoable: Correction | None
    notes: tuple[Correction, ...]


def review_state(image: S3Image, user: User) -> ReviewState:
    """Three queries."""
    notes = image.corrections.in_force().filter(action=Correction.Action.NOTE).select_related("user")
    return ReviewState(
        undoable=image.corrections.undoable(user).first(),
        redoable=image.corrections.redoable(user).first(),
        notes=tuple(notes),
    )
