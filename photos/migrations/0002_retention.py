"""Thumbnails and annotated pictures that expire, the trash, and the nightly look at the originals."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PhotoEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "action",
                    models.CharField(
                        choices=[("deleted", "Deleted"), ("restored", "Restored"), ("purged", "Purged")], max_length=20
                    ),
                ),
            ],
            options={
                "db_table": "photo_events",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="s3image",
            name="original_fault",
            field=models.CharField(blank=True, choices=[("missing", "Missing"), ("changed", "Changed")], max_length=20),
        ),
        migrations.AddField(
            model_name="s3image",
            name="purged_at",
            field=models.DateTimeField(
                blank=True, help_text="When its files and findings were removed; the row stays as the record", null=True
            ),
        ),
        migrations.AddField(
            model_name="s3image",
            name="thumbnail_stored_at",
            field=models.DateTimeField(
                blank=True, help_text="When the thumbnail was last written; S3 drops it after its retention", null=True
            ),
        ),
        migrations.AddField(
            model_name="s3image",
            name="verified_at",
            field=models.DateTimeField(blank=True, help_text="When the original was last read and hashed", null=True),
        ),
        migrations.AlterField(
            model_name="s3image",
            name="stored_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the original, or the annotated picture itself, was verified in S3",
                null=True,
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
                condition=models.Q(("original_fault", ""), _negated=True),
                fields=["image_id"],
                name="idx_s3_images_faulty",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(("purged_at", None), ("deleted_at__isnull", False), _connector="OR"),
                name="s3_images_purged_only_from_trash",
            ),
        ),
        migrations.AddField(
            model_name="photoevent",
            name="image",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="photos.s3image"
            ),
        ),
        migrations.AddField(
            model_name="photoevent",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photo_events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="photoevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__in", ["deleted", "restored", "purged"])), name="photo_events_action_known"
            ),
        ),
    ]
