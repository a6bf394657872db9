"""Photos whose problem somebody put aside, and the index that the work list reads."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0001_initial"),
        ("photos", "0004_gallery_filters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # So many locations are known by their number of photos that a filter by place is planned well.
        migrations.RunSQL(
            "ALTER TABLE s3_images ALTER COLUMN storage_location_id SET STATISTICS 2000",
            "ALTER TABLE s3_images ALTER COLUMN storage_location_id SET STATISTICS -1",
        ),
        migrations.RemoveConstraint(
            model_name="photoevent",
            name="photo_events_action_known",
        ),
        migrations.AddField(
            model_name="s3image",
            name="acknowledged_at",
            field=models.DateTimeField(
                blank=True, help_text="When a person said that nothing will be done about its problem", null=True
            ),
        ),
        migrations.AlterField(
            model_name="photoevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("deleted", "Deleted"),
                    ("restored", "Restored"),
                    ("purged", "Purged"),
                    ("acknowledged", "Acknowledged"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("kind", "photo"), ("status", "failed")),
                fields=["storage_location", "-created_at", "-image_id"],
                name="idx_s3_images_failed_place",
            ),
        ),
        migrations.AddIndex(
            model_name="s3image",
            index=models.Index(
                condition=models.Q(
                    ("acknowledged_at", None), ("deleted_at", None), ("kind", "photo"), ("status", "failed")
                ),
                fields=["problem"],
                include=("storage_location", "upload"),
                name="idx_s3_images_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="photoevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__in", ["deleted", "restored", "purged", "acknowledged"])),
                name="photo_events_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="s3image",
            constraint=models.CheckConstraint(
                condition=models.Q(("acknowledged_at", None), ("status", "failed"), _connector="OR"),
                name="s3_images_acknowledged_only_when_failed",
            ),
        ),
    ]
