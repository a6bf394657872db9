"""The states of an image (only `processing.lifecycle` writes them), and the other words its rows use."""

from django.db import models


class ImageStatus(models.TextChoices):
    """Spec, table `s3_images`: `uploaded | processing | ready | failed`."""

    UPLOADED = "uploaded"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class UploadSource(models.TextChoices):
    """Spec, column `upload_source`."""

    WEB = "web"
    MOBILE = "mobile"
    API = "api"


class OriginalFault(models.TextChoices):
    """What the nightly check found wrong with an original in S3."""

    MISSING = "missing"
    CHANGED = "changed"


class PhotoAction(models.TextChoices):
    """What happened to a photo as a whole; what is kept of it for ever."""

    DELETED = "deleted"
    RESTORED = "restored"
    PURGED = "purged"
    ACKNOWLEDGED = "acknowledged"
