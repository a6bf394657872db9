"""The states of an image (only `processing.lifecycle` writes them), and the other words its rows use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImageStatus(models.TextChoices):
    """Spec, table `s3_images`: `uploaded | processing | ready | failed`."""

    UPLOADED = "uploaded", _("Uploaded")
    PROCESSING = "processing", _("Processing")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class UploadSource(models.TextChoices):
    """Spec, column `upload_source`."""

    WEB = "web", _("Web")
    MOBILE = "mobile", _("Mobile")
    API = "api"


class VisitAnswer(models.TextChoices):
    """How several photos of one location, taken within half an hour, belong together;
    `stock.visits.grouping` counts by it."""

    PARTS = "parts", _("Parts: add them")
    RETAKE = "retake", _("Retakes: keep the newest")


class OriginalFault(models.TextChoices):
    """What the nightly check found wrong with an original in S3."""

    MISSING = "missing", _("Missing")
    CHANGED = "changed", _("Changed")


class DateDoubt(models.TextChoices):
    """Why the camera's clock is not trusted, so that a person is asked when the photo was taken."""

    UNREADABLE = "unreadable", _("Impossible date")
    AHEAD = "ahead", _("In the future")
    BEFORE_NURSERY = "before_nursery", _("Long before the first upload")
    RESET = "reset", _("Clock began anew")
    BEHIND_LOCATION = "behind_location", _("Long before the newest count")


class PhotoAction(models.TextChoices):
    """What happened to a photo as a whole; kept permanently."""

    DELETED = "deleted", _("Deleted")
    RESTORED = "restored", _("Restored")
    PURGED = "purged", _("Purged")
    ACKNOWLEDGED = "acknowledged", _("Dismissed")
