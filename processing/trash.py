"""The trash: delete photos, restore them within 30 days, and purge them after that.

A photo in the trash is hidden everywhere and its count is taken out of the stock; when restored, it counts again at its
moment. The purge removes files, metadata, segments and detections. The photo's row, its events, runs with their totals
and the stock ledger are kept: who uploaded, deleted and counted what stays on record.

`gallery.browse.trash_views` and `gallery.browse.api` call this, and `processing.periodic_tasks` for the purge.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from demeter.accounts.models import User
from demeter.common.loops import do_each
from photos.models import PhotoEvent, S3Image, S3ImageQuerySet
from photos.statuses import PhotoAction
from photos.storage import keys, object_store
from processing.messages import PHOTO_DELETED
from processing.models import ProcessingSession, Segment
from stock import ledger, overlaps

KEPT_FOR = timedelta(days=30)
PURGED_AT_ONCE = 500


@dataclass(frozen=True)
class Moved:
    """Photos that were deleted or restored, and those that could not be. The others already were."""

    moved: tuple[S3Image, ...]
    skipped: tuple[S3Image, ...]


def delete_photos(*, image_ids: Iterable[UUID], user: User) -> Moved:
    """Move photos to the trash; those with an unfinished run are skipped."""
    return _move(image_ids, lambda image_id: _delete(image_id, user))


def restore_photos(*, image_ids: Iterable[UUID], user: User) -> Moved:
    """Restore photos from the trash; those that were uploaded again in the meantime are skipped."""
    return _move(image_ids, lambda image_id: _restore(image_id, user))


def deleted_photos() -> S3ImageQuerySet:
    """The photos in the trash, latest first, each with `deletions`: who deleted it, latest first."""
    deletions = PhotoEvent.objects.filter(action=PhotoAction.DELETED).select_related("user")
    photos = S3Image.objects.photos().in_trash().order_by("-deleted_at", "-image_id")
    return photos.prefetch_related(Prefetch("events", queryset=deletions, to_attr="deletions"))


def purge_expired() -> int:
    """Purge the photos that have been in the trash for 30 days, at most 500 at a time; how many.

    Raises:
        UnavailableError: S3 cannot be reached; the rest is purged next time.
    """
    image_ids = list(_due().order_by("deleted_at").values_list("pk", flat=True)[:PURGED_AT_ONCE])
    purged, _failed = do_each(image_ids, _purge, failing="a photo could not be purged")
    return sum(purged)


def _due() -> S3ImageQuerySet:
    return S3Image.objects.photos().in_trash().filter(deleted_at__lt=timezone.now() - KEPT_FOR)


def _move(image_ids: Iterable[UUID], move: Callable[[UUID], tuple[S3Image, bool] | None]) -> Moved:
    """One transaction for each photo: the ledger locks a photo and then its locations, in that order."""
    results = [result for image_id in dict.fromkeys(image_ids) if (result := move(image_id)) is not None]
    return Moved(
        moved=tuple(image for image, done in results if done),
        skipped=tuple(image for image, done in results if not done),
    )


@transaction.atomic
def _delete(image_id: UUID, user: User) -> tuple[S3Image, bool] | None:
    image = S3Image.objects.photos().visible().select_for_update().filter(pk=image_id).first()
    if image is None:
        return None
    if image.jobs.unfinished().exists():
        return image, False
    image.deleted_at = timezone.now()
    image.save(update_fields=["deleted_at", "updated_at"])
    ledger.reverse_image_counts(image_id, user=user, reason=PHOTO_DELETED())
    PhotoEvent.objects.create(image=image, action=PhotoAction.DELETED, user=user)
    return image, True


def _restore(image_id: UUID, user: User) -> tuple[S3Image, bool] | None:
    with transaction.atomic():
        image = S3Image.objects.photos().in_trash().select_for_update().filter(pk=image_id).first()
        if image is None or image.deleted_at is None:
            return None
        deleted_at, image.deleted_at = image.deleted_at, None
        try:
            with transaction.atomic():
                image.save(update_fields=["deleted_at", "updated_at"])
        except IntegrityError:  # the same content was uploaded again, and only one visible photo may have it
            return image, False
        ledger.restore_image_count(image_id, withdrawn_since=deleted_at, user=user)
        PhotoEvent.objects.create(image=image, action=PhotoAction.RESTORED, user=user)
    return image, True


@transaction.atomic
def _purge(image_id: UUID) -> bool:
    """Delete the files first: if the rest fails, the photo is still due and the next purge finds no files.

    Checked again under the lock: the photo may have been restored, and even deleted again, since the list was made.
    """
    image = _due().select_for_update().filter(pk=image_id).first()
    if image is None:
        return False
    _delete_files(image)
    Segment.objects.filter(session__original_image=image).delete()
    overlaps.forget_overlaps([image.pk])
    ProcessingSession.objects.filter(original_image=image).update(location_evidence=None)
    image.s3_key_thumbnail = image.s3_key_preview = None
    image.exif_metadata = image.gps_coordinates = image.sketch = None
    image.staging_name, image.original_fault = "", ""
    image.purged_at = timezone.now()
    image.save()
    PhotoEvent.objects.create(image=image, action=PhotoAction.PURGED)
    return True


@transaction.atomic
def erase_photo(image: S3Image) -> None:
    """Delete the files and every row of a photo, except those of the stock. Only for the photos of the demo.

    The files first, as in `_purge`: after a failure the rows still say what is left to delete.
    """
    _delete_files(image)
    PhotoEvent.objects.filter(image=image).delete()
    with connection.cursor() as cursor:  # blind recounts are append-only but for this
        cursor.execute("SELECT set_config('demeter.demo_is_removed', 'on', true)")
        image.delete()
        cursor.execute("SELECT set_config('demeter.demo_is_removed', 'off', true)")


def _delete_files(image: S3Image) -> None:
    """Everything in storage and staging, and the rows of annotated pictures."""
    annotated = S3Image.objects.filter(kind=S3Image.Kind.ANNOTATED, annotates__original_image=image)
    drawn = annotated.values_list("s3_key_original", flat=True)
    for key in filter(None, (image.s3_key_original, image.s3_key_preview, image.s3_key_thumbnail, *drawn)):
        object_store.delete_object(key)
    for key in object_store.list_objects(keys.annotated_prefix(image.image_id, image.created_at)):
        object_store.delete_object(key)
    if image.staging_name:
        object_store.delete_staged(image.staging_name)
    annotated.delete()
