"""Reworded labels and help texts; no change of the tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("processing", "0010_index_of_unfinished_jobs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="correction",
            name="action",
            field=models.CharField(
                choices=[("add", "Add"), ("remove", "Remove"), ("retype", "Change type"), ("note", "Note")],
                max_length=10,
                verbose_name="action",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="sent_as",
            field=models.UUIDField(
                blank=True,
                help_text="Id chosen by the browser, so that a correction sent twice is made once",
                null=True,
                verbose_name="sent as",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="text",
            field=models.TextField(blank=True, help_text="Text of a note", verbose_name="text"),
        ),
        migrations.AlterField(
            model_name="correctionevent",
            name="action",
            field=models.CharField(
                choices=[("add", "Add"), ("remove", "Remove"), ("retype", "Change type"), ("note", "Note")],
                max_length=10,
                verbose_name="action",
            ),
        ),
        migrations.AlterField(
            model_name="detection",
            name="counted",
            field=models.BooleanField(
                default=True,
                help_text="False if another container owns it, or if it is a second view of one plant in a tray cell; a later run may decide differently",
                verbose_name="counted",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="attempt",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How many times a worker was lost during this job", verbose_name="attempt"
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="awaits_storage",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Postponed by an outage: it continues at `lease_until`, or as soon as the storage answers",
                verbose_name="waiting for the storage",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="held_by",
            field=models.CharField(blank=True, max_length=255, verbose_name="worker"),
        ),
        migrations.AlterField(
            model_name="job",
            name="postponements",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How many times an outage postponed it", verbose_name="postponements"
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="attempt",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How many times a worker was lost during this job", verbose_name="attempt"
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="awaits_storage",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Postponed by an outage: it continues at `lease_until`, or as soon as the storage answers",
                verbose_name="waiting for the storage",
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="capped",
            field=models.BooleanField(
                default=False, help_text="Detection reached its limit: the count is too low", verbose_name="capped"
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="held_by",
            field=models.CharField(blank=True, max_length=255, verbose_name="worker"),
        ),
        migrations.AlterField(
            model_name="segment",
            name="postponements",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How many times an outage postponed it", verbose_name="postponements"
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="tiles_total",
            field=models.PositiveIntegerField(
                default=1, help_text="Expected number of detector passes, for the progress bar", verbose_name="tiles"
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="manual_adjustments",
            field=models.JSONField(
                blank=True,
                help_text="What people changed, and the model's own totals; null if nothing was changed",
                null=True,
                verbose_name="changed by hand",
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="refusal",
            field=models.CharField(
                blank=True,
                help_text="Why the count of this run is not reliable; a sign-off overrides it",
                max_length=50,
                verbose_name="refusal",
            ),
        ),
    ]
