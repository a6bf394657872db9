"""Reworded labels and help texts; no change of the tables."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0005_plain_english"),
        ("photos", "0011_visits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="photoevent",
            name="action",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="s3image",
            name="acknowledged_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a person dismissed its problem without fixing it",
                null=True,
                verbose_name="dismissed at",
            ),
        ),
        migrations.AlterField(
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
                help_text="Why the camera's clock is not trusted; until a person corrects the date, the time of upload is used",
                max_length=20,
                verbose_name="doubt about the date",
            ),
        ),
        migrations.AlterField(
            model_name="s3image",
            name="dated_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was taken, as corrected by a person", null=True, verbose_name="dated at"
            ),
        ),
        migrations.AlterField(
            model_name="s3image",
            name="sketch",
            field=models.BinaryField(
                blank=True,
                help_text="A small grey copy of the picture, to tell retakes from parts",
                null=True,
                verbose_name="sketch",
            ),
        ),
        migrations.AlterField(
            model_name="s3image",
            name="storage_location",
            field=models.ForeignKey(
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
        migrations.AlterField(
            model_name="s3image",
            name="taken_at",
            field=models.DateTimeField(
                blank=True, help_text="By the camera's clock", null=True, verbose_name="taken at"
            ),
        ),
        migrations.AlterField(
            model_name="s3image",
            name="visit_answer",
            field=models.CharField(
                blank=True,
                choices=[("parts", "Parts: add them"), ("retake", "Retakes: keep the newest")],
                help_text="What the uploader answered about several photos of one location",
                max_length=8,
                verbose_name="photos of one location",
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="duplicates",
            field=models.JSONField(
                default=list,
                help_text="Files that were already uploaded: [{filename, image_id}]",
                verbose_name="duplicates",
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="storage_location",
            field=models.ForeignKey(
                blank=True,
                help_text="Chosen with the first photos, and the default for later ones; the job of each photo has its own",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uploads",
                to="locations.storagelocation",
                verbose_name="location",
            ),
        ),
    ]
