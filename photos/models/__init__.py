"""Uploads, the pictures that they brought, and what people did to the photos."""

from photos.models.events import PhotoEvent
from photos.models.images import S3Image, S3ImageQuerySet
from photos.models.uploads import Upload

__all__ = ["PhotoEvent", "S3Image", "S3ImageQuerySet", "Upload"]
