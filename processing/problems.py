"""The catalogue of problems: each code with its texts and the form that fixes it."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

Severity = Literal["warning", "error"]
Fix = Literal["choose_location", "date", "configure", "calibrate", "reprocess", "none"]


@dataclass(frozen=True)
class Problem:
    """One kind of problem. `fix` names the form in the gallery's modal."""

    code: str
    severity: Severity
    title: StrOrPromise
    what_to_do: StrOrPromise
    fix: Fix

    @property
    def refuses(self) -> bool:
        """Whether the run refuses its own count with this problem; a sign-off overrides it."""
        return self.code in REFUSALS


NEEDS_LOCATION = Problem(
    "needs_location",
    "warning",
    _("Location missing"),
    _("The plants are counted. Choose the location where the photo was taken."),
    "choose_location",
)
NEEDS_DATE = Problem(
    "needs_date",
    "warning",
    _("Date to be checked"),
    _("The plants are counted, but the date of the photo cannot be right. Say when it was taken."),
    "date",
)
NEEDS_CONFIG = Problem(
    "needs_config",
    "warning",
    _("Location not configured"),
    _("The plants are counted. Say which product grows at this location."),
    "configure",
)
NEEDS_CALIBRATION = Problem(
    "needs_calibration",
    "warning",
    _("Density missing"),
    _("What was seen counts as stock; hidden plants are not estimated until a density is known for this product."),
    "calibrate",
)
PART_MISSING = Problem(
    "part_missing",
    "warning",
    _("Part of the photo missing"),
    _("Plants may be missing from the count. Send the photo again from the camera, or take it again."),
    "none",
)
TOO_DARK = Problem(
    "too_dark",
    "warning",
    _("Too dark"),
    _("The count of a dark photo is not reliable. Take it again with more light, or count by hand."),
    "none",
)
TOO_BRIGHT = Problem(
    "too_bright",
    "warning",
    _("Too bright"),
    _("The count of an overexposed photo is not reliable. Take it again with the sun behind you, or count by hand."),
    "none",
)
TOO_BLURRED = Problem(
    "too_blurred",
    "warning",
    _("Blurred"),
    _("The count of a blurred photo is not reliable. Take it again: tap on the plants to focus and hold still."),
    "none",
)
UNFAMILIAR_SCENE = Problem(
    "unfamiliar_scene",
    "warning",
    _("Scene not recognised"),
    _("The models barely recognise this, so the count is not reliable. Take it again from above, or count by hand."),
    "none",
)
TOO_MANY_DETECTIONS = Problem(
    "too_many_detections",
    "warning",
    _("More than can be counted"),
    _("A limit was reached, so plants are missing from the count. Take several photos from closer up."),
    "none",
)
UNREADABLE_PHOTO = Problem(
    "unreadable_photo",
    "error",
    _("Photo cannot be read"),
    _("Send the photo again from the camera, or take it again."),
    "none",
)
STORAGE_LOST = Problem(
    "storage_lost",
    "error",
    _("Original missing"),
    _("The original is neither in staging nor in storage. Upload the photo again."),
    "none",
)
DETECTION_FAILED = Problem(
    "detection_failed",
    "error",
    _("Counting failed"),
    _("No container could be counted. Process the photo again; if it fails again, report it."),
    "reprocess",
)
TOO_MANY_ATTEMPTS = Problem(
    "too_many_attempts",
    "error",
    _("Processing stopped"),
    _("Processing this photo was interrupted too many times. Process it again, or take the photo again."),
    "reprocess",
)
INTERNAL_ERROR = Problem(
    "internal_error",
    "error",
    _("Processing error"),
    _("Something went wrong on our side. Process the photo again; if it fails again, report it."),
    "reprocess",
)

REFUSALS = {
    problem.code: problem
    for problem in (PART_MISSING, TOO_DARK, TOO_BRIGHT, TOO_BLURRED, UNFAMILIAR_SCENE, TOO_MANY_DETECTIONS)
}
CATALOGUE: dict[str, Problem] = REFUSALS | {
    problem.code: problem
    for problem in (
        NEEDS_LOCATION,
        NEEDS_DATE,
        NEEDS_CONFIG,
        NEEDS_CALIBRATION,
        UNREADABLE_PHOTO,
        STORAGE_LOST,
        DETECTION_FAILED,
        TOO_MANY_ATTEMPTS,
        INTERNAL_ERROR,
    )
}
