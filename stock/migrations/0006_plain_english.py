"""Reworded labels and help texts; no change of the tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0005_visits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stockcount",
            name="covered",
            field=models.BooleanField(
                default=False, help_text="Was part of the visit when it was answered", verbose_name="covered"
            ),
        ),
        migrations.AlterField(
            model_name="stockcount",
            name="is_counted",
            field=models.BooleanField(default=True, help_text="Counts towards its visit", verbose_name="counted"),
        ),
        migrations.AlterField(
            model_name="stockcount",
            name="left_out",
            field=models.BooleanField(
                default=False, help_text="Not among the selected photos", verbose_name="left out"
            ),
        ),
        migrations.AlterField(
            model_name="stockcount",
            name="withdrawn_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a later run of the same photo replaced it",
                null=True,
                verbose_name="withdrawn at",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("parts", "Parts: add them"),
                    ("retake", "Retakes: keep the newest"),
                    ("chosen", "Selected photos"),
                ],
                max_length=8,
                verbose_name="answer",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="is_open",
            field=models.BooleanField(
                help_text="Nobody has said whether its photos are parts or retakes, so its number may be wrong",
                verbose_name="open",
            ),
        ),
        migrations.AlterField(
            model_name="visitevent",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("parts", "Parts: add them"),
                    ("retake", "Retakes: keep the newest"),
                    ("chosen", "Selected photos"),
                ],
                max_length=8,
                verbose_name="answer",
            ),
        ),
    ]
