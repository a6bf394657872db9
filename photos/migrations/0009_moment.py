"""The moment of a photo: one column that PostgreSQL keeps, with the doubt about the camera's clock and its answer."""

import datetime

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0004_begin_audit"),
        ("photos", "0008_same_shot"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="s3image",
            name="idx_s3_images_gallery",
        ),
        migrations.RemoveIndex(
            model_name="s3image",
            name="idx_s3_images_place",
        ),
        migrations.RemoveIndex(
            model_name="s3image",
            name="idx_s3_images_failed",
        ),
        migrations.RemoveIndex(
            model_name="s3image",
            name="idx_s3_images_problem",
        ),
        migrations.RemoveIndex(
            model_name="s3image",
            name="idx_s3_images_failed_place",
        ),
        migrations.AddField(
            model_name="s3image",
            name="date_doubt",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unreadable", "Impossible date"),
                    ("ahead", "In the future"),
                    ("before_nursery", "Long before the first upload"),
                    ("reset", "Clock began anew"),
                    ("behind_location", "Long before the newest count"),
                ],
                help_text="Why the camera's clock cannot be believed; until a person settles it the upload counts",
                max_length=20,
                verbose_name="doubt about the date",
            ),
        ),
        migrations.AddField(
            model_name="s3image",
            name="dated_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was taken, as a person says", null=True, verbose_name="dated at"
            ),
        ),
        migrations.AlterField(
            model_name="s3image",
            name="taken_at",
            field=models.DateTimeField(
                blank=True, help_text="As the camera's clock says", null=True, verbose_name="taken at"
            ),
        ),
        # What no page could read. What the camera wrote stays in `exif_metadata`.
        migrations.RunSQL(
            "UPDATE s3_images SET taken_at = NULL WHERE taken_at < '1970-01-01Z' OR taken_at >= '2200-01-01Z'",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="s3image",
            name="moment",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce(
                    "dated_at",
                    models.Case(
                        models.When(
                            date_doubt="", then=django.db.models.functions.comparison.Least("taken_at", "created_at")
                        ),
                        default="created_at",
                    ),
                ),
                output_field=models.DateTimeField(),
                verbose_name="moment",
            ),
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
    ]
