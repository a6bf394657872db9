"""Which factor the count of a run was multiplied by; with a factor below 1 it may be less than what was detected."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("processing", "0006_predicted_errors"),
        ("stock", "0011_calibrations"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="processingsession",
            name="sessions_completed_has_counts",
        ),
        migrations.AddField(
            model_name="processingsession",
            name="calibration",
            field=models.ForeignKey(
                blank=True,
                help_text="The factor that the count of this run was multiplied by",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="stock.calibration",
                verbose_name="calibration",
            ),
        ),
        migrations.AddField(
            model_name="processingsession",
            name="uncalibrated",
            field=models.IntegerField(
                blank=True,
                help_text="Estimated by the models, without the factor",
                null=True,
                verbose_name="before calibration",
            ),
        ),
        migrations.AddConstraint(
            model_name="processingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "completed"), _negated=True),
                    models.Q(("total_detected__isnull", False), ("total_estimated__gte", models.F("total_detected"))),
                    models.Q(
                        ("total_detected__isnull", False),
                        ("total_estimated__gte", 0),
                        ("uncalibrated__gte", models.F("total_detected")),
                    ),
                    _connector="OR",
                ),
                name="sessions_completed_has_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="processingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("calibration", None), ("uncalibrated", None)),
                    models.Q(("calibration__isnull", False), ("uncalibrated__gte", 0)),
                    _connector="OR",
                ),
                name="sessions_calibrated_from_a_number",
            ),
        ),
    ]
