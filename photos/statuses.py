"""The states of an image. Only `processing.lifecycle` writes them."""

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
