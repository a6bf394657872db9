"""The catalogue of problems: each code with what a person is told and which form fixes it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["warning", "error"]
Fix = Literal["choose_location", "configure", "calibrate", "reprocess", "none"]


@dataclass(frozen=True)
class Problem:
    """One kind of problem. `fix` names the form in the gallery's modal."""

    code: str
    severity: Severity
    title: str
    what_to_do: str
    fix: Fix


NEEDS_LOCATION = Problem(
    "needs_location",
    "warning",
    "Location missing",
    "The plants are counted. Choose the storage location where the photo was taken.",
    "choose_location",
)
NEEDS_CONFIG = Problem(
    "needs_config",
    "warning",
    "Location not configured",
    "The plants are counted. Say which product stands at this location.",
    "configure",
)
NEEDS_CALIBRATION = Problem(
    "needs_calibration",
    "warning",
    "Density missing",
    "The detected plants are counted; hidden ones cannot be estimated until a density is known for this product.",
    "calibrate",
)
UNREADABLE_PHOTO = Problem(
    "unreadable_photo",
    "error",
    "Photo cannot be read",
    "The file is damaged. Take the photo again.",
    "none",
)
STORAGE_LOST = Problem(
    "storage_lost",
    "error",
    "Original missing",
    "The original is neither in staging nor in storage. Upload the photo again.",
    "none",
)
DETECTION_FAILED = Problem(
    "detection_failed",
    "error",
    "Counting failed",
    "No container could be counted. Process the photo again; if it fails again, report it.",
    "reprocess",
)
TOO_MANY_ATTEMPTS = Problem(
    "too_many_attempts",
    "error",
    "Processing stopped",
    "Processing this photo was interrupted too many times. Process it again, or take the photo again.",
    "reprocess",
)
INTERNAL_ERROR = Problem(
    "internal_error",
    "error",
    "Processing error",
    "Something went wrong on our side. Process the photo again; if it fails again, report it.",
    "reprocess",
)

CATALOGUE: dict[str, Problem] = {
    problem.code: problem
    for problem in (
        NEEDS_LOCATION,
        NEEDS_CONFIG,
        NEEDS_CALIBRATION,
        UNREADABLE_PHOTO,
        STORAGE_LOST,
        DETECTION_FAILED,
        TOO_MANY_ATTEMPTS,
        INTERNAL_ERROR,
    )
}
