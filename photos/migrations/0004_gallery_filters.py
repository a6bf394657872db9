"""What the gallery filters by: the place of a photo in its own row, its problem, and words in its file name."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0001_initial"),
        ("photos", "0003_storage_times"),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddField(
            model_name="s3image",
            name="storage_location",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Where its latest run placed it, as that run's session has it too; the gallery filters by it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="locations.storagelocation",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo")),
                fields=["storage_location", "-created_at", "-image_id"],
                name="idx_s3_images_place",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("status", "failed")),
                fields=["-created_at", "-image_id"],
                name="idx_s3_images_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("status", "failed")),
                fields=["problem", "-created_at", "-image_id"],
                name="idx_s3_images_problem",
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
    ]
