"""Phase 1 for one photo: from staging to S3, with what the photo says about itself.

`processing.pipeline.stages` calls `store_original` from the io workers. The original comes first: written, verified,
recorded in the row; then EXIF, thumbnail and preview; the staged file is deleted last. A second run continues where the
first stopped.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from locations.nursery import nursery_zone
from photos.dates import is_storable
from photos.decoding.content_types import JPEG
from photos.decoding.decoder_pool import check_whole, make_preview
from photos.decoding.exif import PhotoExif, exif_json, gps_json, read_exif
from photos.decoding.pixels import inspect_picture, make_thumbnail
from photos.ingest.same_shots import mark_same_shots
from photos.messages import OTHER_FILE
from photos.models import S3Image
from photos.storage import keys, object_store

ASSUMED_ZONE = "datetime_assumed_zone"
# S3 takes 2 KB of metadata in all.
METADATA_NAME_LIMIT = 1000


def store_original(image_id: UUID, *, renew: Callable[[], None] = lambda: None) -> None:
    """Store one photo in S3 and describe it in its row; does nothing if that is done already.

    `renew` is called before each step that writes, and in the transaction that writes the row; an error from it stops
    the work.

    Raises:
        UnreadablePictureError: it cannot be decoded, or part of it is missing; the original is in S3 all the same.
        OriginalLostError: the file is neither in staging nor in S3, or differs from the one received.
        UnavailableError: S3 cannot be reached now; the photo stays in staging.
    """
    image = S3Image.objects.get(pk=image_id)
    data = None
    if image.stored_at is None or image.s3_key_preview is None:
        data = object_store.read_original(image)
        renew()
        _store(image, data, renew)
        _describe(image, data, renew)
    renew()
    if image.staging_name:
        object_store.delete_staged(image.staging_name)
        image.staging_name = ""
        image.save(update_fields=["staging_name", "updated_at"])
    if data is not None and image.content_type == JPEG:
        check_whole(data)  # now, while the person who took the photo is still there; a later phase would find it too


def _store(image: S3Image, data: bytes, renew: Callable[[], None]) -> None:
    """The original as it was received, verified; only then `stored_at`."""
    if image.stored_at is None:
        if hashlib.sha256(data).hexdigest() != image.sha256:
            raise object_store.OriginalLostError(OTHER_FILE(photo=str(image.image_id)))
        content_type = str(image.content_type)
        object_store.put_object(
            image.s3_key_original, data, content_type=content_type, metadata=original_metadata(image)
        )
        with transaction.atomic():
            renew()
            image.stored_at = image.verified_at = timezone.now()
            image.save(update_fields=["stored_at", "verified_at", "updated_at"])


def _describe(image: S3Image, data: bytes, renew: Callable[[], None]) -> None:
    """EXIF, position, thumbnail and preview; the preview's key is the mark that all is done."""
    exif, preview = read_exif(data), make_preview(data)
    thumbnail_key = keys.thumbnail_key(image.image_id, image.created_at)
    preview_key = keys.preview_key(image.image_id, image.created_at)
    renew()
    # From the preview: a HEIC photo takes a second to decode.
    object_store.put_object(thumbnail_key, make_thumbnail(preview), content_type="image/jpeg")
    renew()
    object_store.put_object(preview_key, preview, content_type="image/jpeg")
    with transaction.atomic():
        renew()
        image.exif_metadata, image.gps_coordinates = exif_json(exif), gps_json(exif)
        _note_time(image, exif)
        _note_size(image, preview)
        image.s3_key_thumbnail, image.s3_key_preview = thumbnail_key, preview_key
        image.thumbnail_stored_at = timezone.now()
        image.save(
            update_fields=[
                "exif_metadata",
                "gps_coordinates",
                "taken_at",
                "width_px",
                "height_px",
                "s3_key_thumbnail",
                "thumbnail_stored_at",
                "s3_key_preview",
                "updated_at",
            ]
        )
        mark_same_shots(image)


def _note_size(image: S3Image, preview: bytes) -> None:
    """Record the upright size, as in the preview: the orientation may follow the pixels and was not read on
    acceptance."""
    upright = inspect_picture(preview)
    width, height = image.width_px or 0, image.height_px or 0
    if (width - height) * (upright.width_px - upright.height_px) < 0:
        image.width_px, image.height_px = height, width


def _note_time(image: S3Image, exif: PhotoExif) -> None:
    """A wall clock without a zone is taken as the nursery's; `exif_metadata` records the assumption.

    A date that no row can store stays in `exif_metadata` alone; `processing.dating` asks about it.
    """
    taken_at = exif.taken_at
    if taken_at is not None and taken_at.tzinfo is None:
        zone = nursery_zone()
        taken_at = taken_at.replace(tzinfo=zone)
        image.exif_metadata = {**exif_json(exif), ASSUMED_ZONE: str(zone)}
    image.taken_at = taken_at if taken_at is not None and is_storable(taken_at) else None


def assumed_zone(image: S3Image) -> str | None:
    """The time zone assumed for the camera's clock; None if the camera recorded one, or no date."""
    written = image.exif_metadata or {}
    # For photos from before the setting existed, UTC was assumed.
    return str(written.get(ASSUMED_ZONE, "UTC")) if written.get("datetime_zone_source") == "unknown" else None


def original_metadata(image: S3Image) -> dict[str, str]:
    """The object metadata of the spec; S3 takes ASCII, so the file name is percent-encoded."""
    name = quote(image.original_filename, safe=" !#$&'()+,;=@[]^`{}~")
    return {
        "image_id": str(image.image_id),
        "uploaded_by": f"user-{image.uploaded_by_user_id}",
        "upload_timestamp": f"{image.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "content_type": str(image.content_type),
        "original_filename": name if len(name) <= METADATA_NAME_LIMIT else quote(image.original_filename[:80]),
    }
