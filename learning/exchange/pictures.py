"""The picture of a photo of a data set, from the gallery or from what was imported."""

import hashlib

from learning.models import DataSetPhoto
from photos.decoding.content_types import HEIC
from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import UnreadablePictureError, encode_jpeg
from photos.models import S3Image
from photos.storage.object_store import ObjectMissingError, OriginalLostError, read_object, read_original

QUALITY = 95


class PictureGoneError(Exception):
    """The picture of a photo was purged, lost or changed."""


def read_bytes(photo: DataSetPhoto) -> bytes:
    """The file as it was uploaded. Raises PictureGoneError, or UnavailableError if the storage is away."""
    try:
        if photo.image_id is None:
            data = read_object(photo.storage_key)
        else:
            data = read_original(S3Image.objects.get(pk=photo.image_id, purged_at=None))
    except (ObjectMissingError, OriginalLostError, S3Image.DoesNotExist) as error:
        raise PictureGoneError(photo.name) from error
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise PictureGoneError(photo.name)
    return data


def read_common(photo: DataSetPhoto) -> bytes:
    """The same in a format that other programs read: HEIC becomes JPEG. Raises as `read_bytes`."""
    data = read_bytes(photo)
    if photo.content_type != HEIC:
        return data
    try:
        return encode_jpeg(decode_picture(data), QUALITY)
    except UnreadablePictureError as error:
        raise PictureGoneError(photo.name) from error


def common_name(photo: DataSetPhoto) -> str:
    """Its name with the ending of that format."""
    return photo.name.removesuffix(".heic") + ".jpg" if photo.content_type == HEIC else photo.name
