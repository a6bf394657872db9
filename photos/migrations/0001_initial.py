"""Uploads, photos and their events."""

import datetime
import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # A database that has these already has the tables; see tests/demeter/test_migrations.py.
    replaces = [
        ("photos", "0002_retention"),
        ("photos", "0003_storage_times"),
        ("photos", "0004_gallery_filters"),
        ("photos", "0005_acknowledge"),
        ("photos", "0006_words"),
        ("photos", "0007_indexes_of_the_work_list"),
        ("photos", "0008_same_shot"),
        ("photos", "0009_moment"),
        ("photos", "0010_location_of_each_photo"),
        ("photos", "0011_visits"),
    ]

    dependencies = [
        ("locations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "upload_session_id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="upload session",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("web", "Web"), ("mobile", "Mobile"), ("api", "Api")],
                        max_length=50,
                        verbose_name="source",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("accepted_files", models.PositiveIntegerField(default=0, verbose_name="accepted files")),
                ("accepted_bytes", models.BigIntegerField(default=0, verbose_name="accepted bytes")),
                (
                    "refused",
                    models.JSONField(
                        default=list, help_text="Refused files: [{filename, code, parameters}]", verbose_name="refused"
                    ),
                ),
                (
                    "duplicates",
                    models.JSONField(
                        default=list,
                        help_text="Files that were already uploaded: [{filename, image_id}]",
                        verbose_name="duplicates",
                    ),
                ),
                (
                    "storage_location",
                    models.ForeignKey(
                        blank=True,
                        help_text="Chosen with the first photos, and the default for later ones; the job of each photo has its own",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="locations.storagelocation",
                        verbose_name="location",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "db_table": "photo_uploads",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="S3Image",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "image_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name="photo"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("photo", "Photo"), ("annotated", "Annotated")],
                        default="photo",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("s3_bucket", models.CharField(max_length=255, verbose_name="S3 bucket")),
                (
                    "s3_key_original",
                    models.CharField(max_length=512, unique=True, verbose_name="S3 key of the original"),
                ),
                (
                    "s3_key_thumbnail",
                    models.CharField(blank=True, max_length=512, null=True, verbose_name="S3 key of the thumbnail"),
                ),
                (
                    "s3_key_preview",
                    models.CharField(blank=True, max_length=512, null=True, verbose_name="S3 key of the preview"),
                ),
                (
                    "staging_name",
                    models.CharField(
                        blank=True,
                        help_text="File in staging until it is safe in S3",
                        max_length=512,
                        verbose_name="file in staging",
                    ),
                ),
                (
                    "stored_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the original, or the annotated picture itself, was verified in S3",
                        null=True,
                        verbose_name="stored at",
                    ),
                ),
                (
                    "thumbnail_stored_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the thumbnail was last written; S3 drops it after its retention",
                        null=True,
                        verbose_name="thumbnail stored at",
                    ),
                ),
                (
                    "verified_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the original was last read and hashed",
                        null=True,
                        verbose_name="verified at",
                    ),
                ),
                (
                    "original_fault",
                    models.CharField(
                        blank=True,
                        choices=[("missing", "Missing"), ("changed", "Changed")],
                        max_length=20,
                        verbose_name="fault of the original",
                    ),
                ),
                ("content_type", models.CharField(blank=True, max_length=100, null=True, verbose_name="content type")),
                ("file_size_bytes", models.BigIntegerField(blank=True, null=True, verbose_name="size (bytes)")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("original_filename", models.CharField(blank=True, max_length=255, verbose_name="file name")),
                ("width_px", models.IntegerField(blank=True, null=True, verbose_name="width (px)")),
                ("height_px", models.IntegerField(blank=True, null=True, verbose_name="height (px)")),
                ("exif_metadata", models.JSONField(blank=True, null=True, verbose_name="EXIF")),
                (
                    "gps_coordinates",
                    models.JSONField(
                        blank=True, help_text="{lat, lon, altitude, accuracy}", null=True, verbose_name="GPS position"
                    ),
                ),
                (
                    "taken_at",
                    models.DateTimeField(
                        blank=True, help_text="By the camera's clock", null=True, verbose_name="taken at"
                    ),
                ),
                (
                    "date_doubt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unreadable", "Impossible date"),
                            ("ahead", "In the future"),
                            ("before_nursery", "Long before the first upload"),
                            ("reset", "Clock began anew"),
                            ("behind_location", "Long before the newest count"),
                        ],
                        help_text="Why the camera's clock is not trusted; until a person corrects the date, the time of upload is used",
                        max_length=20,
                        verbose_name="doubt about the date",
                    ),
                ),
                (
                    "dated_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was taken, as corrected by a person",
                        null=True,
                        verbose_name="dated at",
                    ),
                ),
                (
                    "moment",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "dated_at",
                            models.Case(
                                models.When(
                                    date_doubt="",
                                    then=django.db.models.functions.comparison.Least("taken_at", "created_at"),
                                ),
                                default="created_at",
                            ),
                        ),
                        output_field=models.DateTimeField(),
                        verbose_name="moment",
                    ),
                ),
                (
                    "sketch",
                    models.BinaryField(
                        blank=True,
                        help_text="A small grey copy of the picture, to tell retakes from parts",
                        null=True,
                        verbose_name="sketch",
                    ),
                ),
                (
                    "visit_answer",
                    models.CharField(
                        blank=True,
                        choices=[("parts", "Parts: add them"), ("retake", "Retakes: keep the newest")],
                        help_text="What the uploader answered about several photos of one location",
                        max_length=8,
                        verbose_name="photos of one location",
                    ),
                ),
                (
                    "upload_source",
                    models.CharField(
                        choices=[("web", "Web"), ("mobile", "Mobile"), ("api", "Api")],
                        max_length=50,
                        null=True,
                        verbose_name="source",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("processing", "Processing"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="uploaded",
                        max_length=50,
                        verbose_name="status",
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        help_text="Code from the catalogue of problems",
                        max_length=50,
                        verbose_name="problem",
                    ),
                ),
                ("error_details", models.TextField(blank=True, null=True, verbose_name="error details")),
                (
                    "acknowledged_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When a person dismissed its problem without fixing it",
                        null=True,
                        verbose_name="dismissed at",
                    ),
                ),
                (
                    "processing_status_updated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="status changed at"),
                ),
                ("deleted_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted at")),
                (
                    "purged_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its files and findings were removed; the row stays as the record",
                        null=True,
                        verbose_name="purged at",
                    ),
                ),
                (
                    "same_shot_as",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="other_copies",
                        to="photos.s3image",
                        verbose_name="same shot as",
                    ),
                ),
                (
                    "storage_location",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Location found by its latest run, copied from that session so that the gallery can filter by it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="locations.storagelocation",
                        verbose_name="location",
                    ),
                ),
                (
                    "uploaded_by_user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="images",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="images",
                        to="photos.upload",
                        verbose_name="upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
                "db_table": "s3_images",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="PhotoEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("deleted", "Deleted"),
                            ("restored", "Restored"),
                            ("purged", "Purged"),
                            ("acknowledged", "Dismissed"),
                        ],
                        max_length=20,
                        verbose_name="action",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photo_events",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a photo",
                "verbose_name_plural": "events of photos",
                "db_table": "photo_events",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["deleted", "restored", "purged", "acknowledged"])),
                        name="photo_events_action_known",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["user", "-created_at"], name="idx_uploads_user_created"),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(fields=["status"], name="idx_s3_images_status"),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(fields=["uploaded_by_user"], name="idx_s3_images_uploaded_by"),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(fields=["-created_at"], name="idx_s3_images_created_at"),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(fields=["s3_key_original"], name="idx_s3_images_s3_key"),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo")),
                fields=["-moment", "-image_id"],
                name="idx_s3_images_gallery",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo")),
                fields=["storage_location", "-moment", "-image_id"],
                name="idx_s3_images_place",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("status", "failed")),
                fields=["-moment", "-image_id"],
                name="idx_s3_images_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("status", "failed")),
                fields=["storage_location", "-moment", "-image_id"],
                name="idx_s3_images_failed_place",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("status", "failed")),
                fields=["problem", "-moment", "-image_id"],
                name="idx_s3_images_problem",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(
                    ("acknowledged_at", None), ("deleted_at", None), ("kind", "photo"), ("status", "failed")
                ),
                fields=["problem", "-created_at"],
                include=("storage_location", "upload"),
                name="idx_s3_images_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(
                    ("acknowledged_at", None), ("deleted_at", None), ("kind", "photo"), ("status", "failed")
                ),
                fields=["problem", "storage_location", "image_id"],
                name="idx_s3_images_to_do_place",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(
                    ("acknowledged_at", None), ("deleted_at", None), ("kind", "photo"), ("status", "failed")
                ),
                fields=["problem", "upload", "image_id"],
                name="idx_s3_images_to_do_upload",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("original_filename"), name="gin_trgm_ops"
                ),
                name="idx_s3_images_filename",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False), ("purged_at", None)),
                fields=["deleted_at"],
                name="idx_s3_images_trash",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("kind", "photo"), ("purged_at", None), ("verified_at__isnull", False)),
                fields=["verified_at"],
                name="idx_s3_images_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("taken_at__isnull", False)),
                fields=["taken_at"],
                name="idx_s3_images_taken",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("original_fault", ""), _negated=True),
                fields=["image_id"],
                name="idx_s3_images_faulty",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None), ("kind", "photo")),
                fields=("sha256",),
                name="s3_images_one_visible_photo_per_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["uploaded", "processing", "ready", "failed"])),
                name="s3_images_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "failed"), _negated=True),
                    models.Q(("error_details__isnull", False), models.Q(("error_details", ""), _negated=True)),
                    _connector="OR",
                ),
                name="s3_images_failed_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(("problem", ""), ("status", "failed"), _connector="OR"),
                name="s3_images_problem_only_when_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(("acknowledged_at", None), ("status", "failed"), _connector="OR"),
                name="s3_images_acknowledged_only_when_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("date_doubt__in", ["", "unreadable", "ahead", "before_nursery", "reset", "behind_location"])
                ),
                name="s3_images_doubt_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_at", None),
                    models.Q(
                        ("taken_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("taken_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    _connector="OR",
                ),
                name="s3_images_taken_at_storable",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dated_at", None),
                    models.Q(
                        ("dated_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("dated_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    _connector="OR",
                ),
                name="s3_images_dated_at_storable",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(("purged_at", None), ("deleted_at__isnull", False), _connector="OR"),
                name="s3_images_purged_only_from_trash",
            ),
        ),
        # So many locations are known by their number of photos that a filter by location is planned well.
        migrations.RunSQL(
            "ALTER TABLE s3_images ALTER COLUMN storage_location_id SET STATISTICS 2000",
            "ALTER TABLE s3_images ALTER COLUMN storage_location_id SET STATISTICS -1",
        ),
    ]
