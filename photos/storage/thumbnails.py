"""Thumbnails expire in S3 and are made again when somebody looks at the photo.

Lists use `thumbnail_url`, which decides by the age in the row, without a request. `gallery.upload.api.thumbnail` serves
the URL of an old one and makes it again from the preview, which S3 keeps.
"""

import logging
from datetime import datetime
from functools import cache
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from photos.decoding.decoder_pool import make_preview
from photos.decoding.pixels import MAX_WEB_PIXELS, TooManyPixelsError, make_thumbnail
from photos.models import S3Image
from photos.storage import keys, object_store

logger = logging.getLogger(__name__)
ANY_PHOTO = UUID(int=0)


def thumbnail_url(image_id: UUID, *, key: str | None, written_at: datetime | None) -> str | None:
    """The URL of the thumbnail: in S3, or in Demeter if it may have to be made again; None if there never was one."""
    if not key:
        return None
    if keys.may_be_gone(key, written_at=written_at, now=timezone.now()):
        return restore_address(image_id)
    return object_store.presigned_url(key)


def restore_address(image_id: UUID) -> str:
    """The URL that makes the thumbnail again. Not by `reverse`, which is too slow for the fifty of a list."""
    return _any_restore_address().replace(str(ANY_PHOTO), str(image_id))


@cache
def _any_restore_address() -> str:
    return reverse("api-photo-thumbnail", kwargs={"image_id": ANY_PHOTO})


def restore_thumbnail(image: S3Image) -> str:
    """The key of the thumbnail, made again if it has expired or is about to. Two at once write the same bytes.

    Raises:
        OriginalLostError: neither preview nor original exists.
        UnreadablePictureError: the original cannot be decoded, or is too large for the web process to decode.
        UnavailableError: S3 cannot be reached now.
    """
    key = image.s3_key_thumbnail or keys.thumbnail_key(image.image_id, image.created_at)
    old = keys.may_be_gone(key, written_at=image.thumbnail_stored_at, now=timezone.now())
    if not old and object_store.has_object(key):
        return key
    object_store.put_object(key, make_thumbnail(read_preview(image)), content_type="image/jpeg")
    image.s3_key_thumbnail, image.thumbnail_stored_at = key, timezone.now()
    image.save(update_fields=["s3_key_thumbnail", "thumbnail_stored_at", "updated_at"])
    return key


def read_preview(image: S3Image) -> bytes:
    """The preview (1600 px, made by Demeter), or the original if that is lost.

    Raises:
        OriginalLostError: neither preview nor original exists.
        UnreadablePictureError: the original cannot be decoded, or is too large for the web process to decode.
        UnavailableError: S3 cannot be reached now.
    """
    if image.s3_key_preview:
        try:
            return object_store.read_object(image.s3_key_preview)
        except object_store.ObjectMissingError:
            logger.warning("photo %s has lost its preview", image.pk)
    if (image.width_px or 0) * (image.height_px or 0) > MAX_WEB_PIXELS:
        raise TooManyPixelsError("too_large", most=MAX_WEB_PIXELS // 1_000_000)
    return make_preview(object_store.read_original(image))
