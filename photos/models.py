"""Uploads and images: one row per upload session, one per stored picture (spec, table `s3_images`)."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from demeter.timestamps import Timestamped
from photos.statuses import ImageStatus, OriginalFault, PhotoAction, UploadSource


class Upload(Timestamped):
    """One upload session: what a person sent in one go, and what was refused of it."""

    upload_session_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    source = models.CharField(max_length=50, choices=UploadSource.choices)
    storage_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads",
        help_text="Chosen by the user for the whole batch",
    )
    notes = models.TextField(blank=True)
    accepted_files = models.PositiveIntegerField(default=0)
    accepted_bytes = models.BigIntegerField(default=0)
    refused = models.JSONField(default=list, help_text="Refused files: [{filename, code, message}]")
    duplicates = models.JSONField(default=list, help_text="Files that are here already: [{filename, image_id}]")

    class Meta:
        db_table = "photo_uploads"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "-created_at"], name="idx_uploads_user_created")]

    def __str__(self) -> str:
        return str(self.upload_session_id)


class S3ImageQuerySet(models.QuerySet["S3Image"]):
    """Read as adjectives: `S3Image.objects.photos().visible()`."""

    def photos(self) -> "S3ImageQuerySet":
        """What people uploaded, without the annotated pictures made from it."""
        return self.filter(kind=S3Image.Kind.PHOTO)

    def visible(self) -> "S3ImageQuerySet":
        """Not in the trash."""
        return self.filter(deleted_at=None)

    def in_trash(self) -> "S3ImageQuerySet":
        """Deleted, and can still be brought back."""
        return self.exclude(deleted_at=None).filter(purged_at=None)

    def to_do(self) -> "S3ImageQuerySet":
        """Photos that need attention and that nobody has put aside."""
        failed = self.photos().visible().filter(status=ImageStatus.FAILED)
        return failed.filter(acknowledged_at=None)

    def faulty(self) -> "S3ImageQuerySet":
        """Whose original was lost or changed in storage."""
        return self.exclude(original_fault="")


class S3Image(Timestamped):
    """A picture in the bucket: an uploaded photo, or the annotated picture of one."""

    class Kind(models.TextChoices):
        PHOTO = "photo"
        ANNOTATED = "annotated"

    image_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PHOTO)
    s3_bucket = models.CharField(max_length=255)
    s3_key_original = models.CharField(max_length=512, unique=True)
    s3_key_thumbnail = models.CharField(max_length=512, null=True, blank=True)
    s3_key_preview = models.CharField(max_length=512, null=True, blank=True)
    staging_name = models.CharField(max_length=512, blank=True, help_text="File in staging until it is safe in S3")
    stored_at = models.DateTimeField(
        null=True, blank=True, help_text="When the original, or the annotated picture itself, was verified in S3"
    )
    thumbnail_stored_at = models.DateTimeField(
        null=True, blank=True, help_text="When the thumbnail was last written; S3 drops it after its retention"
    )
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When the original was last read and hashed")
    original_fault = models.CharField(max_length=20, choices=OriginalFault.choices, blank=True)
    content_type = models.CharField(max_length=100, null=True, blank=True)
    file_size_bytes = models.BigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    original_filename = models.CharField(max_length=255, blank=True)
    width_px = models.IntegerField(null=True, blank=True)
    height_px = models.IntegerField(null=True, blank=True)
    exif_metadata = models.JSONField(null=True, blank=True)
    gps_coordinates = models.JSONField(null=True, blank=True, help_text="{lat, lon, altitude, accuracy}")
    taken_at = models.DateTimeField(null=True, blank=True)
    storage_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="photos",
        db_index=False,
        help_text="Where its latest run placed it, as that run's session has it too; the gallery filters by it",
    )
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="images")
    upload_source = models.CharField(max_length=50, null=True, choices=UploadSource.choices)
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="images",
        db_index=False,
    )
    status = models.CharField(max_length=50, choices=ImageStatus.choices, default=ImageStatus.UPLOADED)
    problem = models.CharField(max_length=50, blank=True, help_text="Code from the catalogue of problems")
    error_details = models.TextField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person said that nothing will be done about its problem"
    )
    processing_status_updated_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, help_text="When its files and findings were removed; the row stays as the record"
    )

    objects = S3ImageQuerySet.as_manager()

    class Meta:
        db_table = "s3_images"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status"], name="idx_s3_images_status"),
            models.Index(fields=["uploaded_by_user"], name="idx_s3_images_uploaded_by"),
            models.Index(fields=["-created_at"], name="idx_s3_images_created_at"),
            models.Index(fields=["s3_key_original"], name="idx_s3_images_s3_key"),
            models.Index(
                fields=["-created_at", "-image_id"],
                name="idx_s3_images_gallery",
                condition=Q(kind="photo", deleted_at=None),
            ),
            models.Index(
                fields=["storage_location", "-created_at", "-image_id"],
                name="idx_s3_images_place",
                condition=Q(kind="photo", deleted_at=None),
            ),
            models.Index(
                fields=["-created_at", "-image_id"],
                name="idx_s3_images_failed",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED),
            ),
            models.Index(
                fields=["storage_location", "-created_at", "-image_id"],
                name="idx_s3_images_failed_place",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED),
            ),
            models.Index(
                fields=["problem", "-created_at", "-image_id"],
                name="idx_s3_images_problem",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED),
            ),
            models.Index(
                fields=["problem"],
                include=["storage_location", "upload"],
                name="idx_s3_images_to_do",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED, acknowledged_at=None),
            ),
            GinIndex(OpClass(Upper("original_filename"), name="gin_trgm_ops"), name="idx_s3_images_filename"),
            models.Index(
                fields=["deleted_at"],
                name="idx_s3_images_trash",
                condition=Q(deleted_at__isnull=False, purged_at=None),
            ),
            models.Index(
                fields=["verified_at"],
                name="idx_s3_images_verified",
                condition=Q(kind="photo", verified_at__isnull=False, purged_at=None),
            ),
            models.Index(fields=["image_id"], name="idx_s3_images_faulty", condition=~Q(original_fault="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(kind="photo", deleted_at=None),
                name="s3_images_one_visible_photo_per_content",
            ),
            models.CheckConstraint(condition=Q(status__in=ImageStatus.values), name="s3_images_status_known"),
            models.CheckConstraint(
                condition=~Q(status=ImageStatus.FAILED) | (Q(error_details__isnull=False) & ~Q(error_details="")),
                name="s3_images_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(problem="") | Q(status=ImageStatus.FAILED), name="s3_images_problem_only_when_failed"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | Q(status=ImageStatus.FAILED),
                name="s3_images_acknowledged_only_when_failed",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(deleted_at__isnull=False), name="s3_images_purged_only_from_trash"
            ),
        ]

    def __str__(self) -> str:
        return self.original_filename or str(self.image_id)


class PhotoEvent(Timestamped):
    """Who moved a photo to the trash, brought it back, or let it go. Only added to; it outlives the photo's files.

    No user means the software itself: the purge after the days in the trash.
    """

    image = models.ForeignKey(S3Image, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=20, choices=PhotoAction.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="photo_events"
    )

    class Meta:
        db_table = "photo_events"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=PhotoAction.values), name="photo_events_action_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.created_at:%Y-%m-%d %H:%M}"
