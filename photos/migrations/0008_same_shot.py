"""The same shot in other bytes is linked to the first."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("photos", "0007_indexes_of_the_work_list")]

    operations = [
        migrations.AddField(
            model_name="s3image",
            name="same_shot_as",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="other_copies",
                to="photos.s3image",
                verbose_name="same shot as",
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
    ]
