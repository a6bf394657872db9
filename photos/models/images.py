"""Images: one row for each stored picture (spec, table `s3_images`)."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce, Least, Upper
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.messages import MessageField
from demeter.common.timestamps import Timestamped
from photos.dates import EARLIEST, LATEST
from photos.models.uploads import Upload
from photos.statuses import DateDoubt, ImageStatus, OriginalFault, UploadSource, VisitAnswer


def _is_storable(column: str) -> Q:
    """As `dates.is_storable`, or empty: one row of the year 9999 would break every query that reads it."""
    return Q(**{column: None}) | Q(**{f"{column}__gte": EARLIEST, f"{column}__lt": LATEST})


# As `S3ImageQuerySet.to_do`, for its indexes.
TO_DO = Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED, acknowledged_at=None)


class S3ImageQuerySet(models.QuerySet["S3Image"]):
    """Read as adjectives: `S3Image.objects.photos().visible()`."""

    def photos(self) -> "S3ImageQuerySet":
        """What people uploaded, without the annotated pictures made from it."""
        return self.filter(kind=S3Image.Kind.PHOTO)

    def visible(self) -> "S3ImageQuerySet":
        """Not in the trash."""
        return self.filter(deleted_at=None)

    def in_trash(self) -> "S3ImageQuerySet":
        """Deleted photos that can still be restored."""
        return self.exclude(deleted_at=None).filter(purged_at=None)

    def to_do(self) -> "S3ImageQuerySet":
        """Photos that need attention and were not dismissed."""
        failed = self.photos().visible().filter(status=ImageStatus.FAILED)
        return failed.filter(acknowledged_at=None)

    def faulty(self) -> "S3ImageQuerySet":
        """Photos whose original was lost or changed in storage."""
        return self.exclude(original_fault="")


class S3Image(Timestamped):
    """A picture in the bucket: an uploaded photo, or the annotated picture of one."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        ANNOTATED = "annotated", _("Annotated")

    image_id = models.UUIDField(_("photo"), primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.PHOTO)
    s3_bucket = models.CharField(_("S3 bucket"), max_length=255)
    s3_key_original = models.CharField(_("S3 key of the original"), max_length=512)
    s3_key_thumbnail = models.CharField(_("S3 key of the thumbnail"), max_length=512, null=True, blank=True)
    s3_key_preview = models.CharField(_("S3 key of the preview"), max_length=512, null=True, blank=True)
    staging_name = models.CharField(
        _("file in staging"), max_length=512, blank=True, help_text=_("File in staging until it is safe in S3")
    )
    stored_at = models.DateTimeField(
        _("stored at"),
        null=True,
        blank=True,
        help_text=_("When the original, or the annotated picture itself, was verified in S3"),
    )
    thumbnail_stored_at = models.DateTimeField(
        _("thumbnail stored at"),
        null=True,
        blank=True,
        help_text=_("When the thumbnail was last written; S3 drops it after its retention"),
    )
    verified_at = models.DateTimeField(
        _("verified at"), null=True, blank=True, help_text=_("When the original was last read and hashed")
    )
    original_fault = models.CharField(
        _("fault of the original"), max_length=20, choices=OriginalFault.choices, blank=True
    )
    content_type = models.CharField(_("content type"), max_length=100, null=True, blank=True)
    file_size_bytes = models.BigIntegerField(_("size (bytes)"), null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    original_filename = models.CharField(_("file name"), max_length=255, blank=True)
    width_px = models.IntegerField(_("width (px)"), null=True, blank=True)
    height_px = models.IntegerField(_("height (px)"), null=True, blank=True)
    exif_metadata = models.JSONField(_("EXIF"), null=True, blank=True)
    gps_coordinates = models.JSONField(
        _("GPS position"), null=True, blank=True, help_text="{lat, lon, altitude, accuracy}"
    )
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True, help_text=_("By the camera's clock"))
    date_doubt = models.CharField(
        _("doubt about the date"),
        max_length=20,
        choices=DateDoubt.choices,
        blank=True,
        help_text=_(
            "Why the camera's clock is not trusted; until a person corrects the date, the time of upload is used"
        ),
    )
    dated_at = models.DateTimeField(
        _("dated at"), null=True, blank=True, help_text=_("When it was taken, as corrected by a person")
    )
    # The moment of the photo: the one date used by lists, history, chart, map, stock and exports. A generated column. A
    # phone whose clock is ahead of the upload must not outrank all later photos.
    moment = models.GeneratedField(
        expression=Coalesce(
            "dated_at", Case(When(date_doubt="", then=Least("taken_at", "created_at")), default="created_at")
        ),
        output_field=models.DateTimeField(),
        db_persist=True,
        verbose_name=_("moment"),
    )
    same_shot_as = models.ForeignKey(  # `photos.ingest.same_shots`
        "self", models.SET_NULL, null=True, blank=True, related_name="other_copies", verbose_name=_("same shot as")
    )
    sketch = models.BinaryField(
        _("sketch"), null=True, blank=True, help_text=_("A small grey copy of the picture, to tell retakes from parts")
    )
    visit_answer = models.CharField(
        _("photos of one location"),
        max_length=8,
        choices=VisitAnswer.choices,
        blank=True,
        help_text=_("What the uploader answered about several photos of one location"),
    )
    storage_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="photos",
        verbose_name=_("location"),
        db_index=False,
        help_text=_("Location found by its latest run, copied from that session so that the gallery can filter by it"),
    )
    upload = models.ForeignKey(
        Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="images", verbose_name=_("upload")
    )
    upload_source = models.CharField(_("source"), max_length=50, null=True, choices=UploadSource.choices)
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="images",
        db_index=False,
        verbose_name=_("uploaded by"),
    )
    status = models.CharField(_("status"), max_length=50, choices=ImageStatus.choices, default=ImageStatus.UPLOADED)
    problem = models.CharField(
        _("problem"), max_length=50, blank=True, help_text=_("Code from the catalogue of problems")
    )
    error_details = MessageField(_("error details"), null=True)
    acknowledged_at = models.DateTimeField(
        _("dismissed at"),
        null=True,
        blank=True,
        help_text=_("When a person dismissed its problem without fixing it"),
    )
    processing_status_updated_at = models.DateTimeField(_("status changed at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    purged_at = models.DateTimeField(
        _("purged at"),
        null=True,
        blank=True,
        help_text=_("When its files and findings were removed; the row stays as the record"),
    )

    objects = S3ImageQuerySet.as_manager()

    class Meta:
        db_table = "s3_images"
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status"], name="idx_s3_images_status"),
            models.Index(fields=["uploaded_by_user"], name="idx_s3_images_uploaded_by"),
            models.Index(fields=["-created_at"], name="idx_s3_images_created_at"),
            models.Index(fields=["s3_key_original"], name="idx_s3_images_s3_key"),
            models.Index(
                fields=["-moment", "-image_id"],
                name="idx_s3_images_gallery",
                condition=Q(kind="photo", deleted_at=None),
            ),
            models.Index(
                fields=["storage_location", "-moment", "-image_id"],
                name="idx_s3_images_place",
                condition=Q(kind="photo", deleted_at=None),
            ),
            models.Index(
                fields=["-moment", "-image_id"],
                name="idx_s3_images_failed",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED),
            ),
            models.Index(
                fields=["storage_location", "-moment", "-image_id"],
                name="idx_s3_images_failed_place",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED),
            ),
            models.Index(
                fields=["problem", "-moment", "-image_id"],
                name="idx_s3_images_problem",
                condition=Q(kind="photo", deleted_at=None, status=ImageStatus.FAILED),
            ),
            models.Index(
                fields=["problem", "-created_at"],
                include=["storage_location", "upload"],
                name="idx_s3_images_to_do",
                condition=TO_DO,
            ),
            models.Index(
                fields=["problem", "storage_location", "image_id"], name="idx_s3_images_to_do_place", condition=TO_DO
            ),
            models.Index(fields=["problem", "upload", "image_id"], name="idx_s3_images_to_do_upload", condition=TO_DO),
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
            models.Index(
                fields=["taken_at"],
                name="idx_s3_images_taken",
                condition=Q(kind="photo", deleted_at=None, taken_at__isnull=False),
            ),
            models.Index(fields=["image_id"], name="idx_s3_images_faulty", condition=~Q(original_fault="")),
        ]
        constraints = [
            # Not `unique=True`, for which Django makes a third index of the longest column, for LIKE.
            models.UniqueConstraint(fields=["s3_key_original"], name="s3_images_s3_key_original_key"),
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
            models.CheckConstraint(condition=Q(date_doubt__in=["", *DateDoubt.values]), name="s3_images_doubt_known"),
            models.CheckConstraint(condition=_is_storable("taken_at"), name="s3_images_taken_at_storable"),
            models.CheckConstraint(condition=_is_storable("dated_at"), name="s3_images_dated_at_storable"),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(deleted_at__isnull=False), name="s3_images_purged_only_from_trash"
            ),
        ]

    def __str__(self) -> str:
        return self.original_filename or str(self.image_id)

    @property
    def first_of_shot(self) -> "S3Image | None":
        """The earlier photo of the same camera and second, if it still exists."""
        first = self.same_shot_as
        return first if first is not None and first.deleted_at is None else None
