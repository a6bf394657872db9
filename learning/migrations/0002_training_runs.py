"""Training runs; one at a time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0001_data_sets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TrainingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("lease_until", models.DateTimeField(blank=True, null=True, verbose_name="lease until")),
                ("held_by", models.CharField(blank=True, max_length=255, verbose_name="worker")),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many times a worker was lost during this job", verbose_name="attempt"
                    ),
                ),
                (
                    "postponements",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many times an outage postponed it", verbose_name="postponements"
                    ),
                ),
                (
                    "awaits_storage",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Postponed by an outage: it continues at `lease_until`, or as soon as the storage answers",
                        verbose_name="waiting for the storage",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("running", "training"),
                            ("trained", "trained"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "job",
                    models.JSONField(
                        help_text="How many tiles of what it learns from (training/on_photos.py)", verbose_name="job"
                    ),
                ),
                (
                    "base",
                    models.JSONField(help_text="SHA-256 of the shipped weights, by model", verbose_name="started from"),
                ),
                ("stage", models.CharField(blank=True, max_length=40, verbose_name="stage")),
                ("done_units", models.FloatField(default=0, verbose_name="done")),
                ("all_units", models.FloatField(default=0, verbose_name="of")),
                ("seconds", models.FloatField(default=0, verbose_name="seconds at work")),
                (
                    "waiting_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="Or until when, if that is later: the working hours",
                        null=True,
                        verbose_name="waiting since",
                    ),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "weights",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="SHA-256 of the trained checkpoints, by model",
                        verbose_name="weights",
                    ),
                ),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancelled_training_runs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cancelled by",
                    ),
                ),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="learning.dataset",
                        verbose_name="data set",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty if a command on the server asked for it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="training_runs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
            ],
            options={
                "verbose_name": "training run",
                "verbose_name_plural": "training runs",
                "db_table": "training_runs",
                "ordering": ["-pk"],
                "default_permissions": ("add", "view"),
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("state__in", ("queued", "running"))),
                        name="training_runs_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "trained", "failed", "cancelled"])),
                        name="training_runs_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="training_runs_failed_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("queued", "running")), ("finished_at__isnull", False), _connector="OR"
                        ),
                        name="training_runs_finished_has_time",
                    ),
                ],
            },
        ),
    ]
