"""What judging a training found, and counts in the shadow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0002_training_runs"),
        ("processing", "0009_trained_models"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ShadowCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("image_id", models.UUIDField(verbose_name="photo")),
                ("session_id", models.UUIDField(verbose_name="session")),
                (
                    "live",
                    models.PositiveIntegerField(
                        help_text="By the models, before calibration", verbose_name="counted live"
                    ),
                ),
                ("total", models.PositiveIntegerField(verbose_name="counted in the shadow")),
                ("refused", models.BooleanField(default=False, verbose_name="refused")),
                ("seconds", models.FloatField(verbose_name="seconds")),
                ("counted_at", models.DateTimeField(auto_now_add=True, verbose_name="counted at")),
            ],
            options={
                "verbose_name": "count in the shadow",
                "verbose_name_plural": "counts in the shadow",
                "db_table": "shadow_counts",
                "ordering": ["-pk"],
                "default_permissions": ("view",),
            },
        ),
        migrations.RemoveField(
            model_name="trainingrun",
            name="weights",
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="in_shadow",
            field=models.BooleanField(
                default=False, help_text="Counts new photos beside the models in use", verbose_name="in the shadow"
            ),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="judged",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="What both counted on each photo (learning/figures.py)",
                verbose_name="judged",
            ),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="shadow_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="in the shadow since"),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="trained",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="processing.trainedmodels",
                verbose_name="trained models",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("in_shadow", True)), fields=("in_shadow",), name="training_runs_one_in_the_shadow"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("in_shadow", False),
                    models.Q(("shadow_since__isnull", False), ("trained__isnull", False)),
                    _connector="OR",
                ),
                name="training_runs_shadow_has_models",
            ),
        ),
        migrations.AddField(
            model_name="shadowcount",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shadow_counts",
                to="learning.trainingrun",
                verbose_name="training run",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowcount",
            constraint=models.UniqueConstraint(fields=("run", "session_id"), name="shadow_counts_once_each"),
        ),
        migrations.AddConstraint(
            model_name="shadowcount",
            constraint=models.CheckConstraint(condition=models.Q(("seconds__gte", 0)), name="shadow_counts_took_time"),
        ),
    ]
