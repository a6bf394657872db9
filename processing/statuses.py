"""The states of a run and the moves between them. Only `processing.lifecycle` writes them."""

from django.db import models


class RunStatus(models.TextChoices):
    """Jobs and sessions (spec): `pending | processing | completed | failed`."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


UNFINISHED = (RunStatus.PENDING, RunStatus.PROCESSING)

ALLOWED_MOVES: dict[str, frozenset[str]] = {
    RunStatus.PENDING: frozenset({RunStatus.PROCESSING, RunStatus.FAILED}),
    # A restart after a lost worker stays in `processing`.
    RunStatus.PROCESSING: frozenset({RunStatus.PROCESSING, RunStatus.COMPLETED, RunStatus.FAILED}),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
}


class Phase(models.TextChoices):
    """Where in the pipeline a job is; progress is measured between these milestones."""

    STORE = "store"
    LOCATE = "locate"
    SEGMENT = "segment"
    DETECT = "detect"
    AGGREGATE = "aggregate"
    DONE = "done"


class JobKind(models.TextChoices):
    """Why a job was made."""

    FIRST = "first"
    REPROCESS = "reprocess"


class SegmentStatus(models.TextChoices):
    """One container's detection."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
