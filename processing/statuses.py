"""The states of a run and the transitions between them. Only `processing.lifecycle` writes them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunStatus(models.TextChoices):
    """Jobs and sessions (spec): `pending | processing | completed | failed`."""

    PENDING = "pending", _("Pending")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


UNFINISHED = (RunStatus.PENDING, RunStatus.PROCESSING)

ALLOWED_MOVES: dict[str, frozenset[str]] = {
    RunStatus.PENDING: frozenset({RunStatus.PROCESSING, RunStatus.FAILED}),
    # A restart after a lost worker stays in `processing`.
    RunStatus.PROCESSING: frozenset({RunStatus.PROCESSING, RunStatus.COMPLETED, RunStatus.FAILED}),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
}


class Phase(models.TextChoices):
    """The phase of a job; progress is measured between these milestones."""

    STORE = "store", _("Store")
    LOCATE = "locate", _("Locate")
    SEGMENT = "segment", _("Segment")
    DETECT = "detect", _("Detect")
    AGGREGATE = "aggregate", _("Aggregate")
    DONE = "done", _("Done")


class JobKind(models.TextChoices):
    """Why a job was made."""

    FIRST = "first", _("First")
    REPROCESS = "reprocess", _("Reprocess")


class SegmentStatus(models.TextChoices):
    """One container's detection."""

    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
